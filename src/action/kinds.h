// SPDX-License-Identifier: Apache-2.0
// The kinds of actions. A new one: its own file, one line here, one row in kinds.cpp.
#pragma once

#include "action/action.h"

namespace ovd {

extern const ActionKind command_action;
extern const ActionKind file_action;
extern const ActionKind line_action;
extern const ActionKind package_action;
extern const ActionKind service_action;
extern const ActionKind sql_action;
extern const ActionKind json_action;
extern const ActionKind ini_action;
extern const ActionKind ask_action;
extern const ActionKind wait_action;
extern const ActionKind sheet_action;
extern const ActionKind admin_action;

using Operations = std::vector<Operation>;
using Probes = std::vector<Probe>;

/// The text under key with its names filled in, for use in a command (quoted) by the action.
[[nodiscard]] Result<std::string> filled_word(const Context& context, const Fields& fields,
    const std::string& key, const std::string& fallback = {});

/// For kinds that cannot tell by themselves whether they are done.
[[nodiscard]] Result<Probes> no_probe(const Context&, const Fields&);

} // namespace ovd
