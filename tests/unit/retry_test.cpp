// SPDX-License-Identifier: Apache-2.0
// What counts when something is tried again, or a node is out of sight for a while.
#include "run_fixture.h"

#include <algorithm>
#include <fstream>

using namespace ovd;

namespace {

Files one_section(const std::string& steps, const std::string& more = "") {
    return {{"1-one/10-a.toml", "title = \"A\"\n" + more + "\n" + steps}};
}

std::string step_of(const std::string& id, const std::string& actions, const std::string& rest = "",
    const std::string& on = "osm1") {
    return "[[step]]\nid = \"" + id + "\"\ntitle = \"T\"\nwhy = \"W\"\non = [\"" + on +
           "\"]\nneeds = []\n" + actions + "[step.probe]\ncommand = \"has " + id +
           "\"\n[[step.undo]]\ncommand = \"unset " + id + "\"\n" + rest;
}

std::string runs(const std::string& command) {
    return "[[step.action]]\ncommand = \"" + command + "\"\n";
}

constexpr const char* waits =
    "[[step.action]]\nwait = \"has peace\"\nwhat = \"peace\"\nwithin = 5\n";
constexpr const char* verifies = "[[step.verify]]\ncommand = \"has peace\"\nsays = \"No peace.\"\n";

/// From the moment that osm1 has the fact on, it is out of sight for so long.
void hide_after(RunFixture& run, const std::string& fact, Millis time) {
    run.nodes.out_of_sight = [&run, fact, time, until = 0LL](const std::string& node) mutable {
        auto& world = run.nodes.world;
        if (node != "osm1" || !world.machines["osm1"].facts.contains(fact)) return false;
        if (until == 0) until = world.millis + time.count();
        return world.millis < until;
    };
}

void append(RunFixture& run, Event event) {
    auto journal = Journal::open(run.dir.path().string(), run.nodes, run.random, run.redactor);
    REQUIRE(journal);
    REQUIRE((*journal)->write(std::move(event)));
}

} // namespace

TEST_CASE("what was waited for in vain, or checked and found wrong, is not done by its looks") {
    const bool by_wait = GENERATE(true, false);
    RunFixture run(one_section(
        by_wait ? step_of("a", runs("set a") + waits) : step_of("a", runs("set a"), verifies)));
    for (int i = 0; i < 2; ++i) {
        const auto summary = run.run();
        REQUIRE(summary.error);
        CHECK(summary.error->kind == ErrorKind::remote);
        CHECK(summary.left == 1);
    }
    run.nodes.world.machines["osm1"].facts.insert("peace");
    CHECK_FALSE(run.run().error);
    CHECK(run.state().tasks["a@osm1"].is_done());
    CHECK(run.nodes.world.machines["osm1"].ran["set a"] == 1); // it is not repeated for that
}

TEST_CASE(
    "a node out of sight for a while during a look is waited for, and nothing is rolled back") {
    const bool by_wait = GENERATE(true, false);
    const std::string more = by_wait ? "" : verifies;
    RunFixture run(
        one_section(step_of("a", runs("set a") + (by_wait ? waits : ""), more), "rollback = true"));
    run.nodes.world.machines["osm1"].facts.insert("peace");
    hide_after(run, "a", Seconds{100});
    CHECK_FALSE(run.run().error);
    CHECK(run.has("osm1", "a"));
    CHECK(run.log() == "osm1: set a");
}

TEST_CASE("a node that stays out of sight makes it unknown, and nothing is rolled back") {
    const bool by_wait = GENERATE(true, false);
    const std::string more = by_wait ? "" : verifies;
    RunFixture run(
        one_section(step_of("a", runs("set a") + (by_wait ? waits : ""), more), "rollback = true"));
    hide_after(run, "a", Seconds{100'000});
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::unknown);
    CHECK(run.has("osm1", "a"));
    CHECK(run.state().tasks["a@osm1"].status == TaskStatus::unknown);
    // The next run looks, and what was to be waited for or checked counts.
    run.nodes.out_of_sight = nullptr;
    CHECK(run.run().error->kind == ErrorKind::rolled_back);
}

TEST_CASE("what a task left running is waited for before it is rolled back") {
    RunFixture run(one_section(
        step_of("a", runs("slow a")) + step_of("b", runs("fail"), "", "osm2"), "rollback = true"));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rolled_back);
    CHECK_FALSE(run.has("osm1", "a"));
    CHECK(run.nodes.world.machines["osm1"].ran["unset a"] == 1);
}

TEST_CASE("nothing is rolled back beside a task that cannot be told to have ended") {
    RunFixture run(one_section(
        step_of("a", runs("cut")) + step_of("b", runs("fail"), "", "osm2"), "rollback = true"));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rollback_failed);
    CHECK(run.nodes.world.machines["osm1"].ran.count("unset a") == 0);
}

TEST_CASE("a task is rolled back by the plan it was done by, or not at all") {
    const auto undone_by = [](const std::string& command) {
        auto step = sets("a");
        step.replace(step.find("unset a"), 7, command);
        return step;
    };
    RunFixture before(one_section(undone_by("unset a"), "rollback = true"));
    CHECK_FALSE(before.run().error);
    RunFixture after(
        one_section(undone_by("unset everything") + step_of("b", runs("fail")), "rollback = true"));
    after.nodes.world = before.nodes.world;
    std::filesystem::copy_file(before.dir / "journal.jsonl", after.dir / "journal.jsonl");
    const auto summary = after.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rollback_failed);
    CHECK(summary.error->message.find("older plan") != std::string::npos);
    CHECK(after.has("osm1", "a"));
}

TEST_CASE("putting back a second time is really done, not read from the first") {
    RunFixture run(one_section(
        step_of("a", runs("set a")) + step_of("z", runs("fail"), "", "osm2"), "rollback = true"));
    auto& osm1 = run.nodes.world.machines["osm1"];
    osm1.facts.insert("jam");
    CHECK(run.run().error->kind == ErrorKind::rollback_failed);
    CHECK(run.has("osm1", "a"));
    osm1.facts.erase("jam");
    CHECK(run.run({{"z"}, true, false, false, ""}).error->kind == ErrorKind::rolled_back);
    CHECK_FALSE(run.has("osm1", "a"));
    CHECK(osm1.ran["unset a"] == 2);
}

TEST_CASE("a job that may have begun is asked for, also when it was put down as failed") {
    RunFixture run(one_section(step_of("a", runs("slow a"))));
    CHECK(run.run().error->kind == ErrorKind::unknown);
    append(run,
        TaskChanged{
            .task = "a@osm1", .status = TaskStatus::failed, .digest = run.plan.details[0].digest});
    CHECK_FALSE(run.run().error);
    CHECK(run.nodes.world.machines["osm1"].ran["slow a"] == 1);
}

TEST_CASE("what cannot be told outranks what failed") {
    RunFixture run(one_section(step_of("a", runs("fail")) + step_of("b", runs("cut"), "", "osm2")));
    CHECK(run.run().error->kind == ErrorKind::unknown);
}

TEST_CASE("the lease stays on a node that still runs a command of ours") {
    RunFixture run(
        one_section(step_of("a", runs("slow a")) + step_of("b", runs("set b"), "", "osm2")));
    CHECK(run.run().error);
    const auto given_back = [&](const std::string& node) {
        return std::ranges::any_of(run.nodes.world.machines[node].ran,
            [](const auto& each) { return each.first.starts_with("lease="); });
    };
    CHECK_FALSE(given_back("osm1"));
    CHECK(given_back("osm2"));
    CHECK(run.view.told("osm1: a command of this run may still be at work there"));
    CHECK_FALSE(run.run().error);
    CHECK(given_back("osm1"));
}

TEST_CASE(
    "nodes that went away before the end of a run keep it waiting for seconds, and are named") {
    RunFixture run(one_section(step_of("a", runs("set a"))));
    run.nodes.out_of_sight = [&](const std::string& node) {
        return (node == "pcs3" || node == "dbmy") && run.nodes.given_up_after.contains(node);
    };
    CHECK_FALSE(run.run().error);
    CHECK(run.nodes.given_up_after.size() == 5);
    for (const auto& [node, most] : run.nodes.given_up_after)
        CHECK(most < Millis{10'000});
    for (const auto* node : {"osm1", "osm2", "pcs4"})
        CHECK_FALSE(run.view.told(std::string(node) + " keeps its lock"));
    for (const auto* node : {"pcs3", "dbmy"})
        CHECK(run.view.told(std::string(node) + " keeps its lock"));
}

TEST_CASE("a secret is not left behind where output is cut") {
    RunFixture run(one_section(step_of("a", runs("spill s3same-open") + runs("set a"))));
    run.redactor.add("db", "s3same-open");
    CHECK_FALSE(run.run().error);
    std::ifstream file(run.dir / "journal.jsonl");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto ended = text.find("\"kind\":\"ended\"");
    REQUIRE(ended != std::string::npos);
    CHECK(text.find("ame-open", ended) == std::string::npos);
}

TEST_CASE("a hook that a killed run had begun is not simply begun again") {
    auto farm = small_farm();
    farm.hooks["h"] = "do it";
    const auto files = one_section("[[step]]\nid = \"q\"\ntitle = \"Ask\"\nwhy = \"W\"\n"
                                   "[[step.action]]\nask = \"q?\"\nhook = \"h\"\n");
    RunFixture killed(files, farm);
    std::string journal;
    killed.asker.hook = [&](const AskOp&) {
        std::ifstream file(killed.dir / "journal.jsonl");
        journal.assign(std::istreambuf_iterator<char>(file), {});
        return Result<Answer>(Answer{true, "", "hook h", "tester"});
    };
    CHECK_FALSE(killed.run().error);
    CHECK(killed.run().already == 0);
    int ran = 0;
    RunFixture next(files, farm);
    next.dir.write("journal.jsonl", journal);
    next.asker.hook = [&](const AskOp&) {
        ++ran;
        return Result<Answer>(Answer{true, "", "hook h", "tester"});
    };
    SECTION("a person at the terminal is asked") {
        next.asker.there = true;
        CHECK_FALSE(next.run().error);
        CHECK(ran == 0);
        REQUIRE(next.asker.asked.size() == 1);
        CHECK(next.asker.asked[0].find("The hook h was begun") != std::string::npos);
        CHECK(next.asker.asked[0].ends_with("q?"));
    }
    SECTION("with nobody there it runs again, where it waits for the first") {
        CHECK_FALSE(next.run().error);
        CHECK(ran == 1);
    }
    SECTION("another machine cannot wait for it: only a person can tell") {
        append(next, RunBegan{.who = "eve@elsewhere"});
        CHECK_FALSE(next.run().error);
        CHECK(ran == 0);
        CHECK(next.asker.asked.size() == 1);
    }
    SECTION("one whose failure was seen is simply run again") {
        append(next, HookChanged{"q", "h", false});
        next.asker.there = true;
        CHECK_FALSE(next.run().error);
        CHECK(ran == 1);
    }
}

TEST_CASE("a defect while a task runs is told as unknown, and ends nothing else") {
    auto farm = small_farm();
    farm.hooks["h"] = "do it";
    RunFixture run(one_section("[[step]]\nid = \"q\"\ntitle = \"Ask\"\nwhy = \"W\"\n"
                               "[[step.action]]\nask = \"q?\"\nhook = \"h\"\n" +
                               step_of("a", runs("set a"))),
        farm);
    run.asker.hook = [](const AskOp&) -> Result<Answer> {
        throw std::runtime_error("no terminal");
    };
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::unknown);
    CHECK(summary.error->message.find("no terminal") != std::string::npos);
    CHECK(run.has("osm1", "a"));
}

TEST_CASE("a question about a machine that may not be logged in to has its hook and answers") {
    auto farm = small_farm();
    farm.nodes[0].by_hand = true;
    RunFixture run(one_section(asks("q", "on = [\"osm1\"]")), farm);
    CHECK_FALSE(run.run().error);
    CHECK(run.asker.asked == std::vector<std::string>{"ask q?"});
}

TEST_CASE("a plan made without having asked a node is not carried out there") {
    auto files = one_section(sets("a"));
    files["facts.toml"] = "[pcs]\ncommand = 'pcs --version'\n";
    RunFixture run(files);
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::connect);
    CHECK(summary.error->message.find("osm1 did not answer when the plan was made") == 0);
    CHECK(run.log().empty());
    run.farm.nodes[0].facts["asked"] = "yes";
    CHECK_FALSE(run.run().error);
}
