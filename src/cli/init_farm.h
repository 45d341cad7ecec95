// SPDX-License-Identifier: Apache-2.0
// What init proposes and asks. It is apart from the verb so that it needs no SSH and no files.
#pragma once

#include "farm/discover.h"
#include "farm/farm.h"
#include "ui/prompter.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// Node id -> how to log in to it.
using Logins = std::map<std::string, Login>;

/// Reads words like osm1=root@10.20.1.11.
[[nodiscard]] Result<Logins> parse_from(const std::vector<std::string>& words);
/// Reads words like oas1:oas=root@10.20.1.31.
[[nodiscard]] Result<std::vector<Server>> parse_servers(const std::vector<std::string>& words);

/// The farm as the guide would name it, with what was found on the nodes in its place. What cannot
/// be known is empty.
[[nodiscard]] Farm propose_farm(const Discovery& found, const Logins& logins);

/// Addresses for the five nodes by the plan of the guide: .11 .12 .13 .14 .21; empty when the
/// subnet is too small.
[[nodiscard]] std::string planned_address(const std::string& priv_subnet, const std::string& node);

/// The first thing wrong with a farm that nobody was asked about; names all that is not known.
[[nodiscard]] Status complete(const Farm& farm, const PlatformList& platforms);

/// Asks for the whole farm in the order of the guide; what is in proposal is offered.
[[nodiscard]] Result<Farm> ask_farm(
    const Farm& proposal, const PlatformList& platforms, Prompter& prompter);

/// What was found on a node, in a few lines.
[[nodiscard]] std::string found_text(const std::string& id, const FoundNode& node);
/// The farm in a few lines, to look at before it is written.
[[nodiscard]] std::string farm_summary(const Farm& farm);

} // namespace ovd
