// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "engine/task_status.h"

#include <optional>
#include <string>

namespace ovd {

/// How a task ended in this run.
struct TaskOutcome {
    TaskStatus status = TaskStatus::failed;
    TaskHow how = TaskHow::none;
    std::string message = {};        ///< for people; may be empty
    std::optional<Error> error = {}; ///< with failed, unknown and interrupted

    [[nodiscard]] bool ok() const { return status == TaskStatus::done; }
};

/// In a word or two: how it was done, or what it is instead.
[[nodiscard]] inline std::string_view to_string(const TaskOutcome& outcome) {
    return outcome.ok() ? to_string(outcome.how) : to_string(outcome.status);
}

} // namespace ovd
