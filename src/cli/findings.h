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
    const Step* step = nullptr; ///< none when it is about the node as a whole
    std::string severity;       ///< ok, warn, stop
    std::string says; ///< what is wrong; with ok: what was seen, where it is worth showing
    std::string hint;
    std::string title; ///< what was looked at
};

/// Makes all checks of the steps that are wanted, on every node, in one round trip a node. Changes
/// nothing. A check that cannot be made is a stop; a node that is done by hand is a warning.
[[nodiscard]] Result<std::vector<CheckResult>> look_at_checks(
    Session& session, const std::function<bool(const Step&)>& wanted);

/// Puts findings into the order in which the farm names its machines.
void in_farm_order(std::vector<CheckResult>& all, const Farm& farm);

[[nodiscard]] std::size_t count_findings(
    const std::vector<CheckResult>& all, const std::string& severity);

/// Puts what was found into the order of the guide, which goes from causes to effects: a node that
/// cannot be reached first, then the cluster, then what runs on it. Nodes keep their order.
void cause_first(std::vector<CheckResult>& all, const Guide& guide);

/// As people read them: what is wrong, what was told, and a count of what is well. every: what is
/// well by name, too.
[[nodiscard]] std::string findings_text(
    const std::vector<CheckResult>& all, const Redactor& redactor, std::size_t width, bool every);
[[nodiscard]] std::string findings_json(
    const std::vector<CheckResult>& all, const Redactor& redactor);

/// Prints them for people or as JSON.
void show_findings(
    const std::vector<CheckResult>& all, const Redactor& redactor, const Common& common);

} // namespace ovd
