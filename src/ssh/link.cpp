// SPDX-License-Identifier: Apache-2.0
#include "ssh/link.h"

#include "base/text.h"

#include <fmt/format.h>

namespace ovd {
namespace {
using Steady = std::chrono::steady_clock;
}

Result<SshSession*> Link::up(bool may_ask) {
    if (session_) return session_.get();
    // An address that did not answer just now would cost its timeout at each new try.
    const bool preferred = Steady::now() >= prefer_again_;
    auto options = options_;
    options.connect_timeout = patience(options.connect_timeout);
    auto session = SshSession::open(target_, options, person_, {preferred, may_ask});
    if (!session) {
        prefer_again_ = {};
        return tl::unexpected(session.error());
    }
    session_ = std::move(*session);
    if (!session_->over_preferred() && preferred && !target_.prefer.empty())
        prefer_again_ = Steady::now() + Seconds{30};
    ++traffic.connects;
    return session_.get();
}

void Link::drop() {
    lane.reset();
    session_.reset();
}

Error not_started(const Link& link, const SshSession& session, const std::string& said) {
    const auto& name = link.target().name;
    const auto text = trim(said);
    if (text.find("sudo") != std::string::npos)
        return {ErrorKind::connect,
            fmt::format("{}: {} is not root, and sudo does not let it become root without a "
                        "password: {}",
                name, session.user(), text),
            fmt::format("As root on {}: echo '{} ALL=(ALL) NOPASSWD: ALL' > "
                        "/etc/sudoers.d/ovd-failover - or log in as root",
                name, session.user()),
            {}};
    return {ErrorKind::connect,
        fmt::format("{}: logged in, but no command could be started{}{}", name,
            text.empty() ? "" : ": ", text),
        fmt::format("Try: {} id", session.by_hand()), {}};
}

} // namespace ovd
