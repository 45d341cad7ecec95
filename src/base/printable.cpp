// SPDX-License-Identifier: Apache-2.0
#include "base/printable.h"

#include <algorithm>

namespace ovd {
namespace {

constexpr char escape = '\x1b';
constexpr std::size_t longest_string = 4096; ///< of a title or the like that ends at all

unsigned byte_at(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool between(unsigned byte, unsigned low, unsigned high) {
    return byte >= low && byte <= high;
}

/// The end of the string that a title or a device command takes, or where it would have begun when
/// it does not end: then it is text.
std::size_t after_string(std::string_view text, std::size_t from) {
    const auto end = std::min(text.size(), from + longest_string);
    for (auto at = from; at < end && text[at] != '\n'; ++at) {
        if (text[at] == '\a') return at + 1;
        if (text[at] == escape && byte_at(text, at + 1) == '\\') return at + 2;
    }
    return from;
}

/// The end of the escape sequence that begins at a place (ECMA-48).
std::size_t after_escape(std::string_view text, std::size_t at) {
    auto next = at + 1;
    if (byte_at(text, next) == '[') {
        ++next;
        while (between(byte_at(text, next), 0x20, 0x3f))
            ++next;
        return between(byte_at(text, next), 0x40, 0x7e) ? next + 1 : next;
    }
    if (next < text.size() && std::string_view("]PX^_").find(text[next]) != std::string_view::npos)
        return after_string(text, next + 1);
    while (between(byte_at(text, next), 0x20, 0x2f))
        ++next;
    return between(byte_at(text, next), 0x30, 0x7e) ? next + 1 : next;
}

/// How many bytes the UTF-8 character at a place has; 0 when there is none.
std::size_t character(std::string_view text, std::size_t at) {
    const auto first = byte_at(text, at);
    const std::size_t size = between(first, 0xc2, 0xdf)   ? 2
                             : between(first, 0xe0, 0xef) ? 3
                             : between(first, 0xf0, 0xf4) ? 4
                                                          : 0;
    for (std::size_t i = 1; i < size; ++i)
        if (!between(byte_at(text, at + i), 0x80, 0xbf)) return 0;
    return size;
}

} // namespace

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = byte_at(text, at);
        if (text[at] == escape) {
            at = after_escape(text, at);
            continue;
        }
        if (const auto size = character(text, at); size > 0) {
            // U+0080 to U+009F are control characters, and some terminals obey them.
            if (byte != 0xc2 || byte_at(text, at + 1) >= 0xa0) shown.append(text, at, size);
            at += size;
            continue;
        }
        ++at;
        if (text[at - 1] == '\r') {
            if (byte_at(text, at) != '\n') shown += '\n';
        } else if (byte == '\n' || byte == '\t' || between(byte, 0x20, 0x7e) || byte >= 0xa0) {
            shown += text[at - 1];
        }
    }
    return shown;
}

} // namespace ovd
