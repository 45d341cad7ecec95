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
[[nodiscard]] Result<toml::table> load_toml(const std::filesystem::path& path, ErrorKind kind);

/// Where a node of a parsed file stands.
[[nodiscard]] SourceLocation where_of(const toml::node& node, const std::filesystem::path& path);

/// An error for a key that is not known, with the nearest known one as its hint.
[[nodiscard]] Error unknown_key(const toml::key& key, const std::filesystem::path& path,
    const std::vector<std::string>& known, ErrorKind kind);

/// Checks that each key of table is one of known.
[[nodiscard]] Status only_keys(const toml::table& table, const std::filesystem::path& path,
    const std::vector<std::string>& known, ErrorKind kind);

} // namespace ovd
