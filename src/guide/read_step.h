// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guide/step.h"

#include <filesystem>
#include <toml++/toml.h>

namespace ovd {

/// Turns one [[step]] table into a Step; chapter and section are left to the caller.
[[nodiscard]] Result<Step> read_step(const toml::table& table, const std::filesystem::path& path);

} // namespace ovd
