// SPDX-License-Identifier: Apache-2.0
// Keeps other runs away from the nodes while this one is at work.
#pragma once

#include "engine/task_run.h"

#include <atomic>
#include <mutex>
#include <set>

namespace ovd {

struct RunOptions;

/// What stands in the lock of a node, a small file there: a line each for the run and who is at
/// work, the node's boot id, process and beginning, and the token.
struct LockOwner {
    std::string holder; ///< the run and who is at work: the same again may go on with it
    std::string more;   ///< process and beginning, for people
    std::string token;  ///< of one process: whoever takes the lock makes all older tokens worthless
    std::vector<std::string> known; ///< tokens that the journal of this run knows, the last ones

    /// The command that takes it on a node: it ends with status 75 when another holds it, and tells
    /// which; with 76 when the same run has been resumed from another copy of the run folder,
    /// so that this journal does not know what was done. Of several at the same moment one gets it.
    [[nodiscard]] std::string take_command(bool take_over) const;
    /// The command that releases it, if it is still ours.
    [[nodiscard]] std::string release_command() const;
};

/// The locks of the nodes. One is never taken over without being asked for; and the supervisor on a
/// node takes a job only from the run whose token its lock has, so that a wizard which was
/// suspended while another took over is refused. A node remembers the token of the last run, also
/// when the lock is free: of two copies of a run folder only the one that was used last can go on.
class NodeLocks {
public:
    NodeLocks(const Tools& tools, const RunOptions& options);
    /// Takes the lock of every node that answers, side by side. A node that does not is no
    /// obstacle: its lock is taken when its first task comes. An error when another run has one.
    [[nodiscard]] Status take_all();
    /// Takes the lock of this node or server, unless it is ours already. Safe from any thread.
    [[nodiscard]] Status hold(const std::string& node);
    /// Releases what was taken. A node on which one of these jobs still runs, or that cannot be
    /// reached, keeps it; the next run of the same run folder may use it.
    void release(const std::map<std::string, std::string>& jobs);

private:
    [[nodiscard]] bool answers(const std::string& node);
    [[nodiscard]] Status take(const std::string& node);

    const Tools& tools_;
    const RunOptions& options_;
    LockOwner owner_;
    std::mutex mutex_;
    std::set<std::string> held_;
    std::atomic<int> tries_ = 0;
};

} // namespace ovd
