// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "farm/address.h"
#include "farm/reading.h"
#include "farm/rules.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace ovd {
namespace {

/// Looks for contradictions between the values of one farm.
class Validator {
public:
    Validator(const Farm& farm, const Places& places) : farm_(farm), places_(places) {}

    std::vector<Error> run() {
        networks();
        for (const auto& node : farm_.nodes)
            in_subnets(node);
        addresses();
        names();
        logins();
        return std::move(errors_);
    }

private:
    void wrong(const std::string& place, std::string message, std::string hint) {
        std::optional<SourceLocation> where;
        if (const auto found = places_.find(place); found != places_.end())
            where = found->second;
        else if (!farm_.path.empty())
            where = SourceLocation{farm_.path, 1, 1};
        errors_.push_back({ErrorKind::farm, std::move(message), std::move(hint), std::move(where)});
    }

    /// address must be one that a machine in the subnet can have. False: it was reported.
    bool fits(const std::string& place, const std::string& who, const std::string& address,
        const std::string& subnet, const std::string& vlan) {
        const auto number = parse_ipv4(address);
        const auto range = parse_subnet(subnet);
        if (!number || !range) return true;
        if (!range->contains(*number)) {
            wrong(place,
                fmt::format("{} {} is outside the subnet {} of {}.", who, address, subnet, vlan),
                fmt::format("Write an address of {}, or correct that subnet", subnet));
            return false;
        }
        if (!range->reserved(*number)) return true;
        wrong(place,
            fmt::format("{} {} is the network or broadcast address of {}.", who, address, subnet),
            fmt::format("Write an address between the first and the last of {}", subnet));
        return false;
    }

    void networks() {
        fits("ovd_srv.vip", "The VIP", farm_.vip, farm_.srv_subnet, "ovd_srv");
        const auto srv = parse_subnet(farm_.srv_subnet);
        const auto priv = parse_subnet(farm_.priv_subnet);
        if (srv && priv && (srv->contains(priv->base) || priv->contains(srv->base)))
            wrong("priv.subnet",
                fmt::format("The subnets {} of priv and {} of ovd_srv overlap.", farm_.priv_subnet,
                    farm_.srv_subnet),
                "Give the cluster a VLAN and a subnet of its own: 192.168.100.0/24");
    }

    void in_subnets(const Node& node) {
        const std::string place = "nodes." + node.id + ".";
        // An existing MySQL service may live in another network.
        const bool elsewhere = node.id == "dbmy" && farm_.database_existing;
        if (!elsewhere) {
            fits(place + "address", node.id + "'s address", node.address, farm_.srv_subnet,
                "ovd_srv");
            fits(place + "priv_address", node.id + "'s priv_address", node.priv_address,
                farm_.priv_subnet, "priv");
        }
        if (!node.nic.empty() && node.nic == node.priv_nic)
            wrong(place + "priv_nic",
                fmt::format("{} has {} as both nic and priv_nic.", node.id, node.nic),
                "Write the NIC in each VLAN; `ip -br addr` on the node shows which has which "
                "address");
    }

    /// Notes who has a word; reports a second one.
    void once(std::map<std::string, std::string>& taken, const std::string& word,
        const std::string& who, const std::string& place, const std::string& what,
        const std::string& hint) {
        if (word.empty()) return;
        const auto [found, is_new] = taken.emplace(word, who);
        if (!is_new)
            wrong(place,
                fmt::format("{} and {} have the same {}: {}", found->second, who, what, word),
                hint);
    }

    void addresses() {
        const std::string hint = "Give each machine an address of its own, and the VIP one that no "
                                 "machine has; a server with several roles is written once";
        const auto add = [&](const std::string& address, const std::string& who,
                             const std::string& place) {
            once(owners_, address, who, place, "address", hint);
        };
        for (const auto& node : farm_.nodes) {
            add(node.address, node.id, "nodes." + node.id + ".address");
            if (node.priv_address != node.address)
                add(node.priv_address, node.id, "nodes." + node.id + ".priv_address");
        }
        for (std::size_t i = 0; i < farm_.servers.size(); ++i)
            add(farm_.servers[i].address, farm_.servers[i].name,
                fmt::format("servers.{}.address", i));
        add(farm_.vip, "the VIP", "ovd_srv.vip"); // last: the machine was there before the plan
    }

    void names() {
        std::map<std::string, std::string> hosts;
        for (const auto& node : farm_.nodes)
            once(hosts, node.hostname, node.id, "nodes." + node.id + ".hostname", "hostname",
                "Give each node a name of its own, by the guide its own: " + node.id);
        // A server's name stands beside the ids of the nodes wherever the program prints or logs
        // in.
        for (const auto& node : farm_.nodes)
            hosts.emplace(node.id, node.id);
        for (std::size_t i = 0; i < farm_.servers.size(); ++i) {
            std::string word = farm_.servers[i].name; // names differ by more than case
            for (char& c : word)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            once(hosts, word, fmt::format("server {}", i + 1), fmt::format("servers.{}.name", i),
                "name", "Give each farm server a name that no other machine has");
        }
    }

    void login(std::map<std::string, std::string>& taken, const Login& login,
        const std::string& who, const std::string& place) {
        if (login.host.empty()) return;
        const auto owner = owners_.find(login.host);
        if (owner != owners_.end() && owner->second == "the VIP") {
            wrong(place, fmt::format("{} would be logged in to over the VIP, which moves.", who),
                "Write the address that always belongs to this machine");
            return;
        }
        if (owner != owners_.end() && owner->second != who) {
            wrong(place,
                fmt::format("{} would be logged in to at {}, the address of {}.", who, login.host,
                    owner->second),
                "Write [user@]host[:port] of this machine");
            return;
        }
        // One address with several ports is a gateway that passes each port on to a machine.
        const int port = login.port == 0 ? 22 : login.port;
        once(taken, fmt::format("{}:{}", login.host, port), who, place, "ssh",
            "Write [user@]host[:port] of each machine");
    }

    void logins() {
        std::map<std::string, std::string> taken;
        for (const auto& node : farm_.nodes)
            login(taken, node.login, node.id, "nodes." + node.id + ".ssh");
        for (std::size_t i = 0; i < farm_.servers.size(); ++i)
            login(taken, farm_.servers[i].login, farm_.servers[i].name,
                fmt::format("servers.{}.ssh", i));
    }

    const Farm& farm_;
    const Places& places_;
    std::vector<Error> errors_;
    std::map<std::string, std::string> owners_; ///< address -> who has it
};

} // namespace

std::vector<Error> contradictions(const Farm& farm, const Places& places) {
    return Validator(farm, places).run();
}

std::vector<std::string> default_snat_to(const Farm& farm) {
    std::vector<std::string> ranges;
    for (const auto& server : farm.servers) {
        const std::string range = server.address + "/32";
        if (!server.address.empty() &&
            std::find(ranges.begin(), ranges.end(), range) == ranges.end())
            ranges.push_back(range);
    }
    return ranges;
}

const Node* Farm::node(const std::string& id) const {
    const auto found =
        std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) { return node.id == id; });
    return found == nodes.end() ? nullptr : &*found;
}

bool Farm::is_by_hand(const std::string& machine) const {
    const auto* a_node = node(machine);
    const auto* a_server = server(machine);
    return (a_node != nullptr && a_node->by_hand) || (a_server != nullptr && a_server->by_hand);
}

const Server* Farm::server(const std::string& wanted) const {
    const auto found = std::find_if(servers.begin(), servers.end(),
        [&](const Server& server) { return server.name == wanted; });
    return found == servers.end() ? nullptr : &*found;
}

} // namespace ovd
