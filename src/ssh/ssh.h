// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node/connections.h"

#include <map>
#include <memory>

namespace ovd {

/// One machine to log in to.
struct SshTarget {
    std::string name; ///< for messages: osm1
    std::string user; ///< empty: from ~/.ssh/config, or root
    std::string host; ///< as the person wrote it; host keys are known under this name
    int port = 0;
    /// Other addresses of the same machine, tried first and each for a short time. Used to reach a
    /// node over the cluster's VLAN once it is there: SNAT cuts connections over the VIP's NIC.
    std::vector<std::string> prefer;
};

/// An unknown host key, for a person to judge.
struct UnknownHostKey {
    std::string node;
    std::string host;
    std::string type;        ///< ssh-ed25519
    std::string fingerprint; ///< SHA256:...
};

struct SshOptions {
    std::string identity;
    std::string known_hosts;
    std::string run_dir = "/var/lib/ovd-failover"; ///< on the nodes
    Millis connect_timeout{10'000};
    Millis reconnect_deadline{180'000};
    /// Asked once per unknown key; true: trust it and remember it. Empty: unknown keys are refused.
    std::function<bool(const UnknownHostKey&)> trust;
    /// Gives a passphrase or password when nothing else lets us in; empty answer: give up.
    std::function<std::string(const std::string& prompt)> secret;
};

/// Connections over SSH, made at first use. Throws nothing; errors come from each use.
[[nodiscard]] std::unique_ptr<ChangingConnections> make_ssh(
    std::vector<SshTarget> targets, SshOptions options);

/// The same for who wants more than one set of connections: each call makes one. A person is asked
/// nothing twice: a passphrase or a host key's judgement that one set was given holds for all.
[[nodiscard]] std::function<std::unique_ptr<ChangingConnections>()> ssh_maker(
    std::vector<SshTarget> targets, SshOptions options);

} // namespace ovd
