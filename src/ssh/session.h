// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/channel.h"
#include "ssh/credential_prompter.h"
#include "ssh/host_key.h"
#include "ssh/proxy.h"

#include <memory>

namespace ovd {

/// One SSH connection to one machine, logged in. Everything on it waits at most as long as told.
class SshSession {
public:
    struct Way {
        bool preferred = true; ///< whether the preferred addresses are tried at all
        bool may_ask = true;   ///< whether a person may be asked for a password
    };
    /// Connects, checks the host key under target.host, and logs in.
    [[nodiscard]] static Result<std::unique_ptr<SshSession>> open(
        const SshTarget& target, const SshOptions& options, CredentialPrompter& person, Way way);

    ~SshSession();

    /// Starts words, shell words, on the node as root: as they are, or through sudo.
    [[nodiscard]] Result<std::unique_ptr<Channel>> exec_as_root(
        const std::string& words, Millis timeout);

    /// Whether a preferred address was used.
    [[nodiscard]] bool over_preferred() const { return over_preferred_; }
    /// How a person tries the same: "ssh root@10.20.1.11".
    [[nodiscard]] const std::string& by_hand() const { return by_hand_; }
    [[nodiscard]] const std::string& user() const { return user_; }
    /// What libssh says about the last thing that went wrong.
    [[nodiscard]] std::string last_error() const;

private:
    SshSession(const SshTarget& target, const SshOptions& options);
    Status configure();
    Status connect_over(const std::string& address, Millis timeout);
    Status connect_and_check_key(KeyCheck how, CredentialPrompter& person);
    [[nodiscard]] bool has_proxy() const;
    Result<int> socket_to(const std::string& address, Millis timeout);

    const SshTarget& target_;
    SshOptions options_;
    std::unique_ptr<Proxy> proxy_; ///< outlives the session, whose socket it serves
    ssh_session session_ = nullptr;
    std::string user_;
    std::string host_; ///< target.host, or the HostName that ~/.ssh/config has for it
    unsigned port_ = 22;
    std::string by_hand_;
    bool over_preferred_ = false;
};

} // namespace ovd
