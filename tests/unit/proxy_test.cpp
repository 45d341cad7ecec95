// SPDX-License-Identifier: Apache-2.0
#include "ssh/proxy.h"

#include "ssh_lab.h"

using namespace ovd;

namespace {

/// What comes out of the socket until it ends.
std::string all_of(int socket) {
    const Descriptor fd(socket);
    std::string text;
    for (int tries = 0; tries < 1000; ++tries) {
        char buffer[256];
        const auto got = ::read(fd.get(), buffer, sizeof buffer);
        if (got == 0) break;
        if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
        if (got < 0) std::this_thread::sleep_for(Millis{10});
    }
    return text;
}

} // namespace

TEST_CASE("the proxy of a machine is told where to, and speaks on one socket") {
    auto proxy = Proxy::start("echo %h %p %r %n 100%%", {"10.1.2.3", "2222", "root", "osm1"});
    REQUIRE(proxy);
    CHECK(all_of((*proxy)->take_socket()) == "10.1.2.3 2222 root osm1 100%\n");
}

TEST_CASE("a proxy that does not listen is killed, whatever this program blocks") {
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    for (const auto* command : {"echo $$; exec sleep 600", "trap '' TERM; echo $$; sleep 600"}) {
        auto proxy = Proxy::start(command, {});
        REQUIRE(proxy);
        const Descriptor socket((*proxy)->take_socket());
        std::string pid;
        CHECK(test::wait_for([&] {
            char buffer[64];
            const auto got = ::read(socket.get(), buffer, sizeof buffer);
            if (got > 0) pid.append(buffer, static_cast<std::size_t>(got));
            return pid.ends_with('\n');
        }));
        const auto start = test::Steady::now();
        proxy->reset();
        CHECK(test::seconds_since(start) < 60);
        CHECK(::kill(std::atoi(pid.c_str()), 0) != 0);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
