// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/ssh.h"

#include <libssh/libssh.h>
#include <memory>

namespace ovd {

/// One open connection to a node, logged in and with its host key proven.
class SshSession {
public:
    /// Tries the preferred addresses first. Errors: connect, host_key.
    [[nodiscard]] static Result<std::unique_ptr<SshSession>> open(
        const SshTarget& target, const SshOptions& options);
    ~SshSession();
    SshSession(const SshSession&) = delete;
    SshSession& operator=(const SshSession&) = delete;

    [[nodiscard]] ssh_session raw() const { return session_; }
    /// What to put before a shell to be root: nothing, or sudo.
    [[nodiscard]] std::string root_prefix() const;
    /// The last error of the library, for messages.
    [[nodiscard]] std::string last_error() const;

private:
    SshSession() = default;
    [[nodiscard]] static Result<std::unique_ptr<SshSession>> open_at(
        const SshTarget& target, const SshOptions& options, const std::string& address, bool last);
    [[nodiscard]] Done configure(const SshTarget& target, const SshOptions& options);
    [[nodiscard]] Done dial(const SshTarget& target, const std::string& address, Millis timeout);
    [[nodiscard]] Done prove_host(const SshTarget& target, const SshOptions& options, bool may_ask);
    [[nodiscard]] Done log_in(const SshTarget& target, const SshOptions& options);

    ssh_session session_ = nullptr;
    std::string user_;
};

/// A channel that closes itself.
class SshChannel {
public:
    /// Starts a command; an error is one of the connection.
    [[nodiscard]] static Result<std::unique_ptr<SshChannel>> exec(
        const SshSession& session, const std::string& command);
    ~SshChannel();
    SshChannel(const SshChannel&) = delete;
    SshChannel& operator=(const SshChannel&) = delete;

    [[nodiscard]] bool write(std::string_view bytes);
    void end_input();
    /// Appends what came within the time; false when the channel or the connection has ended.
    [[nodiscard]] bool read(std::string& into, Millis timeout);
    /// What the other side said on stderr, as far as it is here.
    [[nodiscard]] std::string complaints();

private:
    explicit SshChannel(ssh_channel channel) : channel_(channel) {}
    ssh_channel channel_;
};

} // namespace ovd
