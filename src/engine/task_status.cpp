// SPDX-License-Identifier: Apache-2.0
#include "engine/task_status.h"

#include "engine/sheet_record.h"

namespace ovd {

std::string_view to_string(TaskStatus status) {
    switch (status) {
    case TaskStatus::pending:
        return "pending";
    case TaskStatus::running:
        return "running";
    case TaskStatus::done:
        return "done";
    case TaskStatus::open:
        return "not yet";
    case TaskStatus::failed:
        return "failed";
    case TaskStatus::unknown:
        return "unknown";
    case TaskStatus::interrupted:
        return "interrupted";
    case TaskStatus::rolled_back:
        return "rolled back";
    }
    return "";
}

std::string_view to_string(TaskHow how) {
    switch (how) {
    case TaskHow::none:
        return "";
    case TaskHow::ran:
        return "done";
    case TaskHow::already:
        return "already";
    case TaskHow::by_hand:
        return "by hand";
    case TaskHow::answered:
        return "answered";
    }
    return "";
}

std::string_view to_string(CheckState state) {
    switch (state) {
    case CheckState::passed:
        return "passed";
    case CheckState::changed:
        return "changed";
    case CheckState::known:
        return "known failure";
    case CheckState::unanswered:
        return "unanswered";
    case CheckState::failed:
        return "failed";
    }
    return "";
}

} // namespace ovd
