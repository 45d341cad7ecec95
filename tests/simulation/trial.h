// SPDX-License-Identifier: Apache-2.0
// One wizard after the other on one world, until the plan is through or something is wrong.
#pragma once

#include "faults.h"

#include "engine/executor.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ovd::sim {

/// How a wizard is started.
struct Start {
    std::string folder = "run";
    std::string who = "ann@ops1";
    bool at_terminal = false; ///< a person is there; otherwise --yes with an answers file
    bool take_over = false;
    std::vector<Faults::Planned> faults;
    std::function<void(std::uint64_t)> on_moment;
};

/// How a run of the wizard ended.
struct Outcome {
    bool killed = true;
    RunSummary summary;
    std::optional<Error> error; ///< before anything could be run, or the summary's
    bool finished = false;      ///< nothing of the plan is left
    std::uint64_t moments = 0;
    std::map<std::string, std::uint64_t> struck; ///< faults that came true
};

/// A second wizard that is started while the first is at work.
struct Second {
    Millis after{0};
    bool copy = false; ///< with a copy of the run folder as it is then
    std::string who;
};

/// Runs a wizard on the world, from the moment at which the world stands, to the end of all that
/// was started. now goes on with it.
[[nodiscard]] Outcome run_once(World& world, Chance& chance, Moment& now, const Start& start,
    const std::optional<Second>& second = {});

/// The world as it is when its wizard is killed right now.
[[nodiscard]] World killed(const World& world);

/// Starts wizards without faults until the plan is through; says what is wrong where it does not
/// come to that within so many, or where the end is not that of a run without faults.
void bring_to_the_end(World& world, Chance& chance, Moment now, int most_runs = 8);

/// What look, plan and status may do: nothing. Looks at everything, and says what changed.
void judge_looks(World& world, Chance& chance, Moment now);

/// The moment at which all worlds begin.
[[nodiscard]] Moment first_moment();

} // namespace ovd::sim
