// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

using namespace ovd;

namespace {

double seconds_of(const std::function<void()>& what) {
    const auto began = std::chrono::steady_clock::now();
    what();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// As the program's threads have it: they hear of these signals in one place only.
struct Blocked {
    Blocked() {
        sigset_t set;
        sigemptyset(&set);
        for (const int each : {SIGINT, SIGTERM, SIGHUP})
            sigaddset(&set, each);
        pthread_sigmask(SIG_BLOCK, &set, &before);
    }
    ~Blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
    sigset_t before{};
};

} // namespace

TEST_CASE("a local command hears the end of its time, whatever this program blocks") {
    const Blocked blocked;
    Result<LocalResult> ran;
    CHECK(
        seconds_of([&] { ran = run_local("echo x; exec sleep 60", {}, {}, {}, Millis{200}); }) < 3);
    REQUIRE(ran);
    CHECK(ran->timed_out);
    CHECK(ran->status == 128 + SIGTERM);
    CHECK(ran->output == "x\n");
}

TEST_CASE("a stop ends a local command, also one that closed its output") {
    const Blocked blocked;
    for (const auto* command : {"exec sleep 60", "exec sleep 60 >&- 2>&-"}) {
        std::stop_source source;
        Result<LocalResult> ran;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(Millis{150});
            source.request_stop();
        });
        CHECK(seconds_of([&] { ran = run_local(command, {}, source.get_token()); }) < 3);
        REQUIRE_FALSE(ran);
        CHECK(ran.error().kind == ErrorKind::stopped);
    }
}

TEST_CASE("a local command that does not listen is killed, and what it began with it") {
    Result<LocalResult> ran;
    const auto took = seconds_of(
        [&] { ran = run_local("trap '' TERM; sleep 60; sleep 60", {}, {}, {}, Millis{100}); });
    CHECK(took < 10);
    REQUIRE(ran);
    CHECK(ran->timed_out);
    CHECK(ran->status == 128 + SIGKILL);
}

TEST_CASE("the last MiB of a flood is kept, and a program left behind is not waited for") {
    Result<LocalResult> ran;
    const auto took = seconds_of([&] {
        ran = run_local("head -c 5000000 /dev/zero; (exec sleep 20) & echo end; exit 4", {}, {});
    });
    CHECK(took < 10);
    REQUIRE(ran);
    CHECK(ran->status == 4);
    CHECK(ran->output.size() == 1U << 20U);
    CHECK(ran->output.ends_with("end\n"));
}
