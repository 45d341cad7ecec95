// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ovd {

/// What a terminal shows of text and does not obey: without escape sequences, and without control
/// characters other than line feed and tab. A carriage return becomes the line end it stands for.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace ovd
