// SPDX-License-Identifier: Apache-2.0
#include "ssh/proxy.h"

#include "base/spawn.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

namespace ovd {
namespace {

constexpr Millis patience{1'000}; ///< between being told to end and being killed

std::string filled(const std::string& command, const Proxy::Words& words) {
    std::string text;
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char what = command[i] == '%' && i + 1 < command.size() ? command[i + 1] : '\0';
        if (what == 'h')
            text += words.host;
        else if (what == 'p')
            text += words.port;
        else if (what == 'r')
            text += words.user;
        else if (what == 'n')
            text += words.name;
        else if (what == '%')
            text += '%';
        else {
            text += command[i];
            continue;
        }
        ++i;
    }
    return text;
}

} // namespace

Result<std::unique_ptr<Proxy>> Proxy::start(const std::string& command, const Words& words) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(ErrorKind::connect, std::strerror(errno));
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    // Ours alone: the program's own reads and writes are none of our business.
    (void)::fcntl(ours.get(), F_SETFL, ::fcntl(ours.get(), F_GETFL) | O_NONBLOCK);
    const auto pid =
        spawn_shell(filled(command, words), {.input = theirs.get(), .output = theirs.get()});
    if (!pid)
        return fail(ErrorKind::connect,
            fmt::format("{} cannot be started: {}", command, std::strerror(pid.error())));
    return std::unique_ptr<Proxy>(new Proxy(*pid, std::move(ours)));
}

bool Proxy::gone() const {
    return ::waitpid(pid_, nullptr, WNOHANG) != 0;
}

Proxy::~Proxy() {
    socket_.reset();
    if (gone()) return;
    ::kill(-pid_, SIGTERM);
    for (Millis waited{0}; waited < patience; waited += Millis{10}) {
        if (gone()) return;
        std::this_thread::sleep_for(Millis{10});
    }
    ::kill(-pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
}

} // namespace ovd
