// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "base/text.h"
#include "farm/farm.h"
#include "farm/rules.h"
#include "farm/table_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace ovd {
namespace {

using Need = TableReader::Need;

Status no_check(const std::string&) {
    return {};
}

Status is_login(const std::string& text) {
    if (const auto login = parse_login(text); !login) return tl::unexpected(login.error());
    return {};
}

/// ssh = "..." or by_hand = true: one must be there, or nobody would know how to get in.
void read_access(TableReader& in, Login& login, bool& by_hand) {
    by_hand = in.flag("by_hand", by_hand);
    const std::string ssh = in.text("ssh", is_login, Need::optional);
    if (!ssh.empty()) login = *parse_login(ssh);
    if (in.exists() && !in.has("ssh") && !by_hand)
        in.missing("ssh", "There is neither ssh nor by_hand here.",
            "Write ssh = \"root@10.20.1.11\", or by_hand = true when the program may not log in");
}

Node read_node(
    TableReader in, const std::string& id, const Farm& farm, const PlatformList& platforms) {
    // The OSMs carry the VIP, so the program must know their NIC in the farm's VLAN. An existing
    // MySQL service is only used, not set up.
    const bool osm = id == "osm1" || id == "osm2";
    const bool only_used = id == "dbmy" && farm.database_existing;
    const Need srv = osm ? Need::required : Need::optional;
    Node node;
    node.id = id;
    node.hostname = in.text("hostname", check_hostname);
    read_access(in, node.login, node.by_hand);
    node.platform = in.text("platform", no_check);
    if (!node.platform.empty())
        in.judge("platform", check_platform(node.platform, platforms, farm.allow_outside_guide));
    node.nic = in.text("nic", check_interface, srv);
    node.address = in.text("address", check_address, srv);
    node.priv_nic =
        in.text("priv_nic", check_interface, only_used ? Need::optional : Need::required);
    node.priv_address = in.text("priv_address", check_address);
    in.end();
    return node;
}

Server read_server(TableReader& in) {
    Server server;
    server.name = in.text("name", check_server_name);
    server.role = in.text("role", check_role);
    server.os = in.text("os", check_os, Need::optional);
    if (server.os.empty()) server.os = "linux";
    server.by_hand = server.os == "windows"; // nothing here logs in to Windows
    read_access(in, server.login, server.by_hand);
    server.address = in.text("address", check_address);
    in.end();
    return server;
}

void read_ssh(TableReader in, Farm& farm) {
    farm.identity = in.path("identity", Need::optional);
    farm.known_hosts = in.path("known_hosts", Need::optional);
    if (!farm.identity.empty() && ::access(farm.identity.c_str(), R_OK) != 0)
        in.wrong("identity", fmt::format("The SSH key {} cannot be read.", farm.identity),
            "Write the path of a private key, or leave identity out to use the SSH agent");
    in.end();
}

void read_networks(TableReader& root, Farm& farm) {
    auto srv = root.table("ovd_srv", Need::required);
    farm.srv_subnet = srv.text("subnet", check_subnet);
    farm.vip = srv.text("vip", check_address);
    farm.access = srv.text("access", check_access);
    const bool dns = farm.access == "dns";
    farm.access_name = srv.text("access_name", check_domain, dns ? Need::required : Need::optional);
    farm.snat_to = srv.list("snat_to", check_range);
    srv.end();
    auto priv = root.table("priv", Need::required);
    farm.priv_name = priv.text("name", check_server_name);
    farm.priv_subnet = priv.text("subnet", check_subnet);
    priv.end();
}

void read_programs(TableReader& root, Farm& farm) {
    auto cluster = root.table("cluster", Need::required);
    farm.cluster_name = cluster.text("name", check_cluster_name);
    farm.secrets["hacluster_password"] = cluster.secret("hacluster_password");
    cluster.end();
    auto database = root.table("database", Need::required);
    farm.database_name = database.text("name", check_database_word);
    farm.database_user = database.text("user", check_database_word);
    farm.database_existing = database.flag("existing", false);
    farm.secrets["db_password"] = database.secret("password");
    database.end();
    if (auto admin = root.table("admin", Need::optional); admin.exists()) {
        farm.admin_user = admin.text("user", check_line);
        farm.secrets["admin_password"] = admin.secret("password");
        admin.end();
    }
    if (auto test = root.table("test_user", Need::optional); test.exists()) {
        farm.test_user = test.text("user", check_line);
        farm.secrets["test_password"] = test.secret("password");
        test.end();
    }
}

/// Mail servers that take mail of the farm without a login need neither user nor password.
void read_mail(TableReader mail, Farm& farm) {
    if (!mail.exists()) return;
    farm.mail.hub = mail.text("hub", check_mail_hub);
    farm.mail.from = mail.text("from", check_mail_address);
    farm.mail.to = mail.text("to", check_mail_address);
    farm.mail.starttls = mail.flag("starttls", true);
    if (mail.has("user") || mail.has("password")) {
        farm.mail.user = mail.text("user", check_mail_user);
        farm.secrets["mail_password"] = mail.secret("password");
    }
    mail.end();
}

void read_machines(TableReader& root, Farm& farm, const PlatformList& platforms) {
    auto nodes = root.table("nodes", Need::required);
    for (const auto& id : node_ids())
        farm.nodes.push_back(read_node(nodes.table(id, Need::required), id, farm, platforms));
    nodes.end();
    for (auto& server : root.tables("servers"))
        farm.servers.push_back(read_server(server));
}

/// Parser messages quote what they stumbled over; in the line of a secret that may be the secret.
Error without_secrets(Error error, const std::string& path) {
    const auto text = read_file(path);
    if (!text || !error.where || error.where->line < 1) return error;
    const auto all = lines(*text);
    const auto index = static_cast<std::size_t>(error.where->line - 1);
    if (index < all.size() && all[index].find("password") != std::string::npos)
        error.message = "This line of a secret is not valid TOML.";
    return error;
}

bool comes_first(const Error& a, const Error& b) {
    const SourceLocation x = a.where.value_or(SourceLocation{});
    const SourceLocation y = b.where.value_or(SourceLocation{});
    return x.line != y.line ? x.line < y.line : x.column < y.column;
}

} // namespace

FarmReading read_farm(const std::string& path, const PlatformList& platforms) {
    FarmReading reading;
    Farm& farm = reading.farm;
    farm.path = path;
    const auto table = load_toml(path, ErrorKind::farm);
    if (!table) {
        reading.errors.push_back(without_secrets(table.error(), path));
        if (!table.error().where)
            reading.errors.back().hint =
                "Write it with `ovd-failover init`, or name another file with --farm";
        return reading;
    }
    TableReader root(&*table, "", reading);
    auto head = root.table("farm", Need::required);
    farm.name = head.text("name", check_line);
    farm.domain = head.text("domain", check_domain);
    farm.allow_outside_guide = head.flag("allow_outside_guide", false);
    farm.to_the_letter = head.list("to_the_letter", check_line);
    head.end();
    read_ssh(root.table("ssh", Need::optional), farm);
    read_networks(root, farm);
    read_programs(root, farm);
    read_mail(root.table("mail", Need::optional), farm);
    read_machines(root, farm, platforms);
    farm.hooks = root.table("hooks", Need::optional).texts();
    root.end();
    if (!reading.places.contains("ovd_srv.snat_to")) farm.snat_to = default_snat_to(farm);
    if (farm.snat_to.empty() && !root.has("servers"))
        root.wrong("ovd_srv", "There are neither [[servers]] nor snat_to.",
            "Farm servers refuse a Session Manager that does not come from the VIP: write a "
            "[[servers]] for each, or snat_to = [\"10.20.1.0/24\"] in [ovd_srv]");
    for (auto& error : contradictions(farm, reading.places))
        reading.errors.push_back(std::move(error));
    std::stable_sort(reading.errors.begin(), reading.errors.end(), comes_first);
    return reading;
}

Result<Farm> load_farm(const std::string& path, const PlatformList& platforms) {
    FarmReading reading = read_farm(path, platforms);
    if (reading.errors.empty()) return std::move(reading.farm);
    Error first = reading.errors.front();
    constexpr std::size_t shown = 8;
    for (std::size_t i = 1; i < reading.errors.size() && i <= shown; ++i) {
        const Error& error = reading.errors[i];
        if (i == 1) first.hint += "\nAlso wrong in this file:";
        first.hint += fmt::format("\nline {}: {}", error.where->line, error.message);
    }
    if (reading.errors.size() > shown + 1)
        first.hint += fmt::format("\nand {} more", reading.errors.size() - shown - 1);
    return tl::unexpected(std::move(first));
}

} // namespace ovd
