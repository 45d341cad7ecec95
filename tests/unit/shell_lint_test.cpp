// SPDX-License-Identifier: Apache-2.0
// All shell of the shipped steps, as nodes will run it, read by dash, bash and shellcheck.
#include "base/process.h"
#include "base/text.h"
#include "guide_maker.h"
#include "shipped_shell.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <set>

using namespace ovd;

namespace {

/// With a comment that says where it comes from; a script keeps its first line, by which its
/// interpreter is known.
std::string file_text(const ShippedShell& shell) {
    const auto comment = fmt::format("# {}\n", shell.where);
    const auto end = shell.text.ends_with('\n') ? "" : "\n";
    if (!shell.text.starts_with("#!")) return comment + shell.text + end;
    const auto second = shell.text.find('\n') + 1;
    return shell.text.substr(0, second) + comment + shell.text.substr(second) + end;
}

/// Writes each text once; gives how many lines they have.
std::size_t write_shell(const TempDir& dir, const std::vector<ShippedShell>& all) {
    std::set<std::string> seen;
    std::size_t count = 0;
    for (const auto& shell : all) {
        if (!seen.insert(shell.text).second) continue;
        dir.write(
            fmt::format("{:04}.{}", seen.size(), shell.bash ? "bash" : "sh"), file_text(shell));
        count += lines(shell.text).size();
    }
    return count;
}

LocalResult lint(const TempDir& dir) {
    auto done = run_local(
        fmt::format("python3 {}/tests/lint/lint_steps.py {}", OVD_SOURCE_DIR, dir.path().string()),
        {}, {});
    REQUIRE(done);
    return *done;
}

} // namespace

TEST_CASE("dash, bash and shellcheck find nothing in any shell of the steps") {
    const TempDir dir;
    CHECK(write_shell(dir, all_shipped_shell()) > 2000);
    const auto done = lint(dir);
    INFO(done.output);
    CHECK(done.status == 0);
}

TEST_CASE("what is wrong in shell is found, and where it comes from is said") {
    const TempDir dir;
    const auto text = [](const std::string& words, const std::string& where) {
        return ShippedShell{words, where, "debian12"};
    };
    write_shell(dir,
        {text("if true; then echo", "cut off"), text("[[ -e /x ]] && echo", "bash only"),
            text("f=$(cat name)\nrm -r $f/etc", "splits"),
            text("cd /var/lib/x\nrm -rf *", "elsewhere"), text("echo ${a//x/y}", "dash cannot")});
    const auto done = lint(dir);
    CHECK(done.status == 1);
    for (const auto* found : {"0001.sh: dash -n:", "0001.sh: bash -n:", "[SC3010]", "# bash only",
             "[SC2086]", "rm -r $f/etc", "# splits", "[SC2164]", "# elsewhere", "[SC3060]",
             "nothing needs SC2086 $sockets any more"})
        CHECK_THAT(done.output, Catch::Contains(found));
}

TEST_CASE("everything that a plan brings to a node is among its shell") {
    const auto shipped = shipped_plan({"ubuntu22", "migration", {}});
    const auto shell = shell_of(*shipped);
    const auto has = [&shell](const std::string& where, const std::string& words) {
        for (const auto& each : shell)
            if (each.where.find(where) != std::string::npos &&
                each.text.find(words) != std::string::npos)
                return true;
        return false;
    };
    CHECK(
        has("create-cluster@osm1, action 1 (steps/6-cluster/10-create.toml", "pcs cluster setup"));
    CHECK(has(", probe (", "crm_mon -1"));
    CHECK(has(", check 1 (", "crm_mon -1"));
    CHECK(has(", undo 1 (", "systemctl enable --now"));
    CHECK(has(", wait (", ""));
    CHECK(has(", look (", "curl"));
    const auto alerts = shell_of(*shipped_plan({"ubuntu22", "alerts", "osm1"}));
    CHECK(std::ranges::any_of(alerts, [](const ShippedShell& each) {
        return each.text.find("hub='smtp.example.com:587'\n") != std::string::npos &&
               each.text.find("host=${hub%%:*}") != std::string::npos;
    }));
    CHECK(has("/var/lib/ovd-failover/same-data (", "CHECKSUM TABLE"));
    CHECK(has("cluster-vip-src.service, ExecStop (", "for to in $ADDRESS; do"));
    CHECK(has("lsyncd.service, ExecStartPre (", "ip -4 -o addr"));
    CHECK(has(", action 1 (steps/4", "mv -T \"$new\" \"$f\""));
    CHECK(shell_of_facts().size() == shipped_guide().facts.size() * shipped_platforms().size());
}
