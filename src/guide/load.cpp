// SPDX-License-Identifier: Apache-2.0
#include "guide/check.h"
#include "guide/errata.h"
#include "guide/read_step.h"

#include "base/file.h"
#include "base/text.h"
#include "base/toml.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace ovd {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> sorted_entries(const fs::path& dir) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(dir, error))
        found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

Result<std::map<std::string, Platform>> load_platforms(const fs::path& path) {
    auto table = load_toml(path, ErrorKind::steps);
    if (!table) return tl::unexpected(table.error());
    std::map<std::string, Platform> platforms;
    for (const auto& [key, node] : *table) {
        Platform platform;
        platform.id = std::string(key.str());
        const auto* entries = node.as_table();
        if (entries == nullptr)
            return fail(
                ErrorKind::steps, "A platform is a table.", "Write [name].", where_of(node, path));
        for (const auto& [name, value] : *entries) {
            if (name == "selectors") {
                auto selectors = read_list(*entries, "selectors", path);
                if (!selectors) return tl::unexpected(selectors.error());
                platform.selectors = std::move(*selectors);
            } else if (name == "in_guide") {
                platform.in_guide = value.value_or(false);
            } else if (const auto text = value.value<std::string>()) {
                platform.values[std::string(name.str())] = *text;
            } else {
                return fail(ErrorKind::steps,
                    fmt::format("{} of a platform must be a text.", std::string(name.str())),
                    "Lists that differ stand in the step, as variants.", where_of(value, path));
            }
        }
        platforms[platform.id] = std::move(platform);
    }
    return platforms;
}

/// steps/facts.toml; a guide without one reads nothing.
Result<std::vector<FactSpec>> load_facts(const fs::path& path) {
    std::vector<FactSpec> facts;
    if (!fs::exists(path)) return facts;
    auto table = load_toml(path, ErrorKind::steps);
    if (!table) return tl::unexpected(table.error());
    for (const auto& [key, node] : *table) {
        const auto* entries = node.as_table();
        if (entries == nullptr)
            return fail(
                ErrorKind::steps, "A fact is a table.", "Write [name].", where_of(node, path));
        if (auto known = only_keys(
                *entries, path, {"why", "on", "package", "command", "one_of"}, ErrorKind::steps);
            !known)
            return tl::unexpected(known.error());
        FactSpec fact{std::string(key.str()), (*entries)["package"].value_or(std::string{}),
            (*entries)["command"].value_or(std::string{}), {}, {}};
        if (fact.command.empty())
            return fail(ErrorKind::steps, fmt::format("Nothing says how to read {}.", fact.name),
                "Give it a command that prints one value.", where_of(node, path));
        auto one_of = read_list(*entries, "one_of", path);
        if (!one_of) return tl::unexpected(one_of.error());
        fact.one_of = std::move(*one_of);
        auto on = read_list(*entries, "on", path);
        if (!on) return tl::unexpected(on.error());
        fact.on = std::move(*on);
        facts.push_back(std::move(fact));
    }
    return facts;
}

Result<Section> load_section(const fs::path& path, const std::string& chapter) {
    auto table = load_toml(path, ErrorKind::steps);
    if (!table) return tl::unexpected(table.error());
    if (auto known = only_keys(
            *table, path, {"title", "needs", "rollback", "guard", "step"}, ErrorKind::steps);
        !known)
        return tl::unexpected(known.error());
    Section section;
    section.chapter = chapter;
    section.id = chapter + "/" + path.stem().string();
    section.where = {path.string(), 1, 1};
    section.title = (*table)["title"].value_or(std::string{});
    auto rollback = read_flag(*table, "rollback", path);
    if (!rollback) return tl::unexpected(rollback.error());
    section.rollback = *rollback;
    auto guard = read_flag(*table, "guard", path);
    if (!guard) return tl::unexpected(guard.error());
    section.guard = *guard;
    if (section.guard && !section.rollback)
        return fail(ErrorKind::steps,
            "A guard rolls back, and this section may not be rolled back.",
            "Write rollback = true as well.", section.where);
    if (section.title.empty())
        return fail(ErrorKind::steps, "A section needs a title.", "Write title = \"...\" on top.",
            section.where);
    section.has_needs = table->contains("needs");
    auto needs = read_list(*table, "needs", path);
    if (!needs) return tl::unexpected(needs.error());
    section.needs = std::move(*needs);
    const auto* steps = (*table)["step"].as_array();
    if (steps == nullptr || !steps->is_array_of_tables())
        return fail(ErrorKind::steps, "A section needs at least one [[step]].",
            "See steps/README.md for the fields of a step.", section.where);
    for (const auto& node : *steps) {
        auto step = read_step(*node.as_table(), path);
        if (!step) return tl::unexpected(step.error());
        step->chapter = chapter;
        step->section = section.id;
        section.steps.push_back(std::move(*step));
    }
    return section;
}

Result<Chapter> load_chapter(const fs::path& dir) {
    Chapter chapter;
    chapter.id = dir.filename().string();
    auto about = load_toml(dir / "chapter.toml", ErrorKind::steps);
    if (!about) return tl::unexpected(about.error());
    if (auto known = only_keys(
            *about, dir / "chapter.toml", {"title", "why", "procedure"}, ErrorKind::steps);
        !known)
        return tl::unexpected(known.error());
    chapter.title = (*about)["title"].value_or(chapter.id);
    chapter.procedure = (*about)["procedure"].value_or(std::string("migration"));
    for (const auto& path : sorted_entries(dir)) {
        if (path.extension() != ".toml" || path.filename() == "chapter.toml") continue;
        auto section = load_section(path, chapter.id);
        if (!section) return tl::unexpected(section.error());
        chapter.sections.push_back(std::move(*section));
    }
    return chapter;
}

} // namespace

std::vector<const Step*> Guide::steps() const {
    std::vector<const Step*> all;
    for (const auto& chapter : chapters)
        for (const auto& section : chapter.sections)
            for (const auto& step : section.steps)
                all.push_back(&step);
    return all;
}

const Step* Guide::step(const std::string& id) const {
    for (const auto* each : steps())
        if (each->id == id) return each;
    return nullptr;
}

const Section* Guide::section(const std::string& id) const {
    for (const auto& chapter : chapters)
        for (const auto& section : chapter.sections)
            if (section.id == id) return &section;
    return nullptr;
}

PlatformList Guide::platform_list() const {
    std::map<std::string, bool> in_guide;
    for (const auto& [id, platform] : platforms)
        in_guide[id] = platform.in_guide;
    return PlatformList(std::move(in_guide));
}

std::vector<std::string> Guide::procedures() const {
    std::vector<std::string> names;
    for (const auto& chapter : chapters)
        if (std::ranges::find(names, chapter.procedure) == names.end())
            names.push_back(chapter.procedure);
    return names;
}

Result<Guide> only_procedure(Guide guide, const std::string& procedure) {
    const auto names = guide.procedures();
    if (std::ranges::find(names, procedure) == names.end())
        return fail(ErrorKind::usage, fmt::format("Unknown procedure '{}'.", procedure),
            "There are: " + join(names, ", "));
    std::erase_if(
        guide.chapters, [&](const Chapter& chapter) { return chapter.procedure != procedure; });
    return guide;
}

Result<Guide> load_guide(const std::string& steps_dir, const std::string& templates_dir) {
    Guide guide;
    guide.dir = steps_dir;
    guide.templates_dir = templates_dir;
    if (!fs::is_directory(steps_dir))
        return fail(ErrorKind::steps, fmt::format("There is no folder {}.", steps_dir),
            "Give the folder of the steps with --steps DIR.");
    auto platforms = load_platforms(fs::path(steps_dir) / "platforms.toml");
    if (!platforms) return tl::unexpected(platforms.error());
    guide.platforms = std::move(*platforms);
    auto facts = load_facts(fs::path(steps_dir) / "facts.toml");
    if (!facts) return tl::unexpected(facts.error());
    guide.facts = std::move(*facts);
    for (const auto& dir : sorted_entries(steps_dir)) {
        if (!fs::is_directory(dir)) continue;
        auto chapter = load_chapter(dir);
        if (!chapter) return tl::unexpected(chapter.error());
        guide.chapters.push_back(std::move(*chapter));
    }
    if (guide.chapters.empty())
        return fail(ErrorKind::steps, fmt::format("There are no steps in {}.", steps_dir),
            "Give the folder of the steps with --steps DIR.");
    if (auto ok = check_references(guide); !ok) return tl::unexpected(ok.error());
    auto errata = load_errata(guide);
    if (!errata) return tl::unexpected(errata.error());
    for (const auto& each : *errata)
        if (!each.letter.empty()) guide.letters[each.id] = each.letter;
    if (auto ok = check_selectors(guide); !ok) return tl::unexpected(ok.error());
    return guide;
}

} // namespace ovd
