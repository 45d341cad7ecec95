// SPDX-License-Identifier: Apache-2.0
#include "engine/record_json.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/state.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

/// What README.md says of each kind: the words in backquotes of its row's last column.
std::map<std::string, std::set<std::string>> documented() {
    const auto page = read_file(std::string(OVD_SOURCE_DIR) + "/src/engine/README.md").value();
    std::map<std::string, std::set<std::string>> kinds;
    bool inside = false;
    for (const auto& line : lines(page)) {
        if (line.starts_with("## ")) inside = line == "## Kinds";
        if (!inside || !line.starts_with("| `")) continue;
        const auto cells = split(line, '|');
        auto& fields = kinds[split(cells.at(1), '`').at(1)];
        const auto words = split(cells.at(3), '`');
        for (std::size_t i = 1; i < words.size(); i += 2)
            fields.insert(words[i]);
    }
    return kinds;
}

Record read(const std::string& text) {
    auto record = record_of(Json::parse(text));
    INFO((record ? "" : record.error()));
    REQUIRE(record);
    return *record;
}

} // namespace

TEST_CASE("the page of the journal names each kind of record with its fields") {
    const auto page = documented();
    for (const auto& [kind, fields] : fields_by_kind()) {
        INFO(kind);
        REQUIRE(page.contains(kind));
        auto written = page.at(kind);
        if (kind == "hook") written.erase("answer"); // the record that follows
        if (kind == "outage") written.erase("from");
        std::set<std::string> known(fields.begin(), fields.end());
        if (kind == "outage") known.erase("from"); // it is named twice
        CHECK(written == known);
    }
    CHECK(page.size() == fields_by_kind().size());
}

TEST_CASE("what is written is what is read") {
    const SheetCheckResult check{"c", "sql", CheckState::changed, "s", "h", 1.5,
        {{"rows", {"4", Compare::roughly}}}, {{"rows", "3", "4"}}, Word{true, "t", "w", "T"},
        {"esg1"}};
    const std::vector<Event> events{JournalHeader{1, "r"},
        RunBegan{"w", "f", "t", {{"osm1", {{"pcs", "0.10"}}}}, "osm1"},
        TaskChanged{"a@osm1", TaskStatus::done, "1", "T", TaskHow::by_hand, "m", "2:d", 2.5},
        CommandSent{"a@osm1", 1, "j", "c", "i"},
        CommandEnded{"a@osm1", "j", 3, 1.5, 2.5, true, "o"}, HookChanged{"q", "h", false},
        QuestionAnswered{"q", "?", false, "t", "b", "w"}, TaskInspected{"a@osm1", "f"},
        UndoSent{"a@osm1", 2, "u", "c"},
        PlanOutline{Json{{"name", "f"}}, {{"s", "S", "c", "C"}},
            {{"a@osm1", "a", "A", "s", "osm1", {"V-9"}, "d", "e"}}, "d"},
        SheetChecked{"t", "s", false, 1, 600, "osm1", "a", {check}},
        WatchBegan{"a@osm1", "s", 300, "T"}, Outage{"a@osm1", "s", "T", "U", 2.5, 3, true, true},
        WatchEnded{"a@osm1", "T", "U", 7, 2.5, true},
        GuardChanged{
            "osm1", GuardStatus::fired, "s", 45, "w", "T", true, {"a@osm1"}, {"b@osm1"}, "o"},
        RunEnded{"w", 1, 2, true}};
    REQUIRE(events.size() == std::variant_size_v<Event>);
    for (const auto& event : events) {
        const auto json = to_json(Record{4, "T", event});
        INFO(json.dump());
        const auto again = record_of(json);
        REQUIRE(again);
        CHECK(again->event.index() == event.index());
        CHECK(to_json(*again) == json);
        CHECK(again->seq == 4);
    }
}

TEST_CASE("what an earlier version wrote is read as what it meant") {
    const auto undo = read(R"({"kind":"put back","task":"a@osm1","op":0,"job":"u1"})");
    REQUIRE(undo.as<UndoSent>() != nullptr);
    CHECK(undo.as<UndoSent>()->job == "u1");
    const auto back = read(R"({"kind":"task","task":"a@osm1","state":"put back"})");
    CHECK(back.as<TaskChanged>()->status == TaskStatus::rolled_back);
    const auto away = read(R"({"kind":"away","task":"a@osm1","from":"T","to":"","seconds":0.0})");
    CHECK(away.as<Outage>()->from == "T");
    CHECK(read(R"({"kind":"watched","away":2.5})").as<WatchEnded>()->down == 2.5);
    CHECK(read(R"({"kind":"looked","found":"f"})").as<TaskInspected>()->found == "f");
    const auto sheet =
        read(R"({"kind":"sheet","red":false,"checks":[{"name":"c","state":"as before",
        "moved":[{"value":"v","before":"1","now":"2"}]}]})");
    CHECK_FALSE(sheet.as<SheetChecked>()->failed);
    CHECK(sheet.as<SheetChecked>()->checks.at(0).state == CheckState::known);
    CHECK(sheet.as<SheetChecked>()->checks.at(0).changed.at(0).now == "2");
    const auto state = replay({read(R"({"kind":"task","task":"a@osm1","state":"intended"})"),
        read(R"({"kind":"sent","task":"a@osm1","op":0,"job":"j"})"), undo});
    CHECK(state.task("a@osm1").half_undone);
}
