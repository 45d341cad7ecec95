// SPDX-License-Identifier: Apache-2.0
// The guard of a node, as shell, on this machine: only systemctl is a stand-in.
#include "local_node.h"
#include "ssh/guard_script.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <thread>

using namespace ovd;
namespace fs = std::filesystem;
using Phase = GuardState::Phase;

namespace {

/// Reports each call, and starts the guard for a drill as the timer would.
constexpr std::string_view systemctl = R"sh(#!/bin/sh
echo "$*" >>"{0}/calls"
case "$1" in
restart) [ -e "{0}/broken" ] || ! grep -q drill "{0}/base/guard.armed/token" || (sleep 0.1; sh "{0}/base/guard.sh") >/dev/null 2>&1 9>&- & ;;
esac
)sh";

class Bench {
public:
    Bench() {
        place.base = dir / "base";
        place.units = dir / "units";
        fs::create_directories(place.base + "/jobs");
        fs::create_directories(place.units);
        dir.write("bin/systemctl", fmt::format(systemctl, dir.path().string()));
        fs::permissions(dir / "bin/systemctl", fs::perms::owner_all);
        lock("run1", "t1");
    }

    void lock(const std::string& run, const std::string& token) {
        dir.write("base/lease", run + " ann@ops1\nboot\n(process 1)\n" + token + "\n");
    }
    Result<GuardState> told(Read order) {
        order.command = "PATH=" + (dir / "bin") + ":$PATH\n" + order.command;
        const auto results = node.read({&order, 1});
        REQUIRE(results);
        return understand_guard("osm1", results->front());
    }
    GuardState must(const Read& order) {
        const auto state = told(order);
        INFO((state ? std::string() : state.error().message));
        REQUIRE(state);
        return *state;
    }
    GuardState armed(const std::vector<TaskUndo>& undos, Seconds limit = Seconds{600}) {
        return must(guard_arm(place, "t1", limit, undos));
    }
    /// What the timer does.
    GuardState looks() {
        sh("PATH=" + (dir / "bin") + ":$PATH sh '" + place.base + "/guard.sh'");
        return must(guard_look(place));
    }
    std::string sh(const std::string& command) {
        const auto done = run_local(command, {}, {});
        REQUIRE(done);
        return done->output;
    }
    /// As if the last heartbeat had come long ago.
    void silence() { dir.write("base/guard.armed/beat", "-1000 " + boot() + " 45\n"); }
    std::string boot() {
        auto id = *read_file("/proc/sys/kernel/random/boot_id", ErrorKind::remote);
        return id.substr(0, id.find('\n'));
    }
    /// An undo that writes its name down.
    TaskUndo notes(const std::string& name, const std::string& keep = "") {
        return {
            name, fmt::format("echo {} >>'{}'; echo said {}", name, dir / "undone", name), keep};
    }
    std::string undone() {
        const auto text = read_file(dir / "undone", ErrorKind::remote);
        return text ? *text : "";
    }
    bool there(const std::string& name) const { return fs::exists(dir / name); }

    TempDir dir;
    GuardPlace place;
    LocalNode node;
};

} // namespace

TEST_CASE("a guard that is renewed does nothing; one that is not undoes the last first") {
    Bench bench;
    CHECK(bench.must(guard_look(bench.place)).phase == Phase::none);
    auto state = bench.armed({bench.notes("0001-a@osm1")});
    CHECK(state.phase == Phase::armed);
    CHECK(state.token == "t1");
    bench.armed({bench.notes("0001-a@osm1"), bench.notes("0002-b@osm1")});
    CHECK(bench.looks().phase == Phase::armed);
    bench.silence();
    CHECK(bench.must(guard_renew(bench.place, "t1")).phase == Phase::armed);
    CHECK(bench.looks().phase == Phase::armed);
    CHECK(bench.undone().empty());
    bench.silence();
    state = bench.looks();
    CHECK(state.phase == Phase::fired);
    CHECK(bench.undone() == "0002-b@osm1\n0001-a@osm1\n");
    REQUIRE(state.undone.size() == 2);
    CHECK(state.undone[0].name == "0002-b@osm1");
    CHECK(state.undone[0].status == 0);
    CHECK(state.why == "nothing was heard of ovd-failover for 45 s");
    CHECK(state.at > 1e9);
    CHECK_FALSE(state.kept);
    CHECK(state.output == "said 0002-b@osm1\nsaid 0001-a@osm1");
    // The lock is gone with it, so the node takes no job of that run any more.
    CHECK_FALSE(bench.there("base/lease"));
    // It is told until it is forgotten, and fires once; disarming it does not wipe it.
    CHECK(bench.must(guard_disarm(bench.place, "t1")).phase == Phase::fired);
    CHECK(bench.looks().undone.size() == 2);
    CHECK(bench.undone() == "0002-b@osm1\n0001-a@osm1\n");
    CHECK(bench.must(guard_forget(bench.place)).phase == Phase::none);
    CHECK_FALSE(bench.there("units/ovd-failover-guard.timer"));
}

TEST_CASE("a guard fires when its node has restarted, however soon") {
    Bench bench;
    bench.armed({bench.notes("0001-a@osm1")});
    bench.dir.write("base/guard.armed/beat", "100 another-boot 600\n");
    CHECK(bench.looks().why == "the node has restarted");
    CHECK(bench.undone() == "0001-a@osm1\n");
}

TEST_CASE("a guard that was interrupted while it fired begins again") {
    Bench bench;
    bench.armed({bench.notes("0001-a@osm1")});
    bench.dir.write("base/guard.armed/firing", "");
    // A heartbeat that comes late does not hold it off any more.
    bench.must(guard_renew(bench.place, "t1"));
    CHECK(bench.looks().phase == Phase::fired);
    CHECK(bench.undone() == "0001-a@osm1\n");
}

TEST_CASE("a guard goes on past what cannot be undone, and tells") {
    Bench bench;
    bench.armed({bench.notes("0001-a@osm1"), {"0002-b@osm1", "echo no room; exit 3"}});
    const auto state = bench.must(guard_fire(bench.place, "t1"));
    CHECK(state.phase == Phase::fired);
    CHECK(bench.undone() == "0001-a@osm1\n");
    REQUIRE(state.undone.size() == 2);
    CHECK(state.undone[0].status == 3);
    CHECK(state.undone[1].status == 0);
    CHECK(state.output.find("no room") != std::string::npos);
    // Asked once more, it only tells.
    CHECK(bench.must(guard_fire(bench.place, "t1")).undone.size() == 2);
    CHECK(bench.undone() == "0001-a@osm1\n");
}

TEST_CASE("a guard undoes nothing when the service answers with what was done") {
    Bench bench;
    bench.armed({bench.notes("0001-a@osm1"), bench.notes("0002-b@osm1", "echo it answers")});
    bench.silence();
    const auto state = bench.looks();
    CHECK(state.phase == Phase::fired);
    CHECK(state.kept);
    CHECK(state.undone.empty());
    CHECK(bench.undone().empty());
    Bench other;
    other.armed({other.notes("0001-a@osm1"), other.notes("0002-b@osm1", "false")});
    other.silence();
    CHECK_FALSE(other.looks().kept);
    CHECK(other.undone() == "0002-b@osm1\n0001-a@osm1\n");
}

TEST_CASE("a guard ends the jobs of its run that are under way, and no others") {
    Bench bench;
    bench.armed({bench.notes("0001-a@osm1")});
    const auto job = [&](const std::string& id) {
        const auto folder = "base/jobs/" + id + "/";
        bench.dir.write(folder + "boot", bench.boot() + "\n");
        for (const auto* file : {"rc.new", "ended.new"})
            bench.dir.write(folder + file, std::string(64, ' '));
        return bench.sh(fmt::format(
            "setsid sh -c 'set -- \"$1\" $(cat /proc/$$/stat); echo \"$$ ${{23}}\" >\"$1/pid\"; "
            "trap \"\" INT; sleep 300 & wait' x '{0}' >/dev/null 2>&1 & "
            "until [ -s '{0}/pid' ]; do sleep 0.01; done; cut -d ' ' -f 1 '{0}/pid'",
            bench.dir / ("base/jobs/" + id)));
    };
    const auto mine = job("run1-b.osm1.1.1");
    const auto other = job("run2-b.osm1.1.1");
    bench.silence();
    CHECK(bench.looks().phase == Phase::fired);
    CHECK_FALSE(fs::exists("/proc/" + mine.substr(0, mine.find('\n'))));
    CHECK(bench.sh("cat '" + (bench.dir / "base/jobs/run1-b.osm1.1.1/rc") + "'").substr(0, 4) ==
          "143 ");
    CHECK(fs::exists("/proc/" + other.substr(0, other.find('\n'))));
    bench.sh("kill -KILL -- -" + other);
}

TEST_CASE("a guard listens to whoever has the lock") {
    Bench bench;
    bench.armed({bench.notes("0001-a@osm1")});
    bench.lock("run1", "t2");
    bench.silence();
    bench.must(guard_renew(bench.place, "t1")); // of a wizard that was suspended
    for (const auto& order : {guard_arm(bench.place, "t1", Seconds{45}, {}),
             guard_fire(bench.place, "t1"), guard_disarm(bench.place, "t1")}) {
        const auto state = bench.told(order);
        REQUIRE_FALSE(state);
        CHECK(state.error().kind == ErrorKind::refused);
    }
    CHECK(bench.undone().empty());
    // The start that has the lock now may have it fire, and keeps the lock.
    CHECK(bench.must(guard_fire(bench.place, "t2")).phase == Phase::fired);
    CHECK(bench.there("base/lease"));
    Bench foreign;
    foreign.armed({foreign.notes("0001-a@osm1")});
    foreign.lock("run2", "t9");
    foreign.silence();
    CHECK(foreign.looks().phase == Phase::fired);
    CHECK(foreign.there("base/lease"));
}

TEST_CASE("a guard is not trusted before its drill was seen") {
    Bench bench;
    bench.dir.write("broken", "");
    const auto state = bench.told([&] {
        auto order = guard_arm(bench.place, "t1", Seconds{45}, {});
        // Nobody wants to wait for the real deadline here.
        const std::string deadline = "-ge 200";
        order.command.replace(order.command.find(deadline), deadline.size(), "-ge 3");
        return order;
    }());
    REQUIRE_FALSE(state);
    CHECK(state.error().message.find("drilled") != std::string::npos);
    CHECK(bench.must(guard_look(bench.place)).phase == Phase::none);
    // Once is enough.
    Bench well;
    well.armed({well.notes("0001-a@osm1")});
    CHECK(well.there("base/guard.drilled"));
    well.must(guard_disarm(well.place, "t1"));
    well.dir.write("broken", "");
    CHECK(well.armed({well.notes("0001-a@osm1")}).phase == Phase::armed);
}

TEST_CASE("a drill that was left behind is no guard") {
    Bench bench;
    for (const auto* dir : {"base/guard.fired/token", "base/guard.armed/token"})
        bench.dir.write(dir, "drill-1-1\n");
    CHECK(bench.armed({bench.notes("0001-a@osm1")}).phase == Phase::armed);
    bench.silence();
    CHECK(bench.looks().undone.size() == 1);
}

TEST_CASE("what a guard says and nobody can read is an error") {
    CHECK_FALSE(understand_guard("osm1", {0, false, "Welcome!\n"}));
    CHECK_FALSE(understand_guard("osm1", {0, false, "phase asleep\n"}));
    CHECK_FALSE(understand_guard("osm1", {1, false, "no space left on device\n"}));
    CHECK(understand_guard("osm1", {0, true, "phase none\n"}).error().kind == ErrorKind::unknown);
}
