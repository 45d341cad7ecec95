// SPDX-License-Identifier: Apache-2.0
#include "engine/facts.h"

#include "base/pattern.h"
#include "base/text.h"
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

std::optional<Error> take(Node& node, const FactSpec& fact, const ReadResult& result) {
    const auto value = trim(result.output);
    if (result.status != 0 || value.empty()) return {};
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

std::optional<Error> learn(Node& node, const Guide& guide, Reader& reader) {
    std::vector<Read> reads;
    for (const auto& fact : guide.facts)
        reads.push_back({fact.command, {}, time_for_facts});
    const auto results = reader.read(reads);
    if (!results) {
        if (results.error().kind == ErrorKind::host_key) return results.error();
        return {};
    }
    node.facts[asked] = "yes";
    for (const auto& fact : guide.facts) // what it had said before counts no more
        node.facts.erase(fact.name);
    for (std::size_t i = 0; i < reads.size(); ++i)
        if (auto error = take(node, guide.facts[i], (*results)[i])) return error;
    return {};
}

} // namespace

Status read_facts(Farm& farm, const Guide& guide, Connections& nodes, Threads& threads) {
    std::vector<std::optional<Error>> errors(farm.nodes.size());
    if (guide.facts.empty()) return {};
    fan_out(threads, farm.nodes.size(), most_nodes_at_once, [&](std::size_t i) {
        auto& node = farm.nodes[i];
        if (!node.by_hand) errors[i] = learn(node, guide, nodes.reader(node.id));
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
