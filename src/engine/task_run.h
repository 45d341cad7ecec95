// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/threads.h"
#include "engine/asker.h"
#include "engine/events.h"
#include "engine/inspect.h"
#include "engine/journal.h"
#include "engine/service_watch.h"
#include "engine/sheets.h"
#include "engine/task_outcome.h"

#include <functional>
#include <stop_token>

namespace ovd {

/// Everything that carrying out tasks needs; owned by the caller.
struct Tools {
    const Plan& plan;
    ChangingConnections& nodes;
    Inspector& inspector;
    Journal& journal;
    Asker& asker;
    Sheets& sheets;
    ServiceWatch& watch;
    Events& events;
    Clock& clock;
    Threads& threads;
    const Redactor& redactor;
    /// Of this run of the wizard: with it nodes take its jobs, until another takes their locks.
    std::string token;
};

/// Carries out one task from wherever the journal says it is, and records each step of the way.
/// by_hand: a person does it and the task's probe watches. before_change: called when it is about
/// to change its node, and only then; an error ends it.
[[nodiscard]] TaskOutcome run_task(const Tools& tools, std::size_t task, const TaskRecord& before,
    bool by_hand, std::stop_token stop, const std::function<Status()>& before_change);

/// Runs a task's undo, and probes afterwards. Journals it. What the task itself or an earlier undo
/// left running is waited for; an error when that cannot be told, or the plan is not the one it was
/// done by. patience: how long its node may be out of sight. A journal that cannot be written is no
/// obstacle.
[[nodiscard]] Status roll_back_task(
    const Tools& tools, std::size_t task, const TaskRecord& before, Seconds patience);

/// How long a node that was there before may be out of sight while it is looked at: as for a
/// change.
constexpr Seconds node_patience{180};

} // namespace ovd
