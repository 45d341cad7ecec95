// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace ovd {

/// Parses a TOML file. An error names file, line and column.
[[nodiscard]] Result<toml::table> load_toml(const std::filesystem::path& path, Kind kind);

/// Where a node of a parsed file stands.
[[nodiscard]] Where where_of(const toml::node& node, const std::filesystem::path& path);

/// An error for a key that is not known, with the nearest known one as its hint.
[[nodiscard]] Error unknown_key(const toml::key& key, const std::filesystem::path& path,
    const std::vector<std::string>& known, Kind kind);

/// Checks that each key of table is one of known.
[[nodiscard]] Done only_keys(const toml::table& table, const std::filesystem::path& path,
    const std::vector<std::string>& known, Kind kind);

} // namespace ovd
