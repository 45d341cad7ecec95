// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include "base/quote.h"
#include "farm/farm.h"
#include "farm/reading.h"
#include "farm/rules.h"

#include <fmt/format.h>

namespace ovd {
namespace {

constexpr const char* head =
    R"(# The farm: its machines and their plan, for ovd-failover. Edit it freely; `ovd-failover check`
# tells what is wrong with it. Secrets are never written here, only where they come from, one of:
#   { generate = true }                made once, kept in the run folder, readable only by you
#   { prompt = true }                  asked for when it is needed
#   { env = "NAME" }                   from the environment
#   { file = "PATH" }                  the contents of a file
#   { command = "pass show ovd/db" }   what a command prints
)";

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (char c : encode(text, Encoding::json)) {
        if (c == '\x7f')
            out += "\\u007f"; // JSON allows it as it is, TOML does not
        else
            out += c;
    }
    return out + "\"";
}

/// Writes tables line by line, with the values of a table below each other and remarks behind.
class Writer {
public:
    void remark(const std::string& text) { out_ += "# " + text + "\n"; }
    void table(const std::string& header, const std::string& text = {}) {
        out_ += "\n";
        if (!text.empty()) remark(text);
        out_ += header + "\n";
    }
    void raw(const std::string& key, const std::string& value, const std::string& text = {}) {
        const std::string line = fmt::format("{} = {}", key, value);
        out_ += text.empty() ? line + "\n" : fmt::format("{:<38} # {}\n", line, text);
    }
    void value(const std::string& key, const std::string& value, const std::string& text = {}) {
        raw(key, quoted(value), text);
    }
    /// Only when there is something to write.
    void maybe(const std::string& key, const std::string& value_, const std::string& text = {}) {
        if (!value_.empty()) value(key, value_, text);
    }
    void maybe(const std::string& key, bool value_, const std::string& text = {}) {
        if (value_) raw(key, "true", text);
    }
    void secret(const std::string& key, const Farm& farm, const std::string& name) {
        const auto found = farm.secrets.find(name);
        if (found == farm.secrets.end()) return;
        const std::string& what = found->second.what;
        switch (found->second.from) {
        case SecretSource::From::prompt:
            raw(key, "{ prompt = true }");
            break;
        case SecretSource::From::generate:
            raw(key, "{ generate = true }");
            break;
        case SecretSource::From::env:
            raw(key, "{ env = " + quoted(what) + " }");
            break;
        case SecretSource::From::file:
            raw(key, "{ file = " + quoted(what) + " }");
            break;
        case SecretSource::From::command:
            raw(key, "{ command = " + quoted(what) + " }");
            break;
        }
    }
    [[nodiscard]] std::string text() && { return std::move(out_); }

private:
    std::string out_ = head;
};

void write_networks(Writer& out, const Farm& farm) {
    out.table(
        "[ovd_srv]", "The farm's VLAN, where users and farm servers reach the Session Manager.");
    out.value("subnet", farm.srv_subnet);
    out.value("vip", farm.vip, "the virtual IP that moves between osm1 and osm2");
    out.value("access", farm.access, "how farm servers name the Session Manager: ip or dns");
    out.maybe("access_name", farm.access_name, "the DNS name of the VIP");
    if (farm.snat_to == default_snat_to(farm)) {
        out.remark(
            "Outgoing packets carry the VIP to each of [[servers]]. For other places as well:");
        out.remark("snat_to = [\"10.20.1.0/24\"]");
    } else {
        std::vector<std::string> ranges;
        for (const auto& range : farm.snat_to)
            ranges.push_back(quoted(range));
        out.raw(
            "snat_to", "[" + join(ranges, ", ") + "]", "to these, outgoing packets carry the VIP");
    }
    out.table("[priv]", "The VLAN that only the cluster uses.");
    out.value("name", farm.priv_name);
    out.value("subnet", farm.priv_subnet);
}

void write_node(Writer& out, const Node& node) {
    out.table("[nodes." + node.id + "]");
    out.value("hostname", node.hostname);
    if (!node.login.host.empty()) out.value("ssh", login_text(node.login));
    out.maybe("by_hand", node.by_hand, "the program does not log in; you do, and confirm");
    out.value("platform", node.platform);
    out.maybe("nic", node.nic);
    out.maybe("address", node.address);
    out.maybe("priv_nic", node.priv_nic);
    out.value("priv_address", node.priv_address);
}

void write_server(Writer& out, const Server& server) {
    out.table("[[servers]]");
    out.value("name", server.name);
    out.value("role", server.role);
    out.value("os", server.os);
    if (!server.login.host.empty()) out.value("ssh", login_text(server.login));
    out.maybe("by_hand", server.by_hand, "the program does not log in; you do, and confirm");
    out.value("address", server.address);
}

void write_programs(Writer& out, const Farm& farm) {
    out.table("[cluster]");
    out.value("name", farm.cluster_name);
    out.secret("hacluster_password", farm, "hacluster_password");
    out.table("[database]", "As the Session Manager knows it.");
    out.value("name", farm.database_name);
    out.value("user", farm.database_user);
    out.raw("existing", farm.database_existing ? "true" : "false",
        "true: dbmy is a MySQL service that is there already");
    out.secret("password", farm, "db_password");
    if (!farm.admin_user.empty()) {
        out.table("[admin]", "The Admin Console's login.");
        out.value("user", farm.admin_user);
        out.secret("password", farm, "admin_password");
    }
    if (!farm.test_user.empty()) {
        out.table("[test_user]", "An OVD user that the verification sheet may log in with.");
        out.value("user", farm.test_user);
        out.secret("password", farm, "test_password");
    }
}

void write_mail(Writer& out, const Farm& farm) {
    if (farm.mail.hub.empty()) return;
    out.table("[mail]", "Where the cluster's alerts go.");
    out.value("hub", farm.mail.hub);
    out.value("from", farm.mail.from);
    out.value("to", farm.mail.to);
    out.raw("starttls", farm.mail.starttls ? "true" : "false", "");
    if (farm.mail.user.empty()) return;
    out.value("user", farm.mail.user);
    out.secret("password", farm, "mail_password");
}

} // namespace

std::string farm_text(const Farm& farm) {
    Writer out;
    out.table("[farm]");
    out.value("name", farm.name);
    out.value("domain", farm.domain, "names in the cluster's VLAN are NAME." + farm.domain);
    out.maybe("allow_outside_guide", farm.allow_outside_guide,
        "continue with platforms that the guide does not list");
    if (!farm.to_the_letter.empty()) {
        std::vector<std::string> ids;
        for (const auto& id : farm.to_the_letter)
            ids.push_back(quoted(id));
        out.raw("to_the_letter", "[" + join(ids, ", ") + "]", "see ovd-failover guide --errata");
    }
    if (!farm.identity.empty() || !farm.known_hosts.empty()) {
        out.table("[ssh]");
        out.maybe("identity", farm.identity);
        out.maybe("known_hosts", farm.known_hosts);
    }
    write_networks(out, farm);
    write_programs(out, farm);
    write_mail(out, farm);
    for (const auto& node : farm.nodes)
        write_node(out, node);
    for (const auto& server : farm.servers)
        write_server(out, server);
    if (!farm.hooks.empty())
        out.table(
            "[hooks]", "Shell commands that answer the guide's questions, by the question's name.");
    for (const auto& [name, command] : farm.hooks)
        out.value(quoted(name), command);
    return std::move(out).text();
}

} // namespace ovd
