// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "watch/prober.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

/// A node that prints what it is told, and remembers what it was asked.
class OneNode final : public Connections, public Reader {
public:
    OneNode(std::string output, std::vector<std::string>& asked)
        : output_(std::move(output)), asked_(asked) {}
    Reader& reader(const std::string& node) override {
        asked_.push_back(node);
        return *this;
    }
    [[nodiscard]] Traffic traffic(const std::string&) const override { return {}; }
    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        asked_.push_back(reads.front().command);
        return std::vector<ReadResult>{{0, false, output_}};
    }
    Result<std::string> get(const std::string&) override { return std::string(); }

private:
    std::string output_;
    std::vector<std::string>& asked_;
};

SystemClock ticks;

std::string probe(const char* when, const std::string& answer) {
    return std::string("@@ovd-probe ") + when + " " + base64(answer) + "\n";
}

} // namespace

TEST_CASE("probes from a node keep their distances, whatever that node's clock says") {
    std::vector<std::string> asked;
    WatchTarget target{"https://x/", "POST", "esg1", "fine", "in_maintenance"};
    const auto prober = make_node_prober(target, "", "https://10.20.1.10/start",
        std::make_unique<OneNode>("@@ovd-now 1000.000\n" + probe("1000.300", "\n000") +
                                      probe("1000.100", "fine\n200") +
                                      probe("1000.200", "in_maintenance\n200"),
            asked),
        ticks);
    const auto seen = prober->collect();
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].service == Service::up);
    CHECK(seen[1].service == Service::maintenance);
    CHECK(seen[2].service == Service::down);
    CHECK(seen[2].began.mono - seen[0].began.mono == Millis{200});
    CHECK(ticks.mono() - seen[0].began.mono < std::chrono::seconds(5));
    CHECK(asked[0] == "esg1");
    CHECK(asked[1].find("https://10.20.1.10/start") != std::string::npos);
}

TEST_CASE("the VIP is looked for beside the old address, not instead of it") {
    std::vector<std::string> asked;
    const WatchTarget target{"https://x/", "GET", "esg1", "fine", ""};
    const auto before = make_node_prober(target, "https://old/", "https://vip/",
        std::make_unique<OneNode>("@@ovd-now 1000.0\n@@ovd-there 1000.0 " + base64("\n000") + "\n" +
                                      probe("1000.1", "fine\n200"),
            asked),
        ticks);
    const auto seen = before->collect();
    REQUIRE(seen.size() == 1); // the VIP that is not there yet is no interruption
    CHECK(seen[0].service == Service::up);
    REQUIRE(asked.size() == 2); // one round trip for both
    CHECK(asked[1].find("https://old/") != std::string::npos);
    CHECK(asked[1].find("https://vip/") != std::string::npos);
    asked.clear();
    const auto after = make_node_prober(target, "https://old/", "https://vip/",
        std::make_unique<OneNode>("@@ovd-now 1000.0\n@@ovd-there 1000.0 " + base64("fine\n200") +
                                      "\n" + probe("1000.1", "\n000"),
            asked),
        ticks);
    REQUIRE(after->collect().size() == 1);
    (void)after->collect();
    CHECK(asked[3].find("https://old/") == std::string::npos);
}

TEST_CASE("what an answer says of the service") {
    const WatchTarget target{"", "GET", "", "fine", "in_maintenance"};
    CHECK(service_of(target, 200, "all fine") == Service::up);
    CHECK(service_of(target, 200, "in_maintenance, fine") == Service::maintenance);
    CHECK(service_of(target, 200, "internal_error") == Service::down);
    CHECK(service_of(target, 503, "fine") == Service::down);
    CHECK(service_of(target, 0, "") == Service::down);
}
