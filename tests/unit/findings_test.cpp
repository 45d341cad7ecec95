// SPDX-License-Identifier: Apache-2.0
#include "cli/findings.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

const std::vector<CheckResult> found{
    {"osm1", nullptr, "stop", "it says: correct horse", "try \x1b[2Jx", "Look at the database"}};

} // namespace

TEST_CASE("findings are shown without secrets, also where a line breaks within one", "[findings]") {
    Redactor redactor;
    redactor.add("db_password", "correct horse");
    for (const std::size_t width : {40U, 80U}) {
        const auto text = findings_text(found, redactor, width, false);
        CHECK(text.find("<secret") != std::string::npos);
        CHECK(text.find("correct") == std::string::npos);
        CHECK(text.find("horse") == std::string::npos);
        CHECK(text.find('\x1b') == std::string::npos);
        CHECK(text.find("-> try x") != std::string::npos);
    }
    const auto json = nlohmann::json::parse(findings_json(found, redactor));
    CHECK(json[0]["says"] == "it says: <secret db_password>");
    CHECK(json[0]["hint"] == "try x");
}

TEST_CASE("findings that are no UTF-8 are shown as JSON all the same", "[findings]") {
    const Redactor redactor;
    const auto json =
        findings_json({{"osm1", nullptr, "warn", "caf\xe9", "", "Look at the locale"}}, redactor);
    CHECK(nlohmann::json::parse(json)[0]["says"] == "caf\xef\xbf\xbd");
}
