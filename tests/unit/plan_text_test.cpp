// SPDX-License-Identifier: Apache-2.0
// The plan as a person reads it: in a pager of 80 columns, with every command whole.
#include "action/validate.h"
#include "base/text.h"
#include "cli/session.h"
#include "guide/choice.h"
#include "guide/graph.h"
#include "guide_maker.h"
#include "ui/plan_text.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

const fs::path root = OVD_SOURCE_DIR;

Guide shipped() {
    auto guide = load_guide((root / "steps").string(), (root / "templates").string());
    REQUIRE(guide);
    REQUIRE(check_actions(*guide));
    auto migration = only_procedure(std::move(*guide), "migration");
    REQUIRE(migration);
    return *migration;
}

Farm the_farm() {
    auto farm = load_farm((root / "tests/e2e/farm.toml").string());
    REQUIRE(farm);
    farm->nodes[0].facts = {{"network", "netplan"}, {"pacemaker", "2.1.2"}, {"pcs", "0.10.11"},
        {"resource_agents", "4.7.0"}};
    return *farm;
}

/// Every line of commands, files and what goes to stdin: these are copied whole, however wide.
std::set<std::string> lines_to_copy(const Plan& plan) {
    std::set<std::string> all;
    const auto add = [&](const std::string& text) {
        for (const auto& line : lines(text))
            all.insert(trim(line));
    };
    for (const auto& detail : plan.details) {
        for (const auto* ops : {&detail.ops, &detail.undo})
            for (const auto& op : *ops) {
                add(command_of(op));
                if (const auto* input = input_of(op)) add(input->display());
                if (const auto* wait = std::get_if<WaitOp>(&op)) add(wait->command);
                if (const auto* admin = std::get_if<AdminOp>(&op)) add(admin->look);
                if (std::holds_alternative<PutOp>(op)) add(title_of(op) + ":");
            }
        for (const auto& check : detail.checks) {
            add(check.command);
            add(check.input.display());
        }
        add(detail.keep);
    }
    return all;
}

std::string bare(const std::string& line) {
    auto text = trim(line);
    for (const std::string mark : {"| ", "stdin: "})
        if (text.starts_with(mark)) text = trim(text.substr(mark.size()));
    return text;
}

} // namespace

TEST_CASE("whatever need not be copied fits into 80 columns") {
    const auto guide = shipped();
    const auto farm = the_farm();
    const auto plan = make_plan(guide, farm);
    REQUIRE(plan);
    const auto whole = lines_to_copy(*plan);
    for (const bool titles : {false, true}) {
        PlanShow show;
        show.titles = titles;
        std::size_t wide = 0;
        for (const auto& line : lines(plan_text(*plan, show))) {
            if (columns(line) <= 80) continue;
            ++wide;
            INFO(line);
            CHECK(whole.contains(bare(line)));
        }
        CHECK((wide > 0) == !titles); // there are such commands, or this test sees nothing
    }
}

TEST_CASE("the plan for people and the one for programs have the same commands") {
    const auto guide = shipped();
    const auto farm = the_farm();
    const auto plan = make_plan(guide, farm);
    REQUIRE(plan);
    std::string text; // without what only sets it apart
    for (const auto& line : lines(plan_text(*plan, {})))
        text += bare(line) + "\n";
    const auto json = plan_json(*plan, {});
    std::size_t count = 0;
    std::size_t undos = 0;
    const auto stands = [&](const std::string& command) {
        std::string wanted;
        for (const auto& line : lines(command))
            wanted += bare(line) + "\n";
        INFO(command);
        CHECK(text.find(wanted) != std::string::npos);
        ++count;
    };
    for (const auto& task : json["tasks"]) {
        for (const auto& op : task["operations"])
            if (op["kind"] == "run")
                stands(op["command"]);
            else if (op["kind"] == "put")
                stands(op["stdin"]);
        for (const auto& check : task["checks"])
            stands(check["command"]);
        undos += task["undo"].size();
        if (task["disruptive"]) CHECK_FALSE(task["expect"].get<std::string>().empty());
    }
    CHECK(count > 200);
    CHECK(undos > 5);
    CHECK_THAT(
        text, Catch::Contains("if something fails in this section, this is rolled back by:"));
}

TEST_CASE("what the guide does not list is told, and nothing where it lists all") {
    auto guide = shipped();
    const auto farm = the_farm();
    {
        const auto plan = make_plan(guide, farm);
        CHECK(outside_guide(*plan).empty());
    }
    guide.platforms.at("ubuntu22").in_guide = false;
    const auto plan = make_plan(guide, farm);
    CHECK_THAT(outside_guide(*plan), Catch::Contains("osm1 (ubuntu22)"));
    CHECK_THAT(plan_text(*plan, {}), Catch::Contains("OUTSIDE THE GUIDE'S LIST"));
}

TEST_CASE("from, to and only choose steps together") {
    const auto guide = shipped();
    const auto size = [&](const StepChoice& choice) { return chosen_steps(guide, choice)->size(); };
    CHECK(size({}) == 0); // all
    const auto all = guide.steps();
    CHECK(size({"", all.back()->id, {}}) == all.size());
    CHECK(size({all.front()->id, "", {}}) == all.size());
    const auto third = select_steps(guide, "III").value();
    CHECK(chosen_steps(guide, {"3", "III", {}}).value() == third);
    CHECK(chosen_steps(guide, {"", "", {"3"}}).value() == third);
    CHECK(size({"2", "4", {"3", "6"}}) == third.size());
    CHECK(size({"install-wget", "install-wget", {}}) == 1);
    CHECK(chosen_steps(guide, {"4", "3", {}}).error().message == "--from comes after --to.");
    CHECK_THAT(
        chosen_steps(guide, {"2", "3", {"6"}}).error().message, Catch::Contains("nothing between"));
    CHECK_THAT(chosen_steps(guide, {"instal-wget", "", {}}).error().hint,
        Catch::Contains("Did you mean install-wget?"));
}

TEST_CASE("what to type to go on has everything that was said") {
    Common common;
    CHECK(again(common) == "ovd-failover run");
    common.farm = "it's/paris.toml";
    common.run_folder = "/srv/run 1";
    common.sheet = "s.toml";
    common.steps = "mine";
    common.templates = "t";
    common.procedure = "update";
    CHECK(again(common) == "ovd-failover run --procedure update --farm 'it'\\''s/paris.toml' "
                           "--run-folder '/srv/run 1' --sheet s.toml --steps mine --templates t");
}
