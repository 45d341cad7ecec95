// SPDX-License-Identifier: Apache-2.0
#include "cli/beside.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace ovd;

namespace {

/// A node whose clock is ahead by this much, asked at 1000 and answering 0.4 s later.
Beside with_clock(const std::string& node, double ahead) {
    const auto answer = fmt::format("{:.9f}\n4\n8000\n50\nubuntu 22.04\n", 1000.2 + ahead);
    return read_beside(node, answer, 1000.0, 1000.4).value();
}

std::vector<std::string> told(const std::vector<CheckResult>& all) {
    std::vector<std::string> words;
    for (const auto& each : all)
        words.push_back(each.severity + " " + each.says);
    return words;
}

} // namespace

TEST_CASE("clocks that are apart are told, each against most others") {
    CHECK(compare_clocks({with_clock("osm1", 0), with_clock("osm2", 2), with_clock("pcs3", -0.4)})
            .empty());
    // The operator's own clock does not matter.
    CHECK(compare_clocks({with_clock("osm1", 500), with_clock("osm2", 501)}).empty());
    CHECK(told(compare_clocks({with_clock("dbmy", 0.1), with_clock("osm1", 0),
              with_clock("osm2", 12.4), with_clock("pcs3", 0.2), with_clock("pcs4", -75.3)})) ==
          std::vector<std::string>{"warn The clock of osm2 is 12 s ahead of that of dbmy.",
              "stop The clock of pcs4 is 1 min 15 s behind that of dbmy."});
}

TEST_CASE("an osm2 that is smaller than osm1, or another system, is told") {
    const auto sized = [](const char* node, const char* size) {
        return read_beside(node, std::string("1000.2\n") + size, 1000, 1001).value();
    };
    const auto osm1 = sized("osm1", "4\n7950\n50\nubuntu 22.04\n");
    CHECK(compare_sizes(osm1, sized("osm2", "4\n7944\n50\nubuntu 22.04\n")).empty());
    CHECK(compare_sizes(osm1, sized("osm2", "8\n16000\n90\nubuntu 22.04\n")).empty());
    CHECK(told(compare_sizes(osm1, sized("osm2", "2\n3900\n50\nubuntu 20.04\n"))) ==
          std::vector<std::string>{"warn osm2 is smaller than osm1: 2 processors, osm1 has 4; 3900 "
                                   "MB of memory, osm1 has 7950.",
              "warn osm2 runs ubuntu 20.04, osm1 runs ubuntu 22.04."});
}

TEST_CASE("a node that does not tell its time is no node with the right time") {
    CHECK_FALSE(read_beside("osm1", "", 1000, 1001));
    CHECK_FALSE(read_beside("osm1", "date: not found\n4\n8000\n50\nubuntu 22.04\n", 1000, 1001));
}
