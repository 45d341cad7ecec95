// SPDX-License-Identifier: Apache-2.0
#include "guide/graph.h"

#include "base/text.h"
#include "guide/values.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>

namespace ovd {
namespace {

const std::map<std::string, std::vector<std::string>> node_groups = {
    {"all", {"osm1", "osm2", "pcs3", "pcs4", "dbmy"}},
    {"osm", {"osm1", "osm2"}},
    {"pcs", {"pcs3", "pcs4"}},
    {"cluster", {"osm1", "osm2", "pcs3", "pcs4"}},
};

} // namespace

Result<std::vector<std::string>> members(
    const std::string& word, const Farm& farm, const SourceLocation& where) {
    if (const auto group = node_groups.find(word); group != node_groups.end()) return group->second;
    if (farm.node(word) != nullptr) return std::vector{word};
    if (word == "active" || word == "passive") {
        if (farm.active.empty())
            return fail(ErrorKind::usage, "Which Session Manager is active can only be seen there.",
                "Type the same with --live, or run it.");
        const bool first = (word == "active") == (farm.active == "osm1");
        return std::vector<std::string>{first ? "osm1" : "osm2"};
    }
    std::vector<std::string> found;
    const bool linux_servers = word == "linux-servers";
    const bool windows = word == "windows-servers";
    const bool console = word == "external-ac";
    if (!linux_servers && !windows && !console)
        return fail(ErrorKind::steps, fmt::format("{} is neither a node nor a group.", word),
            "steps/README.md lists the groups.", where);
    for (const auto& server : farm.servers) {
        const bool is_console = server.role == "ac";
        if ((console && is_console) || (windows && server.os == "windows") ||
            (linux_servers && server.os == "linux" && !is_console))
            found.push_back(server.name);
    }
    return found;
}

namespace {

bool on_platform(const Step& step, const Guide& guide, const Farm& farm, const std::string& node) {
    if (step.platforms.empty()) return true;
    const auto platform = platform_of(guide, farm, node);
    if (!platform) return false;
    return std::ranges::any_of(
        step.platforms, [&](const std::string& selector) { return selects(selector, *platform); });
}

Result<std::vector<std::string>> nodes_of(const Step& step, const Guide& guide, const Farm& farm) {
    std::vector<std::string> nodes;
    for (const auto& word : step.on) {
        auto found = members(word, farm, step.where);
        if (!found) return tl::unexpected(found.error());
        for (const auto& node : *found)
            if (std::ranges::find(nodes, node) == nodes.end() &&
                on_platform(step, guide, farm, node))
                nodes.push_back(node);
    }
    return nodes;
}

/// Builds the order: who waits for whom.
class Builder {
public:
    Builder(const Guide& guide, const Farm& farm) : guide_(guide), farm_(farm) {}

    Result<std::vector<Task>> build() {
        const Chapter* before = nullptr;
        for (const auto& chapter : guide_.chapters) {
            const Section* previous = nullptr;
            for (const auto& section : chapter.sections) {
                if (auto ok = add_section(section, previous, before); !ok)
                    return tl::unexpected(ok.error());
                previous = &section;
            }
            if (previous != nullptr) before = &chapter; // an empty chapter must not cut the chain
        }
        return std::move(tasks_);
    }

private:
    Status add_section(const Section& section, const Section* previous, const Chapter* before) {
        std::set<std::size_t> entry; // what the first step of the section waits for
        if (section.has_needs) {
            for (const auto& need : section.needs)
                merge(entry, need);
        } else if (previous != nullptr) {
            merge(entry, previous->id);
        } else if (before != nullptr) {
            merge(entry, before->id);
        }
        merge(entry, "held:" + section.id);
        if (previous == nullptr) merge(entry, "held:" + section.chapter);
        auto current = entry;
        std::set<std::size_t> side; // the last step that holds back only what it names
        for (const auto& step : section.steps) {
            auto after = step.has_needs ? entry : current;
            for (const auto& need : step.needs)
                merge(after, need);
            if (!step.needed_by.empty()) after.insert(side.begin(), side.end());
            merge(after, "held:" + step.id);
            merge(after, "held:" + section.id);
            merge(after, "held:" + section.chapter);
            auto added = add_step(step, after);
            if (!added) return tl::unexpected(added.error());
            if (!step.needed_by.empty()) {
                for (const auto& held : step.needed_by)
                    ends_["held:" + held].insert(added->begin(), added->end());
                side = *added;
            } else if (!added->empty()) {
                for (const auto& name : {step.section, step.chapter})
                    ends_[name].insert(added->begin(), added->end());
                if (!step.has_needs) current = *added;
            }
            ends_[step.id] = added->empty() ? after : *added;
        }
        // A section without tasks on this farm must not cut the chain.
        if (ends_[section.id].empty()) ends_[section.id] = entry;
        ends_[section.chapter].insert(ends_[section.id].begin(), ends_[section.id].end());
        return {};
    }

    Result<std::set<std::size_t>> add_step(const Step& step, const std::set<std::size_t>& after) {
        std::set<std::size_t> added;
        if (!applies(step, farm_)) return added;
        auto nodes = nodes_of(step, guide_, farm_);
        if (!nodes) return tl::unexpected(nodes.error());
        if (step.on.empty()) nodes->push_back("");
        for (const auto& node : *nodes) {
            added.insert(tasks_.size());
            tasks_.push_back({node.empty() ? step.id : step.id + "@" + node, &step, node,
                {after.begin(), after.end()}});
        }
        return added;
    }

    void merge(std::set<std::size_t>& into, const std::string& name) const {
        if (const auto found = ends_.find(name); found != ends_.end())
            into.insert(found->second.begin(), found->second.end());
    }

    const Guide& guide_;
    const Farm& farm_;
    std::vector<Task> tasks_;
    std::map<std::string, std::set<std::size_t>> ends_; // tasks of a step, section or chapter
};

std::string lower(std::string text) {
    for (auto& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// The number of a chapter a person may write: 5 for "5", "v" and "5-prepare-cluster".
bool names_chapter(const std::string& word, const std::string& chapter) {
    static const std::vector<std::string> roman = {"", "i", "ii", "iii", "iv", "v", "vi", "vii"};
    const auto number = chapter.substr(0, chapter.find('-'));
    if (word == chapter || word == number) return true;
    const auto index = static_cast<std::size_t>(std::atoi(number.c_str()));
    return index > 0 && index < roman.size() && lower(word) == roman[index];
}

} // namespace

Result<std::vector<Task>> make_tasks(const Guide& guide, const Farm& farm) {
    return Builder(guide, farm).build();
}

Result<std::set<std::string>> select_steps(const Guide& guide, const std::string& word) {
    std::set<std::string> chosen;
    std::vector<std::string> words;
    for (const auto* step : guide.steps()) {
        const auto file = step->section.substr(step->section.find('/') + 1);
        const bool listed = std::ranges::any_of(
            step->guide, [&](const std::string& id) { return lower(id) == lower(word); });
        if (names_chapter(word, step->chapter) || word == step->section || word == file ||
            word == step->id || listed)
            chosen.insert(step->id);
        for (const auto& name : {step->chapter, step->section, file, step->id})
            words.push_back(name);
    }
    if (!chosen.empty()) return chosen;
    const auto near = nearest(word, words);
    return fail(ErrorKind::usage,
        fmt::format("{} is not a chapter, section, step or id of the guide.", word),
        near.empty() ? "Type ovd-failover plan --titles for the list."
                     : fmt::format("Did you mean {}?", near));
}

} // namespace ovd
