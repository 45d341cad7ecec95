// SPDX-License-Identifier: Apache-2.0
#include "engine/journal.h"
#include "engine/record_json.h"
#include "engine/state.h"
#include "fuzz.h"

#include "base/text.h"

namespace ovd::fuzz {
namespace {

/// As src/engine/README.md says, and not as the program does it: the sum goes over the sum of the
/// line before, a line end, and the line without its sum.
std::string sealed(const std::vector<Json>& records) {
    std::string all;
    std::string before;
    for (const auto& record : records) {
        const auto body = record.dump();
        before = sha256(before + "\n" + body).substr(0, 16);
        all += body.substr(0, body.size() - 1) + R"(,"sum":")" + before + "\"}\n";
    }
    return all;
}

/// The lines of the input that are records, and a first line that a journal begins with.
std::vector<Json> records_in(std::string_view bytes) {
    std::vector<Json> records;
    for (const auto& line : lines(std::string(bytes))) {
        auto record = Json::parse(line, nullptr, false);
        if (!record.is_object() || record.empty()) continue;
        record.erase("sum");
        if (record.empty()) continue;
        if (records.empty() && !record.contains("ovd-failover-journal")) continue;
        records.push_back(std::move(record));
    }
    return records;
}

/// What is read is written as something that reads as the same.
void written(const std::vector<Record>& records) {
    for (const auto& record : records) {
        const auto json = to_json(record);
        const auto again = record_of(json);
        must(again.has_value(), "what is written can be read");
        must(to_json(*again) == json, "what is written reads as the same record");
    }
}

void replayed(const std::vector<Record>& records) {
    const auto state = replay(records);
    must(state.records == static_cast<long>(records.size()), "every record is replayed");
    for (const auto& [name, task] : state.tasks)
        must(!to_string(task.status).empty(), "every status has a name");
}

} // namespace

void journal(std::string_view bytes) {
    static const auto path = (scratch() / "journal.jsonl").string(); // for messages alone
    // As it stands, damage and all: it is read whole, or refused with the line that is wrong.
    const auto as_it_is = parse_journal(std::string(bytes), path);
    if (!as_it_is) {
        must_have_place(as_it_is.error(), path, bytes);
    } else {
        replayed(as_it_is->records);
        written(as_it_is->records);
    }
    // With sums that are right, as another version of this program may have written it.
    const auto records = records_in(bytes);
    if (records.empty()) return;
    const auto text = sealed(records);
    const auto loaded = parse_journal(text, path);
    if (!loaded) return must_have_place(loaded.error(), path, text);
    must(loaded->records.size() == records.size(), "each record is read");
    written(loaded->records);
    must(loaded->whole == text.size(), "a journal that ends with a line is whole");
    replayed(loaded->records);
    // One bit changed, and it is not taken. The last line may end earlier: that is a write which
    // was cut.
    auto changed = text;
    const auto at = changed.size() / 2;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto other = parse_journal(changed, path);
    must(!other || other->records.size() < records.size(),
        "a journal that was changed is not taken");
}

} // namespace ovd::fuzz
