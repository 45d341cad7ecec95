// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "ssh/socket.h"

#include <memory>
#include <string>
#include <sys/types.h>

namespace ovd {

/// The program that ~/.ssh/config has for the way to a machine (ProxyCommand, ProxyJump), its input
/// and output on one socket. At the end of its life it is told to end, and killed when it does not:
/// libssh itself would wait without limit for a program that cannot hear it, since threads here
/// block signals.
class Proxy {
public:
    /// What stands for what in a ProxyCommand.
    struct Words {
        std::string host; ///< %h
        std::string port; ///< %p
        std::string user; ///< %r
        std::string name; ///< %n, the host as the person wrote it
    };
    static Result<std::unique_ptr<Proxy>> start(const std::string& command, const Words& words);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// Our end of the socket, for libssh to own.
    [[nodiscard]] int take_socket() { return socket_.release(); }

private:
    Proxy(pid_t pid, Descriptor socket) : pid_(pid), socket_(std::move(socket)) {}
    [[nodiscard]] bool gone() const;

    pid_t pid_;
    Descriptor socket_;
};

} // namespace ovd
