// SPDX-License-Identifier: Apache-2.0
// What only shows when nodes are looked at beside each other: their clocks, and whether osm2 is as
// big as osm1.
#pragma once

#include "cli/findings.h"

namespace ovd {

/// What a node said of itself, and how far its clock was ahead of this machine's: somewhere between
/// the two, because the answer took its time.
struct Beside {
    std::string node;
    double ahead_least = 0; ///< seconds
    double ahead_most = 0;
    long cpus = 0;
    long ram = 0;  ///< MB
    long disk = 0; ///< GB, of /
    std::string os;
};

/// A node's answer; sent and got are this machine's time, in seconds. An error when it is not one.
[[nodiscard]] Result<Beside> read_beside(
    const std::string& node, const std::string& answer, double sent, double got);

/// A warning for each node whose clock is more than 2 s from most others', a stop for a minute.
[[nodiscard]] std::vector<CheckResult> compare_clocks(const std::vector<Beside>& all);

/// A warning when osm2 could not carry what osm1 does.
[[nodiscard]] std::vector<CheckResult> compare_sizes(const Beside& osm1, const Beside& osm2);

/// Asks every node that can be reached, side by side, and compares.
[[nodiscard]] std::vector<CheckResult> look_beside(Session& session);

} // namespace ovd
