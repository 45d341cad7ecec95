// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace ovd {

/// Parses JSON that another machine wrote; discarded (is_discarded()) when it is none, or nested
/// deeper than anything that is meant: the library goes down once for each level when it writes a
/// value, and the stack would end first.
[[nodiscard]] nlohmann::json parse_foreign_json(std::string_view text);

} // namespace ovd
