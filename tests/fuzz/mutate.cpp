// SPDX-License-Identifier: Apache-2.0
#include "mutate.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ovd::fuzz {
namespace {

/// Values of every kind that TOML and JSON have, and those at the edge of each.
constexpr std::array values = {"true", "0", "-1", "65536", "9223372036854775807", "1e400", "\"\"",
    "\"x\"", "[]", "{}", "[\"a\", 1]", "{ a = 1 }", "{\"a\":1}", "inf", "nan", "null", "1979-05-27",
    "\"\\u0000\"", "\"\\n\"", "\"{{ name }}\"", "\"0.0.0.0\"", "\"255.255.255.255/32\"", "\"osm1\"",
    "['''", "'''\n\n'''", "[[1], [2]]"};

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1);
        lines.emplace_back(text.substr(0, end + 1));
        text.remove_prefix(end + 1);
    }
    return lines;
}

/// Where a value begins and ends: behind a = or a colon, up to a comma, a bracket or the line's
/// end.
std::pair<std::size_t, std::size_t> value_in(const std::string& line, std::minstd_rand& random) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i + 1 < line.size(); ++i)
        if (line[i] == '=' || line[i] == ':') starts.push_back(i + 1);
    if (starts.empty()) return {0, 0};
    const auto begin = starts[random() % starts.size()];
    std::size_t end = line.find_last_not_of("\r\n") + 1;
    if (random() % 2 == 0) end = std::min(end, std::max(begin, line.find_first_of(",}]", begin)));
    return {begin, std::max(begin, end)};
}

} // namespace

std::string mutated_lines(std::string_view text, std::minstd_rand& random) {
    auto lines = lines_of(text);
    const auto any = [&] { return random() % lines.size(); };
    const auto at = [&](std::size_t i) { return lines.begin() + static_cast<std::ptrdiff_t>(i); };
    for (auto times = 1 + random() % 3; times > 0 && !lines.empty(); --times) {
        switch (random() % 6) {
        case 0:
            lines.erase(at(any()));
            break;
        case 1: {
            const auto copy = lines[any()];
            lines.insert(at(any()), copy);
            break;
        }
        case 2:
            std::swap(lines[any()], lines[any()]);
            break;
        case 3: { // a key of one line with the value of another
            auto& line = lines[any()];
            const auto other = lines[any()];
            const auto [begin, end] = value_in(line, random);
            const auto [from, to] = value_in(other, random);
            line.replace(begin, end - begin, other.substr(from, to - from));
            break;
        }
        default: {
            auto& line = lines[any()];
            const auto [begin, end] = value_in(line, random);
            line.replace(begin, end - begin, std::string(" ") + values[random() % values.size()]);
        }
        }
    }
    std::string all;
    for (const auto& line : lines)
        all += line;
    return all;
}

} // namespace ovd::fuzz
