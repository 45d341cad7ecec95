// SPDX-License-Identifier: Apache-2.0
// Which programs a shell text calls, and with what words. Not a shell: it reads what the steps are
// written in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ovd {

/// One simple command, without redirections, leading assignments and words such as `if` or `timeout
/// 5`. Quotes are taken away; what the shell would fill in stands as it is written: $name,
/// ${name%/*}, $(...).
struct ShellCall {
    std::vector<std::string> words;
    bool otherwise = false; ///< runs only when the one before it failed: A || B
};

/// Every call in a text, in order: in pipes, lists, conditions, loops, functions, subshells and
/// command substitutions, inside double quotes too. Here-documents, comments and patterns of `case`
/// are none.
[[nodiscard]] std::vector<ShellCall> shell_calls(std::string_view text);

} // namespace ovd
