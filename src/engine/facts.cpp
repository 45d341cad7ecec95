// SPDX-License-Identifier: Apache-2.0
#include "engine/facts.h"

#include "action/action.h"
#include "base/pattern.h"
#include "base/text.h"
#include "guide/graph.h"
#include "guide/values.h"
#include "node/fan_out.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace ovd {
namespace {

/// Packages are looked up by name, which takes yum some seconds.
constexpr Millis time_for_facts{60'000};
/// Kept with the facts: the node was asked, whatever it had to say.
constexpr const char* asked = "asked";

/// A package's version without what its distribution added: 1:2.1.2-1ubuntu3 is 2.1.2.
std::string upstream(const std::string& version) {
    const auto colon = version.find(':');
    const auto from = colon == std::string::npos ? 0 : colon + 1;
    return version.substr(from, version.find_first_of("-+~", from) - from);
}

std::optional<Error> take(Node& node, const FactSpec& fact, const std::string& value) {
    if (value.empty()) return {};
    const bool known = fact.one_of.empty()
                           ? is_like(value, "[0-9]+([.][0-9]+)*")
                           : std::ranges::find(fact.one_of, value) != fact.one_of.end();
    if (!known)
        return Error{ErrorKind::farm,
            fmt::format("{} says of itself: {} is {}. No step knows that.", node.id, fact.name,
                value.substr(0, 200)),
            "See what steps/facts.toml asks there.", {}};
    node.facts[fact.name] = value;
    return {};
}

/// Whether the plan of a node depends on it.
bool is_asked(const FactSpec& fact, const Farm& farm, const std::string& node) {
    if (fact.on.empty()) return true;
    return std::ranges::any_of(fact.on, [&](const std::string& word) {
        const auto nodes = members(word, farm, {});
        return nodes && std::ranges::find(*nodes, node) != nodes->end();
    });
}

/// What was not said by its package is asked of a command, in a second round trip: that is so
/// only where programs are not installed yet.
Result<std::map<std::string, std::string>> ask(
    const std::vector<FactSpec>& facts, const Platform& platform, Reader& reader) {
    const auto database = package_database(platform, {});
    std::map<std::string, std::string> said;
    for (const bool by_package : {true, false}) {
        std::vector<Look> looks;
        std::vector<std::string> names;
        for (const auto& fact : facts) {
            const bool has_package = !fact.package.empty() && database;
            if (said.contains(fact.name) || (!by_package && !has_package)) continue;
            if (by_package && has_package)
                looks.emplace_back(PackageInstalled{*database, fact.package});
            else
                looks.emplace_back(Read{fact.command, {}, time_for_facts});
            names.push_back(fact.name);
        }
        if (looks.empty()) break;
        const auto results = reader.look(looks);
        if (!results) return tl::unexpected(results.error());
        for (std::size_t i = 0; i < looks.size(); ++i) {
            const auto& result = (*results)[i];
            if (result.status != 0) continue;
            const bool is_package = std::holds_alternative<PackageInstalled>(looks[i]);
            said[names[i]] = is_package ? upstream(trim(result.output)) : trim(result.output);
        }
    }
    return said;
}

std::optional<Error> learn(
    Node& node, const Farm& farm, const Guide& guide, const Platform& platform, Reader& reader) {
    auto facts = guide.facts;
    std::erase_if(facts, [&](const FactSpec& fact) { return !is_asked(fact, farm, node.id); });
    const auto said = ask(facts, platform, reader);
    if (!said) {
        if (said.error().kind == ErrorKind::host_key) return said.error();
        return {};
    }
    node.facts[asked] = "yes";
    for (const auto& fact : guide.facts) // what it had said before counts no more
        node.facts.erase(fact.name);
    for (const auto& fact : guide.facts)
        if (const auto found = said->find(fact.name); found != said->end())
            if (auto error = take(node, fact, found->second)) return error;
    return {};
}

} // namespace

Status read_facts(Farm& farm, const Guide& guide, Connections& nodes, Threads& threads,
    const std::vector<std::string>& next) {
    std::vector<std::optional<Error>> errors(farm.nodes.size());
    if (guide.facts.empty()) return {};
    fan_out(threads, farm.nodes.size() + next.size(), most_nodes_at_once, [&](std::size_t i) {
        if (i >= farm.nodes.size()) return nodes.reader(next[i - farm.nodes.size()]).connect();
        auto& node = farm.nodes[i];
        const auto platform = platform_of(guide, farm, node.id);
        if (!node.by_hand && platform)
            errors[i] = learn(node, farm, guide, *platform, nodes.reader(node.id));
    });
    for (const auto& error : errors)
        if (error) return tl::unexpected(*error);
    return {};
}

std::string active_of(const Facts& facts) {
    std::string active;
    for (const auto* id : {"osm1", "osm2"}) {
        const auto node = facts.find(id);
        if (node == facts.end()) continue;
        const auto fact = node->second.find("active");
        if (fact != node->second.end() && fact->second == "yes") active = active.empty() ? id : "";
    }
    return active;
}

void set_active(Farm& farm, const std::string& id) {
    farm.active = id;
    for (auto& node : farm.nodes) {
        node.facts.erase("active");
        if (node.id == id) node.facts["active"] = "yes";
    }
}

std::string began_of(const Facts& facts) {
    const auto node = facts.find("osm1");
    if (node == facts.end()) return "";
    const auto fact = node->second.find("began");
    return fact == node->second.end() ? "" : fact->second;
}

void set_began(Farm& farm, const std::string& began) {
    farm.began = began;
    for (auto& node : farm.nodes)
        if (node.id == "osm1") node.facts["began"] = began;
}

bool never_asked(const Guide& guide, const Node& node) {
    return !guide.facts.empty() && !node.facts.contains(asked);
}

Facts facts_of(const Farm& farm) {
    Facts facts;
    for (const auto& node : farm.nodes)
        if (!node.facts.empty()) facts[node.id] = node.facts;
    return facts;
}

void use_facts(Farm& farm, const Facts& facts) {
    for (auto& node : farm.nodes)
        if (const auto found = facts.find(node.id); found != facts.end())
            node.facts = found->second;
}

} // namespace ovd
