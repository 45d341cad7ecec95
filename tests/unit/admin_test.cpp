// SPDX-License-Identifier: Apache-2.0
#include "ovd/admin.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

/// What curl prints for one request: the body, and behind it the line asked for by write-out.
std::string answer(int status, const std::string& body, const std::string& redirect = "") {
    return body + "\n@@ovd-answer " + std::to_string(status) + " 0.012 " +
           std::to_string(body.size()) + " " + redirect + "\n";
}

ReadResult seen(const std::string& output, int status = 0) {
    return {status, false, output};
}

const std::vector<AdminCall> one{{"getInitialConfiguration", nlohmann::json::array(), false}};

Error refusal(const std::string& output, int status = 0) {
    const auto values = admin_answers(seen(output, status), one);
    REQUIRE_FALSE(values);
    CHECK_FALSE(values.error().hint.empty());
    return values.error();
}

} // namespace

TEST_CASE("a good answer gives its bare value") {
    const auto values = admin_answers(seen(answer(200, R"({"version":"3.4.0"})")), one);
    REQUIRE(values);
    CHECK(values->front()["version"] == "3.4.0");
}

TEST_CASE("a wrong password and a second factor are refusals that say so") {
    const auto wrong =
        refusal(answer(401, R"({"error":{"code":"not_authorized","message":"no"}})"));
    CHECK(wrong.kind == Kind::refused);
    CHECK(wrong.message.find("not_authorized") != std::string::npos);
    const auto factor =
        refusal(answer(401, R"({"error":{"code":"auth_mfa_required","message":"code"}})"));
    CHECK(factor.kind == Kind::refused);
    CHECK(factor.message.find("second factor") != std::string::npos);
    // Some give it with status 200.
    CHECK(refusal(answer(200, R"({"error":{"code":"auth_mfa_required"}})")).kind == Kind::refused);
}

TEST_CASE("whatever is no clear answer leaves it unknown") {
    CHECK(
        refusal(answer(200, "<html>Sign in</html>")).message.find("not JSON") != std::string::npos);
    CHECK(refusal(answer(302, "", "https://sso.example.com/")).message.find("sso.example.com") !=
          std::string::npos);
    CHECK(refusal(answer(500, "oops")).message.find("HTTP 500") != std::string::npos);
    CHECK(refusal(answer(200, R"({"error":{"code":"internal","message":"m"}})"))
              .message.find("internal") != std::string::npos);
    const auto slow = refusal("\n@@ovd-answer 000 20.001 0 \ncurl: (28) Operation timed out\n", 28);
    CHECK(slow.kind == Kind::unknown);
    CHECK(slow.message.find("Operation timed out") != std::string::npos);
    const auto cut = refusal(answer(200, R"({"version":)") +
                                 "curl: (18) transfer closed with 40 bytes remaining to read\n",
        18);
    CHECK(cut.kind == Kind::unknown);
    CHECK(cut.message.find("40 bytes remaining") != std::string::npos);
    CHECK(refusal("sh: 1: curl: not found\n", 127).hint == "Install the package curl.");
    // The connection ended before the second of two calls.
    CHECK_FALSE(admin_answers(seen(answer(200, "true")), maintenance_calls(true)));
}

TEST_CASE("a call that an OVD may not know does not spoil the others") {
    auto output = answer(404, R"({"error":{"code":"unknown_function","message":"?"}})") +
                  answer(200, R"({"version":"3.2","system_in_maintenance":"1"})") +
                  answer(200, R"({"7":{"fqdn":"oas1","status":"ready","registered":1,)"
                              R"("timestamp":1700000000}})") +
                  answer(200, R"([{"user_login":"alice","status":"logged"}])");
    const auto values = admin_answers(seen(output), overview_calls());
    REQUIRE(values);
    const auto overview = admin_overview(*values);
    REQUIRE(overview);
    CHECK(overview->maintenance);
    CHECK(overview->version == "3.2");
    REQUIRE(overview->servers.size() == 1);
    CHECK(overview->servers[0].name == "oas1");
    CHECK(overview->servers[0].registered);
    CHECK(overview->servers[0].timestamp == 1700000000);
    CHECK(overview->sessions == std::vector<std::string>{"alice (logged)"});
}

TEST_CASE("an overview of another shape is not guessed at") {
    CHECK_FALSE(
        admin_overview({nullptr, "text", nlohmann::json::object(), nlohmann::json::array()}));
    CHECK_FALSE(
        admin_overview({nullptr, {{"system_in_maintenance", 0}}, "none", nlohmann::json::array()}));
    CHECK_FALSE(admin_overview({}));
}

TEST_CASE("OVD's several ways to say yes") {
    CHECK(means_yes(true));
    CHECK(means_yes(1));
    CHECK(means_yes("1"));
    CHECK_FALSE(means_yes(0));
    CHECK_FALSE(means_yes("0"));
    CHECK_FALSE(means_yes(nullptr));
}

TEST_CASE("the password goes over stdin only, and a line of it cannot become an option") {
    const auto input = admin_input("admin", one);
    CHECK(input.display().find("user = \"admin:<secret admin_password>\"") != std::string::npos);
    CHECK(curl_command().find("admin") == std::string::npos);
    const auto text = input.resolve(
        [](const Content::Part&) -> Result<std::string> { return "a\"b\\c\noutput = x"; });
    REQUIRE(text);
    CHECK(text->find("user = \"admin:a\\\"b\\\\c\\noutput = x\"\n") != std::string::npos);
}
