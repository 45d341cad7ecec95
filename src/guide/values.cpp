// SPDX-License-Identifier: Apache-2.0
#include "guide/values.h"

#include "base/text.h"
#include "farm/address.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

void add_node(Names& names, const Farm& farm, const Node& node, const std::string& prefix) {
    auto& values = names.values;
    values[prefix + "id"] = node.id;
    values[prefix + "name"] = node.hostname;
    values[prefix + "priv_name"] = node.hostname + "." + farm.domain;
    values[prefix + "nic"] = node.nic;
    values[prefix + "address"] = node.address;
    values[prefix + "priv_nic"] = node.priv_nic;
    values[prefix + "priv_address"] = node.priv_address;
}

std::string prefix_of(const std::string& cidr) {
    const auto subnet = parse_subnet(cidr);
    return subnet ? std::to_string(subnet->prefix) : "";
}

/// Compares dotted versions number by number; what is not a digit ends a number.
int compare_versions(const std::string& left, const std::string& right) {
    const auto a = split(left, '.');
    const auto b = split(right, '.');
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        const int x = i < a.size() ? std::atoi(a[i].c_str()) : 0;
        const int y = i < b.size() ? std::atoi(b[i].c_str()) : 0;
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

/// True for "pcs<0.10" when the platform's pcs is older than 0.10, and so on.
bool version_matches(const std::string& selector, const Platform& platform) {
    const bool below = selector.find('<') != std::string::npos;
    const auto at = below ? selector.find('<') : selector.find(">=");
    if (at == std::string::npos) return false;
    const auto value = platform.values.find(selector.substr(0, at));
    if (value == platform.values.end()) return false;
    const int order = compare_versions(value->second, selector.substr(at + (below ? 1 : 2)));
    return below ? order < 0 : order >= 0;
}

/// Of two bounds that both match: the lower "<", the higher ">=".
bool closer(const std::string& one, const std::string& other) {
    const auto version = [](const std::string& selector) {
        return selector.substr(selector.find_first_of("0123456789"));
    };
    const int order = compare_versions(version(one), version(other));
    return one.find('<') != std::string::npos ? order < 0 : order > 0;
}

template <class Map>
const typename Map::mapped_type* pick_from(const Map& variants, const Platform& platform) {
    for (const auto& selector : platform.selectors)
        if (const auto found = variants.find(selector); found != variants.end())
            return &found->second;
    // Of several bounds the nearest one: "pcs<0.9.157" before "pcs<0.10".
    const typename Map::value_type* nearest = nullptr;
    for (const auto& each : variants) {
        if (!version_matches(each.first, platform)) continue;
        if (nearest == nullptr || closer(each.first, nearest->first)) nearest = &each;
    }
    if (nearest != nullptr) return &nearest->second;
    const auto fallback = variants.find("default");
    return fallback == variants.end() ? nullptr : &fallback->second;
}

} // namespace

bool selects(const std::string& selector, const Platform& platform) {
    if (std::ranges::find(platform.selectors, selector) != platform.selectors.end()) return true;
    const auto network = platform.values.find("network");
    return (network != platform.values.end() && network->second == selector) ||
           version_matches(selector, platform);
}

Result<Platform> platform_of(const Guide& guide, const Farm& farm, const std::string& node) {
    const auto* machine = farm.node(node);
    if (machine == nullptr) machine = farm.node("osm1");
    const auto found = guide.platforms.find(machine->platform);
    if (found == guide.platforms.end())
        return fail(ErrorKind::farm,
            fmt::format("{}: the platform {} has no steps.", machine->id, machine->platform),
            "steps/platforms.toml lists the platforms there are.");
    auto platform = found->second;
    for (const auto& [name, value] : machine->facts)
        platform.values[name] = value;
    // Who wants the guide to the letter gets that variant before any other.
    for (const auto& id : farm.to_the_letter)
        platform.selectors.insert(platform.selectors.begin(), letter_of(id));
    // What the network is set up with is a selector, after all others.
    if (const auto network = platform.values.find("network"); network != platform.values.end())
        platform.selectors.push_back(network->second);
    return platform;
}

Result<Names> names_for(
    const Guide& guide, const Farm& farm, const Step& step, const std::string& node) {
    Names names;
    auto& values = names.values;
    auto platform = platform_of(guide, farm, node);
    if (!platform) return tl::unexpected(platform.error());
    for (const auto& [name, value] : platform->values)
        values[name] = value;
    values["farm"] = farm.name;
    values["domain"] = farm.domain;
    values["vip"] = farm.vip;
    values["srv_subnet"] = farm.srv_subnet;
    values["vip_prefix"] = prefix_of(farm.srv_subnet);
    values["snat_to"] = join(farm.snat_to, ",");
    std::vector<std::string> addresses;
    for (const auto& server : farm.servers)
        addresses.push_back(server.address);
    values["server_addresses"] = join(addresses, " ");
    values["priv_subnet"] = farm.priv_subnet;
    values["priv_prefix"] = prefix_of(farm.priv_subnet);
    values["cluster_name"] = farm.cluster_name;
    values["db_name"] = farm.database_name;
    values["db_user"] = farm.database_user;
    values["admin_user"] = farm.admin_user;
    values["test_user"] = farm.test_user;
    values["began"] = farm.began;
    values["mail_hub"] = farm.mail.hub;
    values["mail_from"] = farm.mail.from;
    values["mail_to"] = farm.mail.to;
    values["mail_user"] = farm.mail.user;
    values["mail_starttls"] = farm.mail.starttls ? "YES" : "NO";
    values["access"] = farm.access == "dns" ? farm.access_name : farm.vip;
    for (const auto& each : farm.nodes) {
        add_node(names, farm, each, each.id + ".");
        if (each.id == node) add_node(names, farm, each, "node.");
        if ((each.id == "osm1" && node == "osm2") || (each.id == "osm2" && node == "osm1"))
            add_node(names, farm, each, "peer.");
    }
    if (const auto* active = farm.node(farm.active)) {
        add_node(names, farm, *active, "active.");
        add_node(names, farm, *farm.node(farm.active == "osm1" ? "osm2" : "osm1"), "passive.");
    }
    values["db_host"] = values["dbmy.priv_name"];
    if (const auto* server = farm.server(node)) {
        values["server.name"] = server->name;
        values["server.address"] = server->address;
        values["server.role"] = server->role;
    }
    for (const auto& [name, source] : farm.secrets)
        names.secrets.push_back(name);
    names.fetched = step.fetch;
    return names;
}

const std::string* pick(const Text& text, const Platform& platform) {
    return pick_from(text, platform);
}

const std::vector<std::string>* pick(const TextList& list, const Platform& platform) {
    return pick_from(list, platform);
}

std::map<std::string, bool> parameters(const Farm& farm) {
    const auto any = [&farm](auto test) { return std::ranges::any_of(farm.servers, test); };
    return {
        {"dns", farm.access == "dns"},
        {"database_existing", farm.database_existing},
        {"outside_guide", farm.allow_outside_guide},
        {"admin_api", !farm.admin_user.empty()},
        {"mail", !farm.mail.hub.empty()},
        {"mail_login", !farm.mail.user.empty()},
        {"has_windows", any([](const Server& s) { return s.os == "windows"; })},
        {"has_owa", any([](const Server& s) { return s.role == "owa"; })},
        {"has_external_ac", any([](const Server& s) { return s.role == "ac"; })},
    };
}

std::string letter_of(const std::string& erratum) {
    return "letter:" + erratum;
}

bool applies(const Step& step, const Farm& farm) {
    auto known = parameters(farm);
    for (const auto& id : farm.to_the_letter)
        known[letter_of(id)] = true;
    if (!step.when.empty() && !known[step.when]) return false;
    return step.unless.empty() || !known[step.unless];
}

} // namespace ovd
