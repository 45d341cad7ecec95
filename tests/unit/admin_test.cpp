// SPDX-License-Identifier: Apache-2.0
#include "ovd/admin.h"

#include "base/process.h"
#include "guide_maker.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

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
    CHECK(wrong.kind == ErrorKind::refused);
    CHECK(wrong.message.find("not_authorized") != std::string::npos);
    const auto factor =
        refusal(answer(401, R"({"error":{"code":"auth_mfa_required","message":"code"}})"));
    CHECK(factor.kind == ErrorKind::refused);
    CHECK(factor.message.find("second factor") != std::string::npos);
    // Some give it with status 200.
    CHECK(refusal(answer(200, R"({"error":{"code":"auth_mfa_required"}})")).kind ==
          ErrorKind::refused);
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
    CHECK(slow.kind == ErrorKind::unknown);
    CHECK(slow.message.find("Operation timed out") != std::string::npos);
    const auto cut = refusal(answer(200, R"({"version":)") +
                                 "curl: (18) transfer closed with 40 bytes remaining to read\n",
        18);
    CHECK(cut.kind == ErrorKind::unknown);
    CHECK(cut.message.find("40 bytes remaining") != std::string::npos);
    CHECK(refusal("sh: 1: curl: not found\n", 127).hint == "Install the package curl.");
    // The connection ended before the second of two calls.
    CHECK_FALSE(admin_answers(seen(answer(200, "true")), maintenance_calls(true)));
}

TEST_CASE("an answer that is nested without end is no answer, and does no harm") {
    const auto deep = std::string(100'000, '[') + std::string(100'000, ']');
    CHECK(refusal(answer(200, "{\"error\":{\"code\":" + deep + "}}")).kind == ErrorKind::unknown);
    // Brackets in a text nest nothing.
    const auto text = R"("\"[)" + std::string(1'000, '[') + "\"";
    CHECK(admin_answers(seen(answer(200, text)), one));
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

TEST_CASE("an overview of one organization alone is not taken for the whole farm") {
    const std::string rest = answer(200, R"({"system_in_maintenance":1})") +
                             answer(200, R"({"7":{"fqdn":"oas1"}})") + answer(200, "[]");
    // Only an OVD that has no organizations may not know the call.
    for (const auto& lost : {answer(500, "oops"), answer(404, R"({"error":{"code":"gone"}})"),
             std::string("\n@@ovd-answer 000 20.001 0 \ncurl: (28) Operation timed out\n")})
        CHECK_FALSE(admin_answers(seen(lost + rest), overview_calls()));
    const auto no = admin_answers(seen(answer(200, "false") + rest), overview_calls());
    REQUIRE(no);
    CHECK(admin_overview(*no).error().kind == ErrorKind::unknown);
    const auto none =
        admin_answers(seen(answer(200, "true") + answer(200, R"({"system_in_maintenance":1})") +
                           answer(200, "[]") + answer(200, "[]")),
            overview_calls());
    REQUIRE(none);
    REQUIRE_FALSE(admin_overview(*none));
    CHECK(admin_overview(*none).error().message.find("all organizations") != std::string::npos);
}

TEST_CASE("several requests go through a curl that knows neither next nor data-raw") {
    // A stand-in that refuses both, as the one of RHEL 7 does, and shows what it was given.
    const TempDir dir;
    const auto path = dir.path() / "curl";
    std::ofstream(path)
        << "#!/bin/sh\ncat > \"$0.seen\"\nif grep -Eq '^(next|data-raw)' \"$0.seen\"; then "
           "exit 2; fi\nwhile [ $# -gt 0 ]; do [ \"$1\" = -b ] && jar=$2; shift; done\n"
           "echo \"cookies $(cat \"$jar\") mode $(stat -c %a \"$jar\")\"\n"
           "sed -n 's/^url = \"\\(.*\\)\"/\\1/p' \"$0.seen\" | tee -a \"$jar\"\n"
           "echo '@@ovd-answer 200 0.1 1 '\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::vector<HttpRequest> requests(2);
    requests[0].url = "https://x/a";
    requests[0].method = "POST";
    requests[0].body.add_text("p=a\nb");
    requests[1].url = "https://x/b";
    const auto input = curl_input(requests, 3, false).resolve([](const Content::Part&) {
        return Result<std::string>("");
    });
    REQUIRE(input);
    const auto ran = run_local("PATH=" + dir.path().string() + ":$PATH\n" + curl_command(2), {}, {},
        *input, std::chrono::seconds(20));
    REQUIRE(ran);
    const auto answers = curl_answers({ran->status, false, ran->output});
    INFO(ran->output);
    REQUIRE(answers);
    REQUIRE(answers->size() == 2);
    CHECK((*answers)[0].body == "cookies  mode 600\nhttps://x/a");
    CHECK((*answers)[1].body == "cookies https://x/a mode 600\nhttps://x/b");
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
