// SPDX-License-Identifier: Apache-2.0
#include "guide/coverage.h"

#include "base/file.h"
#include "base/list.h"
#include "base/text.h"
#include "guide/values.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr std::size_t columns_of_the_list = 6;

bool meant_for(const Instruction& instruction, const Platform& platform) {
    return std::ranges::any_of(instruction.platforms, [&](const std::string& word) {
        // What is said of farm servers and of OVD versions holds whatever the five nodes run.
        const bool of_others = word == "linux" || word == "windows" || word == "OVD";
        return word == "all" || of_others || has(platform.selectors, word);
    });
}

Coverage::How how_of(const Step& step) {
    if (step.actions.empty()) return Coverage::How::looked_at;
    const bool only_asks = std::ranges::all_of(
        step.actions, [](const ActionSpec& action) { return action.verb == "ask"; });
    return only_asks ? Coverage::How::asked : Coverage::How::carried_out;
}

/// What does most counts: a step that does it, then a person, then a look.
int weight(Coverage::How how) {
    switch (how) {
    case Coverage::How::carried_out:
        return 3;
    case Coverage::How::asked:
        return 2;
    case Coverage::How::looked_at:
        return 1;
    default:
        return 0;
    }
}

Coverage cell(const Guide& guide, const Instruction& instruction, const Platform& platform) {
    Coverage found;
    if (!meant_for(instruction, platform)) {
        found.how = Coverage::How::not_here;
        return found;
    }
    for (const auto* step : guide.steps()) {
        if (!has(step->guide, instruction.id)) continue;
        const bool here = step->platforms.empty() ||
                          std::ranges::any_of(step->platforms,
                              [&](const auto& each) { return selects(each, platform); });
        if (!here) continue;
        found.steps.push_back(step);
        if (weight(how_of(*step)) > weight(found.how)) found.how = how_of(*step);
    }
    return found;
}

} // namespace

std::string_view to_string(Coverage::How how) {
    switch (how) {
    case Coverage::How::not_here:
        return "-";
    case Coverage::How::carried_out:
        return "done";
    case Coverage::How::asked:
        return "asked";
    case Coverage::How::looked_at:
        return "checked";
    case Coverage::How::nothing:
        break;
    }
    return "MISSING";
}

std::vector<std::string> guide_platforms(const Guide& guide) {
    std::vector<std::string> names;
    for (const auto& [id, platform] : guide.platforms)
        if (platform.in_guide) names.push_back(id);
    return names;
}

Result<std::vector<Instruction>> load_instructions(const std::string& steps_dir) {
    const auto path = (std::filesystem::path(steps_dir) / "instructions.tsv").string();
    const auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    std::vector<Instruction> found;
    int line = 0;
    for (const auto& row : lines(*text)) {
        if (++line == 1 || trim(row).empty()) continue; // the first names the columns
        const auto fields = split(row, '\t');
        if (fields.size() != columns_of_the_list)
            return fail(ErrorKind::steps,
                fmt::format("A row has {} columns, not {}.", fields.size(), columns_of_the_list),
                "id, section, nodes, platforms, kind and what is asked, with tabs between.",
                SourceLocation{path, line, 1});
        found.push_back(
            {fields[0], fields[1], fields[2], split(fields[3], ' '), fields[4], fields[5]});
    }
    return found;
}

std::vector<CoverageRow> coverage(
    const Guide& guide, const std::vector<Instruction>& instructions) {
    std::vector<CoverageRow> rows;
    for (const auto& instruction : instructions) {
        CoverageRow row{instruction, {}};
        for (const auto& id : guide_platforms(guide))
            row.cells.push_back(cell(guide, instruction, guide.platforms.at(id)));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<const Step*> strangers(
    const Guide& guide, const std::vector<Instruction>& instructions) {
    std::vector<const Step*> found;
    for (const auto* step : guide.steps())
        for (const auto& id : step->guide)
            if (std::ranges::find(instructions, id, &Instruction::id) == instructions.end())
                found.push_back(step);
    return found;
}

} // namespace ovd
