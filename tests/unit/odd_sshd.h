// SPDX-License-Identifier: Apache-2.0
// A node on loopback that lets people in as no real sshd of ours does: slowly, or with questions.
#pragma once

#include "guide_maker.h"

#include <atomic>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <string>
#include <thread>
#include <vector>

namespace ovd::test {

/// What it asks in one round of keyboard-interactive, all of it hidden, and the answers it wants.
struct Round {
    std::vector<std::string> asks;
    std::vector<std::string> wants;
};

/// Serves one connection after the other until its end; lets in and then serves nothing.
class OddSshd {
public:
    /// Without rounds it takes a login and never answers. Endless: the last round again and again.
    explicit OddSshd(std::vector<Round> rounds = {}, bool endless = false);
    ~OddSshd();
    OddSshd(const OddSshd&) = delete;
    OddSshd& operator=(const OddSshd&) = delete;

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string known_hosts() const { return dir_ / "known_hosts"; }
    /// Whether somebody was let in. After the connection's end.
    [[nodiscard]] bool let_in() const { return let_in_; }

private:
    void serve(std::stop_token stop);
    void serve_one(ssh_session session, const std::stop_token& stop);
    /// True when that was all it wanted.
    bool converse(ssh_session session, ssh_message message);

    TempDir dir_;
    std::vector<Round> rounds_;
    bool endless_;
    std::size_t round_ = 0;
    ssh_bind bind_ = nullptr;
    int port_ = 0;
    std::atomic<int> connection_ = -1;
    std::atomic<bool> let_in_ = false;
    std::jthread server_;
};

} // namespace ovd::test
