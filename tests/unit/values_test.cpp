// SPDX-License-Identifier: Apache-2.0
#include "guide/values.h"

#include "guide_maker.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

Platform platform(const std::string& id, const std::string& family, const std::string& pcs) {
    return {id, {id, family, "apt"}, true, {{"pcs", pcs}}};
}

Guide one_step(const std::string& step) {
    return guide_of({{"1-one/10-a.toml", "title = \"A\"\n" + step}});
}

constexpr const char* plain = R"([[step]]
id = "a"
title = "A"
why = "so"
on = ["all"]
fetch = { key = "peer:/root/key" }
[[step.verify]]
command = "true"
)";

} // namespace

TEST_CASE("the most specific selector of the platform wins") {
    const Text text = {
        {"default", "any"}, {"apt", "by apt"}, {"ubuntu", "by ubuntu"}, {"ubuntu22", "by 22"}};
    CHECK(*pick(text, platform("ubuntu22", "ubuntu", "0.10.11")) == "by 22");
    CHECK(*pick(text, platform("ubuntu18", "ubuntu", "0.9.164")) == "by ubuntu");
    CHECK(*pick(text, platform("debian12", "debian", "0.11.5")) == "by apt");
    CHECK(*pick(text, Platform{"rhel8", {"rhel8", "rhel", "dnf"}, true, {}}) == "any");
    CHECK(pick(Text{{"rhel", "only"}}, platform("debian12", "debian", "0.11.5")) == nullptr);
    const TextList list = {{"default", {"a", "b"}}, {"debian", {"c"}}};
    CHECK(*pick(list, platform("debian12", "debian", "0.11.5")) == std::vector<std::string>{"c"});
}

TEST_CASE("the version of the program decides, number by number") {
    const Text text = {{"pcs<0.10", "old"}, {"default", "new"}};
    CHECK(*pick(text, platform("ubuntu18", "ubuntu", "0.9.164")) == "old");
    CHECK(*pick(text, platform("debian11", "debian", "0.10.8")) == "new");
    CHECK(*pick(text, platform("x", "y", "0.10")) == "new");
    CHECK(*pick(text, platform("x", "y", "0.9")) == "old");
    const Text from = {{"pcs>=0.10.9", "has it"}, {"default", "lacks it"}};
    CHECK(*pick(from, platform("x", "y", "0.10.8")) == "lacks it");
    CHECK(*pick(from, platform("x", "y", "0.10.9")) == "has it");
    CHECK(*pick(from, platform("x", "y", "0.10.11")) == "has it");
    CHECK(*pick(from, Platform{"x", {"x"}, true, {}}) == "lacks it");
}

TEST_CASE("a step sees its own node, its peer and the whole farm") {
    const auto guide = one_step(plain);
    const auto farm = small_farm();
    const auto& step = *guide.step("a");
    const auto on_osm2 = names_for(guide, farm, step, "osm2");
    REQUIRE(on_osm2);
    const auto& values = on_osm2->values;
    CHECK(values.at("node.address") == "10.20.1.12");
    CHECK(values.at("peer.priv_name") == "sm-osm1.priv.example.com");
    CHECK(values.at("pcs3.priv_address") == "10.20.9.13");
    CHECK(values.at("db_host") == "sm-dbmy.priv.example.com");
    CHECK(values.at("vip_prefix") == "24");
    CHECK(values.at("snat_to") == "10.20.1.0/24,10.20.2.0/24");
    CHECK(values.at("access") == "10.20.1.100");
    CHECK(values.at("web_user") == "www-data");
    CHECK(on_osm2->secrets == std::vector<std::string>{"db_password"});
    CHECK(on_osm2->fetched.contains("key"));
    CHECK_FALSE(names_for(guide, farm, step, "pcs3")->values.contains("peer.name"));
    CHECK_FALSE(values.contains("server.name"));
    CHECK(names_for(guide, farm, step, "oas1")->values.at("server.address") == "10.20.1.51");
}

TEST_CASE("farm servers are told the DNS name where there is one") {
    auto farm = small_farm();
    farm.access = "dns";
    farm.access_name = "sm.example.com";
    const auto guide = one_step(plain);
    CHECK(
        names_for(guide, farm, *guide.step("a"), "osm1")->values.at("access") == "sm.example.com");
}

TEST_CASE("a platform without steps is an error that names the node") {
    auto farm = small_farm();
    farm.nodes[2].platform = "plan9";
    const auto guide = one_step(plain);
    const auto names = names_for(guide, farm, *guide.step("a"), "pcs3");
    REQUIRE_FALSE(names);
    CHECK(names.error().message == "pcs3: the platform plan9 has no steps.");
}

TEST_CASE("when and unless leave steps out") {
    auto farm = small_farm();
    Step step;
    CHECK(applies(step, farm));
    step.when = "has_windows";
    CHECK(applies(step, farm));
    step.unless = "dns";
    CHECK(applies(step, farm));
    farm.access = "dns";
    CHECK_FALSE(applies(step, farm));
    farm.access = "ip";
    farm.servers.clear();
    CHECK_FALSE(applies(step, farm));
}
