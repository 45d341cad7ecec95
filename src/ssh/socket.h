// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <string>
#include <utility>

namespace ovd {

/// A file descriptor that is closed when nobody has it any more.
class Fd {
public:
    explicit Fd(int fd = -1) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd();

    [[nodiscard]] int get() const { return fd_; }
    /// Gives it away without closing it.
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

/// Opens a TCP connection within timeout, trying each address of host in turn. It is non-blocking,
/// and set so that a peer that went silent is noticed within 15 seconds.
[[nodiscard]] Result<Fd> connect_tcp(const std::string& host, int port, Millis timeout);

} // namespace ovd
