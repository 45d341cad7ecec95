// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/init_farm.h"
#include "farm/reading.h"
#include "farm/rules.h"

#include <fmt/format.h>

namespace ovd {
namespace {

std::string or_else(const std::string& text, const std::string& other) {
    return text.empty() ? other : text;
}

void missing_in(const Node& node, std::vector<std::string>& missing) {
    if (node.login.host.empty() && !node.by_hand) {
        missing.push_back(fmt::format("how to log in to {0}: --from {0}=root@HOST", node.id));
        return; // the rest would come from there
    }
    const bool osm = node.id == "osm1" || node.id == "osm2";
    if (node.platform.empty()) missing.push_back("the platform of " + node.id);
    if (osm && (node.nic.empty() || node.address.empty()))
        missing.push_back(fmt::format("the NIC and address of {} in the farm's VLAN", node.id));
    if (node.priv_nic.empty())
        missing.push_back(fmt::format(
            "the NIC of {} for the cluster's VLAN: add it to the machine first", node.id));
    if (node.priv_address.empty())
        missing.push_back(fmt::format("the address of {} in the cluster's VLAN", node.id));
}

} // namespace

Status complete(const Farm& farm, const PlatformList& platforms) {
    std::vector<std::string> missing;
    for (const auto& node : farm.nodes)
        missing_in(node, missing);
    if (farm.srv_subnet.empty())
        missing.push_back("the subnet of the farm's VLAN: --from osm1=...");
    if (farm.priv_subnet.empty()) missing.push_back("a subnet for the cluster's VLAN");
    if (farm.vip.empty()) missing.push_back("the VIP: --vip ADDRESS");
    if (farm.snat_to.empty())
        missing.push_back("the farm servers: --server oas1:oas=root@10.20.1.31 for each");
    if (!missing.empty())
        return fail(ErrorKind::farm,
            "Not everything can be known without asking:\n  " + join(missing, "\n  "),
            "Give these, or leave --defaults out to be asked");
    for (const auto& node : farm.nodes)
        if (auto good = check_platform(node.platform, platforms, farm.allow_outside_guide); !good)
            return fail(ErrorKind::farm, node.id + ": " + good.error().message,
                platforms.is_in_guide(node.platform) ? good.error().hint
                                                     : "To continue anyway: --allow-outside-guide");
    if (auto wrong = contradictions(farm); !wrong.empty()) return tl::unexpected(wrong.front());
    return {};
}

std::string found_text(const std::string& id, const FoundNode& node) {
    std::string text = fmt::format("{}: {}, {}", id, or_else(node.hostname, "no host name"),
        or_else(node.distribution, "unknown distribution"));
    text += node.ovd_version.empty() ? "\n" : fmt::format(", OVD {}\n", node.ovd_version);
    for (const auto& nic : node.nics)
        text += fmt::format("    {} {} in {}{}\n", nic.name, nic.address, nic.subnet,
            nic.name == node.default_nic ? ", default route" : "");
    if (!node.more_nics.empty())
        text += fmt::format("    {} without an address\n", join(node.more_nics, ", "));
    if (!node.database_user.empty())
        text += fmt::format("    database {} on {}, user {}\n", or_else(node.database_name, "ovd"),
            or_else(node.database_host, "localhost"), node.database_user);
    return text;
}

std::string farm_summary(const Farm& farm) {
    std::string text = fmt::format("Farm {}\n", farm.name);
    const std::string access =
        farm.access == "dns" ? "by the name " + farm.access_name : "by that address";
    text +=
        fmt::format("  VIP {} in {}; farm servers use it {}\n", farm.vip, farm.srv_subnet, access);
    text +=
        fmt::format("  cluster {} in {} {}\n", farm.cluster_name, farm.priv_name, farm.priv_subnet);
    text += fmt::format("  database {}, user {}, {}\n", farm.database_name, farm.database_user,
        farm.database_existing ? "on a MySQL service that is there already" : "on a new dbmy");
    text += fmt::format("  {:<5} {:<12} {:<9} {:<24} {:<24} {}\n", "node", "host name", "platform",
        "in ovd_srv", "in " + farm.priv_name, "log in");
    for (const auto& node : farm.nodes)
        text += fmt::format("  {:<5} {:<12} {:<9} {:<24} {:<24} {}\n", node.id, node.hostname,
            node.platform, or_else(trim(node.address + " " + node.nic), "-"),
            trim(node.priv_address + " " + node.priv_nic),
            node.by_hand ? "by hand" : login_text(node.login));
    for (const auto& server : farm.servers)
        text += fmt::format("  {} ({}, {}) {}, {}\n", server.name, server.role, server.os,
            server.address, server.by_hand ? "by hand" : login_text(server.login));
    if (farm.servers.empty())
        text +=
            fmt::format("  no farm servers yet; the VIP is used to {}\n", join(farm.snat_to, ", "));
    return text;
}

} // namespace ovd
