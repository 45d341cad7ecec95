// SPDX-License-Identifier: Apache-2.0
#include "base/descriptor.h"
#include "base/spawn.h"

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>

using namespace ovd;

namespace {

bool is_open(int number) {
    return ::fcntl(number, F_GETFD) >= 0;
}

Descriptor some_file() {
    return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

} // namespace

TEST_CASE("a descriptor is closed once, by whoever has it last") {
    int number = -1;
    {
        auto first = some_file();
        number = first.get();
        REQUIRE(is_open(number));
        const auto second = std::move(first);
        CHECK(second.get() == number);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("a descriptor that gets another one closes its own; one that was given away stays open") {
    auto file = some_file();
    const int first = file.get();
    file = some_file();
    CHECK_FALSE(is_open(first));
    const int kept = file.release();
    CHECK_FALSE(file);
    CHECK(is_open(kept));
    file.reset(kept);
    file.reset();
    CHECK_FALSE(is_open(kept));
}

TEST_CASE("a program beside this one obeys signals that this one blocks or ignores") {
    sigset_t before{};
    sigset_t blocked{};
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    auto* const ignored = std::signal(SIGPIPE, SIG_IGN);
    for (const auto& [name, number] : {std::pair{"TERM", SIGTERM}, {"PIPE", SIGPIPE}}) {
        const auto pid = spawn_shell(std::string("kill -") + name + " $$; exit 3", {});
        REQUIRE(pid);
        int status = 0;
        REQUIRE(::waitpid(*pid, &status, 0) == *pid);
        CHECK(exit_status(status) == 128 + number);
    }
    std::signal(SIGPIPE, ignored);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a program beside this one reads and writes where it is told, with what it needs") {
    std::array<int, 2> ends{-1, -1};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Descriptor read_end(ends[0]);
    Descriptor write_end(ends[1]);
    SpawnOptions options;
    options.output = write_end.get();
    options.environment["OVD_SAID"] = "hello";
    const auto pid = spawn_shell("printf %s \"$OVD_SAID\"; exit 7", options);
    REQUIRE(pid);
    write_end.reset();
    std::array<char, 16> text{};
    CHECK(::read(read_end.get(), text.data(), text.size()) == 5);
    CHECK(std::string(text.data()) == "hello");
    int status = 0;
    REQUIRE(::waitpid(*pid, &status, 0) == *pid);
    CHECK(exit_status(status) == 7);
}
