// SPDX-License-Identifier: Apache-2.0
#include "guide/graph.h"

#include "guide_maker.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace ovd;

namespace {

/// A step that only looks, with more lines of its table.
std::string step(const std::string& id, const std::string& more = "on = [\"osm1\"]") {
    return "[[step]]\nid = \"" + id + "\"\ntitle = \"T\"\nwhy = \"W\"\n" + more +
           "\n[[step.verify]]\ncommand = \"true\"\n";
}

std::string section(const std::string& steps, const std::string& more = "") {
    return "title = \"S\"\n" + more + "\n" + steps;
}

class Order {
public:
    explicit Order(const Files& files, const Farm& farm = small_farm()) : guide_(guide_of(files)) {
        auto tasks = make_tasks(guide_, farm);
        INFO((tasks ? std::string() : tasks.error().message));
        REQUIRE(tasks);
        tasks_ = *tasks;
    }
    /// What a task waits for, in one line.
    [[nodiscard]] std::string after(const std::string& id) const {
        const auto task = std::ranges::find(tasks_, id, &Task::id);
        REQUIRE(task != tasks_.end());
        std::string all;
        for (const auto index : task->after) {
            CHECK(index < static_cast<std::size_t>(task - tasks_.begin()));
            all += (all.empty() ? "" : " ") + tasks_[index].id;
        }
        return all;
    }
    [[nodiscard]] std::string ids() const {
        std::string all;
        for (const auto& task : tasks_)
            all += (all.empty() ? "" : " ") + task.id;
        return all;
    }

private:
    Guide guide_;
    std::vector<Task> tasks_;
};

} // namespace

TEST_CASE("steps, sections and chapters follow each other") {
    const Order order({{"1-one/10-a.toml", section(step("a1") + step("a2"))},
        {"1-one/20-b.toml", section(step("b1"))}, {"2-two/10-c.toml", section(step("c1"))}});
    CHECK(order.ids() == "a1@osm1 a2@osm1 b1@osm1 c1@osm1");
    CHECK(order.after("a1@osm1").empty());
    CHECK(order.after("a2@osm1") == "a1@osm1");
    CHECK(order.after("b1@osm1") == "a1@osm1 a2@osm1");
    CHECK(order.after("c1@osm1") == "a1@osm1 a2@osm1 b1@osm1");
}

TEST_CASE("one task a node, side by side, and none without a node") {
    const Order order(
        {{"1-one/10-a.toml", section(step("both", "on = [\"osm\"]") + step("ask", "") +
                                     step("all", "on = [\"cluster\", \"osm1\", \"dbmy\"]") +
                                     step("linux", "on = [\"linux-servers\"]") +
                                     step("windows", "on = [\"windows-servers\"]") +
                                     step("console", "on = [\"external-ac\"]"))}});
    CHECK(order.ids() == "both@osm1 both@osm2 ask all@osm1 all@osm2 all@pcs3 all@pcs4 all@dbmy "
                         "linux@oas1 windows@oas2 console@ac1");
    CHECK(order.after("both@osm2").empty());
    CHECK(order.after("ask") == "both@osm1 both@osm2");
    CHECK(order.after("all@pcs4") == "ask");
}

TEST_CASE("a node that nobody knows is an error") {
    const auto guide = guide_of({{"1-one/10-a.toml", section(step("a", "on = [\"osm3\"]"))}});
    const auto tasks = make_tasks(guide, small_farm());
    REQUIRE_FALSE(tasks);
    CHECK(tasks.error().message == "osm3 is neither a node nor a group.");
}

TEST_CASE("needs takes the place of the step before") {
    const Order order({{"1-one/10-a.toml", section(step("first"))},
        {"1-one/20-b.toml",
            section(
                step("b1") + step("side", "on = [\"osm2\"]\nneeds = [\"first\"]") + step("b3"))},
        {"1-one/30-c.toml", section(step("c"), "needs = [\"1-one/10-a\"]")},
        {"1-one/40-d.toml", section(step("d"), "needs = []")},
        {"2-two/10-e.toml", section(step("e"))}});
    CHECK(order.after("side@osm2") == "first@osm1");
    CHECK(order.after("b3@osm1") == "b1@osm1");
    CHECK(order.after("c@osm1") == "first@osm1");
    CHECK(order.after("d@osm1").empty());
    CHECK(order.after("e@osm1") == "first@osm1 b1@osm1 side@osm2 b3@osm1 c@osm1 d@osm1");
}

TEST_CASE("needed_by holds back what it names and nothing else") {
    const Order order(
        {{"1-one/10-a.toml",
             section(step("a") + step("slow", "on = []\nneeded_by = [\"late\"]") +
                     step("slower", "on = []\nneeded_by = [\"2-two/20-z\"]") + step("b"))},
            {"2-two/10-c.toml", section(step("c") + step("late"))},
            {"2-two/20-z.toml", section(step("z"))}, {"3-three/10-d.toml", section(step("d"))}});
    CHECK(order.after("b@osm1") == "a@osm1");
    CHECK(order.after("c@osm1") == "a@osm1 b@osm1");
    CHECK(order.after("late@osm1") == "slow c@osm1");
    CHECK(order.after("slower") == "a@osm1 slow");
    CHECK(order.after("z@osm1") == "slower c@osm1 late@osm1");
    CHECK(order.after("d@osm1") == "c@osm1 late@osm1 z@osm1");
}

TEST_CASE("what does not apply on this farm does not cut the chain") {
    const Files files = {{"1-one/10-a.toml", section(step("a"))},
        {"1-one/20-b.toml", section(step("b", "on = [\"osm1\"]\nwhen = \"dns\""))},
        {"2-two/10-c.toml", section(step("c", "on = [\"osm1\"]\nplatforms = [\"rhel\"]"))},
        {"3-three/10-d.toml", section(step("d") + step("e", "on = [\"osm1\"]\nneeds = [\"c\"]"))},
        {"4-four/chapter.toml", "title = \"Nothing here\"\n"},
        {"5-five/10-f.toml", section(step("f"))}};
    const Order order(files);
    CHECK(order.ids() == "a@osm1 d@osm1 e@osm1 f@osm1");
    CHECK(order.after("d@osm1") == "a@osm1");
    CHECK(order.after("e@osm1") == "a@osm1");
    CHECK(order.after("f@osm1") == "d@osm1 e@osm1");
    auto farm = small_farm();
    farm.access = "dns";
    farm.nodes[0].platform = "rhel8";
    CHECK(Order(files, farm).ids() == "a@osm1 b@osm1 c@osm1 d@osm1 e@osm1 f@osm1");
}

TEST_CASE("a step can be for a version of a program, as the node itself says it") {
    const Files files = {{"1-one/10-a.toml",
        section(step("all-of-old", "on = [\"osm1\"]\nplatforms = [\"pcs<0.10\"]") +
                step("oldest", "on = [\"osm1\"]\nplatforms = [\"pcs<0.9.157\", \"rhel8\"]"))}};
    auto farm = small_farm();
    CHECK(Order(files, farm).ids().empty());
    farm.nodes[0].platform = "ubuntu18";
    CHECK(Order(files, farm).ids() == "all-of-old@osm1");
    farm.nodes[0].facts["pcs"] = "0.9.149";
    CHECK(Order(files, farm).ids() == "all-of-old@osm1 oldest@osm1");
    farm.nodes[0].platform = "rhel8";
    farm.nodes[0].facts["pcs"] = "0.10.18";
    CHECK(Order(files, farm).ids() == "oldest@osm1");
}

TEST_CASE("a person names steps the way the guide does") {
    const auto guide = guide_of({{"4-virtual-ip/10-a.toml", section(step("iv-step"))},
        {"5-prepare/40-apache.toml", section(step("one", "guide = [\"V-12\"]") +
                                             step("two", "guide = [\"V-13\", \"V-12\"]"))},
        {"5-prepare/50-pcs.toml", section(step("three", "guide = [\"V-1\"]"))}});
    const auto picks = [&](const std::string& word) {
        const auto found = select_steps(guide, word);
        std::string all;
        if (found)
            for (const auto& id : *found)
                all += (all.empty() ? "" : " ") + id;
        return found ? all : found.error().hint;
    };
    for (const char* word : {"5", "V", "v", "5-prepare"}) {
        INFO(word);
        CHECK(picks(word) == "one three two");
    }
    CHECK(picks("IV") == "iv-step");
    CHECK(picks("5-prepare/40-apache") == "one two");
    CHECK(picks("40-apache") == "one two");
    CHECK(picks("V-12") == "one two");
    CHECK(picks("v-1") == "three");
    CHECK(picks("two") == "two");
    CHECK(picks("40-apach") == "Did you mean 40-apache?");
    CHECK(picks("xyzzy") == "Type ovd-failover plan --titles for the list.");
    CHECK_FALSE(select_steps(guide, ""));
}
