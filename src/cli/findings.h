// SPDX-License-Identifier: Apache-2.0
// Making many checks at once and telling what they found: for check and diagnose.
#pragma once

#include "cli/session.h"

#include <functional>
#include <string>
#include <vector>

namespace ovd {

/// What one check found on one node.
struct CheckResult {
    std::string node;
    const Step* step = nullptr; ///< none when the node could not be reached at all
    std::string severity;       ///< ok, warn, stop
    std::string says;
    std::string hint;
};

/// Makes all checks of the steps that are wanted, on every node, in one round trip a node. Changes
/// nothing. A check that cannot be made is a stop.
[[nodiscard]] Result<std::vector<CheckResult>> look_at_checks(
    Session& session, const std::function<bool(const Step&)>& wanted);

[[nodiscard]] std::size_t count_findings(
    const std::vector<CheckResult>& all, const std::string& severity);

/// Prints them for people, node by node, or as JSON.
void show_findings(const std::vector<CheckResult>& all, const Common& common);

} // namespace ovd
