// SPDX-License-Identifier: Apache-2.0
// What several verbs take from the command line.
#pragma once

#include "cli/session.h"
#include "engine/run_summary.h"
#include "guide/choice.h"

namespace CLI {
class App;
}

namespace ovd {

struct RunVerbOptions {
    StepChoice choice;
    std::string answers; ///< TOML file: step id = "done" or "not yet"
    bool yes = false;
    bool again = false;
    bool take_over = false;
    long guard = guard_after.count(); ///< seconds; see RunOptions
    std::string
        towards;       ///< with failover-test: the node that must take over; empty: the passive one
    bool back = false; ///< with failover-test: a part of a test there and back
};

/// The farm file, the run folder, and how to print.
void add_common(CLI::App& app, Common& common);
/// Which procedure is meant.
void add_procedure(CLI::App& app, Common& common);
/// Which steps are meant.
void add_choice(CLI::App& app, StepChoice& choice);
/// How a run asks and whose locks it takes.
void add_run(CLI::App& app, RunVerbOptions& run);

/// What was probably meant by a word of the command line that is not known; empty: no idea.
[[nodiscard]] std::string nearest_word(const CLI::App& app, int count, char** words);

/// Carries out what is left of a procedure, for the verbs that do.
[[nodiscard]] Result<int> run_procedure(
    const Common& common, const RunVerbOptions& options, std::stop_token stop);

} // namespace ovd
