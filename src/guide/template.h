// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/content.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ovd {

/// What `{{ name }}` can mean: a value, a secret (`secret NAME`), or something read from a node.
class Names {
public:
    std::map<std::string, std::string> values;
    std::vector<std::string> secrets;
    std::map<std::string, std::string> fetched; ///< name -> where it is read, for people
};

/// The names used in a template, in order; an error for a `{{` without end.
[[nodiscard]] Result<std::vector<std::string>> template_names(
    std::string_view text, const SourceLocation& where);

/// Fills a template. Every name must be known; each value is written in the given encoding.
[[nodiscard]] Result<Content> fill(
    std::string_view text, const Names& names, Encoding encoding, const SourceLocation& where);

/// The same for text that people see on the node's process list: secrets and fetched values are
/// refused, values are quoted for the shell.
[[nodiscard]] Result<std::string> fill_command(
    std::string_view text, const Names& names, const SourceLocation& where);

} // namespace ovd
