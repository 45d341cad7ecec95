// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task_run.h"

#include <set>

namespace ovd {

struct RunOptions;

/// Whose a lease is, and what the next one is told of them.
struct Lease {
    std::string holder; ///< the run and who is at work: the same again may go on with it
    std::string more;   ///< process and beginning, for people

    /// The command that takes it on a node: it fails with status 75 when another holds it, and
    /// tells which. Of several at the same moment one gets it.
    [[nodiscard]] std::string take_command(bool take_over) const;
    /// The command that gives it back, if it is still ours.
    [[nodiscard]] std::string release_command() const;
};

/// Keeps a second run, from whatever machine, away from the nodes. A lease is a small file on each
/// node; it is never taken over without being asked for.
class Leases {
public:
    Leases(const Tools& tools, const RunOptions& options);
    [[nodiscard]] Done take();
    /// Gives back what was taken. A node on which one of these jobs still runs, or that cannot be
    /// reached, keeps it; the next run of the same run folder may use it.
    void release(const std::map<std::string, std::string>& jobs);

private:
    [[nodiscard]] Done on_all(const std::string& what, const std::string& command);

    const Tools& tools_;
    const RunOptions& options_;
    Lease lease_;
    std::set<std::string> held_;
};

} // namespace ovd
