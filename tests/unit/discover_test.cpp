// SPDX-License-Identifier: Apache-2.0
#include "fake_node.h"

#include "cli/init_farm.h"

using namespace ovd;

TEST_CASE("a node tells what it is in one round trip, and never its password") {
    FakeNode node = session_manager();
    const auto found = discover(node);
    REQUIRE(found);
    CHECK(found->hostname == "sm-paris");
    CHECK(found->platform == "ubuntu22");
    CHECK(found->ovd_version == "3.3.1-1");
    CHECK(found->default_nic == "ens192");
    REQUIRE(found->nics.size() == 2); // not the secondary address: it may be a VIP
    CHECK(found->nics[0].name == "ens192");
    CHECK(found->nics[0].address == "10.20.1.11");
    CHECK(found->nics[0].subnet == "10.20.1.0/24");
    CHECK(found->more_nics == std::vector<std::string>{"ens224"});
    CHECK(found->database_name == "ovd_prod");
    CHECK(found->database_user == "ovd_app");
    CHECK(node.round_trips == 1);
    CHECK_THAT(node.seen, !Catch::Contains("s3same"));
}

TEST_CASE("an older, nested configuration is understood as well") {
    FakeNode node = session_manager();
    node.config = R"({"general":{"user":"no","sql":{"type":"mysql","host":"db.example.com",)"
                  R"("user":"root2","password":"s3same-open","database":"farm"},"x":1}})";
    const auto found = discover(node);
    REQUIRE(found);
    CHECK(found->database_name == "farm");
    CHECK(found->database_user == "root2");
    CHECK(found->database_host == "db.example.com");
    CHECK_THAT(node.seen, !Catch::Contains("s3same"));
}

TEST_CASE("the rebuilds of RHEL are RHEL") {
    for (const char* text : {"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.9\"\n",
             "ID=\"ol\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.10\"\n",
             "ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.10\"\n",
             "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.9\"\n",
             "ID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"8\"\n"}) {
        FakeNode node;
        node.says["os-release"] = text;
        CHECK(discover(node)->platform == "rhel8");
    }
}

TEST_CASE("a bare machine has nothing to tell, and that is no error") {
    FakeNode node;
    const auto found = discover(node);
    REQUIRE(found);
    CHECK(found->hostname.empty());
    CHECK(found->platform.empty());
    CHECK(found->nics.empty());
    CHECK(found->database_user.empty());
    CHECK(found->ovd_version.empty());
}

TEST_CASE("the proposal follows the guide, and what was found comes first") {
    FakeNode node = session_manager();
    const Discovery found{{"osm1", discover(node).value()}};
    const Farm farm = propose_farm(found, {{"osm1", {"root", "10.20.1.11", 0}}});
    CHECK(farm.srv_subnet == "10.20.1.0/24");
    CHECK(farm.priv_subnet == "192.168.100.0/24");
    CHECK(farm.cluster_name == "ovd-sm");
    CHECK(farm.database_name == "ovd_prod");
    CHECK(farm.vip.empty()); // a guess might belong to a machine
    const Node& osm1 = *farm.node("osm1");
    CHECK(osm1.hostname == "sm-paris");
    CHECK(osm1.nic == "ens192");
    CHECK(osm1.address == "10.20.1.11");
    CHECK(osm1.priv_nic == "ens224");
    CHECK(osm1.priv_address == "192.168.100.11");
    CHECK(farm.node("osm2")->hostname == "osm2");
    CHECK(farm.node("osm2")->platform == "ubuntu22");
    CHECK(farm.node("dbmy")->priv_address == "192.168.100.21");
}

TEST_CASE("a database on another machine is one that is there already") {
    FakeNode node = session_manager();
    node.config = "{\"general.sql.host\": \"db.example.com\", \"general.sql.user\": \"u\"}";
    const Farm farm = propose_farm({{"osm1", discover(node).value()}}, {});
    CHECK(farm.database_existing);
    CHECK(farm.secrets.at("db_password").from == SecretSource::From::prompt);
}

TEST_CASE("a farm in the guide's own cluster subnet is not given that subnet twice") {
    FakeNode node = session_manager();
    node.says["addr show"] = "2: ens192    inet 192.168.100.5/24 scope global ens192\n";
    const Farm farm = propose_farm({{"osm1", discover(node).value()}}, {});
    CHECK(farm.srv_subnet == "192.168.100.0/24");
    CHECK(farm.priv_subnet.empty());
}

TEST_CASE("the planned addresses are the guide's, in any subnet that has room") {
    CHECK(planned_address("192.168.100.0/24", "osm1") == "192.168.100.11");
    CHECK(planned_address("10.0.0.0/22", "dbmy") == "10.0.0.21");
    CHECK(planned_address("10.0.0.0/28", "dbmy").empty());
    CHECK(planned_address("nonsense", "osm1").empty());
}
