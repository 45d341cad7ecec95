// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <stop_token>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ovd {

struct InitOptions {
    std::string output = "farm.toml";
    bool force = false;
    std::vector<std::string> from; ///< osm1=root@10.20.1.11
    std::string identity;          ///< SSH key file
    std::string known_hosts;
    std::string vip;
    std::vector<std::string> servers; ///< oas1:oas=root@10.20.1.31
    bool allow_outside_guide = false;
    std::string steps;     ///< folder; empty: the one that came with the program
    bool defaults = false; ///< ask nothing
};

void add_init_options(CLI::App& verb, InitOptions& options);

/// Describes the farm: looks at the machines of --from, asks for the rest, writes the farm file.
/// Returns the exit code.
[[nodiscard]] Result<int> init_verb(const InitOptions& options, std::stop_token stop);

} // namespace ovd
