// SPDX-License-Identifier: Apache-2.0
#include "shipped.h"

#include "action/validate.h"
#include "engine/facts.h"

#include <fmt/format.h>
#include <map>
#include <stdexcept>

namespace ovd {
namespace {

Guide load() {
    const std::string root = OVD_SOURCE_DIR;
    auto guide = or_throw(load_guide(root + "/steps", root + "/templates"), "steps/");
    if (auto ok = check_actions(guide); !ok) throw std::runtime_error(ok.error().message);
    return guide;
}

/// Copying a guide costs as much as planning it does.
const Guide& guide_of_procedure(const ShippedCase& what) {
    static const auto guides = [] {
        std::map<std::string, Guide> all;
        for (const auto& name : shipped_guide().procedures())
            all[name] = or_throw(only_procedure(shipped_guide(), name), name);
        return all;
    }();
    const auto found = guides.find(what.procedure);
    if (found == guides.end()) throw std::runtime_error("there is no " + what.title());
    return found->second;
}

void add_nodes(Farm& farm, const ShippedCase& what) {
    const auto& platform = shipped_guide().platforms.at(what.platform);
    int number = 11;
    for (const char* id : {"osm1", "osm2", "pcs3", "pcs4", "dbmy"}) {
        Node node;
        node.id = id;
        node.hostname = std::string("sm-") + id;
        node.platform = what.platform;
        node.nic = "ens192";
        node.address = fmt::format("10.20.1.{}", number);
        node.login = {"root", node.address, 0};
        node.priv_nic = "ens224";
        node.priv_address = fmt::format("192.168.100.{}", number++);
        node.facts["asked"] = "yes";
        // A platform's own values are what its packages say of themselves.
        for (const auto& fact : shipped_guide().facts)
            if (const auto value = platform.values.find(fact.name); value != platform.values.end())
                node.facts[fact.name] = value->second;
        farm.nodes.push_back(std::move(node));
    }
}

void add_servers(Farm& farm, bool all_kinds) {
    const auto add = [&farm](const char* name, const char* role, const char* os, int number) {
        const auto address = fmt::format("10.20.1.{}", number);
        farm.servers.push_back({name, role, os, {"root", address, 0}, address, false});
    };
    add("oas1", "oas", "linux", 31);
    if (!all_kinds) return;
    add("oas2", "oas", "windows", 32);
    add("ofs1", "ofs", "linux", 33);
    add("esg1", "esg", "linux", 34);
    add("owa1", "owa", "linux", 35);
    add("ac1", "ac", "linux", 36);
}

} // namespace

std::string ShippedCase::title() const {
    auto text = platform + ", " + procedure;
    if (!active.empty()) text += " from " + active;
    if (wishes == Wishes::otherwise) text += ", otherwise";
    if (wishes == Wishes::without_mail) text += ", without mail";
    return text;
}

ShippedPlan::ShippedPlan(ShippedCase its_case, Farm its_farm)
    : what(std::move(its_case)), guide(guide_of_procedure(what)), farm(std::move(its_farm)),
      plan(or_throw(make_plan(guide, farm), what.title())) {}

const Guide& shipped_guide() {
    static const Guide guide = load();
    return guide;
}

std::vector<std::string> shipped_platforms() {
    std::vector<std::string> ids;
    for (const bool in_guide : {true, false})
        for (const auto& [id, platform] : shipped_guide().platforms)
            if (platform.in_guide == in_guide) ids.push_back(id);
    return ids;
}

Farm shipped_farm(const ShippedCase& what) {
    Farm farm;
    farm.path = "farm.toml";
    farm.name = "Paris";
    farm.domain = "priv";
    farm.allow_outside_guide = !shipped_guide().platforms.at(what.platform).in_guide;
    farm.srv_subnet = "10.20.1.0/24";
    farm.vip = "10.20.1.10";
    farm.access = "ip";
    farm.snat_to = {"10.20.1.0/24", "10.20.2.0/24"};
    farm.priv_name = "priv";
    farm.priv_subnet = "192.168.100.0/24";
    farm.cluster_name = "ovd-sm";
    farm.database_name = "ovd";
    farm.database_user = "ovd";
    farm.secrets["db_password"] = {SecretSource::From::generate, {}, {}};
    farm.secrets["hacluster_password"] = {SecretSource::From::generate, {}, {}};
    if (what.wishes != Wishes::without_mail)
        farm.mail = {"smtp.example.com:587", "sm@example.com", "admins@example.com", {}, true};
    if (what.wishes == Wishes::usual) {
        farm.access = "dns";
        farm.access_name = "ovd.example.com";
        farm.mail.user = "sm";
        farm.admin_user = "admin";
        farm.test_user = "donald";
        for (const char* secret : {"mail_password", "admin_password", "test_password"})
            farm.secrets[secret] = {SecretSource::From::prompt, {}, {}};
    } else {
        farm.database_existing = true;
        for (const auto& [letter, follows] : shipped_guide().letters)
            farm.to_the_letter.push_back(letter);
    }
    add_nodes(farm, what);
    add_servers(farm, what.wishes == Wishes::usual);
    if (!what.active.empty()) {
        set_active(farm, what.active);
        set_began(farm, "2026-01-31T02:14:04.250Z");
    }
    return farm;
}

std::unique_ptr<ShippedPlan> shipped_plan(
    const ShippedCase& what, const std::function<void(Farm&)>& change) {
    auto farm = shipped_farm(what);
    if (change) change(farm);
    return std::make_unique<ShippedPlan>(what, std::move(farm));
}

std::vector<ShippedCase> shipped_cases() {
    std::vector<ShippedCase> cases;
    for (const auto& platform : shipped_platforms())
        for (const auto& procedure : shipped_guide().procedures()) {
            if (procedure == "migration") {
                cases.push_back({platform, procedure, {}});
                continue;
            }
            for (const char* active : {"osm1", "osm2"})
                cases.push_back({platform, procedure, active});
        }
    return cases;
}

std::vector<ShippedCase> all_shipped_cases() {
    auto cases = shipped_cases();
    for (auto each : shipped_cases()) {
        if (each.active == "osm2") continue; // what differs then is among the usual cases
        each.wishes = Wishes::otherwise;
        cases.push_back(each);
        if (each.procedure != "alerts") continue; // nothing else asks for mail
        each.wishes = Wishes::without_mail;
        cases.push_back(each);
    }
    return cases;
}

} // namespace ovd
