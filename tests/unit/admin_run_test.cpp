// SPDX-License-Identifier: Apache-2.0
// What a run does with the answers of the Session Manager's API: only a clear yes goes on by
// itself.
#include "run_fixture.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>

using namespace ovd;

namespace {

std::string answer(int status, const std::string& body) {
    return body + "\n@@ovd-answer " + std::to_string(status) + " 0.010 9 \n";
}

std::string mode(const std::string& on) {
    return answer(200, "true") + answer(200, "{\"system_in_maintenance\":" + on + "}");
}

std::string overview(const std::string& servers, const std::string& sessions = "[]") {
    return answer(200, "true") + answer(200, R"({"version":"3.4","system_in_maintenance":1})") +
           answer(200, servers) + answer(200, sessions);
}

std::string server(long when) {
    return R"({"1":{"fqdn":"oas1","status":"ready","registered":1,"timestamp":)" +
           std::to_string(when) + "}}";
}

std::string asks_api(const std::string& what) {
    return "[[step]]\nid = \"api\"\ntitle = \"T\"\nwhy = \"W\"\non = [\"osm1\"]\n[[step.action]]\n"
           "admin = \"" +
           what + "\"\nquestion = \"Is it so?\"\nwithin = 5\n";
}

struct ApiRun : RunFixture {
    ApiRun(
        const std::string& what, std::vector<std::string> answers, const std::string& before = "")
        : RunFixture({{"1-one/10-a.toml", "title = \"A\"\n" + before + asks_api(what)}},
              farm_with_admin()) {
        nodes.world.machines["osm1"].api = std::move(answers);
    }
    static Farm farm_with_admin() {
        auto farm = small_farm();
        farm.admin_user = "admin";
        farm.secrets["admin_password"] = {SecretSource::From::env, "ADMIN_PASSWORD", {}};
        return farm;
    }
    [[nodiscard]] bool was_asked() const {
        return std::ranges::count(asker.asked, "ask Is it so?") > 0;
    }
};

} // namespace

TEST_CASE("maintenance: a clear yes needs nobody") {
    ApiRun run("maintenance-on", {mode("1")});
    CHECK_FALSE(run.run().error);
    CHECK_FALSE(run.was_asked());
    CHECK(run.state().tasks["api@osm1"].how == TaskHow::ran);
}

TEST_CASE("maintenance: whatever is no clear yes is asked of a person, with the reason") {
    const std::pair<std::string, const char*> strange[] = {
        {answer(401, R"({"error":{"code":"auth_mfa_required"}})"), "second factor"},
        {answer(200, "<html>"), "not JSON"},
        {"\n@@ovd-answer 000 20.0 0 \ncurl: (28) Operation timed out\n", "timed out"},
        {mode("0"), "took the call and is not in Maintenance Mode"},
        {answer(200, "true") + answer(200, "{}"), "does not say whether"}};
    for (const auto& [said, why] : strange) {
        INFO(why);
        ApiRun run("maintenance-on", {said});
        CHECK_FALSE(run.run().error);
        CHECK(run.was_asked());
        CHECK(run.view.told(why));
        CHECK(run.state().tasks["api@osm1"].how == TaskHow::answered);
    }
}

TEST_CASE("maintenance: a person's not yet leaves it open, and the next run asks the API anew") {
    ApiRun run("maintenance-off", {mode("1"), mode("0")});
    run.asker.not_yet.insert("Is it so?");
    CHECK(run.run().open == std::vector<std::string>{"api@osm1"});
    run.asker.asked.clear();
    CHECK(run.run().carried_out == 1);
    CHECK_FALSE(run.was_asked());
}

TEST_CASE("maintenance: killed while the API was asked, the next run takes nothing for granted") {
    ApiRun run("maintenance-off", {mode("1"), mode("0")});
    run.asker.not_yet.insert("Is it so?");
    (void)run.run();
    // The journal as it was when the answer had come and a person was being asked.
    const auto path = run.dir.path() / "journal.jsonl";
    std::string kept;
    for (const auto& line : lines(read_file(path.string()).value())) {
        kept += line + "\n";
        if (line.find("\"kind\":\"ended\"") != std::string::npos) break;
    }
    REQUIRE(write_file(path.string(), kept));
    run.asker.asked.clear();
    CHECK_FALSE(run.run().error);
    CHECK_FALSE(run.was_asked());
    CHECK(run.view.told("asking it again"));
}

TEST_CASE("sessions: waits until the last is gone, and asks when the time is up") {
    const auto busy = overview(server(9), R"({"s":{"user_login":"alice","status":"logged"}})");
    ApiRun gone("no-sessions", {busy, busy, overview(server(9))});
    CHECK_FALSE(gone.run().error);
    CHECK_FALSE(gone.was_asked());
    ApiRun stays("no-sessions", {busy});
    CHECK_FALSE(stays.run().error);
    CHECK(stays.was_asked());
    CHECK(stays.view.told("alice (logged)"));
}

TEST_CASE("servers: what the Session Manager said of them before the change does not count") {
    const auto change = sets("change", "osm1", "disruptive = true\nexpect = \"Gone.\"");
    const long now = 1'700'000'000;
    ApiRun old("servers-ready", {overview(server(now - 60))}, change);
    CHECK_FALSE(old.run().error);
    CHECK(old.was_asked());
    CHECK(old.view.told("oas1 has not reported since the last change"));
    ApiRun fresh("servers-ready", {overview(server(now - 60)), overview(server(now + 60))}, change);
    CHECK_FALSE(fresh.run().error);
    CHECK_FALSE(fresh.was_asked());
    // Nobody is there: the scope of all organizations was lost.
    ApiRun none("servers-ready", {overview("[]")});
    CHECK_FALSE(none.run().error);
    CHECK(none.was_asked());
}

TEST_CASE(
    "answers: a Session Manager that has just booted is waited for, and asked about in the end") {
    const auto away =
        answer(500, R"({"error":{"code":500,"message":"The service is not available"}})");
    ApiRun booting("answers", {away, away, overview(server(9))});
    CHECK_FALSE(booting.run().error);
    CHECK_FALSE(booting.was_asked());
    ApiRun dead("answers", {away});
    CHECK_FALSE(dead.run().error);
    CHECK(dead.was_asked());
    CHECK(dead.view.told("HTTP 500"));
}
