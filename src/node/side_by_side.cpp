// SPDX-License-Identifier: Apache-2.0
#include "node/side_by_side.h"

#include "base/quote.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <string_view>

namespace ovd {
namespace {

constexpr std::size_t most_kept = 2000; ///< so that one record is written at once, never in parts

/// r NUMBER COMMAND: runs it and prints "NUMBER STATUS LENGTH OUTPUT" with one call of printf.
constexpr std::string_view setup = R"(LC_ALL=C; export LC_ALL
echo @commands
r() {{
  said=$(eval "$2" 2>&1)
  status=$?
  printf '%d %d %d %.{0}s\n' "$1" "$status" "${{#said}}" "$said"
}}
)";

bool number(std::string_view& text, std::size_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return true;
}

} // namespace

Read side_by_side(std::span<const Read> reads) {
    Read all{fmt::format(setup, most_kept), {}, Millis{0}};
    const auto lanes = std::min(most_at_once, reads.size());
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const bool last = lane + 1 == lanes; // it needs no process of its own
        Millis time{0};
        all.command += last ? "" : "{\n";
        for (std::size_t i = lane; i < reads.size(); i += lanes) {
            all.command += fmt::format("r {} {} </dev/null\n", i, shell_quote(reads[i].command));
            time += reads[i].timeout;
        }
        all.command += last ? "wait\n" : "} &\n";
        all.timeout = std::max(all.timeout, time);
    }
    return all;
}

std::vector<ReadResult> apart(std::size_t count, const ReadResult& all) {
    std::vector<ReadResult> results(count);
    for (auto& result : results)
        result = {-1, all.timed_out, all.timed_out ? "" : "it was not answered"};
    const auto at = all.output.find(commands_said);
    if (at == std::string::npos) return results;
    auto rest = std::string_view(all.output).substr(at + commands_said.size());
    std::size_t index = 0;
    std::size_t status = 0;
    std::size_t length = 0;
    while (number(rest, index) && number(rest, status) && number(rest, length)) {
        const auto kept = std::min(length, most_kept);
        if (index >= count || rest.size() <= kept || rest[kept] != '\n') break;
        results[index] = {static_cast<int>(status), false, std::string(rest.substr(0, kept))};
        rest.remove_prefix(kept + 1);
    }
    return results;
}

} // namespace ovd
