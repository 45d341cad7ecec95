// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/session.h"

#include <algorithm>
#include <atomic>
#include <memory>

namespace ovd {

/// The connection to one node as it comes and goes. Used under the node's mutex.
class Link {
public:
    Link(const SshTarget& target, const SshOptions& options, CredentialPrompter& person)
        : target_(target), options_(options), person_(person) {}
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() { drop(); } // the lane before the session it lies in

    /// Connects unless it is connected; tries once.
    [[nodiscard]] Result<SshSession*> up(bool may_ask = true);
    [[nodiscard]] bool is_up() const { return session_ != nullptr; }
    void drop();

    /// The long-lived shell for reads, if one is open on this connection.
    std::unique_ptr<Channel> lane;

    /// See ChangingConnections::give_up_after(). Safe from any thread.
    void give_up_after(Millis most) { most_ = most.count(); }
    /// How long to wait for what usually may take that long.
    [[nodiscard]] Millis patience(Millis usual) const {
        const Millis most{most_.load()};
        return most.count() > 0 ? std::min(most, usual) : usual;
    }

    [[nodiscard]] const SshTarget& target() const { return target_; }
    [[nodiscard]] const SshOptions& options() const { return options_; }

    Traffic traffic;

private:
    const SshTarget& target_;
    const SshOptions& options_;
    CredentialPrompter& person_;
    std::unique_ptr<SshSession> session_;
    std::chrono::steady_clock::time_point prefer_again_{}; ///< not before then
    std::atomic<Millis::rep> most_ = 0;                    ///< 0: as long as it may take
};

/// What a node's shell said in place of starting our command, as an error with a way out.
[[nodiscard]] Error not_started(
    const Link& link, const SshSession& session, const std::string& said);

} // namespace ovd
