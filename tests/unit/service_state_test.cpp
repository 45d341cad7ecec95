// SPDX-License-Identifier: Apache-2.0
// What status, and each end of a run, say first: how the service is.
#include "engine/service_state.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

Record at(const std::string& time, Event event) {
    return {0, time, std::move(event)};
}

Record task(const std::string& id, TaskStatus status, const std::string& time) {
    return at(time, TaskChanged{.task = id,
                        .status = status,
                        .how = status == TaskStatus::done ? TaskHow::ran : TaskHow::none});
}

/// A section that is rolled back, whose second step interrupts the service.
struct Switch {
    Guide guide = guide_of({{"1-one/10-switch.toml",
        "title = \"A\"\nrollback = true\n"
        "[[step]]\nid = \"stage\"\ntitle = \"S\"\nwhy = \"W\"\non = [\"osm1\"]\n"
        "[[step.action]]\ncommand = \"a\"\n[step.probe]\ncommand = \"b\"\n"
        "[[step]]\nid = \"away\"\ntitle = \"S\"\nwhy = \"W\"\non = [\"osm1\"]\ndisruptive = true\n"
        "expect = \"down\"\n[[step.action]]\ncommand = \"c\"\n[step.probe]\ncommand = \"d\"\n"
        "[[step]]\nid = \"back\"\ntitle = \"S\"\nwhy = \"W\"\non = [\"osm1\"]\n"
        "[[step.action]]\ncommand = \"e\"\n[step.probe]\ncommand = \"f\"\n"}});
    Farm farm = small_farm();
    Plan plan = *make_plan(guide, farm);

    [[nodiscard]] std::string says(const std::vector<Record>& records) const {
        return describe(service_state(plan, replay(records), records), "run it again");
    }
};

} // namespace

TEST_CASE("nothing is said of the service as long as nothing that users notice was begun") {
    const Switch that;
    CHECK(that.says({}).empty());
    CHECK(
        that.says({task("stage@osm1", TaskStatus::running, "T1"),
                      task("stage@osm1", TaskStatus::done, "T2")})
            .empty());
}

TEST_CASE(
    "a section that is half done may keep the service down, until it is done or rolled back") {
    const Switch that;
    std::vector<Record> records{
        task("stage@osm1", TaskStatus::done, "T1"), task("away@osm1", TaskStatus::running, "T2")};
    const auto text = "The service may be down since T2 (away@osm1); 1-one/10-switch is half done. "
                      "To bring it back: run it again";
    CHECK(that.says(records) == text);
    records.push_back(task("away@osm1", TaskStatus::done, "T3"));
    CHECK(that.says(records).find("may be down") != std::string::npos);
    auto rolled_back = records;
    rolled_back.push_back(task("away@osm1", TaskStatus::rolled_back, "T4"));
    CHECK(that.says(rolled_back).empty());
    records.push_back(task("back@osm1", TaskStatus::done, "T5"));
    CHECK(that.says(records).empty());
}

TEST_CASE("what the watch saw to be up at its end is up, however much is left to do") {
    const Switch that;
    std::vector<Record> records{task("stage@osm1", TaskStatus::done, "T1"),
        task("away@osm1", TaskStatus::running, "T2"), task("away@osm1", TaskStatus::done, "T3"),
        at("T4", WatchEnded{.task = "away@osm1", .from = "T2", .to = "T4", .seen = true})};
    CHECK(that.says(records).empty());
    records.push_back(task("away@osm1", TaskStatus::running, "T5")); // once more, not watched
    CHECK(that.says(records).starts_with("The service may be down since T5"));
}

TEST_CASE("an outage that was seen is told of until it was seen to end") {
    const Switch that;
    std::vector<Record> records{at("T1", WatchBegan{"away@osm1", "1-one/10-switch", 30, "T1"})};
    // The wizard was killed while it watched, before it saw anything.
    CHECK(that.says(records) == "The service may be down since T1 (away@osm1); 1-one/10-switch is "
                                "half done. To bring it back: run it again");
    records.push_back(
        at("T2", Outage{.task = "away@osm1", .section = "1-one/10-switch", .from = "T2"}));
    CHECK(that.says(records).starts_with("The service is down since T2 (away@osm1)"));
    records.push_back(at("T3", WatchEnded{.task = "away@osm1", .from = "T1", .to = "T3"}));
    CHECK(that.says(records).starts_with("The service is down since T2"));
    records.push_back(at(
        "T4", Outage{.task = "away@osm1", .section = "1-one/10-switch", .from = "T2", .to = "T4"}));
    CHECK(that.says(records).empty());
}

TEST_CASE("a guard that is armed brings the service back; one that has fired has done so") {
    const Switch that;
    std::vector<Record> records{task("stage@osm1", TaskStatus::done, "T1"),
        task("away@osm1", TaskStatus::running, "T2"),
        at("T2", GuardChanged{.node = "osm1",
                     .status = GuardStatus::armed,
                     .section = "1-one/10-switch",
                     .limit = 30})};
    CHECK(that.says(records) ==
          "The service may be down since T2 (away@osm1); 1-one/10-switch is half done. osm1 "
          "restores it by itself, 30 s after this run was last heard of. To see what became of it: "
          "run it again");
    records.push_back(
        at("T2", Outage{.task = "away@osm1", .section = "1-one/10-switch", .from = "T2"}));
    CHECK(that.says(records).find("osm1 restores it by itself") != std::string::npos);
    records.push_back(at("T3", GuardChanged{.node = "osm1",
                                   .status = GuardStatus::fired,
                                   .section = "1-one/10-switch",
                                   .undone = {"away@osm1", "stage@osm1"}}));
    CHECK(that.says(records).empty());
}
