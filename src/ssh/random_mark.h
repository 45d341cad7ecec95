// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ovd {

/// 32 random hexadecimal digits: what nobody else can have written. Not through the seam Random:
/// the simulation replaces this whole folder, and no decision depends on them.
[[nodiscard]] std::string random_mark();

} // namespace ovd
