// SPDX-License-Identifier: Apache-2.0
// A failover test there and back ends where it began, wherever it was cut.
#include "cli/there_and_back.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

Record begin(const std::string& active, const std::string& home) {
    return {0, "", RunBegan{.facts = {{active, {{"active", "yes"}}}}, .home = home}};
}

Record stop(bool finished) {
    return {0, "", RunEnded{.why = "W", .finished = finished}};
}

} // namespace

TEST_CASE("a test there and back goes home from where it was cut") {
    // Nothing before, or a test that only went there: it begins where the service is.
    CHECK(home_of_test({}, "osm2") == "osm2");
    CHECK(home_of_test({begin("osm1", ""), stop(true)}, "osm2") == "osm2");
    // Cut on the way there; on the way back; between the two.
    CHECK(home_of_test({begin("osm2", "osm2")}, "osm2") == "osm2");
    CHECK(home_of_test({begin("osm1", "osm2")}, "osm1") == "osm2");
    CHECK(home_of_test({begin("osm2", "osm2"), stop(true)}, "osm1") == "osm2");
    // Gone on with once without --back, and cut again.
    CHECK(home_of_test({begin("osm1", "osm2"), begin("osm1", "")}, "osm1") == "osm2");
    // It came home: the next test is another one.
    CHECK(home_of_test({begin("osm1", "osm2"), stop(true)}, "osm1") == "osm1");
}

TEST_CASE("a test there and back is home after the way back alone") {
    CHECK_FALSE(is_home({}));
    CHECK_FALSE(is_home({begin("osm2", "osm2"), stop(true)}));
    CHECK_FALSE(is_home({begin("osm1", "osm2")}));
    CHECK_FALSE(is_home({begin("osm1", "osm2"), stop(false)}));
    CHECK(is_home({begin("osm1", "osm2"), stop(true)}));
}
