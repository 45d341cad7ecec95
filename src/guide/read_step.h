// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guide/step.h"

#include <filesystem>
#include <toml++/toml.h>

namespace ovd {

/// Turns one [[step]] table into a Step; chapter and section are left to the caller.
[[nodiscard]] Result<Step> read_step(const toml::table& table, const std::filesystem::path& path);

/// A list of texts under key; empty when there is none.
[[nodiscard]] Result<std::vector<std::string>> read_list(
    const toml::table& table, const char* key, const std::filesystem::path& path);

/// true or false under key; false when there is none.
[[nodiscard]] Result<bool> read_flag(
    const toml::table& table, const char* key, const std::filesystem::path& path);

} // namespace ovd
