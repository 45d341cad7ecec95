// SPDX-License-Identifier: Apache-2.0
// The verbs of the program, one file each.
#pragma once

#include "cli/session.h"
#include "guide/choice.h"

#include <stop_token>

namespace ovd {

struct PlanOptions {
    bool live = false;
    bool titles = false;
    StepChoice choice;
};

struct RunVerbOptions {
    StepChoice choice;
    std::string answers; ///< TOML file: step id = "done" or "not yet"
    bool yes = false;
    bool again = false;
    bool take_over = false;
    std::string
        towards;       ///< with failover-test: the node that must take over; empty: the passive one
    bool back = false; ///< with failover-test: a part of a test there and back
};

struct FailoverTestOptions {
    std::string to;
    bool back = false; ///< then once more, the other way
    RunVerbOptions run;
};

struct VerifyOptions {
    std::string answers; ///< TOML file: name of a check = what was seen, "no" or "not yet"
    bool write = false;  ///< write the sheet that is proposed for this farm, and do nothing else
};

/// Each verb returns the exit code, or the error that main shows and turns into one.
[[nodiscard]] Result<int> plan_verb(
    const Common& common, const PlanOptions& options, std::stop_token stop);
[[nodiscard]] Result<int> check_verb(const Common& common, std::stop_token stop);
[[nodiscard]] Result<int> run_verb(
    const Common& common, const RunVerbOptions& options, std::stop_token stop);
/// How the pair is, with the remedies offered when fix is set.
[[nodiscard]] Result<int> diagnose_verb(Common common, bool fix, std::stop_token stop);
[[nodiscard]] Result<int> failover_test_verb(
    Common common, const FailoverTestOptions& options, std::stop_token stop);
/// What carries out each instruction of the guide, or what was decided about its mistakes.
[[nodiscard]] Result<int> guide_verb(const Common& common, bool errata);
[[nodiscard]] Result<int> status_verb(const Common& common);
/// Writes the HTML report to a file; empty: report.html in the run folder, "-": stdout.
[[nodiscard]] Result<int> report_verb(const Common& common, const std::string& output);
[[nodiscard]] Result<int> verify_verb(
    const Common& common, const VerifyOptions& options, std::stop_token stop);

} // namespace ovd
