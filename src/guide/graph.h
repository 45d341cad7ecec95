// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/farm.h"
#include "guide/step.h"

#include <set>
#include <string>
#include <vector>

namespace ovd {

/// A step on one node: what is planned, run and recorded.
struct Task {
    std::string id; ///< step@node, or just step for one on the operator's machine
    const Step* step = nullptr;
    std::string node;               ///< node id, server name, or empty
    std::vector<std::size_t> after; ///< indexes of tasks that must be done before
};

/// The nodes or servers that one word of `on` means; an error when it means nothing.
[[nodiscard]] Result<std::vector<std::string>> members(
    const std::string& word, const Farm& farm, const SourceLocation& where);

/// All tasks of a guide on a farm, in the order of the guide; `after` always points backwards.
[[nodiscard]] Result<std::vector<Task>> make_tasks(const Guide& guide, const Farm& farm);

/// Which steps a person means: a chapter (5, V, 5-prepare-cluster), a section
/// (5-prepare-cluster/40-apache, 40-apache), a step id, or an id of the guide (V-12).
[[nodiscard]] Result<std::set<std::string>> select_steps(
    const Guide& guide, const std::string& word);

} // namespace ovd
