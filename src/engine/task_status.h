// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ovd {

/// Where a task stands, everywhere: in the journal, in the executor, on screen. README.md draws the
/// transitions.
enum class TaskStatus {
    pending,     ///< never begun
    running,     ///< begun, and its end is not recorded
    done,        ///< carried out, or found done; TaskHow says which
    open,        ///< a person answered "not yet"
    failed,      ///< a command or a check said no
    unknown,     ///< whether it happened could not be told
    interrupted, ///< the run was stopped in the middle of it; in the journal it is still running
    rolled_back, ///< undone; it begins anew
};

/// How a task came to be done.
enum class TaskHow {
    none,     ///< it is not done
    ran,      ///< its operations were carried out
    already,  ///< it was done before anything was sent
    by_hand,  ///< a person carried it out
    answered, ///< it asked, and somebody answered
};

/// How the guard of a node stands, as the journal knows.
enum class GuardStatus {
    armed,    ///< about to be armed, or armed
    disarmed, ///< what it guarded is done or undone
    fired,    ///< it restored the service by itself
};

/// For people: "under way", "not yet", "rolled back".
[[nodiscard]] std::string_view to_string(TaskStatus status);
/// For people: "done", "already", "by hand", "answered"; empty for none.
[[nodiscard]] std::string_view to_string(TaskHow how);

} // namespace ovd
