// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"

#include "farm/farm.h"
#include "farm/reading.h"

#include <nlohmann/json.hpp>

namespace ovd::fuzz {
namespace {

using Json = nlohmann::ordered_json;

Json told(const Login& login) {
    return {login.user, login.host, login.port};
}

/// Everything that farm.toml says, told in another way than farm_text does it.
std::string told(const Farm& farm) {
    Json all = {farm.name, farm.domain, farm.allow_outside_guide, farm.to_the_letter, farm.identity,
        farm.known_hosts, farm.srv_subnet, farm.vip, farm.access, farm.access_name, farm.snat_to,
        farm.priv_name, farm.priv_subnet, farm.cluster_name, farm.database_name, farm.database_user,
        farm.database_existing, farm.admin_user, farm.test_user, farm.hooks};
    all.push_back(
        {farm.mail.hub, farm.mail.from, farm.mail.to, farm.mail.user, farm.mail.starttls});
    for (const auto& [name, secret] : farm.secrets)
        all.push_back({name, static_cast<int>(secret.from), secret.what});
    for (const auto& node : farm.nodes)
        all.push_back({node.id, node.hostname, told(node.login), node.platform, node.nic,
            node.address, node.priv_nic, node.priv_address, node.by_hand});
    for (const auto& server : farm.servers)
        all.push_back({server.name, server.role, server.os, told(server.login), server.address,
            server.by_hand});
    return all.dump(1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

void farm(std::string_view bytes) {
    static const auto key = put("key-for-tests", "a key\n"); // what the corpus names as identity
    const auto path = put("farm.toml", bytes);
    const auto reading = read_farm(path.string(), shipped_platforms());
    for (const auto& error : reading.errors) {
        must_have_place(error, path, bytes);
        must(error.kind == ErrorKind::farm, "an error in farm.toml is of kind farm", error.message);
        must(!error.hint.empty(), "an error in farm.toml has a way out", error.message);
    }
    const auto loaded = load_farm(path.string(), shipped_platforms());
    must(
        loaded.has_value() == reading.errors.empty(), "a farm loads when nothing is wrong with it");
    if (!loaded) return;
    const auto text = farm_text(*loaded);
    const auto again = load_farm(put("farm.toml", text).string(), shipped_platforms());
    must(again.has_value(), "what farm_text writes can be loaded",
        again ? "" : again.error().message + "\n" + again.error().hint + "\n" + text);
    must(told(*again) == told(*loaded), "what farm_text writes loads as the same farm",
        text + "\n" + told(*loaded) + "\nand then\n" + told(*again));
}

} // namespace ovd::fuzz
