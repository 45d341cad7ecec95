// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/farm.h"

#include <string>

namespace ovd {

/// The text of a useful sheet.toml for this farm, commented for people. Reading it gives a sheet
/// without errors.
[[nodiscard]] std::string default_sheet(const Farm& farm);

} // namespace ovd
