// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/init_farm.h"
#include "farm/address.h"
#include "farm/reading.h"
#include "farm/rules.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

const FoundNic* nic_in(const FoundNode& node, const std::string& subnet) {
    const auto found = std::find_if(node.nics.begin(), node.nics.end(),
        [&](const FoundNic& nic) { return !subnet.empty() && nic.subnet == subnet; });
    return found == node.nics.end() ? nullptr : &*found;
}

/// The NIC a node is reached over: that of the address one logs in to, else of its default route.
const FoundNic* main_nic(const FoundNode& node, const Login& login) {
    const auto by = [&](auto matches) -> const FoundNic* {
        const auto found = std::find_if(node.nics.begin(), node.nics.end(), matches);
        return found == node.nics.end() ? nullptr : &*found;
    };
    if (const auto* nic = by([&](const FoundNic& one) { return one.address == login.host; }))
        return nic;
    return by([&](const FoundNic& one) { return one.name == node.default_nic; });
}

/// A subnet beside the farm's that two nodes are in already; else the guide's, when it is free.
std::string find_priv_subnet(const Discovery& found, const std::string& srv_subnet) {
    std::map<std::string, int> seen;
    for (const auto& [id, node] : found)
        for (const auto& nic : node.nics)
            if (nic.subnet != srv_subnet && ++seen[nic.subnet] == 2) return nic.subnet;
    const std::string usual = "192.168.100.0/24";
    const auto srv = parse_subnet(srv_subnet);
    const bool taken = srv && (srv->contains(parse_subnet(usual)->base) ||
                                  parse_subnet(usual)->contains(srv->base));
    return taken ? "" : usual;
}

void propose_priv_nic(Node& node, const FoundNode* found, const std::string& subnet) {
    const bool osm = node.id == "osm1" || node.id == "osm2";
    node.priv_address = planned_address(subnet, node.id);
    if (found == nullptr) {
        node.priv_nic = osm ? "eth1" : "eth0";
        return;
    }
    if (const auto* nic = nic_in(*found, subnet)) {
        node.priv_nic = nic->name;
        node.priv_address = nic->address;
    } else if (found->more_nics.size() == 1) {
        node.priv_nic = found->more_nics.front();
    } else if (found->more_nics.empty() && node.nic == "eth0") {
        node.priv_nic = "eth1"; // the adapter that Chapter I adds
    }
}

Node propose_node(const std::string& id, const FoundNode* found, const Login& login, Farm& farm) {
    const bool osm = id == "osm1" || id == "osm2";
    Node node;
    node.id = id;
    node.hostname = id;
    node.login = login;
    if (found == nullptr) {
        if (osm) node.nic = "eth0";
        return node;
    }
    const bool clone = std::any_of(farm.nodes.begin(), farm.nodes.end(),
        [&](const Node& other) { return other.hostname == found->hostname; });
    // osm1 is in production under its name; a new machine keeps one that says what it is.
    const bool fits = id == "osm1" || found->hostname.find(id) != std::string::npos;
    if (fits && found->hostname != "localhost" && !clone && check_hostname(found->hostname))
        node.hostname = found->hostname;
    node.platform = found->platform;
    const FoundNic* nic = id == "osm1" ? main_nic(*found, login) : nic_in(*found, farm.srv_subnet);
    if (id == "osm1" && nic != nullptr) farm.srv_subnet = nic->subnet;
    if (nic != nullptr) {
        node.nic = nic->name;
        node.address = nic->address;
    }
    return node;
}

void propose_database(Farm& farm, const FoundNode* osm1) {
    farm.database_name =
        osm1 != nullptr && !osm1->database_name.empty() ? osm1->database_name : "ovd";
    farm.database_user =
        osm1 != nullptr && !osm1->database_user.empty() ? osm1->database_user : "ovd";
    const std::string host = osm1 == nullptr ? "" : osm1->database_host;
    farm.database_existing = !host.empty() && host != "localhost" && host != "127.0.0.1";
    farm.secrets["db_password"].from =
        farm.database_existing ? SecretSource::From::prompt : SecretSource::From::generate;
}

tl::unexpected<Error> bad_word(const std::string& option, const std::string& word,
    const std::string& example, const std::string& why) {
    return fail(ErrorKind::usage, fmt::format("{} {}: {}", option, word, why),
        fmt::format("Write {} {}", option, example));
}

} // namespace

std::string planned_address(const std::string& priv_subnet, const std::string& node) {
    static const std::map<std::string, std::uint32_t> plan{
        {"osm1", 11}, {"osm2", 12}, {"pcs3", 13}, {"pcs4", 14}, {"dbmy", 21}};
    const auto subnet = parse_subnet(priv_subnet);
    const auto number = plan.find(node);
    if (!subnet || number == plan.end()) return {};
    const std::uint32_t address = subnet->base + number->second;
    return subnet->contains(address) && !subnet->reserved(address) ? ipv4_text(address) : "";
}

Result<Logins> parse_from(const std::vector<std::string>& words) {
    const auto& ids = node_ids();
    Logins logins;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        const std::string id = word.substr(0, equals);
        const auto bad = [&](const std::string& why) {
            return bad_word("--from", word, "osm1=root@10.20.1.11", why);
        };
        if (std::find(ids.begin(), ids.end(), id) == ids.end())
            return bad("The name must be one of " + join(ids, " ") + ".");
        if (equals == std::string::npos) return bad("There is no = in it.");
        const auto login = parse_login(word.substr(equals + 1));
        if (!login) return bad(login.error().message);
        if (!logins.emplace(id, *login).second) return bad(id + " is named twice.");
    }
    return logins;
}

Result<std::vector<Server>> parse_servers(const std::vector<std::string>& words) {
    std::vector<Server> servers;
    for (const auto& word : words) {
        const auto colon = word.find(':');
        const auto equals = word.find('=');
        const auto bad = [&](const std::string& why) {
            return bad_word("--server", word, "oas1:oas=root@10.20.1.31", why);
        };
        if (equals == std::string::npos || colon > equals)
            return bad("It must be NAME:ROLE=[user@]address[:port].");
        Server server{word.substr(0, colon), word.substr(colon + 1, equals - colon - 1), "linux",
            {}, {}, false};
        const auto login = parse_login(word.substr(equals + 1));
        for (const Status& done : {check_server_name(server.name), check_role(server.role)})
            if (!done) return bad(done.error().message);
        if (!login) return bad(login.error().message);
        if (!check_address(login->host)) return bad("It must name the server by its address.");
        server.login = *login;
        server.address = login->host;
        servers.push_back(server);
    }
    return servers;
}

Farm propose_farm(const Discovery& found, const Logins& logins) {
    const auto find = [&](const std::string& id) -> const FoundNode* {
        const auto node = found.find(id);
        return node == found.end() ? nullptr : &node->second;
    };
    Farm farm;
    farm.name = "ovd";
    farm.domain = "priv";
    farm.access = "ip";
    farm.priv_name = "priv";
    farm.cluster_name = "ovd-sm";
    farm.secrets["hacluster_password"].from = SecretSource::From::generate;
    propose_database(farm, find("osm1"));
    for (const auto& id : node_ids()) {
        const auto login = logins.find(id);
        farm.nodes.push_back(
            propose_node(id, find(id), login == logins.end() ? Login{} : login->second, farm));
    }
    farm.priv_subnet = find_priv_subnet(found, farm.srv_subnet);
    for (auto& node : farm.nodes) {
        propose_priv_nic(node, find(node.id), farm.priv_subnet);
        if (node.platform.empty()) node.platform = farm.nodes.front().platform;
    }
    return farm;
}

} // namespace ovd
