// SPDX-License-Identifier: Apache-2.0
// One run folder, one simulated farm, and as many runs of the wizard as a test likes.
#pragma once

#include "fake_farm.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <fstream>

namespace ovd {

/// A step that sets the fact named after it, and can tell.
[[nodiscard]] inline std::string sets(
    const std::string& id, const std::string& on = "osm1", const std::string& more = "") {
    return "[[step]]\nid = \"" + id + "\"\ntitle = \"Set " + id + "\"\nwhy = \"W\"\non = [\"" + on +
           "\"]\n" + more + "\n[[step.action]]\ncommand = \"set " + id +
           "\"\n[step.probe]\ncommand = \"has " + id + "\"\n[[step.undo]]\ncommand = \"unset " +
           id + "\"\n";
}

/// A step that asks a question.
[[nodiscard]] inline std::string asks(const std::string& id, const std::string& more = "") {
    return "[[step]]\nid = \"" + id + "\"\ntitle = \"Ask\"\nwhy = \"W\"\n" + more +
           "\n[[step.action]]\nask = \"" + id + "?\"\n";
}

/// What a wizard that was killed leaves: the nodes, and its journal.
struct Killed {
    FakeWorld world;
    std::string journal;
};

class RunFixture {
public:
    explicit RunFixture(const Files& files, const Farm& its_farm = small_farm())
        : farm(its_farm), guide(guide_of(files)), plan(planned(guide, farm)) {}

    /// Another run of the wizard in the same run folder.
    RunSummary run(RunOptions options = {{}, true, false, false, "tester@laptop", "process 1"},
        std::stop_token stop = {}) {
        auto journal = Journal::open(dir.path().string(), nodes, random, redactor);
        INFO((journal ? std::string() : journal.error().message));
        REQUIRE(journal);
        if (options.who.empty()) options.who = "tester@laptop";
        Inspector inspector(plan, nodes, threads,
            [](const std::string&) -> Result<std::string> { return "s3same"; });
        const Tools tools{plan, nodes, inspector, **journal, asker, sheets, watch, view, nodes,
            threads, redactor, random_token(random)};
        Executor executor(tools, (*journal)->state(), std::move(options));
        return executor.run(std::move(stop));
    }
    /// Runs, and keeps what a kill would have left as soon as osm1 has this fact: nobody has
    /// written down yet that the command which set it has ended.
    Killed killed_with(const std::string& fact) {
        Killed killed;
        nodes.on_moment = [&](const FakeWorld& world) {
            const auto machine = world.machines.find("osm1");
            if (!killed.journal.empty() || machine == world.machines.end() ||
                !machine->second.facts.contains(fact))
                return;
            killed.world = world;
            std::ifstream file(dir / "journal.jsonl");
            killed.journal.assign(std::istreambuf_iterator<char>(file), {});
        };
        (void)run();
        nodes.on_moment = {};
        REQUIRE_FALSE(killed.journal.empty());
        return killed;
    }
    /// Goes on from there.
    void take_over_from(const Killed& killed) {
        nodes.world = killed.world;
        dir.write("journal.jsonl", killed.journal);
    }
    [[nodiscard]] RunState state() const {
        return replay(Journal::read(dir.path().string()).value());
    }
    [[nodiscard]] std::string log() const {
        std::string all;
        for (const auto& line : nodes.world.log)
            all += (all.empty() ? "" : ", ") + line;
        return all;
    }
    [[nodiscard]] bool has(const std::string& node, const std::string& fact) const {
        return nodes.world.machines[node].facts.contains(fact);
    }

    Farm farm;
    Guide guide;
    Plan plan;
    TempDir dir;
    Redactor redactor;
    SystemRandom random;
    SystemThreads threads;
    FakeFarm nodes;
    FakeAsker asker;
    FakeSheets sheets;
    FakeWatch watch;
    FakeView view;

private:
    static Plan planned(const Guide& guide, const Farm& farm) {
        auto plan = make_plan(guide, farm);
        INFO((plan ? std::string() : plan.error().message));
        REQUIRE(plan);
        return *plan;
    }
};

} // namespace ovd
