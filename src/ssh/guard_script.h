// SPDX-License-Identifier: Apache-2.0
// The guard of a node as shell: what is put there, and what it is told.
#pragma once

#include "node/guard.h"
#include "node/read.h"

namespace ovd {

/// Where it lives on the node. It is BASE/guard.sh, started every few seconds by the timer
/// ovd-failover-guard while it is armed, also after a restart (systemd 219 and later). Armed it has
/// the directory BASE/guard.armed: token, run, beat (seconds since boot, boot id, limit), a
/// NAME.undo, and perhaps a NAME.keep, for each undo, and room for what is told later. Fired,
/// the directory is BASE/guard.fired.
struct GuardPlace {
    std::string base = "/var/lib/ovd-failover"; ///< the jobs and the lock are there too
    std::string units = "/etc/systemd/system";
};

// Each is a command that may be sent twice. It prints how the guard stands afterwards.
[[nodiscard]] Read guard_arm(const GuardPlace& place, const std::string& token, Seconds limit,
    std::span<const TaskUndo> undos);
[[nodiscard]] Read guard_renew(const GuardPlace& place, const std::string& token);
[[nodiscard]] Read guard_fire(const GuardPlace& place, const std::string& token);
[[nodiscard]] Read guard_disarm(const GuardPlace& place, const std::string& token);
[[nodiscard]] Read guard_forget(const GuardPlace& place);
[[nodiscard]] Read guard_look(const GuardPlace& place);

/// The program that is put on the node.
[[nodiscard]] std::string guard_program(const GuardPlace& place);

/// Makes sense of what such a command printed. node: for messages.
[[nodiscard]] Result<GuardState> understand_guard(
    const std::string& node, const ReadResult& result);

} // namespace ovd
