// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "farm/platforms.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// Where a secret comes from. farm.toml never holds one.
struct SecretSource {
    enum class From { prompt, env, file, command, generate };
    From from = From::prompt;
    std::string what; ///< variable, path or command; empty for prompt and generate
    std::optional<SourceLocation> where;
};

/// How to log in: [user@]host[:port], as written in farm.toml. Empty: no SSH, everything by hand.
struct Login {
    std::string user;
    std::string host;
    int port = 0; ///< 0: what ~/.ssh/config or the default says
};

/// One of osm1, osm2, pcs3, pcs4, dbmy.
struct Node {
    std::string id;       ///< the guide's name of the role: osm1
    std::string hostname; ///< the name by the plan, without domain
    Login login;
    std::string platform; ///< key of steps/platforms.toml: debian12
    std::string nic;      ///< in the farm's VLAN
    std::string address;  ///< IPv4 in the farm's VLAN
    std::string priv_nic;
    std::string priv_address; ///< static IPv4 in the cluster's VLAN
    bool by_hand = false;     ///< the program may not log in; a person does and confirms
    /// What was read there, by the names of steps/facts.toml; never in farm.toml.
    std::map<std::string, std::string> facts;
};

/// An OAS, OFS, ESG, OWA or external Administration Console.
/// Where the alerts of the cluster go; an empty hub: nowhere.
struct Mail {
    std::string hub; ///< host or host:port of the mail server
    std::string from;
    std::string to;
    std::string user; ///< empty: the server takes mail without a login
    bool starttls = true;
};

struct Server {
    std::string name;
    std::string role; ///< oas ofs esg owa ac
    std::string os;   ///< linux windows
    Login login;
    std::string address;
    bool by_hand = false;
};

/// farm.toml: the machines and their plan.
struct Farm {
    std::string path; ///< the file it came from
    std::string name;
    std::string domain; ///< names in the cluster's VLAN are NAME.domain
    bool allow_outside_guide = false;
    /// Ids of steps/errata.toml: mistakes of the guide that the user wants as they are.
    std::vector<std::string> to_the_letter;

    std::string identity;    ///< SSH private key file; empty: agent and defaults
    std::string known_hosts; ///< empty: ~/.ssh/known_hosts

    std::string srv_subnet; ///< CIDR of the farm's VLAN
    std::string vip;
    std::string access;               ///< "ip" or "dns": how farm servers name the Session Manager
    std::string access_name;          ///< the DNS name, with access = "dns"
    std::vector<std::string> snat_to; ///< CIDRs to which outgoing packets carry the VIP

    std::string priv_name;
    std::string priv_subnet; ///< CIDR of the cluster's VLAN

    std::string cluster_name;
    std::string database_name;
    std::string database_user;
    bool database_existing = false; ///< dbmy is a MySQL service that is there already
    std::string admin_user;         ///< Admin Console login; may be empty
    std::string test_user;          ///< an OVD user for trying to log in; may be empty

    Mail mail; ///< where the cluster's alerts go

    /// By name: db_password, hacluster_password, admin_password, test_password, mail_password.
    std::map<std::string, SecretSource> secrets;
    std::vector<Node> nodes; ///< in the order osm1 osm2 pcs3 pcs4 dbmy
    std::vector<Server> servers;
    std::string active; ///< osm1 or osm2, where the service was when last looked; may be empty
    std::string began;  ///< when a procedure after the migration began; empty in the migration
    std::map<std::string, std::string> hooks; ///< name of a question -> local shell command

    [[nodiscard]] const Node* node(const std::string& id) const;
    [[nodiscard]] const Server* server(const std::string& name) const;
    /// A node or server that this program must not log in to: people do what is done there.
    [[nodiscard]] bool is_by_hand(const std::string& machine) const;
};

/// Reads and validates farm.toml whole. Each error names file, line, column and a way out.
/// platforms: those that a node may have.
[[nodiscard]] Result<Farm> load_farm(const std::string& path, const PlatformList& platforms);

/// The text of a farm.toml for this farm, commented for people. Loading it gives the same farm.
[[nodiscard]] std::string farm_text(const Farm& farm);

} // namespace ovd
