// SPDX-License-Identifier: Apache-2.0
// What nodes say of themselves, and what the plan makes of it.
#include "engine/facts.h"
#include "engine/state.h"
#include "guide/values.h"
#include "guide_maker.h"
#include "plain_reader.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

/// A farm whose nodes answer every read with the same words, or cannot be reached.
class Saying : public Connections, public PlainReader {
public:
    Reader& reader(const std::string& /*node*/) override { return *this; }
    [[nodiscard]] Traffic traffic(const std::string& /*node*/) const override { return {}; }
    Result<std::string> get(const std::string& path) override {
        return fail(ErrorKind::remote, path + " is not there.");
    }
    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        if (error) return tl::unexpected(*error);
        return std::vector<ReadResult>(reads.size(), ReadResult{status, false, words});
    }
    std::string words = "0.10.8\n";
    int status = 0;
    std::optional<Error> error;
};

SystemThreads threads;

Files with_facts(const std::string& facts) {
    return {{"facts.toml", facts},
        {"1-a/10-x.toml", "title = \"X\"\n[[step]]\nid = \"x\"\ntitle = \"T\"\nwhy = \"W\"\non = "
                          "[\"osm1\"]\n[[step.action]]\ncommand = { \"pcs<0.9.157\" = 'oldest', "
                          "\"pcs<0.10\" = 'old', \"pcs>=0.10\" = 'new', \"pcs>=0.11\" = 'newest' "
                          "}\n[step.probe]\ncommand = 'true'\n"}};
}

const std::string pcs = "[pcs]\ncommand = 'pcs --version'\n";

std::string planned(const Guide& guide, const Farm& farm) {
    const auto plan = make_plan(guide, farm);
    REQUIRE(plan);
    return command_of(plan->details[0].ops[0]);
}

} // namespace

TEST_CASE("the version on the node decides, the nearest bound first") {
    const auto guide = guide_of(with_facts(pcs));
    auto farm = small_farm();
    CHECK(planned(guide, farm) == "newest"); // what Debian 12 ships
    Saying nodes;
    for (const auto& [version, command] : std::map<std::string, std::string>{
             {"0.9.149", "oldest"}, {"0.9.169", "old"}, {"0.10.18", "new"}, {"0.12", "newest"}}) {
        nodes.words = version + "\n";
        REQUIRE(read_facts(farm, guide, nodes, threads));
        INFO(version);
        CHECK(planned(guide, farm) == command);
    }
}

TEST_CASE("a node that says nothing, or is away, keeps what its platform has") {
    const auto guide = guide_of(with_facts(pcs));
    auto farm = small_farm();
    Saying nodes;
    nodes.words = "\n";
    REQUIRE(read_facts(farm, guide, nodes, threads));
    nodes.words = "0.9.1";
    nodes.status = 127;
    REQUIRE(read_facts(farm, guide, nodes, threads));
    nodes.error = Error{ErrorKind::connect, "osm1 does not answer.", "", {}};
    REQUIRE(read_facts(farm, guide, nodes, threads));
    CHECK_FALSE(farm.nodes[0].facts.contains("pcs"));
    CHECK(planned(guide, farm) == "newest");
    CHECK_FALSE(never_asked(guide, farm.nodes[0])); // it was there, and had nothing to say
    auto other = small_farm();
    REQUIRE(read_facts(other, guide, nodes, threads));
    CHECK(never_asked(guide, other.nodes[0]));
}

TEST_CASE("a node that is away just now keeps what it said the last time") {
    const auto guide = guide_of(with_facts(pcs));
    auto farm = small_farm();
    Saying nodes;
    nodes.words = "0.9.149\n";
    REQUIRE(read_facts(farm, guide, nodes, threads));
    const auto state = replay({Record{0, "", RunBegan{.facts = facts_of(farm)}}});
    auto later = small_farm();
    use_facts(later, state.facts);
    nodes.error = Error{ErrorKind::connect, "osm1 does not answer.", "", {}};
    REQUIRE(read_facts(later, guide, nodes, threads));
    CHECK(planned(guide, later) == "oldest");
    CHECK_FALSE(never_asked(guide, later.nodes[0]));
    // What it does not say any more is forgotten.
    nodes.error.reset();
    nodes.words = "\n";
    REQUIRE(read_facts(later, guide, nodes, threads));
    CHECK(planned(guide, later) == "newest");
}

TEST_CASE("nonsense and a wrong host key end the planning") {
    const auto guide = guide_of(
        with_facts("[network]\ncommand = 'x'\none_of = [\"netplan\", \"interfaces\"]\n" + pcs));
    auto farm = small_farm();
    Saying nodes;
    nodes.words = "carrier pigeon";
    const auto odd = read_facts(farm, guide, nodes, threads);
    REQUIRE_FALSE(odd);
    CHECK(odd.error().message.find("network is carrier pigeon") != std::string::npos);
    CHECK_FALSE(odd.error().hint.empty());
    nodes.error = Error{ErrorKind::host_key, "The host key of osm1 has changed.", "", {}};
    REQUIRE_FALSE(read_facts(farm, guide, nodes, threads));
}

TEST_CASE("the kind of network selects steps and variants") {
    const auto guide =
        guide_of(with_facts("[network]\ncommand = 'x'\none_of = [\"interfaces\"]\n"));
    auto farm = small_farm();
    farm.nodes[0].facts["network"] = "interfaces";
    const auto platform = platform_of(guide, farm, "osm1");
    REQUIRE(platform);
    CHECK(platform->selectors.back() == "interfaces");
    CHECK(platform->selectors.front() == "debian12");
}

TEST_CASE("what was read is remembered with the run") {
    auto farm = small_farm();
    farm.nodes[2].facts["pcs"] = "0.10.8";
    const auto facts = facts_of(farm);
    CHECK(facts.size() == 1);
    const auto state = replay({Record{0, "", RunBegan{.facts = facts}}});
    CHECK(state.facts == facts);
    auto other = small_farm();
    use_facts(other, state.facts);
    CHECK(other.nodes[2].facts == farm.nodes[2].facts);
    CHECK(other.nodes[0].facts.empty());
}

TEST_CASE("when a procedure began is remembered with its run") {
    auto farm = small_farm();
    CHECK(began_of(facts_of(farm)).empty());
    set_began(farm, "2026-01-31T02:14:04.250Z");
    const auto state = replay({Record{0, "", RunBegan{.facts = facts_of(farm)}}});
    CHECK(began_of(state.facts) == "2026-01-31T02:14:04.250Z");
}

TEST_CASE("facts.toml is held to its form") {
    CHECK_FALSE(load_files(with_facts("[pcs]\nwhy = 'W'\n")));
    CHECK_FALSE(load_files(with_facts("[pcs]\ncommand = 'x'\ncomand = 'y'\n")));
    CHECK_FALSE(load_files(with_facts("pcs = 1\n")));
}
