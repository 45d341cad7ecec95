// SPDX-License-Identifier: Apache-2.0
#include "cli/init_farm.h"
#include "farm/reading.h"
#include "farm/rules.h"

#include <fmt/format.h>
#include <optional>

namespace ovd {
namespace {

using Rule = std::function<Status(const std::string&)>;

constexpr const char* none = "-"; ///< what is typed for "there is no such thing"

/// Asks for a farm value by value. Each answer is judged with those before it, so that what is
/// accepted here is accepted when the file is read. After the first refusal or end of input nothing
/// more is asked.
class Questions {
public:
    Questions(const Farm& proposal, const PlatformList& platforms, Prompter& prompter)
        : in_(proposal), platforms_(platforms), prompter_(prompter) {
        out_.allow_outside_guide = in_.allow_outside_guide;
        out_.identity = in_.identity;
        out_.known_hosts = in_.known_hosts;
        out_.secrets = in_.secrets;
    }

    Result<Farm> run() {
        out_.priv_name = out_.domain = "priv";
        value("Name of this farm", in_.name, out_.name, check_line);
        value("Name of the cluster's VLAN", in_.priv_name, out_.priv_name, check_domain);
        out_.domain = out_.priv_name;
        value("Subnet of the farm's VLAN (ovd_srv)", in_.srv_subnet, out_.srv_subnet, check_subnet);
        value("Subnet of the cluster's VLAN", in_.priv_subnet, out_.priv_subnet, check_subnet);
        value("VIP, an address of ovd_srv that nothing has", in_.vip, out_.vip, check_address);
        for (const auto& id : node_ids())
            node(id);
        database();
        value("Name of the cluster", in_.cluster_name, out_.cluster_name, check_cluster_name);
        access();
        servers();
        admin();
        if (error_) return tl::unexpected(*error_);
        return out_;
    }

private:
    /// Asks until the answer fits; writes it to field.
    void value(const std::string& question, const std::string& proposed, std::string& field,
        const Rule& rule) {
        if (error_) return;
        const auto judge = [&](const std::string& text) -> Status {
            if (auto good = rule(text); !good) return good;
            field = text;
            return no_contradiction();
        };
        auto answer = prompter_.ask(question, proposed, judge);
        if (answer)
            field = *answer;
        else
            error_ = answer.error();
    }

    /// The same for a value that may be missing.
    void maybe(const std::string& question, const std::string& proposed, std::string& field,
        const Rule& rule) {
        value(fmt::format("{} ({} for none)", question, none), proposed.empty() ? none : proposed,
            field, [&](const std::string& text) { return text == none ? Status{} : rule(text); });
        if (field == none) field.clear();
    }

    bool yes(const std::string& question, bool proposed) {
        if (error_) return false;
        auto answer = prompter_.confirm(question, proposed);
        if (answer) return *answer;
        error_ = answer.error();
        return false;
    }

    /// The answer just noted against those before it; a refused one is overwritten by the next.
    [[nodiscard]] Status no_contradiction() const {
        auto wrong = contradictions(out_);
        if (wrong.empty()) return {};
        return tl::unexpected(std::move(wrong.front()));
    }

    void login(const std::string& who, const std::string& proposed, Login& field, bool& by_hand) {
        if (error_) return;
        const auto judge = [&](const std::string& text) -> Status {
            if (text == none) return {};
            auto read = parse_login(text);
            if (!read) return tl::unexpected(read.error());
            field = *read;
            return no_contradiction();
        };
        auto answer = prompter_.ask(
            fmt::format("{}: log in as [user@]host[:port] ({} to do it all by hand)", who, none),
            proposed, judge);
        if (!answer) {
            error_ = answer.error();
            return;
        }
        by_hand = *answer == none;
        field = by_hand ? Login{} : *parse_login(*answer);
    }

    void platform(Node& node, const std::string& proposed) {
        value(node.id + ": platform", proposed, node.platform,
            [this](const std::string& text) { return check_platform(text, platforms_, true); });
        if (error_ || out_.allow_outside_guide || platforms_.is_in_guide(node.platform)) return;
        out_.allow_outside_guide = yes(fmt::format("The guide does not list {}. Continue with it "
                                                   "anyway?",
                                           node.platform),
            false);
        if (error_ || out_.allow_outside_guide) return;
        error_ = Error{ErrorKind::refused, node.platform + " is not on the list of the guide.",
            "The guide lists Ubuntu 16.04, 18.04, 22.04, RHEL 7 and RHEL 8", {}};
    }

    void node(const std::string& id) {
        const bool osm = id == "osm1" || id == "osm2";
        const Node* known = in_.node(id);
        const Node proposed = known == nullptr ? Node{} : *known;
        Node& node = out_.nodes.emplace_back();
        node.id = id;
        value(id + ": host name", proposed.hostname, node.hostname, check_hostname);
        // The planned addresses follow the subnet that was just given.
        const std::string planned = out_.priv_subnet == in_.priv_subnet
                                        ? proposed.priv_address
                                        : planned_address(out_.priv_subnet, id);
        value(id + ": address in " + out_.priv_name, planned, node.priv_address, check_address);
        const std::string question = id + ": address in ovd_srv";
        if (osm)
            value(question, proposed.address, node.address, check_address);
        else
            maybe(question, proposed.address, node.address, check_address);
        if (!node.address.empty())
            value(id + ": NIC in ovd_srv", proposed.nic, node.nic, check_interface);
        value(id + ": NIC in " + out_.priv_name, proposed.priv_nic, node.priv_nic, check_interface);
        const std::string host = node.address.empty() ? node.priv_address : node.address;
        login(id, proposed.login.host.empty() ? "root@" + host : login_text(proposed.login),
            node.login, node.by_hand);
        const std::string like_osm1 = out_.nodes.front().platform;
        platform(node, proposed.platform.empty() ? like_osm1 : proposed.platform);
    }

    void database() {
        value(
            "Name of the OVD database", in_.database_name, out_.database_name, check_database_word);
        value(
            "User of the OVD database", in_.database_user, out_.database_user, check_database_word);
        out_.database_existing =
            yes("Is dbmy a MySQL service that is there already?", in_.database_existing);
        out_.secrets["db_password"].from =
            out_.database_existing ? SecretSource::From::prompt : SecretSource::From::generate;
    }

    void access() {
        value("Do farm servers name the Session Manager by ip or by dns", in_.access, out_.access,
            check_access);
        if (out_.access == "dns")
            value("DNS name that will point to the VIP", in_.access_name, out_.access_name,
                check_domain);
    }

    void servers() {
        for (std::size_t i = 0; !error_; ++i) {
            const Server proposed = i < in_.servers.size() ? in_.servers[i] : Server{};
            Server& server = out_.servers.emplace_back();
            maybe(i == 0 ? "Farm server: name" : "Next farm server: name", proposed.name,
                server.name, check_server_name);
            if (server.name.empty()) {
                out_.servers.pop_back();
                break;
            }
            const std::string who = server.name;
            value(who + ": role (oas ofs esg owa ac)", proposed.role, server.role, check_role);
            value(who + ": linux or windows", proposed.os.empty() ? "linux" : proposed.os,
                server.os, check_os);
            value(who + ": address", proposed.address, server.address, check_address);
            server.by_hand = server.os == "windows";
            if (!server.by_hand) login(who, "root@" + server.address, server.login, server.by_hand);
        }
        out_.snat_to = default_snat_to(out_);
        if (!out_.snat_to.empty() || error_) return;
        std::string range;
        value("Farm servers are in the subnet",
            in_.srv_subnet.empty() ? out_.srv_subnet : in_.srv_subnet, range, check_range);
        out_.snat_to = {range};
    }

    void admin() {
        if (!yes("May the program use the Admin Console, to switch maintenance mode?", true))
            return;
        value("User of the Admin Console", in_.admin_user.empty() ? "admin" : in_.admin_user,
            out_.admin_user, check_line);
        out_.secrets["admin_password"].from = SecretSource::From::prompt;
    }

    const Farm& in_;
    Farm out_;
    const PlatformList& platforms_;
    Prompter& prompter_;
    std::optional<Error> error_;
};

} // namespace

Result<Farm> ask_farm(const Farm& proposal, const PlatformList& platforms, Prompter& prompter) {
    return Questions(proposal, platforms, prompter).run();
}

} // namespace ovd
