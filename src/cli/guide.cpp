// SPDX-License-Identifier: Apache-2.0
// What of the guide is carried out by which step, and what was decided about its mistakes.
#include "cli/options.h"
#include "cli/verb.h"

#include "base/text.h"
#include "guide/coverage.h"
#include "guide/errata.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <set>

namespace ovd {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> steps_of(const CoverageRow& row) {
    std::vector<std::string> ids;
    for (const auto& cell : row.cells)
        for (const auto* step : cell.steps)
            if (std::ranges::find(ids, step->id) == ids.end()) ids.push_back(step->id);
    return ids;
}

void print_coverage(const std::vector<CoverageRow>& rows, const std::vector<std::string>& platforms,
    std::size_t width) {
    print("done: a step does it    asked: a person does it    checked: a step checks it\n"
          "-: the guide asks for it on other platforms only\n\n{:<8}",
        "");
    for (const auto& platform : platforms)
        print("{:<9}", platform);
    print("\n");
    for (const auto& row : rows) {
        print("{:<8}", row.instruction.id);
        for (const auto& cell : row.cells)
            print("{:<9}", to_string(cell.how));
        print("\n");
        for (const auto& line : wrap(row.instruction.asks, width - 10))
            print("        {}\n", line);
        for (const auto& line : wrap("steps: " + join(steps_of(row), " "), width - 10))
            print("        {}\n", line);
    }
}

Json coverage_json(
    const std::vector<CoverageRow>& rows, const std::vector<std::string>& platforms) {
    auto json = Json::array();
    for (const auto& row : rows) {
        Json each{{"id", row.instruction.id}, {"section", row.instruction.section},
            {"asks", row.instruction.asks}, {"platforms", Json::object()}};
        for (std::size_t i = 0; i < platforms.size(); ++i) {
            auto steps = Json::array();
            for (const auto* step : row.cells[i].steps)
                steps.push_back(step->id);
            each["platforms"][platforms[i]] = {
                {"how", to_string(row.cells[i].how)}, {"steps", steps}};
        }
        json.push_back(std::move(each));
    }
    return json;
}

Result<int> coverage_verb(const Guide& guide, const Common& common) {
    const auto instructions = load_instructions(guide.dir);
    if (!instructions) return tl::unexpected(instructions.error());
    const auto rows = coverage(guide, *instructions);
    const auto platforms = guide_platforms(guide);
    std::size_t missing = 0;
    for (const auto& row : rows)
        for (const auto& cell : row.cells)
            if (cell.how == Coverage::How::nothing) ++missing;
    if (common.json) {
        print("{}\n", coverage_json(rows, platforms).dump(2));
    } else {
        print_coverage(rows, platforms, view_options(common).width);
        print("\n{} instructions on {} platforms, {} missing\n", rows.size(), platforms.size(),
            missing);
    }
    return missing == 0 ? 0 : exit_code(ErrorKind::refused);
}

Result<int> errata_verb(const std::vector<Erratum>& errata, const Common& common) {
    if (common.json) {
        auto json = Json::array();
        for (const auto& each : errata)
            json.push_back({{"id", each.id}, {"severity", each.severity}, {"says", each.says},
                {"decision", each.decision}, {"steps", each.steps}, {"reason", each.reason},
                {"letter", each.letter}});
        print("{}\n", json.dump(2));
        return 0;
    }
    const auto width = view_options(common).width;
    for (const auto& each : errata) {
        print("{:<5}{}  {}: {}\n", each.id, each.severity, each.decision, join(each.steps, " "));
        for (const auto& [label, text] :
            {std::pair{"", each.says}, {"why: ", each.reason}, {"to the letter: ", each.letter}})
            if (!text.empty())
                for (const auto& line : wrap(label + text, width - 10))
                    print("        {}\n", line);
    }
    return 0;
}

Result<int> guide_verb(const Common& common, bool errata) {
    auto guide = load_whole_guide(common);
    if (!guide) return tl::unexpected(guide.error());
    if (!errata) return coverage_verb(*guide, common);
    const auto list = load_errata(*guide);
    if (!list) return tl::unexpected(list.error());
    return errata_verb(*list, common);
}

class GuideVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        app.add_option("--steps", common_.steps, "a folder of steps of your own");
        app.add_flag("--json", common_.json, "print JSON for programs");
        app.add_flag(
            "--coverage", coverage_, "every instruction on every platform (this is the default)");
        app.add_flag("--errata", errata_, "the guide's mistakes, and what was decided about each");
    }
    Result<int> run(Signals& signals) override {
        (void)signals;
        return guide_verb(common_, errata_);
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    bool coverage_ = true;
    bool errata_ = false;
};

} // namespace

std::unique_ptr<Verb> make_guide_verb() {
    return std::make_unique<GuideVerb>();
}

} // namespace ovd
