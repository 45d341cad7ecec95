// SPDX-License-Identifier: Apache-2.0
// The shipped steps can be planned in every case there is, for whatever wants to look at such
// plans.
#include "shipped.h"

#include "engine/facts.h"

#include <catch2/catch.hpp>
#include <set>

using namespace ovd;

TEST_CASE("every platform and procedure has a plan, whoever is active, and no step is in none") {
    std::set<std::string> platforms;
    std::set<std::string> procedures;
    std::set<std::string> steps;
    for (const auto& each : all_shipped_cases()) {
        INFO(each.title());
        const auto shipped = shipped_plan(each);
        CHECK(shipped->plan.tasks.size() == shipped->plan.details.size());
        CHECK_FALSE(shipped->plan.tasks.empty());
        CHECK(&shipped->plan.farm == &shipped->farm);
        CHECK(each.active.empty() == (each.procedure == "migration"));
        CHECK(active_of(facts_of(shipped->farm)) == each.active);
        for (const auto& node : shipped->farm.nodes)
            CHECK_FALSE(never_asked(shipped->guide, node));
        platforms.insert(each.platform);
        procedures.insert(each.procedure);
        for (const auto& task : shipped->plan.tasks)
            steps.insert(task.step->id);
    }
    CHECK(platforms.size() == shipped_guide().platforms.size());
    CHECK(procedures == std::set<std::string>{"migration", "update", "failover-test", "alerts",
                            "remove-local-database", "diagnose"});
    CHECK(steps.size() == shipped_guide().steps().size());
}

TEST_CASE("who is active makes a difference where it must") {
    const auto one = shipped_plan({"ubuntu22", "update", "osm1"});
    const auto other = shipped_plan({"ubuntu22", "update", "osm2"});
    CHECK(one->plan.tasks.front().id != other->plan.tasks.front().id);
}

TEST_CASE("a shipped plan takes the farm as the test wants it") {
    const auto plain = shipped_plan({"rhel8", "migration", {}});
    const auto by_hand =
        shipped_plan({"rhel8", "migration", {}}, [](Farm& farm) { farm.nodes[0].by_hand = true; });
    CHECK_FALSE(plain->farm.nodes[0].by_hand);
    CHECK(by_hand->farm.nodes[0].by_hand);
    CHECK_THROWS(shipped_plan({"rhel8", "no-such-procedure", {}}));
}
