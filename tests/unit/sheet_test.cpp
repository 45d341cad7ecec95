// SPDX-License-Identifier: Apache-2.0
#include "guide_maker.h"

#include "engine/journal.h"
#include "sheet/defaults.h"
#include "sheet/result.h"
#include "sheet/sheet.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

Error broken(const std::string& text) {
    const auto sheet = read_sheet(text, "sheet.toml");
    REQUIRE_FALSE(sheet);
    REQUIRE(sheet.error().where);
    CHECK(sheet.error().where->file == "sheet.toml");
    CHECK(sheet.error().where->line > 0);
    return sheet.error();
}

Record seen(const std::string& name, CheckState state, const std::string& value,
    Compare compare = Compare::exactly) {
    SheetResult result;
    result.budget = Seconds{600};
    SheetCheckResult check;
    check.name = name;
    check.state = state;
    check.values["v"] = {value, compare};
    result.checks.push_back(check);
    return {0, "", sheet_record(result, "test")};
}

const Record sent{0, "", CommandSent{"t", 0, "j", "", ""}};

CheckState again(const std::vector<Record>& journal, const std::string& value, bool good = true,
    Compare compare = Compare::exactly) {
    SheetCheckResult check;
    check.name = "c";
    check.values["v"] = {value, compare};
    ovd::compare(check, good, SheetHistory(journal));
    return check.state;
}

} // namespace

TEST_CASE("the proposed sheet of any farm can be read, and has enough in it") {
    auto farm = small_farm();
    const auto plain = read_sheet(default_sheet(farm), "");
    INFO((plain ? "" : plain.error().message));
    REQUIRE(plain);
    CHECK(plain->checks.back().kind != "");
    farm.admin_user = "admin";
    farm.test_user = "alice";
    const auto whole = read_sheet(default_sheet(farm), "");
    REQUIRE(whole);
    CHECK(whole->checks.size() >= 15);
    CHECK_FALSE(whole->watch.url.empty());
    std::set<std::string> kinds;
    for (const auto& check : whole->checks)
        kinds.insert(check.kind);
    CHECK(kinds == std::set<std::string>{
                       "http", "login", "servers", "tcp", "command", "sql", "log", "cluster"});
}

TEST_CASE("what is wrong with a sheet is named with its place") {
    CHECK(broken("budget = 10\n").message == "The sheet has no checks.");
    CHECK(broken("[[check]]\nhttp = \"https://x/\"\n").message == "This check has no name.");
    CHECK(
        broken("[[check]]\nname = \"a\"\n").hint.find("http, login, servers") != std::string::npos);
    CHECK(broken("[[check]]\nname = \"a\"\ntcp = \"x:1\"\nhttp = \"y\"\n").message.find("either") !=
          std::string::npos);
    const auto typo = broken("[[check]]\nname = \"a\"\ntcp = \"x:1\"\ntimeuot = 3\n");
    CHECK(typo.hint.find("timeout") != std::string::npos);
    CHECK(typo.where->line == 4);
    CHECK(broken("[[check]]\nname = \"a\"\ntcp = \"x:1\"\ntimeout = \"3\"\n").where->line == 4);
    CHECK(broken("[[check]]\nname = \"a\"\ncommand = \"x\"\nexpect = \"(\"\n")
              .message.find("expect") != std::string::npos);
    CHECK(broken("[[check]]\nname = \"a\"\ntcp = \"x:1\"\n[[check]]\nname = \"a\"\ntcp = \"y:1\"\n")
              .message.find("Two checks") != std::string::npos);
}

TEST_CASE(
    "a place in JSON that is none is told when the sheet is read, not while it is gone through") {
    const auto with = [](const std::string& pointer) {
        return "[[check]]\nname = \"a\"\nhttp = \"https://x/\"\npointer = \"" + pointer + "\"\n";
    };
    for (const char* bad : {"a/b", "/a~b", "/a~", "/~2"}) {
        INFO(bad);
        const auto said = broken(with(bad));
        CHECK(said.message.find("Invalid JSON pointer pointer") == 0);
        CHECK(said.hint.find("/a/b") != std::string::npos);
        CHECK(said.where->line == 4);
    }
    for (const char* good : {"/a/b", "/a~1b~0", "/", "/a//b"})
        CHECK(read_sheet(with(good), "sheet.toml"));
}

TEST_CASE("a time that would overflow is refused, and every refusal has a way out") {
    const auto with = [](const std::string& line) {
        return broken("[[check]]\nname = \"a\"\nlog = \"/x\"\n" + line + "\n");
    };
    for (const char* bad : {"valid_hours = 9223372036854775807", "timeout = 99999999", "exit = 256",
             "within = -1", "record = \"yes\"", "status = [\"200\"]", "count = [1]", "on = 1",
             "pattern = \"a(b\""}) {
        INFO(bad);
        const auto said = with(bad);
        CHECK(said.where->line == 4);
        CHECK_FALSE(said.hint.empty());
    }
}

TEST_CASE("a value that differs from the baseline is a change") {
    const std::vector<Record> journal{seen("c", CheckState::passed, "3")};
    CHECK(again(journal, "3") == CheckState::passed);
    CHECK(again(journal, "4") == CheckState::changed);
    CHECK(again({journal[0], sent}, "4", false) == CheckState::failed);
    // What was seen while it was broken is nothing to compare with.
    CHECK(again({seen("c", CheckState::known, "0"), seen("c", CheckState::passed, "3")}, "3") ==
          CheckState::passed);
    // The first time counts, not the last.
    const std::vector<Record> later{
        seen("c", CheckState::passed, "3"), seen("c", CheckState::changed, "4")};
    CHECK(again(later, "4") == CheckState::changed);
    CHECK(again({}, "4") == CheckState::passed);
}

TEST_CASE("sizes and times have room, certificates have none") {
    const auto with = [](const std::string& value, Compare compare) {
        return std::vector<Record>{seen("c", CheckState::passed, value, compare)};
    };
    CHECK(again(with("1000", Compare::roughly), "1150", true, Compare::roughly) ==
          CheckState::passed);
    CHECK(again(with("1000", Compare::roughly), "1300", true, Compare::roughly) ==
          CheckState::changed);
    CHECK(again(with("20", Compare::slow), "400", true, Compare::slow) == CheckState::passed);
    CHECK(again(with("300", Compare::slow), "1200", true, Compare::slow) == CheckState::changed);
    CHECK(again(with("key", Compare::first), "other", true, Compare::first) == CheckState::failed);
    CHECK(again(with("7", Compare::never), "9", true, Compare::never) == CheckState::passed);
}

TEST_CASE("what was broken before the first change does not block, what broke later does") {
    // At first sight already.
    CHECK(again({}, "1", false) == CheckState::known);
    CHECK(again({seen("c", CheckState::known, "1"), sent}, "1", false) == CheckState::known);
    CHECK(again({seen("c", CheckState::passed, "1"), sent, seen("c", CheckState::failed, "1")}, "1",
              false) == CheckState::failed);
    // It was mended in between.
    CHECK(again({seen("c", CheckState::known, "1"), seen("c", CheckState::passed, "1"), sent}, "1",
              false) == CheckState::failed);
    // Nobody's answer is no word about how it was.
    CHECK(again({seen("c", CheckState::unanswered, "1"), sent}, "1", false) == CheckState::failed);
    // First looked at only after something had been changed: nobody knows that it was so before.
    CHECK(again({sent, seen("c", CheckState::failed, "1")}, "1", false) == CheckState::failed);
}

TEST_CASE("a server that was lost before excuses itself, not the ones that are lost later") {
    const auto with = [](CheckState state, const std::set<std::string>& names) {
        auto record = seen("c", state, "1");
        std::get<SheetChecked>(record.event).checks[0].troubled = names;
        return record;
    };
    const auto now = [](const std::vector<Record>& journal, const std::set<std::string>& names) {
        SheetCheckResult check;
        check.name = "c";
        check.troubled = names;
        ovd::compare(check, false, SheetHistory(journal));
        return check.state;
    };
    const std::vector<Record> before{with(CheckState::known, {"esg1", "oas1"}), sent};
    CHECK(now(before, {"esg1"}) == CheckState::known);
    CHECK(now(before, {"esg1", "oas2"}) == CheckState::failed);
    // One of the two was well again in between: from then on it is ours.
    const std::vector<Record> better{before[0], sent, with(CheckState::known, {"esg1"})};
    CHECK(now(better, {"esg1"}) == CheckState::known);
    CHECK(now(better, {"esg1", "oas1"}) == CheckState::failed);
    SheetResult result;
    result.budget = Seconds{600};
    result.checks.push_back({"c", "servers", CheckState::known, "", "", 0, {}, {}, {}, {"esg1"}});
    CHECK(sheet_record(result, "t").checks[0].troubled == std::set<std::string>{"esg1"});
    CHECK(sheet_word(result) == "passed, but for 1 known failure");
}

TEST_CASE("a sheet fails when something fails, is unanswered or too slow") {
    SheetResult result;
    result.budget = Seconds{10};
    result.checks.push_back({"a", "tcp", CheckState::changed, "", "", 0, {}, {}, {}});
    result.checks.push_back({"b", "tcp", CheckState::known, "", "", 0, {}, {}, {}});
    CHECK_FALSE(result.failed());
    result.seconds = 11;
    CHECK(result.failed());
    result.seconds = 1;
    result.checks[1].state = CheckState::unanswered;
    CHECK(result.failed());
}

TEST_CASE("what failed is told before what changed, and what passed is only counted") {
    SheetResult result;
    result.budget = Seconds{600};
    result.checks.push_back({"fine", "tcp", CheckState::passed, "open", "", 0, {}, {}, {}});
    result.checks.push_back(
        {"other", "sql", CheckState::changed, "rows", "", 0, {}, {{"users", "3", "4"}}, {}});
    result.checks.push_back(
        {"broken", "tcp", CheckState::failed, "refused", "look", 0, {}, {}, {}});
    const auto text = sheet_text(result, false);
    CHECK(text.find("broken") < text.find("other"));
    CHECK(text.find("users: was 3, is 4") != std::string::npos);
    CHECK(text.find("-> look") != std::string::npos);
    CHECK(text.find("fine") == std::string::npos);
    CHECK(text.find("2 of 3 checks") != std::string::npos);
}

TEST_CASE("the last disruptive change is known, for servers that must have reported since") {
    const SheetHistory history(
        {{0, "", CommandEnded{.started = 5, .finished = 7, .disruptive = true}},
            {0, "", CommandEnded{.started = 9, .finished = 9.5}}});
    CHECK(history.changed() == 7.0);
}
