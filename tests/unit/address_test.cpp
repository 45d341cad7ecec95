// SPDX-License-Identifier: Apache-2.0
#include "farm/address.h"
#include "farm/rules.h"

#include <catch2/catch.hpp>

using namespace ovd;

TEST_CASE("IPv4 addresses are read strictly") {
    CHECK(parse_ipv4("10.20.1.11") == 0x0a14010bU);
    CHECK(parse_ipv4("255.255.255.255") == 0xffffffffU);
    CHECK(parse_ipv4("0.0.0.0") == 0U);
    for (const char* text : {"", "10.20.1", "10.20.1.11.", "10.20.1.256", "10.20.1.011", "10.20..1",
             "10.20.1.1a", " 10.20.1.1", "10.20.1.-1", "10.20.1.9999999999", "::1", "osm1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_ipv4(text));
    }
    CHECK(ipv4_text(0x0a14010bU) == "10.20.1.11");
}

TEST_CASE("a subnet is a network address and a prefix length") {
    const auto subnet = parse_subnet("10.20.0.0/22");
    REQUIRE(subnet);
    CHECK(subnet->contains(*parse_ipv4("10.20.3.255")));
    CHECK_FALSE(subnet->contains(*parse_ipv4("10.20.4.0")));
    CHECK(subnet->reserved(*parse_ipv4("10.20.0.0")));
    CHECK(subnet->reserved(*parse_ipv4("10.20.3.255")));
    CHECK_FALSE(subnet->reserved(*parse_ipv4("10.20.1.255")));
    CHECK_FALSE(subnet->reserved(*parse_ipv4("10.20.4.0")));
    for (const char* text : {"", "10.20.1.0", "10.20.1.0/", "10.20.1.0/33", "10.20.1.1/24",
             "10.20.1.0/24 ", "10.20.1.0/024", "10.20.1/24", "10.20.1.0/255.255.255.0"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_subnet(text));
    }
}

TEST_CASE("the ends of the range of prefixes work") {
    const auto all = parse_subnet("0.0.0.0/0");
    REQUIRE(all);
    CHECK(all->contains(0xffffffffU));
    const auto one = parse_subnet("10.20.1.31/32");
    REQUIRE(one);
    CHECK(one->contains(*parse_ipv4("10.20.1.31")));
    CHECK_FALSE(one->contains(*parse_ipv4("10.20.1.30")));
    CHECK_FALSE(one->reserved(*parse_ipv4("10.20.1.31")));
    CHECK(netmask_text(24) == "255.255.255.0");
    CHECK(netmask_text(22) == "255.255.252.0");
    CHECK(netmask_text(0) == "0.0.0.0");
    CHECK(netmask_text(32) == "255.255.255.255");
}

TEST_CASE("who writes a machine in place of its subnet is told the subnet") {
    CHECK(check_subnet("10.20.1.77/22").error().hint == "Write 10.20.0.0/22");
    CHECK(check_range("10.20.1.31").error().hint.find("10.20.1.31/32") != std::string::npos);
    CHECK(check_range("0.0.0.0/0"));
    CHECK_FALSE(check_subnet("0.0.0.0/0"));
}

TEST_CASE("logins are taken apart and put together again") {
    const auto full = parse_login("ops@gate.example.com:2204");
    REQUIRE(full);
    CHECK(full->user == "ops");
    CHECK(full->host == "gate.example.com");
    CHECK(full->port == 2204);
    CHECK(parse_login("osm1")->user.empty());
    CHECK(parse_login("osm1")->port == 0);
    for (const char* text : {"ops@gate.example.com:2204", "root@10.20.1.11", "osm1", "osm1:22"})
        CHECK(login_text(*parse_login(text)) == text);
    for (const char* text : {"", "@host", "root@", "host:", "host:0", "host:65536", "host:22x",
             "root@a b", "root@10.20.1", "root@$(id)", "-oX@host", "root@[::1]"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_login(text));
    }
}
