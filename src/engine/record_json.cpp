// SPDX-License-Identifier: Apache-2.0
#include "engine/record_json.h"

#include "engine/json_fields.h"
#include "engine/record_fields.h"

#include <fmt/format.h>

namespace ovd {
namespace {

using disk::FieldNames;
using disk::FieldReader;
using disk::Writer;

/// The kinds by their place in Event; the header has none. The second name is that of an earlier
/// version.
struct KindName {
    std::string_view name;
    std::string_view old = {};
};
constexpr std::array<KindName, std::variant_size_v<Event>> kinds = {{{""}, {"begin"}, {"task"},
    {"sent"}, {"ended"}, {"hook"}, {"answer"}, {"inspected", "looked"}, {"undo", "put back"},
    {"outline"}, {"sheet"}, {"watching"}, {"outage", "away"}, {"watched"}, {"guard"}, {"stop"}}};

/// Does something with an empty event of the kind at this place of Event.
template <class Use, std::size_t... Places>
void with_event_at(std::size_t place, const Use& use, std::index_sequence<Places...>) {
    (void)((place == Places && (use(Event{std::in_place_index<Places>}), true)) || ...);
}
template <class Use>
void with_event_at(std::size_t place, const Use& use) {
    with_event_at(place, use, std::make_index_sequence<std::variant_size_v<Event>>{});
}

} // namespace

Json to_json(const Event& event) {
    Json json = Json::object();
    json["kind"] = kinds[event.index()].name;
    Writer writer(json);
    std::visit([&](const auto& each) { fields(writer, each); }, event);
    return json;
}

Json to_json(const Record& record) {
    Json json = Json::object();
    if (const auto* header = record.as<JournalHeader>()) {
        json["ovd-failover-journal"] = header->version; // the line is known by its first field
        json["seq"] = record.seq;
        json["time"] = record.time;
        json["run"] = header->run;
        return json;
    }
    json["seq"] = record.seq;
    json["time"] = record.time;
    json.update(to_json(record.event));
    return json;
}

tl::expected<Record, std::string> record_of(const Json& json) {
    const auto not_known = [](const std::string& field) {
        return tl::unexpected(
            fmt::format("\"{}\" of this line is not what this version knows.", field));
    };
    Record record;
    FieldReader line(json);
    std::string kind;
    line("seq", record.seq);
    line("time", record.time);
    line("kind", kind);
    if (!line.wrong().empty()) return not_known(line.wrong());
    std::size_t place = 0;
    if (!json.contains("ovd-failover-journal")) {
        const auto found = std::ranges::find_if(kinds, [&](const KindName& each) {
            return !kind.empty() && (each.name == kind || each.old == kind);
        });
        if (found == kinds.end()) return not_known("kind");
        place = static_cast<std::size_t>(found - kinds.begin());
    }
    with_event_at(place, [&](Event event) { record.event = std::move(event); });
    std::string wrong;
    std::visit(
        [&](auto& event) {
            FieldReader reader(json);
            fields(reader, event);
            wrong = reader.wrong();
        },
        record.event);
    if (!wrong.empty()) return not_known(wrong);
    return record;
}

std::map<std::string, std::vector<std::string>> fields_by_kind() {
    std::map<std::string, std::vector<std::string>> all;
    for (std::size_t place = 1; place < kinds.size(); ++place)
        with_event_at(place, [&](const Event& event) {
            FieldNames collected;
            std::visit([&](const auto& each) { fields(collected, each); }, event);
            all[std::string(kinds[place].name)] = collected.names;
        });
    return all;
}

} // namespace ovd
