// SPDX-License-Identifier: Apache-2.0
// Regular expressions, POSIX extended as for grep -E; the only place that compiles them.
#pragma once

#include "base/error.h"

#include <optional>
#include <string>
#include <vector>

namespace ovd {

/// An error of kind steps, with its reason, when it is no regular expression; where it stands.
[[nodiscard]] Status check_pattern(
    const std::string& pattern, std::optional<SourceLocation> where = {});

/// True when some part of text matches; every text matches an empty pattern. The pattern must be
/// one.
[[nodiscard]] bool found_in(const std::string& text, const std::string& pattern);

/// True when the whole text matches.
[[nodiscard]] bool is_like(const std::string& text, const std::string& pattern);

/// The first group of every match, in their order.
[[nodiscard]] std::vector<std::string> groups_in(
    const std::string& text, const std::string& pattern);

} // namespace ovd
