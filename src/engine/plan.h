// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "action/action.h"
#include "engine/state.h"
#include "farm/farm.h"
#include "guide/graph.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ovd {

/// A check as it will be made on one node.
struct Check {
    std::string command;
    Content input;
    std::string says;   ///< what is wrong when it exits 1
    std::string hint;   ///< the way out
    bool stops = true;  ///< false: a warning
    Seconds within{0};  ///< how long to keep looking
    std::string expect; ///< POSIX extended regular expression for the output; empty: any
    bool tells = false; ///< its output is for the operator
};

/// A file of another node that is read before the actions.
struct Fetch {
    std::string name;
    std::string node;
    std::string path;
};

/// Everything that one task will do, fixed before anything runs.
struct TaskPlan {
    std::vector<Fetch> fetch;
    std::vector<Operation> ops;
    std::vector<Probe> probes; ///< all must say yes; empty: only the journal knows
    std::vector<Check> checks;
    std::vector<Operation> undo;
    std::string keep;    ///< POSIX shell: users are served by what it did; empty: never
    std::string differs; ///< filled, for people
    std::string expect;
    std::string digest; ///< changes when what it does or checks changes
};

/// A guide on a farm: the tasks and what each will do, in the same order.
struct Plan {
    const Guide& guide;
    const Farm& farm;
    std::vector<Task> tasks;
    std::vector<TaskPlan> details;

    [[nodiscard]] std::optional<std::size_t> find(const std::string& task_id) const;
};

/// Whether a task was begun by this very plan, as far as its journal tells.
[[nodiscard]] bool is_same_plan(const TaskPlan& plan, const TaskRecord& record);

/// Plans the whole guide. Reads nothing but the farm file, the steps and the templates.
[[nodiscard]] Result<Plan> make_plan(const Guide& guide, const Farm& farm);

/// The shell command that carries out an operation on a node; empty for those that change none.
[[nodiscard]] std::string command_of(const Operation& op);
/// What goes to that command's stdin.
[[nodiscard]] const Content* input_of(const Operation& op);
/// The shell command by which it looks at the node until it is content; empty for the others.
[[nodiscard]] std::string probe_of(const Operation& op);
/// One line for people: what the operation is.
[[nodiscard]] std::string title_of(const Operation& op);
/// What a person is told who carries a task out by hand: its commands, or its checks where it has
/// none.
[[nodiscard]] std::string by_hand_text(const TaskPlan& plan);

} // namespace ovd
