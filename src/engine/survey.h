// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/run_summary.h"
#include "engine/task_run.h"

namespace ovd {

/// How the tasks of a plan stand when a run begins.
struct Survey {
    std::vector<TaskStatus> status; ///< by task: done or pending
    std::vector<bool> by_hand;      ///< by task: people carry it out
    std::vector<std::string> drift; ///< done by the journal, and no longer so by the probe
    std::set<std::string> harmless; ///< steps that change no node any more: nobody is asked before
};

/// Probes every task once. What a later step has taken over is done; what the journal calls done
/// but no longer looks so is told, and not done again for that reason alone.
[[nodiscard]] Result<Survey> survey(
    const Tools& tools, const RunState& state, const RunOptions& options);

/// Some of its operations change its node.
[[nodiscard]] bool changes_node(const TaskPlan& plan);

/// A failure in this section undoes what was done in it.
[[nodiscard]] bool is_rolled_back(const Guide& guide, const std::string& section);

} // namespace ovd
