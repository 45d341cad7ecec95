// SPDX-License-Identifier: Apache-2.0
#include "base/quote.h"

#include <fmt/format.h>

namespace ovd {
namespace {

bool is_plain_word(std::string_view value) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_@%+=:,./-";
    return !value.empty() && value.find_first_not_of(plain) == std::string_view::npos;
}

std::string shell(std::string_view value) {
    if (is_plain_word(value)) return std::string(value);
    std::string text = "'";
    for (char c : value) {
        if (c == '\'')
            text += "'\\''";
        else
            text += c;
    }
    return text + "'";
}

std::string sql(std::string_view value) {
    std::string text;
    for (char c : value) {
        switch (c) {
        case '\'':
            text += "''";
            break; // right with and without NO_BACKSLASH_ESCAPES
        case '\\':
            text += "\\\\";
            break;
        case '\0':
            text += "\\0";
            break;
        case '\n':
            text += "\\n";
            break;
        case '\r':
            text += "\\r";
            break;
        case '\x1a':
            text += "\\Z";
            break;
        default:
            text += c;
        }
    }
    return text;
}

std::string mycnf(std::string_view value) {
    std::string text;
    for (char c : value) {
        switch (c) {
        case '"':
            text += "\\\"";
            break;
        case '\\':
            text += "\\\\";
            break;
        case '\b':
            text += "\\b";
            break;
        case '\n':
            text += "\\n";
            break;
        case '\r':
            text += "\\r";
            break;
        case '\t':
            text += "\\t";
            break;
        default:
            text += c;
        }
    }
    return text;
}

std::string pattern(std::string_view value) {
    std::string text;
    for (const char c : value) {
        if (std::string_view(".[]{}()*+?^$|\\").find(c) != std::string_view::npos) text += '\\';
        text += c;
    }
    return text;
}

std::string json(std::string_view value) {
    std::string text;
    for (char c : value) {
        switch (c) {
        case '"':
            text += "\\\"";
            break;
        case '\\':
            text += "\\\\";
            break;
        case '\b':
            text += "\\b";
            break;
        case '\f':
            text += "\\f";
            break;
        case '\n':
            text += "\\n";
            break;
        case '\r':
            text += "\\r";
            break;
        case '\t':
            text += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20)
                text += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
            else
                text += c;
        }
    }
    return text;
}

} // namespace

std::string encode(std::string_view value, Encoding encoding) {
    switch (encoding) {
    case Encoding::raw:
        return std::string(value);
    case Encoding::shell:
        return shell(value);
    case Encoding::sql:
        return sql(value);
    case Encoding::mycnf:
        return mycnf(value);
    case Encoding::json:
        return json(value);
    case Encoding::pattern:
        return pattern(value);
    }
    return std::string(value);
}

} // namespace ovd
