// SPDX-License-Identifier: Apache-2.0
#include "base/pattern.h"

#include <fmt/format.h>
#include <regex>

namespace ovd {
namespace {

std::regex compiled(const std::string& pattern) {
    return std::regex(pattern, std::regex::extended);
}

} // namespace

Done check_pattern(const std::string& pattern) {
    try {
        (void)compiled(pattern);
        return {};
    } catch (const std::regex_error& error) {
        return fail(Kind::steps,
            fmt::format("{} is no regular expression: {}", pattern, error.what()),
            "Write a POSIX extended regular expression, as for grep -E.");
    }
}

bool found_in(const std::string& text, const std::string& pattern) {
    return pattern.empty() || std::regex_search(text, compiled(pattern));
}

bool is_like(const std::string& text, const std::string& pattern) {
    return std::regex_match(text, compiled(pattern));
}

std::vector<std::string> groups_in(const std::string& text, const std::string& pattern) {
    const auto wanted = compiled(pattern);
    std::vector<std::string> found;
    for (std::sregex_iterator each(text.begin(), text.end(), wanted), end; each != end; ++each)
        found.push_back((*each)[1].str());
    return found;
}

} // namespace ovd
