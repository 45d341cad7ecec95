// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/threads.h"
#include "farm/farm.h"
#include "guide/step.h"
#include "node/connections.h"

namespace ovd {

/// node -> name -> value
using Facts = std::map<std::string, std::map<std::string, std::string>>;

/// Reads what steps/facts.toml names from every node of the farm that may be logged in to, side by
/// side, in one round trip each, or two where programs are not installed yet. A node that cannot be
/// reached keeps the facts it had, from an earlier run; without any it is planned for by
/// platforms.toml alone, and never_asked() says so. Only a host key that is not the right one, or a
/// value that cannot be, is an error here.
[[nodiscard]] Status read_facts(Farm& farm, const Guide& guide, Connections& nodes,
    Threads& threads, const std::vector<std::string>& next = {});

/// Nothing is known of what the node says of itself: a plan for it shows what may come, and must
/// not be carried out.
[[nodiscard]] bool never_asked(const Guide& guide, const Node& node);

/// Where the service is, by the fact "active" of the Session Managers; empty when neither says so.
[[nodiscard]] std::string active_of(const Facts& facts);

/// As if the nodes had said so; an empty id: neither is.
void set_active(Farm& farm, const std::string& id);

/// When the procedure began, as its journal says; empty when it does not.
[[nodiscard]] std::string began_of(const Facts& facts);
/// Keeps it with the facts, so that it gets into the journal.
void set_began(Farm& farm, const std::string& began);

[[nodiscard]] Facts facts_of(const Farm& farm);
/// Gives the nodes what was read from them before.
void use_facts(Farm& farm, const Facts& facts);

} // namespace ovd
