// SPDX-License-Identifier: Apache-2.0
// All shell that the shipped steps, and the program itself, bring to a node, as it will run there:
// rendered from plans, not read from TOML.
#pragma once

#include "shipped.h"

#include <string>
#include <vector>

namespace ovd {

/// One text that a shell of a node is given.
struct ShippedShell {
    std::string text;
    /// For people: platform, procedure, task, which part of it, and where it stands in steps/.
    std::string where;
    std::string platform; ///< whose node runs it: a key of steps/platforms.toml
    bool bash = false;    ///< it has a bash of its own; everything else is for any POSIX shell
};

/// Everything a plan has its nodes run: operations with the script that puts files, what is waited
/// for, looks of the Session Manager's API, probes, checks, what undoes a task; and out of the
/// files it puts there the scripts, and what systemd is told to give to a shell.
[[nodiscard]] std::vector<ShippedShell> shell_of(const ShippedPlan& shipped);

/// What every node is asked before anything is planned (steps/facts.toml).
[[nodiscard]] std::vector<ShippedShell> shell_of_facts();

/// What the program itself brings to nodes beside its steps: the lease, the supervisor of a job,
/// the looks of init and of the watch, and the checks of the sheet that init writes.
[[nodiscard]] std::vector<ShippedShell> shell_of_program(const ShippedPlan& shipped);

/// What a plan tells people to do: what checks say when something is wrong, and the way out.
[[nodiscard]] std::vector<ShippedShell> advice_of(const ShippedPlan& shipped);

/// The same for all cases there are, each text only once for each platform. Made once.
[[nodiscard]] const std::vector<ShippedShell>& all_shipped_shell();
[[nodiscard]] const std::vector<ShippedShell>& all_shipped_advice();

} // namespace ovd
