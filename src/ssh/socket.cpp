// SPDX-License-Identifier: Apache-2.0
#include "ssh/socket.h"

#include "base/text.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ovd {
namespace {

using Steady = std::chrono::steady_clock;

void set(int fd, int level, int name, int value) {
    // Without one of these a dead peer is noticed later; that is no reason not to connect.
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}

/// 5 s of silence, then a question every 3 s: a dead peer is known after 14 s at most, and after
/// 12 s when something was being sent.
void notice_dead_peer(int fd) {
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 5);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 3);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 12'000);
}

/// Connects to one address; 0 or an errno.
int connect_one(const addrinfo& address, Steady::time_point deadline, Descriptor& out) {
    Descriptor fd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd.get() < 0) return errno;
    notice_dead_peer(fd.get());
    if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
        if (errno != EINPROGRESS) return errno;
        for (;;) {
            const auto left = std::chrono::duration_cast<Millis>(deadline - Steady::now()).count();
            if (left <= 0) return ETIMEDOUT;
            pollfd waiting{fd.get(), POLLOUT, 0};
            const int ready = ::poll(&waiting, 1, static_cast<int>(left));
            if (ready < 0 && errno != EINTR) return errno;
            if (ready > 0) break;
        }
        int error = 0;
        socklen_t size = sizeof error;
        if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
        if (error != 0) return error;
    }
    out = std::move(fd);
    return 0;
}

} // namespace

Result<Descriptor> connect_tcp(const std::string& host, int port, Millis timeout) {
    const auto deadline = Steady::now() + timeout;
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
    if (failed != 0)
        return fail(ErrorKind::connect,
            fmt::format("the name {} cannot be resolved: {}", host, ::gai_strerror(failed)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
    int error = ETIMEDOUT;
    for (const auto* address = found; address != nullptr; address = address->ai_next) {
        Descriptor fd;
        error = connect_one(*address, deadline, fd);
        if (error == 0) return fd;
    }
    if (error == ETIMEDOUT)
        return fail(ErrorKind::connect,
            fmt::format("waited {} for {} port {} to answer",
                human_seconds(static_cast<double>(timeout.count()) / 1000), host, port));
    return fail(
        ErrorKind::connect, fmt::format("{} port {}: {}", host, port, std::strerror(error)));
}

} // namespace ovd
