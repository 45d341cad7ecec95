// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "farm/farm.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// Where the values of farm.toml stand, by dotted name: nodes.osm1.address, servers.0.name. Tables
/// are in it too.
using Places = std::map<std::string, SourceLocation>;

/// farm.toml as read: the farm as far as it could be read, and everything wrong with it.
struct FarmReading {
    Farm farm;
    Places places;
    std::vector<Error> errors; ///< in the order of the file
};

/// Reads farm.toml and finds all that is wrong with it, not only the first.
[[nodiscard]] FarmReading read_farm(const std::string& path, const PlatformList& platforms);

/// What is wrong between the values of a farm, each value alone being right: duplicates, addresses
/// outside of their subnets. Values that are empty are passed over.
[[nodiscard]] std::vector<Error> contradictions(const Farm& farm, const Places& places = {});

/// What outgoing packets carry the VIP to when farm.toml does not say: each farm server.
[[nodiscard]] std::vector<std::string> default_snat_to(const Farm& farm);

} // namespace ovd
