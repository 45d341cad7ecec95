// SPDX-License-Identifier: Apache-2.0
#include "run_fixture.h"

#include <atomic>
#include <chrono>
#include <thread>

using namespace ovd;

namespace {

/// before and a go by, b is noticed, then c and d.
Files guarded(const std::string& c, const std::string& d = sets("d")) {
    return {{"1-one/10-a.toml", "title = \"A\"\n" + sets("before")},
        {"1-one/20-b.toml", "title = \"B\"\nrollback = true\nguard = true\n" + sets("a") +
                                sets("b", "osm1", "disruptive = true") + c + d}};
}

std::string with_command(const std::string& id, const std::string& command) {
    auto step = sets(id);
    step.replace(step.find("set " + id + "\""), id.size() + 5, command + "\"");
    return step;
}

const GuardState& guard_of(RunFixture& run) {
    return run.nodes.world.machines["osm1"].guard;
}

} // namespace

TEST_CASE("a guard is armed while the service may be down, knows all undos, and is disarmed") {
    RunFixture run(guarded(sets("c")));
    std::map<std::string, std::string> undos; // as each command begins
    run.nodes.on_job = [&](const std::string& node, const std::string& command) {
        if (command.size() != 5 || !command.starts_with("set ")) return; // not the locks
        auto& machine = run.nodes.world.machines[node];
        std::string names = machine.guard.phase == GuardState::Phase::armed ? "" : "not armed";
        for (const auto& part : machine.undos)
            names += part.name + " ";
        undos[command] = names;
    };
    const auto summary = run.run();
    CHECK_FALSE(summary.error);
    CHECK(undos["set a"] == "not armed");
    CHECK(undos["set b"] == "0001-a@osm1 0002-b@osm1 ");
    CHECK(undos["set d"] == "0001-a@osm1 0002-b@osm1 0003-c@osm1 0004-d@osm1 ");
    CHECK(guard_of(run).phase == GuardState::Phase::none);
    CHECK(run.state().guards.empty());
}

TEST_CASE("whatever ends a run in a guarded section, the guard restores the service at once") {
    for (const auto* command : {"fail", "cut"}) {
        RunFixture run(guarded(with_command("c", command)));
        const auto summary = run.run();
        REQUIRE(summary.error);
        CHECK(summary.error->message.find("1-one/20-b was rolled back") != std::string::npos);
        CHECK(summary.error->kind == ErrorKind::rolled_back);
        CHECK(run.has("osm1", "before"));
        CHECK_FALSE(run.has("osm1", "a"));
        CHECK_FALSE(run.has("osm1", "b"));
        CHECK(run.state().tasks["a@osm1"].is_fresh());
        CHECK(run.state().tasks["b@osm1"].is_fresh());
        CHECK(guard_of(run).phase == GuardState::Phase::none);
        // No job was needed for it, and the next run begins the section anew.
        CHECK(run.log().find("unset") == std::string::npos);
    }
}

TEST_CASE("the service is restored before what runs elsewhere has ended") {
    auto files = guarded(with_command("c", "fail"));
    files["2-two/10-c.toml"] = "title = \"C\"\nneeds = []\n" + sets("long", "pcs3");
    RunFixture run(files);
    std::atomic<bool> restored = false;
    bool in_time = false;
    run.nodes.on_job = [&](const std::string&, const std::string& command) {
        if (command != "set long") return;
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!restored && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        in_time = restored;
    };
    run.nodes.on_moment = [&](const FakeWorld& world) {
        const auto machine = world.machines.find("osm1");
        if (machine != world.machines.end() &&
            machine->second.guard.phase == GuardState::Phase::fired)
            restored = true;
    };
    CHECK(run.run().error);
    CHECK(in_time);
}

TEST_CASE("Ctrl-C in a guarded section rolls it back, also in the middle of a command") {
    RunFixture run(guarded(sets("c")));
    std::stop_source stop;
    run.nodes.on_job = [&](const std::string&, const std::string& command) {
        if (command == "set b") stop.request_stop();
    };
    const auto summary = run.run({{}, true, false, false, "tester@laptop", "p"}, stop.get_token());
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rolled_back);
    CHECK_FALSE(run.has("osm1", "b"));
    CHECK_FALSE(run.run().error);
    CHECK(run.has("osm1", "d"));
}

TEST_CASE("steps that end in the middle of an outage are rolled back") {
    RunFixture run(guarded(sets("c")));
    const auto summary = run.run({{"before", "a", "b"}, true, false, false, "t", "p"});
    REQUIRE(summary.error);
    CHECK(summary.error->hint.find("--to d") != std::string::npos);
    CHECK_FALSE(run.has("osm1", "b"));
}

TEST_CASE("nobody is asked anything from the first step that users notice on") {
    RunFixture run(guarded(with_command("c", "fail")));
    run.asker.there = true;
    const auto summary = run.run({{}, false, false, false, "tester@laptop", "p"});
    REQUIRE(summary.error);
    CHECK(run.asker.asked == std::vector<std::string>{"before before", "before a", "before b"});
}

TEST_CASE("no step that a guard has to undo is done by hand") {
    RunFixture run(guarded(sets("c")));
    run.asker.there = true;
    int asked = 0;
    run.asker.on_before = [&](const Step& step, const std::string& why) {
        if (step.id != "b") return Asker::Choice::run;
        CHECK((why.find("by hand") != std::string::npos) == (asked == 1));
        return asked++ == 0 ? Asker::Choice::by_hand : Asker::Choice::run;
    };
    CHECK_FALSE(run.run({{}, false, false, false, "tester@laptop", "p"}).error);
    CHECK(asked == 2);
    CHECK(run.nodes.world.machines["osm1"].ran["set b"] == 1);
}

TEST_CASE("a start that was killed in an outage has its guard fire, then begins anew") {
    const auto files = guarded(sets("c"));
    RunFixture next(files);
    next.take_over_from(RunFixture(files).killed_with("b"));
    bool restored_first = false;
    next.nodes.on_job = [&](const std::string&, const std::string& command) {
        if (command == "set a") restored_first = !next.has("osm1", "b");
    };
    CHECK(next.state().guards.at("osm1").section == "1-one/20-b");
    CHECK_FALSE(next.run().error);
    CHECK(restored_first);
    CHECK(next.nodes.world.machines["osm1"].ran["set b"] == 2);
    CHECK(next.view.told("its guard has fired"));
    CHECK(next.has("osm1", "d"));
}

TEST_CASE("a guard that another run left armed is never built upon") {
    RunFixture run(guarded(sets("c")));
    auto& machine = run.nodes.world.machines["osm1"];
    machine.guard.phase = GuardState::Phase::armed;
    machine.facts.insert("x");
    machine.undos = {{"0001-x@osm1", "unset x"}};
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::refused);
    CHECK_FALSE(run.has("osm1", "x"));
    CHECK_FALSE(run.has("osm1", "a"));
    CHECK_FALSE(run.run().error);
}

TEST_CASE("a guard that fired while the last step passed its checks is not taken for disarmed") {
    RunFixture run(guarded(sets("c")));
    bool once = true;
    run.nodes.on_job = [&](const std::string&, const std::string& command) {
        if (command != "set d" || !std::exchange(once, false)) return;
        auto& machine = run.nodes.world.machines["osm1"];
        machine.guard.phase = GuardState::Phase::fired;
        machine.guard.why = "nothing was heard";
        machine.guard.undone = {{"0002-b@osm1", 0}, {"0001-a@osm1", 0}};
        machine.facts.erase("a");
        machine.facts.erase("b");
    };
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rolled_back);
    CHECK(summary.error->message.find("its guard had fired") != std::string::npos);
    CHECK(run.state().tasks["b@osm1"].is_fresh());
    CHECK(guard_of(run).phase == GuardState::Phase::none);
    CHECK_FALSE(run.run().error);
    CHECK(run.has("osm1", "b"));
}
