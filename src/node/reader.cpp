// SPDX-License-Identifier: Apache-2.0
#include "node/reader.h"

#include "node/collected.h"
#include "node/collector.h"
#include "node/side_by_side.h"

namespace ovd {

namespace {

/// How looks are sent: one command for the collector and for all commands without an input, and
/// each that has an input by itself, since it may hold a secret, which is wiped in one place.
struct Sent {
    std::vector<Read> reads;
    std::vector<Read> beside;
    bool at_once = false; ///< reads begins with the one command

    explicit Sent(std::span<const Look> looks) {
        auto all = collector_for(looks);
        for (const auto& look : looks)
            if (const auto* read = std::get_if<Read>(&look))
                (read->input.empty() ? beside : reads).push_back(*read);
        if (!beside.empty()) {
            const auto commands = side_by_side(beside);
            if (all.command.empty()) all.timeout = Millis{0};
            all.command += commands.command;
            all.timeout += commands.timeout;
        }
        at_once = !all.command.empty();
        if (at_once) reads.insert(reads.begin(), std::move(all));
    }
};

} // namespace

Result<std::vector<ReadResult>> Reader::look(std::span<const Look> looks) {
    if (looks.empty()) return std::vector<ReadResult>{};
    const Sent sent(looks);
    auto said = read(sent.reads);
    if (!said) return said;

    std::size_t next = sent.at_once ? 1 : 0;
    const auto& all = said->front();
    const auto collected =
        Collected::parse(sent.at_once ? all.output.substr(0, all.output.find(commands_said)) : "");
    auto beside = apart(sent.beside.size(), all);
    std::size_t next_beside = 0;
    std::vector<ReadResult> results;
    for (const auto& look : looks) {
        const auto* read = std::get_if<Read>(&look);
        if (read == nullptr) {
            auto result = collected.judge(look);
            result.timed_out = all.timed_out && result.status != 0 && result.status != 1;
            results.push_back(std::move(result));
        } else if (read->input.empty()) {
            results.push_back(std::move(beside[next_beside++]));
        } else {
            results.push_back(std::move((*said)[next++]));
        }
    }
    return results;
}

} // namespace ovd
