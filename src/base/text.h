// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ovd {

/// Parts of text between separators; an empty text has no parts.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
/// Lines of text without their ends.
[[nodiscard]] std::vector<std::string> lines(std::string_view text);
/// text without white space at both ends.
[[nodiscard]] std::string trim(std::string_view text);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// The end of text: all of it, or "..." and its last bytes.
[[nodiscard]] std::string tail(const std::string& text, std::size_t most);
/// Breaks text at spaces to lines of at most width columns; keeps paragraphs.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);
/// The candidate that is most like word, or nothing when none is near: for "did you mean".
[[nodiscard]] std::string nearest(
    std::string_view word, const std::vector<std::string>& candidates);
/// Lower-case hexadecimal SHA-256 of bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);
/// The bytes that base64() made a text of, without line feeds; empty when it is no such text.
[[nodiscard]] std::string from_base64(std::string_view text);
/// A time as people read it: 0.4 s, 12 s, 3 min 20 s.
[[nodiscard]] std::string human_seconds(double seconds);
/// Length in columns, counting UTF-8 characters once.
[[nodiscard]] std::size_t columns(std::string_view text);

} // namespace ovd
