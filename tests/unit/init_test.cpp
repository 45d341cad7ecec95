// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "base/text.h"
#include "cli/init_farm.h"
#include "farm/reading.h"
#include "guide_maker.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <filesystem>
#include <unistd.h>

using namespace ovd;
namespace fs = std::filesystem;

namespace {

/// Answers by what the question begins with; "" takes the default, as Enter does.
class Script final : public Prompter {
public:
    std::map<std::string, std::deque<std::string>> answers;
    std::vector<std::string> complaints;
    std::vector<std::string> questions;

    Result<std::string> ask(
        const std::string& question, const std::string& proposed, const Validator& check) override {
        questions.push_back(question);
        for (int tries = 0; tries < 5; ++tries) {
            std::string said = next(question);
            if (said == "^C") return fail(ErrorKind::stopped, "Stopped");
            if (said.empty()) said = proposed;
            const Status good = check ? check(said) : Status{};
            if (good) return said;
            complaints.push_back(good.error().message);
        }
        return fail(ErrorKind::internal, "no answer for: " + question);
    }
    Result<bool> confirm(const std::string& question, bool proposed) override {
        questions.push_back(question);
        const std::string said = next(question);
        return said.empty() ? proposed : said == "y";
    }
    Result<std::string> secret(const std::string&) override {
        return fail(ErrorKind::internal, "secret");
    }
    Result<bool> wait_for_enter(const std::string&, const std::function<bool()>&) override {
        return fail(ErrorKind::internal, "wait");
    }
    [[nodiscard]] bool interactive() const override { return true; }

private:
    std::string next(const std::string& question) {
        for (auto& [start, queue] : answers) {
            if (!question.starts_with(start) || queue.empty()) continue;
            const std::string said = queue.front();
            queue.pop_front();
            return said;
        }
        return {};
    }
};

/// What a person types who has the guide's farm before them and looked at no node.
Script guide_answers() {
    Script script;
    script.answers["Subnet of the farm's VLAN"] = {"10.20.1.0/24"};
    script.answers["VIP"] = {"10.20.1.10"};
    script.answers["osm1: address in ovd_srv"] = {"10.20.1.11"};
    script.answers["osm2: address in ovd_srv"] = {"10.20.1.12"};
    script.answers["osm1: platform"] = {"ubuntu22"};
    script.answers["Farm server: name"] = {"oas1"};
    script.answers["oas1: role"] = {"oas"};
    script.answers["oas1: address"] = {"10.20.1.31"};
    return script;
}

bool mentions(const std::vector<std::string>& all, const std::string& text) {
    return std::any_of(all.begin(), all.end(),
        [&](const std::string& one) { return one.find(text) != std::string::npos; });
}

Result<Farm> reread(const Farm& farm) {
    const fs::path path = fs::temp_directory_path() / ("init-" + std::to_string(::getpid()));
    REQUIRE(write_file(path, farm_text(farm)));
    auto again = load_farm(path.string());
    fs::remove(path);
    return again;
}

} // namespace

TEST_CASE("without asking, what cannot be known is named, all of it") {
    const Status done = complete(propose_farm({}, {}), platforms_of_steps());
    REQUIRE_FALSE(done);
    for (const char* text : {"--from osm1=", "--from osm2=", "--from dbmy=", "--vip", "--server"})
        CHECK_THAT(done.error().message, Catch::Contains(text));
}

TEST_CASE("the words of --from and --server are checked") {
    const auto from = parse_from({"osm1=root@10.20.1.11", "pcs3=gate:2203"});
    REQUIRE(from);
    CHECK(from->at("pcs3").port == 2203);
    for (const char* bad : {"osm3=root@a", "osm1", "osm1=", "osm1=root@"})
        CHECK(parse_from({bad}).error().kind == ErrorKind::usage);
    CHECK_FALSE(parse_from({"osm1=a", "osm1=b"}));

    const auto servers = parse_servers({"oas1:oas=root@10.20.1.31:2231"});
    REQUIRE(servers);
    CHECK(servers->front().role == "oas");
    CHECK(servers->front().address == "10.20.1.31");
    for (const char* bad : {"oas1=10.20.1.31", "oas1:aps=10.20.1.31", "oas1:oas", "oas1:oas=name"})
        CHECK(parse_servers({bad}).error().kind == ErrorKind::usage);
}

TEST_CASE("a farm that was asked for can be read back from its file") {
    Script script = guide_answers();
    const auto farm = ask_farm(propose_farm({}, {}), platforms_of_steps(), script);
    REQUIRE(farm);
    CHECK(script.complaints.empty());
    const auto again = reread(*farm);
    REQUIRE(again);
    CHECK(again->vip == "10.20.1.10");
    CHECK(again->node("osm2")->login.host == "10.20.1.12");
    CHECK(again->node("pcs3")->address.empty());
    CHECK(again->node("pcs3")->login.host == "192.168.100.13");
    CHECK(again->node("pcs4")->platform == "ubuntu22"); // like osm1
    CHECK(again->snat_to == std::vector<std::string>{"10.20.1.31/32"});
    CHECK(again->admin_user == "admin");
}

TEST_CASE("an answer that contradicts an earlier one is refused at once") {
    Script script = guide_answers();
    script.answers["VIP"] = {"10.20.2.10", "10.20.1.255", "10.20.1.10"};
    script.answers["osm2: address in ovd_srv"] = {"10.20.1.11", "10.20.1.10", "10.20.1.12"};
    script.answers["osm2: NIC in priv"] = {"eth0", "eth1"};
    script.answers["osm2: host name"] = {"OSM2", "osm1", "osm2"};
    script.answers["osm2: log in"] = {"root@10.20.1.11", "root@10.20.1.12"};
    script.answers["osm1: platform"] = {"windows", "ubuntu22"};
    const auto farm = ask_farm(propose_farm({}, {}), platforms_of_steps(), script);
    REQUIRE(farm);
    REQUIRE(reread(*farm));
    CHECK(script.complaints.size() == 9);
    for (const char* text : {"10.20.2.10 is outside", "10.20.1.255 is the network or broadcast",
             "osm1 and osm2 have the same address", "same address: 10.20.1.10",
             "osm2 has eth0 as both", "\"OSM2\" is not a host name", "have the same hostname",
             "the address of osm1", "\"windows\" is not a platform"})
        CHECK(mentions(script.complaints, text));
}

TEST_CASE("the planned addresses follow the subnet that was typed") {
    Script script = guide_answers();
    script.answers["Subnet of the cluster's VLAN"] = {"10.9.0.0/24"};
    const auto farm = ask_farm(propose_farm({}, {}), platforms_of_steps(), script);
    REQUIRE(farm);
    CHECK(farm->node("dbmy")->priv_address == "10.9.0.21");
}

TEST_CASE("a platform outside the guide is only taken when the person says so") {
    Script script = guide_answers();
    script.answers["osm1: platform"] = {"debian12"};
    const auto refused = ask_farm(propose_farm({}, {}), platforms_of_steps(), script);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::refused);

    script = guide_answers();
    script.answers["osm1: platform"] = {"debian12"};
    script.answers["The guide does not list debian12"] = {"y"};
    const auto taken = ask_farm(propose_farm({}, {}), platforms_of_steps(), script);
    REQUIRE(taken);
    CHECK(taken->allow_outside_guide);
    CHECK(reread(*taken));
}

TEST_CASE("farm servers by DNS, a Windows one, and a node that is done by hand") {
    Script script = guide_answers();
    script.answers["Do farm servers name"] = {"dns"};
    script.answers["DNS name"] = {"ovd.example.com"};
    script.answers["Farm server: name"] = {"oas1"};
    script.answers["Next farm server: name"] = {"WIN2"};
    script.answers["WIN2: role"] = {"oas"};
    script.answers["WIN2: linux or windows"] = {"windows"};
    script.answers["WIN2: address"] = {"10.20.1.32"};
    script.answers["dbmy: log in"] = {"-"};
    script.answers["May the program use the Admin Console"] = {"n"};
    const auto farm = ask_farm(propose_farm({}, {}), platforms_of_steps(), script);
    REQUIRE(farm);
    const auto again = reread(*farm);
    REQUIRE(again);
    CHECK(again->access_name == "ovd.example.com");
    CHECK(again->server("WIN2")->by_hand);
    CHECK(again->node("dbmy")->by_hand);
    CHECK(again->admin_user.empty());
    CHECK_FALSE(mentions(script.questions, "WIN2: log in"));
}

TEST_CASE("after a stop nothing more is asked") {
    Script script = guide_answers();
    script.answers["VIP"] = {"^C"};
    const auto farm = ask_farm(propose_farm({}, {}), platforms_of_steps(), script);
    REQUIRE_FALSE(farm);
    CHECK(farm.error().kind == ErrorKind::stopped);
    CHECK(script.questions.back().starts_with("VIP"));
}

TEST_CASE("the summary shows each machine with its addresses") {
    Script script = guide_answers();
    const std::string text =
        farm_summary(ask_farm(propose_farm({}, {}), platforms_of_steps(), script).value());
    for (const char* part :
        {"10.20.1.10", "osm1", "10.20.1.11 eth0", "192.168.100.21 eth0", "oas1"})
        CHECK_THAT(text, Catch::Contains(part));
    for (const auto& line : lines(text))
        CHECK(columns(line) <= 110);
}
