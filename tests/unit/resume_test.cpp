// SPDX-License-Identifier: Apache-2.0
// The wizard dies at every moment there is; the next one must bring the farm to the same end.
#include "run_fixture.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

using namespace ovd;

namespace {

/// What is left of a run that died: the world and the journal on disk.
struct Remains {
    FakeWorld world;
    std::string journal;
};

const Files farm_steps = {
    {"1-one/10-a.toml", "title = \"A\"\n" + sets("a", "osm") + asks("q") + sets("b", "pcs3")},
    {"2-two/10-b.toml",
        "title = \"B\"\n[[step]]\nid = \"two\"\ntitle = \"T\"\nwhy = \"W\"\non = [\"osm1\"]\n"
        "[[step.action]]\ncommand = \"set half\"\n[[step.action]]\ncommand = \"set two\"\n"
        "[step.probe]\ncommand = \"has two\"\n[[step.verify]]\ncommand = \"true\"\n" +
            sets("last", "dbmy")}};

std::string contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs everything once and keeps what would be left at each moment on the way.
std::vector<Remains> every_moment(FakeWorld& end) {
    RunFixture run(farm_steps);
    std::vector<Remains> moments;
    std::string before;
    run.nodes.on_moment = [&](const FakeWorld& world) {
        Remains now{world, contents(run.dir / "journal.jsonl")};
        auto what = now.journal; // moments that leave the same behind are one
        for (const auto& [name, machine] : world.machines)
            for (const auto& [id, job] : machine.jobs)
                what += name + id + std::to_string(static_cast<int>(job.state.phase));
        if (std::exchange(before, what) != what) moments.push_back(std::move(now));
    };
    const auto summary = run.run();
    REQUIRE_FALSE(summary.error);
    REQUIRE(summary.left == 0);
    end = run.nodes.copy();
    return moments;
}

/// The next run, from what is left. The journal must say in the end that all is done.
FakeWorld resumed(const Remains& remains, RunFixture& run) {
    run.dir.write("journal.jsonl", remains.journal);
    run.nodes.world = remains.world;
    const auto summary = run.run();
    INFO((summary.error ? summary.error->message : std::string()));
    REQUIRE_FALSE(summary.error);
    REQUIRE(summary.left == 0);
    REQUIRE(summary.drift.empty());
    return run.nodes.copy();
}

/// A command of a step, not one of the lease.
bool is_work(const std::string& command) {
    return command.starts_with("set ") && !command.starts_with("set -e");
}

/// The jobs that were announced and not known to have ended: each may still be on its way to its
/// node.
std::set<std::string> announced(const std::string& journal) {
    std::set<std::string> jobs;
    std::istringstream lines(journal);
    for (std::string line; std::getline(lines, line);) {
        if (!line.ends_with("}")) continue; // cut in the middle of a write
        const auto record = nlohmann::json::parse(line);
        if (record.value("kind", "") == "sent") jobs.insert(record.at("job").get<std::string>());
        if (record.value("kind", "") == "ended") jobs.erase(record.at("job").get<std::string>());
    }
    return jobs;
}

void check_same_end(const FakeWorld& is, const FakeWorld& should) {
    for (const auto& [name, machine] : should.machines) {
        INFO(name);
        REQUIRE(is.machines.at(name).facts == machine.facts);
    }
}

} // namespace

TEST_CASE("killed at any moment, the next run ends the same and does nothing twice") {
    FakeWorld end;
    const auto moments = every_moment(end);
    REQUIRE(moments.size() > 40);
    RunFixture run(farm_steps);
    for (std::size_t i = 0; i < moments.size(); ++i) {
        INFO("moment " << i << ", journal:\n" << moments[i].journal);
        const auto world = resumed(moments[i], run);
        check_same_end(world, end);
        for (const auto& [name, machine] : world.machines)
            for (const auto& [command, times] : machine.ran)
                if (is_work(command)) REQUIRE(times == 1);
    }
}

TEST_CASE("what was announced and has not arrived is sent again under the same name") {
    FakeWorld end;
    int tried = 0;
    RunFixture run(farm_steps);
    for (auto remains : every_moment(end)) {
        const auto on_its_way = announced(remains.journal);
        bool all_running = !on_its_way.empty();
        for (auto& [name, machine] : remains.world.machines)
            for (const auto& id : on_its_way) {
                const auto job = machine.jobs.find(id);
                if (job == machine.jobs.end()) continue;
                all_running &= job->second.state.phase == JobState::Phase::running;
                machine.ran.erase(job->second.command);
                machine.jobs.erase(job);
            }
        if (!all_running) continue;
        ++tried;
        INFO("journal:\n" << remains.journal);
        const auto world = resumed(remains, run);
        check_same_end(world, end);
        // Should the first sending arrive late, it must find its place taken.
        for (const auto& id : on_its_way)
            REQUIRE(std::ranges::any_of(
                world.machines, [&](const auto& each) { return each.second.jobs.contains(id); }));
    }
    CHECK(tried > 5);
}

TEST_CASE("the power of all nodes goes as well: what is there is looked at") {
    FakeWorld end;
    const auto moments = every_moment(end);
    RunFixture run(farm_steps);
    for (const bool work_done : {false, true})
        for (std::size_t i = 0; i < moments.size(); ++i) {
            INFO("moment " << i << ", work done: " << work_done);
            auto remains = moments[i];
            FakeFarm::cut_power(remains.world, work_done);
            const auto world = resumed(remains, run);
            check_same_end(world, end);
            for (const auto& [name, machine] : world.machines)
                for (const auto& [command, times] : machine.ran) {
                    INFO(name << ": " << command);
                    // Of two commands the first may run again: steps are made for that.
                    if (work_done && is_work(command) && command != "set half") REQUIRE(times == 1);
                }
        }
}

TEST_CASE("a resumed run dies again and again, and gets there all the same") {
    RunFixture run({{"1-one/10-a.toml", "title = \"A\"\n" + sets("a") + sets("b") + sets("c")}});
    Remains left;
    std::size_t next = 3; // each time a few moments further than the last
    for (int times = 0; times < 12; ++times, next += 2) {
        std::size_t count = 0;
        bool died = false;
        run.nodes.on_moment = [&](const FakeWorld& world) {
            if (++count != next) return;
            left = {world, contents(run.dir / "journal.jsonl")};
            died = true;
        };
        (void)run.run();
        if (!died) break;
        run.nodes.world = left.world;
        run.dir.write("journal.jsonl", left.journal);
    }
    run.nodes.on_moment = nullptr;
    CHECK(run.run().left == 0);
    for (const auto& [command, times] : run.nodes.world.machines["osm1"].ran)
        if (is_work(command)) CHECK(times == 1);
}

TEST_CASE("a cut connection is neither success nor failure, and the node is asked") {
    auto step = sets("a");
    step.replace(step.find("set a\""), 6, "cut\"");
    RunFixture run({{"1-one/10-a.toml", "title = \"A\"\n" + step}});
    const auto summary = run.run();
    REQUIRE(summary.error);
    CHECK(summary.error->kind == ErrorKind::unknown);
    CHECK(run.state().tasks["a@osm1"].status == TaskStatus::unknown);
    // It went on by itself meanwhile.
    auto& osm1 = run.nodes.world.machines["osm1"];
    for (auto& [id, job] : osm1.jobs)
        if (job.command == "cut") job.state = {JobState::Phase::ended, 0, "", 100, 103, 110};
    osm1.facts.insert("a");
    const auto second = run.run();
    CHECK_FALSE(second.error);
    CHECK(second.left == 0);
    CHECK(osm1.ran["cut"] == 1);
    CHECK(run.view.told("it ended with status 0 on the node, 3.0 s after it began there"));
}

TEST_CASE("a command of an older plan is waited for before the new one begins") {
    const Files old_files = {{"1-one/10-a.toml", "title = \"A\"\n" + sets("a")}};
    RunFixture before(old_files);
    Remains left;
    before.nodes.on_moment = [&](const FakeWorld& world) {
        for (const auto& [id, job] : world.machines.at("osm1").jobs)
            if (job.command == "set a" && job.state.phase == JobState::Phase::running)
                left = {world, contents(before.dir / "journal.jsonl")};
    };
    before.nodes.world.machines["osm1"];
    (void)before.run();
    REQUIRE_FALSE(left.journal.empty());
    auto changed = sets("a");
    changed.replace(changed.find("set a\""), 6, "set a and more\"");
    RunFixture after({{"1-one/10-a.toml", "title = \"A\"\n" + changed}});
    (void)resumed(left, after);
    CHECK(after.view.told("a command sent before is still running on the node"));
    for (const auto& [id, job] : after.nodes.world.machines["osm1"].jobs)
        CHECK(job.state.phase == JobState::Phase::ended);
}
