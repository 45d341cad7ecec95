// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/discover.h"
#include "farm/farm.h"
#include "ui/prompter.h"

#include <stop_token>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ovd {

struct InitOptions {
    std::string output = "farm.toml";
    std::vector<std::string> from; ///< osm1=root@10.20.1.11
    bool force = false;
    bool defaults = false; ///< ask nothing
};

void add_init_options(CLI::App& verb, InitOptions& options);

/// Describes the farm: looks at the machines of --from, asks for the rest, writes the farm file.
/// Returns the exit code.
[[nodiscard]] Result<int> init_verb(const InitOptions& options, std::stop_token stop);

/// One --from: a node and how to log in to it.
struct From {
    std::string id;
    std::string login; ///< as written
};
[[nodiscard]] Result<std::vector<From>> parse_from(const std::vector<std::string>& words);

/// The farm as the guide would name it, with what was found on the nodes in its place.
[[nodiscard]] Farm propose_farm(const Discovery& found, const std::vector<From>& from);

/// Asks for the whole farm in the order of the guide; what is in farm is the default.
[[nodiscard]] Result<Farm> ask_farm(Farm farm, Prompter& prompter);

/// A few lines that show the farm before it is written.
[[nodiscard]] std::string farm_summary(const Farm& farm);

} // namespace ovd
