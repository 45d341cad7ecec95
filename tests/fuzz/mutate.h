// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace ovd::fuzz {

/// A text of lines such as TOML or JSON lines, changed a little but likely still valid: a line left
/// out, doubled, moved, or a value put in another's place. Bytes alone would mostly give texts that
/// no parser takes, and never reach what comes behind it.
[[nodiscard]] std::string mutated_lines(std::string_view text, std::minstd_rand& random);

} // namespace ovd::fuzz
