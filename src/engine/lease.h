// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task_run.h"

#include <set>

namespace ovd {

struct RunOptions;

/// The command that takes the lease on a node: it fails when another run holds it, and tells which.
[[nodiscard]] std::string lease_command(
    const std::string& run, const std::string& owner, bool take_over);
/// The command that gives it back, if it is still ours.
[[nodiscard]] std::string release_command(const std::string& run, const std::string& owner);

/// Keeps a second run, from whatever machine, away from the nodes. A lease is a small file on each
/// node; it is never taken over without being asked for.
class Leases {
public:
    Leases(const Tools& tools, const RunOptions& options) : tools_(tools), options_(options) {}
    [[nodiscard]] Done take();
    /// Gives back what was taken; a node that cannot be reached keeps it, and the next run of the
    /// same run folder may use it.
    void release();

private:
    [[nodiscard]] Done on_all(const std::string& what, const std::string& command);

    const Tools& tools_;
    const RunOptions& options_;
    std::set<std::string> held_;
};

} // namespace ovd
