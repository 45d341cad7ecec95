// SPDX-License-Identifier: Apache-2.0
// What each kind of check asks, and what it makes of the answer.
#include "guide_maker.h"

#include "guide/values.h"
#include "sheet/runner.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

/// A check on a small farm, with everything that a kind may know.
struct Bench {
    explicit Bench(const std::string& text) {
        auto read = read_sheet("tls = \"any\"\n[[check]]\nname = \"c\"\n" + text, "sheet.toml");
        INFO((read ? "" : read.error().message));
        REQUIRE(read);
        sheet = *read;
        names.values = {{"service", "10.20.1.11"}, {"cluster_name", "ovd"}, {"test_user", "alice"}};
        names.secrets = {"test_password", "admin_password"};
    }
    [[nodiscard]] SheetContext context() const {
        return {names, sheet, "osm1", "admin", "alice", changed, known};
    }
    [[nodiscard]] SheetLook look() const {
        Status wrong;
        const auto look = sheet_kind(check().kind).plan(check(), context(), wrong);
        INFO((wrong ? "" : wrong.error().message));
        REQUIRE(wrong);
        REQUIRE(look);
        return *look;
    }
    [[nodiscard]] bool refused() const {
        Status wrong;
        (void)sheet_kind(check().kind).plan(check(), context(), wrong);
        return !wrong;
    }
    [[nodiscard]] Judged judge(const std::string& output, int status = 0) const {
        return judged(check(), context(), {status, false, output});
    }
    [[nodiscard]] const SheetCheck& check() const { return sheet.checks.front(); }

    Sheet sheet;
    Names names;
    double changed = 0;
    std::map<std::string, std::string> known;
};

std::string answer(int status, const std::string& body) {
    return body + "\n@@ovd-answer " + std::to_string(status) + " 0.010 " +
           std::to_string(body.size()) + " \n";
}

std::string overview(const std::string& servers) {
    return answer(200, "true") + answer(200, R"({"version":"3.4.0","system_in_maintenance":0})") +
           answer(200, servers) + answer(200, "[]");
}

} // namespace

TEST_CASE("http: status, text and a place in JSON") {
    const Bench page("http = \"https://{{ service }}/a\"\nstatus = [200]\nexpect = \"hello\"\n");
    CHECK(page.look().input.display().find("url = \"https://10.20.1.11/a\"") != std::string::npos);
    CHECK(page.judge(answer(200, "hello you")).good);
    CHECK_FALSE(page.judge(answer(200, "go away")).good);
    CHECK(page.judge(answer(503, "hello")).says == "HTTP 503");
    CHECK_FALSE(page.judge("curl: (7) Failed to connect\n", 7).good);
    const Bench json("http = \"http://x/\"\npointer = \"/a/b\"\nequals = \"7\"\n");
    CHECK(json.judge(answer(200, R"({"a":{"b":7}})")).good);
    CHECK(json.judge(answer(200, R"({"a":{"b":8}})")).says == "/a/b is 8, not 7");
    CHECK(json.judge(answer(200, "{}")).says == "there is nothing at /a/b");
    CHECK(json.judge(answer(200, "<html>")).says == "the answer is not JSON");
    // Where a number must stand there is none in this list: no reason to end the program.
    CHECK_FALSE(json.judge(answer(200, R"({"a":[1,2]})")).good);
    const Bench list("http = \"http://x/\"\npointer = \"/a/01\"\n");
    CHECK_FALSE(list.judge(answer(200, R"({"a":[1,2]})")).good);
}

TEST_CASE("http: a certificate's key is a value that must stay, by Session Manager") {
    const Bench page("http = \"https://x/\"\ntls = \"pin\"\n");
    CHECK(page.look().command.find("openssl s_client -connect x:443") != std::string::npos);
    const auto seen = page.judge(answer(200, "a") + "@@ovd-key abc=\n");
    REQUIRE(seen.good);
    CHECK(seen.values.at("certificate of osm1").text == "abc=");
    CHECK(seen.values.at("certificate of osm1").compare == Compare::first);
    CHECK_FALSE(page.judge(answer(200, "a") + "@@ovd-key \n").good);
    const Bench verified("http = \"https://x/\"\ntls = \"verify\"\n");
    CHECK(verified.look().input.display().find("insecure") == std::string::npos);
}

TEST_CASE("login: every request must be answered as expected, the password on stdin only") {
    const Bench login(
        "login = \"https://{{ service }}\"\nrequests = [{ url = \"/in\", body = "
        "\"p={{ secret test_password }}\", expect = \"<session\" }, { url = \"/out\" }]\n");
    const auto look = login.look();
    CHECK(look.input.display().find("data = \"p=<secret test_password>\"") != std::string::npos);
    CHECK(look.command.find("secret") == std::string::npos);
    CHECK(login.judge(answer(200, "<session id=1>") + answer(200, "bye")).good);
    const auto refused = login.judge(answer(200, "auth_failed") + answer(200, "bye"));
    CHECK_FALSE(refused.good);
    CHECK(refused.says.find("auth_failed") != std::string::npos);
    CHECK_FALSE(login.judge(answer(200, "<session")).good);
}

TEST_CASE("servers: registered, ready, heard from since the last change, none missing") {
    Bench bench("servers = \"ready\"\n");
    const std::string good =
        R"({"1":{"fqdn":"oas1","status":"ready","registered":true,"timestamp":"1000"}})";
    CHECK(bench.judge(overview(good)).good);
    bench.changed = 1000.9; // OVD keeps whole seconds
    CHECK(bench.judge(overview(good)).good);
    bench.changed = 1001.5;
    CHECK(bench.judge(overview(good)).says == "oas1 has not reported since the last change");
    bench.changed = 0;
    bench.known["names"] = "esg1 oas1";
    CHECK(bench.judge(overview(good)).says == "esg1 is gone from the list");
    bench.known.clear();
    CHECK(bench.judge(overview(R"({"1":{"fqdn":"oas1","status":"broken","registered":true}})"))
              .says == "oas1 is broken");
    CHECK(bench.judge(overview(R"({"1":{"fqdn":"oas1","status":"broken","registered":true}})"))
              .troubled == std::set<std::string>{"oas1"});
    CHECK(
        bench.judge(overview(R"({"1":{"fqdn":"oas1","status":"ready","registered":true}})")).says ==
        "oas1: the Session Manager does not say when it last reported");
    CHECK(bench.judge(overview(good)).values.at("locked").text == "none");
    CHECK(bench
              .judge(overview(R"({"1":{"fqdn":"oas1","status":"ready","registered":1,)"
                              R"("locked":1,"timestamp":9}})"))
              .values.at("locked")
              .text == "oas1");
    CHECK_FALSE(bench.judge(overview("[]")).good);
    CHECK_FALSE(bench.judge(answer(401, R"({"error":{"code":"not_authorized"}})")).good);
}

TEST_CASE("requests: a body that curl would take for a file is refused, JSON can be told") {
    CHECK(Bench("http = \"http://x/\"\nmethod = \"POST\"\nbody = \"@/etc/passwd\"\n").refused());
    CHECK(Bench("http = \"http://x/\"\nmethod = \"POST\"\nbody = \"{{ secret test_password }}\"\n")
            .refused());
    const Bench json("http = \"http://x/\"\nmethod = \"POST\"\nbody = \"[1]\"\ntype = "
                     "\"application/json\"\n");
    CHECK(json.look().input.display().find("data = \"[1]\"\nheader = \"Content-Type: "
                                           "application/json\"") != std::string::npos);
}

TEST_CASE("cluster: what was there once must stay, what comes is no fault") {
    Bench cluster("cluster = \"settled\"\n");
    const std::string six = "quorate, 6 resources on osm1\nresources there: 6\n";
    CHECK(cluster.judge("no cluster yet\n").good);
    CHECK(cluster.judge(six).good);
    cluster.known["resources"] = "6";
    CHECK(cluster.judge(six).good);
    CHECK(cluster.judge("quorate, 6 resources on osm1\nswitched off: lsyncd\nresources there: 6\n")
              .values.at("switched off")
              .text == "lsyncd");
    const auto less = cluster.judge("quorate, 5 resources on osm1\nresources there: 5\n");
    CHECK_FALSE(less.good);
    CHECK(less.says.find("there were 6 resources, now there are 5") == 0);
    // It stays red the next time as well.
    CHECK(less.values.at("resources").text == "6");
    CHECK_FALSE(cluster.judge("no cluster yet\n").good);
}

TEST_CASE("tcp: open, refused, silent") {
    const Bench port("tcp = \"{{ service }}:1111\"\ntimeout = 3\n");
    CHECK(port.look().command == "timeout 3 bash -c 'exec 3<>/dev/tcp/10.20.1.11/1111'");
    CHECK(port.judge("").good);
    CHECK(port.judge("Connection refused", 1).says.find("refused") == 0);
    CHECK(port.judge("", 124).says.find("no answer") == 0);
    CHECK(Bench("tcp = \"nowhere\"\n").refused());
}

TEST_CASE("command: exit status, output, and a value to remember") {
    const Bench command("command = \"v\"\non = \"osm1\"\nexpect = \"^3\"\nrecord = true\n");
    CHECK(command.judge("3.4\n").good);
    CHECK(command.judge("3.4\n").values.at("output").text == "3.4");
    CHECK_FALSE(command.judge("4.0\n").good);
    CHECK(command.judge("3.4\n", 2).says == "exit status 2: 3.4");
    CHECK(Bench("command = \"x\"\nexit = 1\n").judge("", 1).good);
}

TEST_CASE("sql: reads only, counts tables, compares rows") {
    CHECK(Bench("sql = \"DELETE FROM a\"\n").refused());
    const Bench rows("sql = \"SELECT 1\"\nexpect = \"^1$\"\n");
    CHECK(rows.look().node == "active");
    CHECK(rows.look().input.display() == "SELECT 1");
    CHECK(rows.judge("1\n").good);
    CHECK_FALSE(rows.judge("2\n").good);
    CHECK_FALSE(rows.judge("Connection refused\n", 4).good);
    const Bench count("sql = \"\"\ncount = [\"user\", \"sessions\"]\n");
    const auto seen = count.judge("user\t20\nsessions\t3\n");
    CHECK(seen.values.at("user").compare == Compare::exactly);
    CHECK(seen.values.at("sessions").compare == Compare::never);
    const auto missing = count.judge("user\tnone\nsessions\t3\n");
    CHECK_FALSE(missing.good);
    CHECK(missing.says == "there is no table for user");
}

TEST_CASE("log: only what is new since the last look") {
    Bench file("log = \"/var/log/x.log\"\non = \"osm1\"\npattern = \"ERROR\"\n");
    CHECK(
        file.look().command.find("tail -c") == std::string::npos); // the first time nothing is new
    CHECK(file.judge("@@ovd-at 120\n").values.at("read to on osm1").text == "120");
    file.known["read to on osm1"] = "120";
    CHECK(file.look().command.find("from=120") != std::string::npos);
    CHECK(file.judge("@@ovd-at 150\n").good);
    const auto bad = file.judge("ERROR a\nERROR b\n@@ovd-at 150\n");
    CHECK_FALSE(bad.good);
    CHECK(bad.says == "2 new lines, the last: ERROR b");
    CHECK_FALSE(file.judge("/var/log/x.log cannot be read\n", 3).good);
    Bench unit("log = \"unit:apache2\"\non = \"active\"\npattern = \"E\"\n");
    unit.known["read to on osm1"] = "1700000000";
    CHECK(unit.look().node == "osm1");
    CHECK(unit.look().command.find("-u apache2 --since @1700000000") != std::string::npos);
}
