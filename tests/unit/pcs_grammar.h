// SPDX-License-Identifier: Apache-2.0
// What pcs and the programs of Pacemaker and corosync take on their command line, by version. Read
// from the sources of those versions by their tags: pcs 0.9.149 to 0.12.0 (usage.py, pcs.py,
// cluster.py, resource.py, cli/routing, ensure_only_supported), Pacemaker 1.1.14 to 3.0.0 (the
// tables of options in tools/).
//
// It knows what the steps use, what they must not use where, and little more. What it does not know
// it refuses: it may be stricter than the programs, never laxer.
#pragma once

#include "shell_calls.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// pcs, pacemaker and corosync -> version, as in steps/platforms.toml.
using Versions = std::map<std::string, std::string>;

/// True for programs that the grammar is about, also for such as it does not know: pcs, crm_...,
/// cibadmin ...
[[nodiscard]] bool is_cluster_program(const std::string& program);

/// Empty when that version of the program takes these words; else what it does not take, in a
/// sentence with the program's version. The first word is the program.
[[nodiscard]] std::string refused(const std::vector<std::string>& words, const Versions& versions);

/// What is refused of all calls in a shell text, one sentence each. Of several ways to ask the same
/// program that are tried in turn (A || B) one must do.
[[nodiscard]] std::vector<std::string> refused_in(std::string_view text, const Versions& versions);

/// The same for commands that are named in a sentence for people, as far as they can be told from
/// it: after pcs comes one of its words, after the others an option; it ends with the sentence, or
/// where prose goes on.
[[nodiscard]] std::vector<std::string> refused_in_prose(
    const std::string& text, const Versions& versions);

} // namespace ovd
