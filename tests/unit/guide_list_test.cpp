// SPDX-License-Identifier: Apache-2.0
// Nothing of the guide is missing, and each of its mistakes has been decided about.
#include "engine/plan.h"
#include "guide/coverage.h"
#include "guide/errata.h"
#include "guide_maker.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace ovd;

namespace {

const std::string root = OVD_SOURCE_DIR;

Guide shipped() {
    auto guide = load_guide(root + "/steps", root + "/templates");
    INFO((guide ? std::string() : guide.error().message));
    REQUIRE(guide);
    return *guide;
}

std::string a_step(const std::string& id, const std::string& more) {
    return "[[step]]\nid = \"" + id + "\"\ntitle = \"T\"\nwhy = \"W\"\non = [\"osm1\"]\n" + more +
           "\n[[step.action]]\ncommand = 'do'\n[step.probe]\ncommand = 'done'\n";
}

Files with_errata(const std::string& errata, const std::string& more = "") {
    return {{"errata.toml", errata},
        {"1-a/10-x.toml", "title = \"X\"\n" +
                              a_step("x", "differs = \"(C7, H1) Otherwise. (L4) And more.\"") +
                              a_step("y", more) +
                              "[[step]]\nid = \"looks\"\ntitle = \"T\"\nwhy = \"W\"\non = "
                              "[\"osm1\"]\n[[step.verify]]\ncommand = 'look'\nsays = \"S\"\n"}};
}

const std::string c7 = "[C7]\nseverity = \"A\"\nsays = \"S\"\n";

} // namespace

TEST_CASE("every instruction of the guide is carried out, asked or looked at on each platform") {
    const auto guide = shipped();
    const auto instructions = load_instructions(guide.dir);
    INFO((instructions ? std::string() : instructions.error().message));
    REQUIRE(instructions);
    CHECK(instructions->size() == 115);
    CHECK(guide_platforms(guide).size() == 5);
    std::set<std::string> missing;
    for (const auto& row : coverage(guide, *instructions))
        for (const auto& cell : row.cells)
            if (cell.how == Coverage::How::nothing) missing.insert(row.instruction.id);
    CHECK(missing == std::set<std::string>{});
    for (const auto* step : strangers(guide, *instructions))
        FAIL_CHECK(step->id << " names an instruction that the guide does not have");
}

TEST_CASE("a gap in the guide is seen") {
    const auto guide = guide_of(
        {{"1-a/10-x.toml", "title = \"X\"\n" + a_step("x", "guide = [\"I-1\", \"Z-9\"]\n"
                                                           "platforms = [\"debian12\"]")}});
    auto marked = guide;
    for (auto& [id, platform] : marked.platforms)
        platform.in_guide = id == "debian12" || id == "ubuntu18";
    const Instruction one{"I-1", "S", "all", {"all"}, "auto", "do it"};
    const Instruction other{"I-2", "S", "all", {"debian12"}, "auto", "do it"};
    const auto rows = coverage(marked, {one, other});
    REQUIRE(guide_platforms(marked) == std::vector<std::string>{"debian12", "ubuntu18"});
    CHECK(rows[0].cells[0].how == Coverage::How::carried_out);
    CHECK(rows[0].cells[1].how == Coverage::How::nothing);
    CHECK(rows[1].cells[0].how == Coverage::How::nothing);
    CHECK(rows[1].cells[1].how == Coverage::How::not_here);
    REQUIRE(strangers(marked, {one, other}).size() == 1);
}

TEST_CASE("each mistake of the guide is decided about, and the steps say so") {
    const auto guide = shipped();
    const auto errata = load_errata(guide);
    INFO((errata ? std::string() : errata.error().message));
    REQUIRE(errata);
    // All that are known of the guide: those that fail or harm, and the real risks.
    const std::vector<std::string> harm{"H7", "N1", "N2", "N3", "N6", "D1", "D2", "D4", "D6", "D7",
        "D9", "V2", "L1", "L2", "L3", "L6", "H1", "H4", "H5", "P1", "C1", "C2", "C4", "C5", "C7",
        "C7b", "C14", "F1", "A1", "A4", "A5", "A6"};
    const std::vector<std::string> risk{"H8", "N5", "N7", "D3", "D5", "D8", "D10", "D11", "V1",
        "V3", "V4", "S2", "S3", "L4", "L5", "L7", "H2", "P5", "P6", "C3", "C6", "C8", "C9", "C10",
        "A3", "A7"};
    for (const auto& [severity, ids] : {std::pair{"A", &harm}, {"B", &risk}})
        for (const auto& id : *ids) {
            const auto found = std::ranges::find(*errata, id, &Erratum::id);
            INFO(id);
            REQUIRE(found != errata->end());
            CHECK(found->severity == severity);
        }
    CHECK(errata->size() == harm.size() + risk.size());
    for (const auto& each : *errata)
        CHECK(each.says.size() > 20);
}

TEST_CASE("a list of mistakes that does not fit the steps is refused") {
    const auto refused = [](const std::string& errata) {
        const auto guide = load_files(with_errata(errata));
        INFO(errata);
        REQUIRE_FALSE(guide);
        CHECK_FALSE(guide.error().hint.empty());
        REQUIRE(guide.error().where);
        return guide.error().message;
    };
    CHECK(load_files(with_errata(c7 + "decision = \"corrected\"\nsteps = [\"x\"]\n")));
    CHECK(load_files(with_errata(c7 + "decision = \"declined\"\nreason = \"R\"\n")));
    CHECK(refused(c7).find("nothing is decided") != std::string::npos);
    CHECK(refused(c7 + "decision = \"corrected\"\n").find("no step") != std::string::npos);
    CHECK(refused(c7 + "decision = \"corrected\"\nsteps = [\"z\"]\n").find("no step z") !=
          std::string::npos);
    CHECK(refused(c7 + "decision = \"corrected\"\nsteps = [\"x\", \"y\"]\n")
              .find("y does not tell the user") != std::string::npos);
    CHECK(refused(c7 + "decision = \"guarded\"\nsteps = [\"x\"]\n").find("guards nothing") !=
          std::string::npos);
    CHECK(refused(c7 + "decision = \"corrected\"\nsteps = [\"x\"]\n"
                       "[H1]\nseverity = \"B\"\nsays = \"S\"\ndecision = \"corrected\"\n"
                       "steps = [\"z\"]\n")
              .find("no step z") != std::string::npos);
    CHECK(refused(c7 + "decision = \"corrected\"\nsteps = [\"x\"]\n"
                       "[L5]\nseverity = \"B\"\nsays = \"S\"\ndecision = \"declined\"\n"
                       "reason = \"R\"\n[L4]\nseverity = \"B\"\nsays = \"S\"\n"
                       "decision = \"guarded\"\nsteps = [\"looks\"]\n")
              .find("x says that it differs for L4") != std::string::npos);
    CHECK(refused(c7 + "decision = \"declined\"\n").find("reason") != std::string::npos);
    CHECK(refused("[C7]\nseverity = \"D\"\nsays = \"S\"\n").find("severity") != std::string::npos);
}

TEST_CASE("what a step says about mistakes is found in its words") {
    CHECK(errata_in("(C7, H1) One. (L4) Two, in (brackets) and (2).") ==
          std::vector<std::string>{"C7", "H1", "L4"});
    CHECK(errata_in("Nothing.").empty());
    CHECK(errata_in("(C7b) X") == std::vector<std::string>{"C7b"});
}

TEST_CASE("who wants the guide to the letter gets it, where it harms nobody at once") {
    const auto guide = guide_of(with_errata(
        c7 + "decision = \"corrected\"\nsteps = [\"x\"]\nletter = \"Nodes stay out.\"\n",
        "unless = \"letter:C7\""));
    auto farm = small_farm();
    const auto ours = make_plan(guide, farm);
    REQUIRE(ours);
    CHECK(ours->find("y@osm1"));
    farm.to_the_letter = {"C7"};
    const auto theirs = make_plan(guide, farm);
    REQUIRE(theirs);
    CHECK_FALSE(theirs->find("y@osm1"));
    farm.to_the_letter = {"H1"};
    const auto none = make_plan(guide, farm);
    REQUIRE_FALSE(none);
    CHECK(none.error().message.find("H1") != std::string::npos);
}
