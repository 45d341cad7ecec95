// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node/look.h"

#include <span>
#include <string_view>
#include <vector>

namespace ovd {

/// So many commands at a time on one node: few enough to be kind to a Session Manager in
/// production.
constexpr std::size_t most_at_once = 3;

/// One command that runs all of them, some at a time, so that one that waits (for a name server,
/// say) keeps only a few others waiting. None of them has an input. May take as long as those that
/// wait for each other may take in all. What it prints begins with commands_said.
[[nodiscard]] Read side_by_side(std::span<const Read> reads);
constexpr std::string_view commands_said = "@commands\n";

/// What each said, from the result of side_by_side, whatever was printed before it. Of each output
/// the first 2,000 bytes; one that did not end has timed out.
[[nodiscard]] std::vector<ReadResult> apart(std::size_t count, const ReadResult& all);

} // namespace ovd
