// SPDX-License-Identifier: Apache-2.0
// What of the guide is carried out by which step, and what was decided about its mistakes.
#include "cli/verbs.h"

#include "base/text.h"
#include "guide/coverage.h"
#include "guide/errata.h"

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
    fmt::print("done: a step does it    asked: a person does it    looked: a step checks it\n"
               "-: the guide asks for it on other platforms only\n\n{:<8}",
        "");
    for (const auto& platform : platforms)
        fmt::print("{:<9}", platform);
    fmt::print("\n");
    for (const auto& row : rows) {
        fmt::print("{:<8}", row.instruction.id);
        for (const auto& cell : row.cells)
            fmt::print("{:<9}", to_string(cell.how));
        fmt::print("\n");
        for (const auto& line : wrap(row.instruction.asks, width - 10))
            fmt::print("        {}\n", line);
        for (const auto& line : wrap("steps: " + join(steps_of(row), " "), width - 10))
            fmt::print("        {}\n", line);
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
        fmt::print("{}\n", coverage_json(rows, platforms).dump(2));
    } else {
        print_coverage(rows, platforms, view_options(common).width);
        fmt::print("\n{} instructions on {} platforms, {} missing\n", rows.size(), platforms.size(),
            missing);
    }
    return missing == 0 ? 0 : exit_code(Kind::refused);
}

Result<int> errata_verb(const std::vector<Erratum>& errata, const Common& common) {
    if (common.json) {
        auto json = Json::array();
        for (const auto& each : errata)
            json.push_back({{"id", each.id}, {"severity", each.severity}, {"says", each.says},
                {"decision", each.decision}, {"steps", each.steps}, {"reason", each.reason},
                {"letter", each.letter}});
        fmt::print("{}\n", json.dump(2));
        return 0;
    }
    const auto width = view_options(common).width;
    for (const auto& each : errata) {
        fmt::print(
            "{:<5}{}  {}: {}\n", each.id, each.severity, each.decision, join(each.steps, " "));
        for (const auto& [label, text] :
            {std::pair{"", each.says}, {"why: ", each.reason}, {"to the letter: ", each.letter}})
            if (!text.empty())
                for (const auto& line : wrap(label + text, width - 10))
                    fmt::print("        {}\n", line);
    }
    return 0;
}

} // namespace

Result<int> guide_verb(const Common& common, bool errata) {
    auto guide = load_whole_guide(common);
    if (!guide) return tl::unexpected(guide.error());
    if (!errata) return coverage_verb(*guide, common);
    const auto list = load_errata(*guide);
    if (!list) return tl::unexpected(list.error());
    return errata_verb(*list, common);
}

} // namespace ovd
