// SPDX-License-Identifier: Apache-2.0
#include "base/pattern.h"

#include <fmt/format.h>
#include <new>
#include <optional>
#include <regex.h>
#include <stdexcept>

namespace ovd {
namespace {

/// A compiled expression. The C library's own: the one of C++ calls itself once a character, and a
/// long line overflows the stack.
class Compiled {
public:
    explicit Compiled(const std::string& pattern)
        : error_(::regcomp(&compiled_, pattern.c_str(), REG_EXTENDED)) {}
    ~Compiled() {
        if (error_ == 0) ::regfree(&compiled_);
    }
    Compiled(const Compiled&) = delete;
    Compiled& operator=(const Compiled&) = delete;

    /// Why it is no expression; empty when it is one.
    [[nodiscard]] std::string reason() const {
        if (error_ == 0) return {};
        std::string text(::regerror(error_, &compiled_, nullptr, 0), '\0');
        (void)::regerror(error_, &compiled_, text.data(), text.size());
        text.resize(text.find('\0')); // without the byte that ends it
        return text;
    }

    struct Span {
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    struct Match {
        Span whole;
        Span first_group; ///< nothing long when there is no such group
    };
    /// The first and longest match at or after a place. Text may hold any bytes.
    [[nodiscard]] std::optional<Match> next(const std::string& text, std::size_t from = 0) const {
        if (error_ != 0) throw std::invalid_argument("no regular expression: " + reason());
        regmatch_t found[2] = {};
        found[0].rm_so = static_cast<regoff_t>(from);
        found[0].rm_eo = static_cast<regoff_t>(text.size());
        const int result = ::regexec(&compiled_, text.c_str(), 2, found, REG_STARTEND);
        if (result == REG_ESPACE) throw std::bad_alloc();
        if (result != 0) return {};
        return Match{span(found[0]), found[1].rm_so < 0 ? Span{} : span(found[1])};
    }

private:
    static Span span(const regmatch_t& match) {
        return {static_cast<std::size_t>(match.rm_so), static_cast<std::size_t>(match.rm_eo)};
    }

    regex_t compiled_{};
    int error_;
};

} // namespace

Status check_pattern(const std::string& pattern, std::optional<SourceLocation> where) {
    const auto reason = Compiled(pattern).reason();
    if (reason.empty()) return {};
    return fail(ErrorKind::steps, fmt::format("Invalid regular expression {}: {}", pattern, reason),
        "Write a POSIX extended regular expression, as for grep -E.", std::move(where));
}

bool found_in(const std::string& text, const std::string& pattern) {
    return pattern.empty() || Compiled(pattern).next(text);
}

bool is_like(const std::string& text, const std::string& pattern) {
    // Of all matches from the beginning on POSIX wants the longest: if one is the whole, it is
    // that.
    const auto match = Compiled(pattern).next(text);
    return match && match->whole.begin == 0 && match->whole.end == text.size();
}

std::vector<std::string> groups_in(const std::string& text, const std::string& pattern) {
    const Compiled wanted(pattern);
    std::vector<std::string> found;
    for (std::size_t at = 0; at <= text.size();) {
        const auto match = wanted.next(text, at);
        if (!match) break;
        const auto& group = match->first_group;
        found.push_back(text.substr(group.begin, group.end - group.begin));
        at = match->whole.end + (match->whole.end == match->whole.begin ? 1 : 0);
    }
    return found;
}

} // namespace ovd
