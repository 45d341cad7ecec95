// SPDX-License-Identifier: Apache-2.0
#include "node/reader.h"

#include "node/collected.h"
#include "node/collector.h"
#include "node/side_by_side.h"

namespace ovd {

/// What is sent: the collector for all typed looks, one command for those that run side by side,
/// and each that has an input by itself, since it may hold a secret, which is wiped in one place.
Result<std::vector<ReadResult>> Reader::look(std::span<const Look> looks) {
    if (looks.empty()) return std::vector<ReadResult>{};
    std::vector<Read> reads{collector_for(looks)};
    const bool collects = !reads.front().command.empty();
    if (!collects) reads.clear();
    std::vector<Read> beside;
    for (const auto& look : looks)
        if (const auto* read = std::get_if<Read>(&look); read != nullptr && read->input.empty())
            beside.push_back(*read);
    if (beside.size() == 1) reads.push_back(beside.front());
    if (beside.size() > 1) reads.push_back(side_by_side(beside));
    for (const auto& look : looks)
        if (const auto* read = std::get_if<Read>(&look); read != nullptr && !read->input.empty())
            reads.push_back(*read);
    auto said = read(reads);
    if (!said) return said;

    std::size_t next = 0;
    const auto collected = Collected::parse(collects ? (*said)[next].output : "");
    const bool late = collects && (*said)[next].timed_out;
    if (collects) ++next;
    std::vector<ReadResult> each_beside;
    if (beside.size() == 1) each_beside.push_back((*said)[next]);
    if (beside.size() > 1) each_beside = apart(beside.size(), (*said)[next]);
    if (!beside.empty()) ++next;
    std::size_t next_beside = 0;
    std::vector<ReadResult> results;
    for (const auto& look : looks) {
        const auto* read = std::get_if<Read>(&look);
        if (read == nullptr) {
            auto result = collected.judge(look);
            result.timed_out = late && result.status != 0 && result.status != 1;
            results.push_back(std::move(result));
        } else if (read->input.empty()) {
            results.push_back(std::move(each_beside[next_beside++]));
        } else {
            results.push_back(std::move((*said)[next++]));
        }
    }
    return results;
}

} // namespace ovd
