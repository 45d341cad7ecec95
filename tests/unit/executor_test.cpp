// SPDX-License-Identifier: Apache-2.0
#include "run_fixture.h"

#include <algorithm>
#include <condition_variable>

using namespace ovd;

namespace {

const RunOptions all_yes{{}, true, false, false, "tester@laptop", "process 1"};

Files one_section(const std::string& steps, const std::string& more = "") {
    return {{"1-one/10-a.toml", "title = \"A\"\n" + more + "\n" + steps}};
}

std::string fails(const std::string& id, const std::string& on = "osm1") {
    return "[[step]]\nid = \"" + id + "\"\ntitle = \"T\"\nwhy = \"W\"\non = [\"" + on +
           "\"]\n[[step.action]]\ncommand = \"fail\"\n[step.probe]\ncommand = \"has " + id +
           "\"\n[[step.undo]]\ncommand = \"unset " + id + "\"\n";
}

} // namespace

TEST_CASE("tasks run in the order of the guide, those of one step side by side") {
    RunFixture run(one_section(sets("a", "all") + sets("b")));
    std::mutex mutex;
    std::condition_variable all_here;
    std::set<std::string> here;
    run.nodes.on_job = [&](const std::string& node, const std::string& command) {
        if (command != "set a") return;
        std::unique_lock lock(mutex);
        here.insert(node);
        all_here.notify_all();
        // Only when all five are under way at once does anybody get further at once.
        all_here.wait_for(lock, std::chrono::seconds(5), [&] { return here.size() == 5; });
    };
    const auto summary = run.run();
    CHECK_FALSE(summary.error);
    CHECK(summary.carried_out == 6);
    CHECK(summary.left == 0);
    CHECK(run.nodes.most_at_once == 5);
    CHECK(run.nodes.world.log.back() == "osm1: set b");
}

TEST_CASE("what looks done is not done again, and one run after the other changes nothing") {
    RunFixture run(one_section(sets("a") + sets("b")));
    run.nodes.world.machines["osm1"].facts.insert("a");
    const auto first = run.run();
    CHECK(first.already == 1);
    CHECK(first.carried_out == 1);
    CHECK(run.log() == "osm1: set b");
    CHECK(run.state().tasks["a@osm1"].how == TaskHow::already);
    const auto second = run.run();
    CHECK(second.already + second.carried_out == 0);
    CHECK(second.left == 0);
    CHECK(run.log() == "osm1: set b");
}

TEST_CASE("a probe that cannot be made is never taken for done") {
    auto blind = sets("a");
    blind.replace(blind.find("has a"), 5, "blur");
    RunFixture run(one_section(blind));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::unknown);
    CHECK(summary.error->message.find("it is unknown whether") != std::string::npos);
    CHECK(summary.left == 1);
    CHECK(run.log().empty());
}

TEST_CASE("an action that ends well and does nothing is a failure") {
    auto idle = sets("a");
    idle.replace(idle.find("set a\""), 6, "nothing\"");
    RunFixture run(one_section(idle));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->message.find("does not look done") != std::string::npos);
    CHECK(run.state().tasks["a@osm1"].status == TaskStatus::failed);
}

TEST_CASE("a failure stops what comes after, and the next run goes on from there") {
    RunFixture run(one_section(sets("a") + fails("b") + sets("c")));
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::remote);
    CHECK(summary.error->message.find("no such luck") != std::string::npos);
    CHECK(summary.left == 2);
    CHECK(run.log() == "osm1: set a, osm1: fail");
    CHECK(run.has("osm1", "a")); // nothing is rolled back where the section does not say so
    run.nodes.world.machines["osm1"].facts.insert("b"); // mended by hand
    const auto second = run.run();
    CHECK_FALSE(second.error);
    CHECK(second.left == 0);
    CHECK(run.log() == "osm1: set a, osm1: fail, osm1: set c");
}

TEST_CASE("a person at the terminal may try again") {
    RunFixture run(one_section(fails("a") + sets("b")));
    run.asker.on_failure = {Asker::OnFailure::retry, Asker::OnFailure::stop};
    int times = 0;
    run.nodes.on_job = [&](const std::string&, const std::string& command) {
        if (command == "fail") ++times;
    };
    const auto summary = run.run();
    CHECK(summary.error);
    CHECK(times == 2);
    CHECK(run.state().tasks["a@osm1"].attempts == 2);
}

TEST_CASE("an open question holds back what follows from it, and nothing else") {
    RunFixture run({{"1-one/10-a.toml", "title = \"A\"\n" + asks("q") + sets("after") +
                                            sets("beside", "osm2", "needs = []") +
                                            sets("beside2", "osm2", "needs = [\"beside\"]")}});
    run.asker.not_yet = {"q?"};
    const auto summary = run.run();
    CHECK_FALSE(summary.error);
    CHECK(summary.open == std::vector<std::string>{"q"});
    CHECK(summary.left == 2);
    CHECK(run.log() == "osm2: set beside, osm2: set beside2");
    run.asker.not_yet.clear();
    CHECK(run.run().left == 0);
    CHECK(run.has("osm1", "after"));
    CHECK(run.state().tasks["q"].how == TaskHow::answered);
}

TEST_CASE("a task that no longer looks done is told and left alone") {
    RunFixture run(one_section(sets("a") + sets("b")));
    CHECK(run.run().left == 0);
    run.nodes.world.machines["osm1"].facts.erase("a");
    const auto summary = run.run();
    CHECK(summary.drift == std::vector<std::string>{"a@osm1"});
    CHECK(run.view.told("a@osm1 note: was done by this run, but its probe says no now"));
    CHECK(run.log() == "osm1: set a, osm1: set b");
    CHECK_FALSE(run.has("osm1", "a"));
    const auto again = run.run({{"a"}, true, true, false, ""});
    CHECK(again.carried_out == 1);
    CHECK(run.has("osm1", "a"));
}

TEST_CASE("what a later step has taken over is not asked any more") {
    RunFixture run(one_section(sets("a", "osm1", "holds_until = \"b\"") + sets("b")));
    run.nodes.world.machines["osm1"].facts.insert("b");
    const auto summary = run.run();
    CHECK_FALSE(summary.error);
    CHECK(summary.left == 0);
    CHECK(run.log().empty());
}

TEST_CASE("a step that was chosen alone needs what comes before it") {
    RunFixture run(one_section(sets("a") + sets("b")));
    const auto summary = run.run({{"b"}, true, false, false, ""});
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::usage);
    CHECK(summary.error->message == "b@osm1 needs a@osm1 first, and that is not done.");
    CHECK(run.log().empty());
    CHECK(run.run({{"a"}, true, false, false, ""}).left == 0);
    CHECK(run.run({{"b"}, true, false, false, ""}).carried_out == 1);
}

TEST_CASE("a person is asked before a step that changes a node, and may leave it out") {
    RunFixture run(
        one_section(sets("a") + sets("b", "osm1", "needs = []") + sets("c", "osm1", "needs = []")));
    run.nodes.world.machines["osm1"].facts.insert("c"); // nothing to ask about
    run.asker.choices["a"] = Asker::Choice::skip;
    const auto summary = run.run({{}, false, false, false, ""});
    CHECK_FALSE(summary.error);
    CHECK(run.asker.asked == std::vector<std::string>{"before a", "before b"});
    CHECK(run.log() == "osm1: set b");
    CHECK(summary.left == 1);
    run.asker.choices["a"] = Asker::Choice::stop;
    const auto stopped = run.run({{}, false, false, false, ""});
    REQUIRE(stopped.error);
    CHECK(stopped.error->kind == ErrorKind::stopped);
}

TEST_CASE("a node that may not be logged in to is done by hand") {
    auto farm = small_farm();
    farm.nodes[0].by_hand = true;
    RunFixture run(one_section(sets("a") + sets("b", "osm2")), farm);
    const auto summary = run.run();
    CHECK_FALSE(summary.error);
    CHECK(run.log() == "osm2: set b");
    CHECK(run.asker.asked == std::vector<std::string>{"by hand a@osm1: set a"});
    CHECK(run.state().tasks["a@osm1"].how == TaskHow::by_hand);
    // Saying it again does not make the program log in.
    (void)run.run({{"a"}, true, true, false, ""});
    CHECK(run.log() == "osm2: set b");
    CHECK(run.asker.asked.size() == 2);
}

TEST_CASE("a step done by hand counts when the node shows it") {
    RunFixture run(one_section(sets("a")));
    run.asker.choices["a"] = Asker::Choice::by_hand;
    int said = 0;
    run.asker.does_it = [&] { // the first yes is too early
        if (++said == 2) run.nodes.world.machines["osm1"].facts.insert("a");
        return true;
    };
    const auto summary = run.run({{}, false, false, false, ""});
    CHECK_FALSE(summary.error);
    CHECK(said == 2);
    CHECK(run.log().empty());
}

TEST_CASE("a stop ends between two steps and says how to go on") {
    RunFixture run(one_section(sets("a") + sets("b")));
    std::stop_source source;
    run.nodes.on_job = [&](const std::string&, const std::string& command) {
        if (command == "set a") source.request_stop();
    };
    const auto summary = run.run(all_yes, source.get_token());
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::stopped);
    CHECK(summary.error->hint == "Resume with: ovd-failover run");
    CHECK(run.log() == "osm1: set a");
    CHECK(run.run().left == 0);
    CHECK(run.log() == "osm1: set a, osm1: set b");
}

TEST_CASE("another run on the farm is respected, and nothing is changed") {
    RunFixture run(one_section(sets("a", "osm2")));
    run.nodes.world.machines["pcs3"].leased_by_other = true;
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::refused);
    CHECK(summary.error->message.find("eve@laptop") != std::string::npos);
    CHECK(summary.error->hint.find("--take-over") != std::string::npos);
    CHECK(run.log().empty());
}

TEST_CASE("a step that changed since it was done is told, not redone") {
    RunFixture before(one_section(sets("a")));
    CHECK(before.run().left == 0);
    auto changed = sets("a");
    changed.replace(changed.find("set a"), 5, "set a more");
    RunFixture after(one_section(changed));
    after.nodes.world = before.nodes.world;
    std::filesystem::copy_file(before.dir / "journal.jsonl", after.dir / "journal.jsonl");
    CHECK(after.run().left == 0);
    CHECK(after.view.told("was done by an older plan"));
    CHECK(after.log() == "osm1: set a");
}

TEST_CASE("a red sheet stops the run, and a person's word lets it go on") {
    const std::string sheet = "[[step]]\nid = \"s\"\ntitle = \"T\"\nwhy = \"W\"\n"
                              "[[step.action]]\nsheet = \"before b\"\n";
    RunFixture run(one_section(sets("a") + sheet + sets("b")));
    run.sheets.fails = true;
    run.asker.not_yet.insert(std::string(failed_sheet_question));
    const auto stopped = run.run();
    REQUIRE(stopped.error);
    CHECK(stopped.error->kind == ErrorKind::refused);
    CHECK(run.has("osm1", "a"));
    CHECK_FALSE(run.has("osm1", "b"));
    // The sheet is gone through anew; now somebody says to go on, and that is recorded.
    run.asker.not_yet.clear();
    CHECK_FALSE(run.run().error);
    CHECK(run.sheets.ran == std::vector<std::string>{"before b", "before b"});
    CHECK(run.has("osm1", "b"));
    const auto records = Journal::read(run.dir.path().string()).value();
    CHECK(std::ranges::count_if(records, [](const Record& record) {
        const auto* answer = record.as<QuestionAnswered>();
        return answer != nullptr && answer->done;
    }) == 1);
}

TEST_CASE("the service is watched while disruptive tasks run, and only then") {
    RunFixture run(one_section(sets("a") + sets("b", "osm1", "disruptive = true")));
    CHECK_FALSE(run.run().error);
    CHECK(run.watch.began == std::vector<std::string>{"b@osm1"});
    CHECK(run.watch.ended == run.watch.began);
}

TEST_CASE("when the service is away for too long, the way back can be taken") {
    RunFixture run(one_section(
        sets("a", "osm1", "disruptive = true\nlimit = 1") + sets("b"), "rollback = true"));
    run.asker.back = true;
    run.nodes.on_job = [&](const std::string&, const std::string& command) {
        if (command == "set a") run.watch.cross = "1-one/10-a";
    };
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::rolled_back);
    CHECK_FALSE(run.has("osm1", "a"));
}
