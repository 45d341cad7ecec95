// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "base/text.h"
#include "farm/farm.h"
#include "farm/reading.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(OVD_SOURCE_DIR) / "tests/farm-files";

std::string file(const std::string& name) {
    return (folder / name).string();
}

std::vector<fs::path> toml_files(const fs::path& where) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(where))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    return files;
}

/// Loads a text as a farm file; the file is gone afterwards.
Result<Farm> load_text(const std::string& text) {
    const fs::path path =
        fs::temp_directory_path() / ("farm-" + std::to_string(::getpid()) + ".toml");
    REQUIRE(write_file(path, text));
    auto farm = load_farm(path.string());
    fs::remove(path);
    return farm;
}

std::string guide_with(const std::string& old, const std::string& now) {
    std::string text = read_file(file("valid/guide.toml")).value();
    const auto at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), now);
}

} // namespace

TEST_CASE("each wrong farm file is refused where it is wrong, with a way out") {
    const auto files = toml_files(folder / "invalid");
    REQUIRE(files.size() > 50);
    for (const auto& path : files) {
        CAPTURE(path.filename().string());
        const std::string first = lines(read_file(path).value()).front();
        const auto parts = split(first, ':');
        REQUIRE(first.starts_with("# error: "));
        REQUIRE(parts.size() >= 4);
        const std::string expected = trim(first.substr(
            parts[0].size() + parts[1].size() + parts[2].size() + 3)); // may hold colons
        const auto farm = load_farm(path.string());
        REQUIRE_FALSE(farm);
        const Error& error = farm.error();
        CHECK(error.kind == ErrorKind::farm);
        REQUIRE(error.where);
        CHECK(to_string(*error.where) == path.string() + ":" + trim(parts[1]) + ":" + parts[2]);
        CHECK_THAT(error.message, Catch::Contains(expected));
        CHECK_FALSE(error.hint.empty());
    }
}

TEST_CASE("a secret that was written into the file is never shown") {
    for (const auto& path : toml_files(folder / "invalid")) {
        CAPTURE(path.filename().string());
        const auto farm = load_farm(path.string());
        REQUIRE_FALSE(farm);
        for (const char* secret : {"Tr0ub4dor", "falseT", "'fT", "123456"}) {
            CHECK_THAT(farm.error().message, !Catch::Contains(secret));
            CHECK_THAT(farm.error().hint, !Catch::Contains(secret));
        }
    }
}

TEST_CASE("each good farm file can be written and read back as the same farm") {
    const auto files = toml_files(folder / "valid");
    REQUIRE(files.size() >= 2);
    for (const auto& path : files) {
        CAPTURE(path.filename().string());
        const auto farm = load_farm(path.string());
        REQUIRE(farm);
        const std::string text = farm_text(*farm);
        const auto again = load_text(text);
        REQUIRE(again);
        CHECK(farm_text(*again) == text);
    }
}

TEST_CASE("every value of a full farm file arrives") {
    const auto loaded = load_farm(file("valid/everything.toml"));
    REQUIRE(loaded);
    const auto again = load_text(farm_text(*loaded));
    REQUIRE(again);
    for (const Farm* farm : {&*loaded, &*again}) {
        CHECK(farm->name == "Production, Paris");
        CHECK(farm->domain == "cluster.example.com");
        CHECK(farm->allow_outside_guide);
        CHECK(farm->identity == file("valid/key-for-tests"));
        CHECK(farm->known_hosts == file("valid/known_hosts"));
        CHECK(farm->srv_subnet == "172.16.0.0/22");
        CHECK(farm->vip == "172.16.3.254");
        CHECK(farm->access == "dns");
        CHECK(farm->access_name == "ovd.example.com");
        CHECK(farm->snat_to == std::vector<std::string>{"172.16.0.0/22", "0.0.0.0/0"});
        CHECK(farm->priv_name == "vlan-100");
        CHECK(farm->priv_subnet == "10.0.100.0/28");
        CHECK(farm->cluster_name == "ovd_Paris-1");
        CHECK(farm->database_name == "ovd_prod");
        CHECK(farm->database_user == "ovd_app");
        CHECK(farm->database_existing);
        CHECK(farm->admin_user == "admin@example.com");
        CHECK(farm->mail.hub == "smtp.example.com:587");
        CHECK(farm->mail.from == "cluster@example.com");
        CHECK(farm->mail.to == "admins+ovd@example.com");
        CHECK(farm->mail.user == "cluster");
        CHECK_FALSE(farm->mail.starttls);
        REQUIRE(farm->secrets.size() == 4);
        CHECK(farm->secrets.at("mail_password").what == "OVD_MAIL");
        CHECK(farm->secrets.at("hacluster_password").from == SecretSource::From::command);
        CHECK(farm->secrets.at("hacluster_password").what == "pass show \"ovd/hacluster\"");
        CHECK(farm->secrets.at("db_password").from == SecretSource::From::env);
        CHECK(farm->secrets.at("db_password").what == "OVD_DB");
        CHECK(farm->secrets.at("admin_password").what == file("valid/admin.password"));
        REQUIRE(farm->nodes.size() == 5);
        const Node* osm1 = farm->node("osm1");
        REQUIRE(osm1 != nullptr);
        CHECK(osm1->hostname == "sm-01");
        CHECK(osm1->login.user == "ops");
        CHECK(osm1->login.host == "sm-01.example.com");
        CHECK(osm1->login.port == 2222);
        CHECK(osm1->platform == "rhel9");
        CHECK(osm1->nic == "ens192");
        CHECK(osm1->address == "172.16.0.11");
        CHECK(osm1->priv_nic == "ens224.100");
        CHECK(osm1->priv_address == "10.0.100.1");
        CHECK(farm->node("pcs3")->by_hand);
        CHECK_FALSE(farm->node("pcs4")->by_hand);
        CHECK(farm->node("dbmy")->priv_address ==
              "10.9.8.7"); // an existing database may be elsewhere
        REQUIRE(farm->servers.size() == 2);
        const Server* windows = farm->server("OAS-WIN1");
        REQUIRE(windows != nullptr);
        CHECK(windows->by_hand);
        CHECK(windows->os == "windows");
        CHECK(farm->server("esg1")->login.port == 2231);
        CHECK(farm->hooks.at("users gone") == "test \"$(who | wc -l)\" = 0");
        CHECK(farm->hooks.size() == 2);
    }
}

TEST_CASE("what is left out takes its default") {
    const auto farm = load_farm(file("valid/guide.toml"));
    REQUIRE(farm);
    CHECK(farm->snat_to == std::vector<std::string>{"10.20.1.31/32"});
    CHECK_FALSE(farm->allow_outside_guide);
    CHECK_FALSE(farm->database_existing);
    CHECK(farm->admin_user.empty());
    CHECK(farm->mail.hub.empty());
    CHECK(farm->secrets.count("admin_password") == 0);
    CHECK(farm->node("nobody") == nullptr);
    CHECK(farm->server("nobody") == nullptr);
}

TEST_CASE("the home folder and the folder of the farm file stand in for short paths") {
    const std::string home = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
    ::setenv("HOME", "/home/somebody", 1);
    const auto farm = load_text(guide_with("user = \"ovd\"\npassword = { generate = true }",
        "user = \"ovd\"\npassword = { file = \"~/ovd/db\" }"));
    ::setenv("HOME", home.c_str(), 1);
    REQUIRE(farm);
    CHECK(farm->secrets.at("db_password").what == "/home/somebody/ovd/db");
}

TEST_CASE("machines behind one gateway may share an address with different ports") {
    CHECK(load_text(guide_with("ssh = \"root@192.168.100.13\"", "ssh = \"gate:2203\"")));
    std::string text = guide_with("ssh = \"root@192.168.100.13\"", "ssh = \"gate:2203\"");
    const std::string other = "ssh = \"root@192.168.100.14\"";
    CHECK(load_text(
        std::string(text).replace(text.find(other), other.size(), "ssh = \"gate:2204\"")));
    CHECK_FALSE(load_text(
        std::string(text).replace(text.find(other), other.size(), "ssh = \"gate:2203\"")));
}

TEST_CASE("a farm server may not have the guide's name of a node, whatever the node's own is") {
    std::string text = guide_with("hostname = \"pcs3\"", "hostname = \"quorum-a\"");
    CHECK(load_text(text));
    const auto farm = load_text(text.replace(text.find("\"oas1\""), 6, "\"pcs3\""));
    REQUIRE_FALSE(farm);
    CHECK_THAT(farm.error().message, Catch::Contains("have the same name: pcs3"));
}

TEST_CASE("all that is wrong is told at once, in the order of the file") {
    std::string text = guide_with("vip = \"10.20.1.10\"", "vip = \"10.20.1\"");
    text.replace(text.find("role = \"oas\""), 12, "role = \"aps\"");
    const auto farm = load_text(text);
    REQUIRE_FALSE(farm);
    CHECK_THAT(farm.error().message, Catch::Contains("\"10.20.1\" is not an IPv4 address"));
    CHECK_THAT(farm.error().hint, Catch::Contains("line 55: role: \"aps\" is not a role."));
}

TEST_CASE("a slip of the pen in a key is one error, not two") {
    const auto reading = read_farm(file("invalid/unknown-key.toml"), platforms_of_steps());
    REQUIRE(reading.errors.size() == 1);
    CHECK_THAT(reading.errors.front().hint, Catch::Contains("Did you mean \"vip\"?"));
}

TEST_CASE("a farm file that is not there is told with the way to get one") {
    const auto farm = load_farm("/nowhere/farm.toml");
    REQUIRE_FALSE(farm);
    CHECK(farm.error().kind == ErrorKind::farm);
    CHECK_THAT(farm.error().message, Catch::Contains("/nowhere/farm.toml"));
    CHECK_THAT(farm.error().hint, Catch::Contains("ovd-failover init"));
}

TEST_CASE("text with quotes, backslashes and control characters survives the file") {
    auto farm = load_farm(file("valid/guide.toml")).value();
    farm.hooks["odd \"name\"\\"] = "printf '\t\x01\x7f\\n' \"é\"";
    const auto again = load_text(farm_text(farm));
    REQUIRE(again);
    CHECK(again->hooks == farm.hooks);
}
