// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include "base/process.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ovd;

namespace {

/// What Signals does to the whole program is undone at the end of a test.
class AsBefore {
public:
    AsBefore() { pthread_sigmask(SIG_BLOCK, nullptr, &mask_); }
    ~AsBefore() { pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }
    AsBefore(const AsBefore&) = delete;
    AsBefore& operator=(const AsBefore&) = delete;

private:
    sigset_t mask_{};
};

} // namespace

TEST_CASE("the end of the program waits for no signal", "[signals]") {
    const AsBefore after;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i)
        const Signals signals;
    // An end that waits its turn loses 200 ms each time.
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
}

TEST_CASE("a signal asks to stop", "[signals]") {
    const AsBefore after;
    const Signals signals;
    const auto token = signals.token();
    CHECK_FALSE(token.stop_requested());
    ::kill(::getpid(), SIGTERM);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!token.stop_requested() && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    CHECK(token.stop_requested());
}

TEST_CASE("a crash of the program leaves no memory behind", "[signals]") {
    const pid_t child = ::fork();
    if (child == 0) {
        no_core_dumps();
        rlimit limit{1, 1};
        ::getrlimit(RLIMIT_CORE, &limit);
        ::_exit(limit.rlim_cur == 0 && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
