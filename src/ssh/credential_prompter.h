// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/ssh.h"

#include <map>
#include <mutex>
#include <string>

namespace ovd {

/// Overwrites text before it is given back to the system.
void wipe(std::string& text);

/// Asks the person at the keyboard, one question at a time however many nodes are connected to, and
/// none of them twice. Safe to use from any thread.
class CredentialPrompter {
public:
    explicit CredentialPrompter(const SshOptions& options) : options_(options) {}
    CredentialPrompter(const CredentialPrompter&) = delete;
    CredentialPrompter& operator=(const CredentialPrompter&) = delete;
    ~CredentialPrompter();

    [[nodiscard]] bool judges_keys() const { return static_cast<bool>(options_.trust); }
    [[nodiscard]] bool gives_secrets() const { return static_cast<bool>(options_.secret); }
    /// Whether the key is to be trusted; false when there is nobody to ask.
    [[nodiscard]] bool trusts(const UnknownHostKey& key);
    /// The answer to prompt; when may_ask is false only one that was given before. Empty: none.
    [[nodiscard]] std::string secret(const std::string& prompt, bool may_ask);
    /// What is asked for once and is no use afterwards, such as a code; never remembered. Empty:
    /// none.
    [[nodiscard]] std::string once(const std::string& prompt, bool may_ask);
    /// The answer did not let us in: ask again the next time.
    void was_wrong(const std::string& prompt);
    /// For what must not be done by two at once, such as adding to known_hosts.
    [[nodiscard]] std::mutex& known_hosts_mutex() { return known_hosts_mutex_; }

private:
    const SshOptions& options_;
    std::mutex mutex_;
    std::mutex known_hosts_mutex_;
    std::map<std::string, bool> judged_;
    std::map<std::string, std::string> secrets_;
};

} // namespace ovd
