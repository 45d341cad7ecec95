// SPDX-License-Identifier: Apache-2.0
#include "ssh/socket.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ovd {
namespace {

/// Waits for a connect under way; 0 or an errno.
int finish_connect(int file, Millis timeout) {
    pollfd ready{file, POLLOUT, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(timeout.count()));
    if (count == 0) return ETIMEDOUT;
    if (count < 0) return errno;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(file, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

void notice_dead_peers(int file) {
    const auto set = [file](int level, int name, int value) {
        ::setsockopt(file, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 5);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 3);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 15'000);
    set(IPPROTO_TCP, TCP_NODELAY, 1);
}

} // namespace

Result<int> tcp_connect(const std::string& host, int port, Millis timeout) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (error != 0)
        return fail(Kind::connect, fmt::format("{}: {}", host, ::gai_strerror(error)),
            "Check the name in farm.toml.");
    int last = 0;
    int result = -1;
    for (auto* each = found; each != nullptr && result < 0; each = each->ai_next) {
        const int file = ::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (file < 0) continue;
        last = ::connect(file, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
        if (last == EINPROGRESS) last = finish_connect(file, timeout);
        if (last == 0)
            result = file;
        else
            ::close(file);
    }
    ::freeaddrinfo(found);
    if (result < 0)
        return fail(Kind::connect,
            fmt::format("{} port {} does not answer: {}", host, port, std::strerror(last)),
            fmt::format("Try: ssh {}", host));
    ::fcntl(result, F_SETFL, ::fcntl(result, F_GETFL) & ~O_NONBLOCK);
    notice_dead_peers(result);
    return result;
}

} // namespace ovd
