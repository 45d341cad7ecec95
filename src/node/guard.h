// SPDX-License-Identifier: Apache-2.0
// What a node does by itself to restore the service when nobody goes on.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <span>
#include <string>
#include <vector>

namespace ovd {

/// How what one task did is undone, by its node alone.
struct TaskUndo {
    std::string name;    ///< [A-Za-z0-9._@-]+; they are undone in the reverse order of their names
    std::string command; ///< POSIX shell, without input; may run twice, and where nothing was done
    /// POSIX shell; status 0: the service answers with what the task did, so nothing is undone.
    /// Asked of the last name that has one. Empty: never kept.
    std::string keep = {};
};

/// How a guard stands, as its node tells it.
struct GuardState {
    enum class Phase {
        none,  ///< there is none
        armed, ///< it waits for the end of the heartbeat
        fired, ///< it has restored the service, and nobody has taken note of it yet
    };
    struct Undone {
        std::string name;
        int status = 0; ///< of its undo; 0: it went well
    };
    Phase phase = Phase::none;
    std::string token; ///< of the run that armed it
    // When it has fired:
    double at = 0;              ///< epoch seconds by the node's clock
    std::string why;            ///< for people
    bool kept = false;          ///< the service answered with what was done: nothing was undone
    std::vector<Undone> undone; ///< in the order in which they were undone
    std::string output;         ///< what the undos printed
};

/// The guard of one node. Each call tells how it stands afterwards. A guard that has fired stays so
/// until it is forgotten. When it fired by itself, its node takes no job any more of the start of
/// the wizard that armed it.
class NodeGuard {
public:
    virtual ~NodeGuard() = default;
    /// Arms it, or adds to what an armed one of the same token undoes: from now on, when it is not
    /// renewed for that long, or the node restarts, it ends the run's jobs there and undoes all
    /// that it was given, the last first. Before the first time on a node it is drilled: a harmless
    /// undo is not held off, and has to be seen. Error kind `refused` when the node's lock has
    /// another token.
    [[nodiscard]] virtual Result<GuardState> arm(
        const std::string& token, Seconds limit, std::span<const TaskUndo> undos) = 0;
    /// The heartbeat. Over a connection of its own: jobs that run long do not hold it up.
    [[nodiscard]] virtual Result<GuardState> renew(const std::string& token) = 0;
    /// It fires now, whoever armed it. The token must be that of the lock.
    [[nodiscard]] virtual Result<GuardState> fire(const std::string& token) = 0;
    /// Disarms it, over a new connection. The token must be that of the lock. One that has fired
    /// stays and tells.
    [[nodiscard]] virtual Result<GuardState> disarm(const std::string& token) = 0;
    /// Forgets that it has fired: what it did is written down elsewhere.
    [[nodiscard]] virtual Result<GuardState> forget() = 0;
    [[nodiscard]] virtual Result<GuardState> look() = 0;
};

} // namespace ovd
