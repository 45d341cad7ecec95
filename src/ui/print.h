// SPDX-License-Identifier: Apache-2.0
// Printing for verbs that tell their result and end. What a run tells goes through Events.
#pragma once

#include <fmt/format.h>
#include <string_view>

namespace ovd {

/// Writes text to stdout. A reader that has gone away is a std::system_error, broken_pipe.
void print_text(std::string_view text);
/// Writes text to stderr at once, past whoever else is writing there: a thread may wait for a
/// terminal that is held. That nobody can read it is no error.
void print_error_text(std::string_view text) noexcept;

/// print_text() of a format and its arguments.
template <class... T>
void print(fmt::format_string<T...> format, T&&... arguments) {
    print_text(fmt::format(format, std::forward<T>(arguments)...));
}
template <class... T>
void print_error(fmt::format_string<T...> format, T&&... arguments) {
    print_error_text(fmt::format(format, std::forward<T>(arguments)...));
}

} // namespace ovd
