// SPDX-License-Identifier: Apache-2.0
#include "run_fixture.h"

using namespace ovd;

namespace {

std::string breaks(const std::string& id) {
    auto step = sets(id);
    step.replace(step.find("set " + id + "\""), id.size() + 5, "fail\"");
    return step;
}

Files rollback_section(const std::string& steps) {
    return {{"1-one/10-a.toml", "title = \"A\"\n" + sets("before")},
        {"1-one/20-b.toml", "title = \"B\"\nrollback = true\n" + steps}};
}

} // namespace

TEST_CASE("a failure puts back what this section did, last first") {
    RunFixture run(rollback_section(sets("a") + sets("b") + breaks("c") + sets("d")));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rolled_back);
    CHECK(summary.error->message.find("1-one/20-b was rolled back") != std::string::npos);
    CHECK(run.log() == "osm1: set before, osm1: set a, osm1: set b, osm1: fail, osm1: unset c, "
                       "osm1: unset b, osm1: unset a");
    CHECK(run.has("osm1", "before"));
    CHECK(run.state().tasks["a@osm1"].is_fresh());
    CHECK(run.state().tasks["before@osm1"].is_done());
    CHECK(summary.left == 4);
    // The next run begins the section anew, with jobs of new names.
    CHECK(run.run().error);
    CHECK(run.nodes.world.machines["osm1"].ran["set a"] == 2);
    CHECK(run.nodes.world.machines["osm1"].ran["unset a"] == 2);
}

TEST_CASE("what was so before this run is not undone") {
    RunFixture run(rollback_section(sets("a") + sets("b") + breaks("c")));
    run.nodes.world.machines["osm1"].facts.insert("a");
    CHECK(run.run().error->kind == ErrorKind::rolled_back);
    CHECK(run.has("osm1", "a"));
    CHECK_FALSE(run.has("osm1", "b"));
}

TEST_CASE("a failure before anything was done puts nothing back and does not say so") {
    auto looks = sets("a");
    looks = looks.substr(0, looks.find("[[step.action]]")) +
            "[[step.verify]]\ncommand = \"has peace\"\nsays = \"No peace.\"\n"
            "[[step.undo]]\ncommand = \"unset a\"\n";
    RunFixture run(rollback_section(looks));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::remote);
    CHECK(summary.error->message.find("No peace.") != std::string::npos);
    CHECK(run.log() == "osm1: set before");
}

TEST_CASE("what a killed run had done is rolled back by the next") {
    const Files files = rollback_section(sets("a") + breaks("b"));
    RunFixture next(files);
    next.take_over_from(RunFixture(files).killed_with("a"));
    CHECK(next.run().error->kind == ErrorKind::rolled_back);
    CHECK_FALSE(next.has("osm1", "a"));
    CHECK(next.nodes.world.machines["osm1"].ran["set a"] == 1);
}

TEST_CASE("an undo that ends well and undoes nothing is a failed rollback") {
    auto stuck = sets("a");
    stuck.replace(stuck.find("unset a"), 7, "nothing");
    RunFixture run(rollback_section(stuck + breaks("b")));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rollback_failed);
    CHECK(summary.error->message.find("still looks done") != std::string::npos);
    CHECK(run.state().tasks["a@osm1"].status == TaskStatus::failed);
}

TEST_CASE("an undo that fails is said with its command, and the rest is rolled back anyway") {
    auto stuck = sets("b");
    stuck.replace(stuck.find("unset b"), 7, "fail");
    RunFixture run(rollback_section(sets("a") + stuck + breaks("c")));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rollback_failed);
    CHECK(summary.error->hint.find("by hand") != std::string::npos);
    CHECK(summary.error->message.find("could not be rolled back") != std::string::npos);
    CHECK_FALSE(run.has("osm1", "a")); // what brings the service back is among what comes last
    CHECK(run.has("osm1", "b"));
}

TEST_CASE("at a terminal too the way back is taken before anybody is asked") {
    RunFixture run(rollback_section(sets("a") + breaks("b")));
    run.asker.there = true;
    run.asker.on_failure = {Asker::OnFailure::retry};
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rolled_back);
    CHECK_FALSE(run.has("osm1", "a"));
    for (const auto& asked : run.asker.asked)
        CHECK_FALSE(asked.starts_with("failed "));
}

TEST_CASE("a task under way by hand is not said to have been rolled back") {
    RunFixture run(rollback_section(sets("a") + breaks("b")));
    run.asker.choices["a"] = Asker::Choice::by_hand;
    run.asker.does_it = [&] {
        run.nodes.world.machines["osm1"].facts.insert("a");
        return true;
    };
    const auto summary = run.run({{}, false, false, false, ""});
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rollback_failed);
    CHECK(summary.error->message.find("a@osm1 was done by hand") != std::string::npos);
}
