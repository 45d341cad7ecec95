// SPDX-License-Identifier: Apache-2.0
#include "ssh/channel.h"

#include <algorithm>
#include <array>
#include <poll.h>

namespace ovd {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t most_err = 8192;
constexpr std::size_t most_at_once = 32'768;

} // namespace

void wait_socket(ssh_session session, Millis most) {
    pollfd waiting{ssh_get_fd(session), POLLIN, 0};
    if ((ssh_get_poll_flags(session) & SSH_WRITE_PENDING) != 0) waiting.events |= POLLOUT;
    (void)::poll(&waiting, 1, static_cast<int>(std::max<Millis::rep>(most.count(), 1)));
}

Channel::Channel(ssh_session session, ssh_channel channel, std::string command)
    : session_(session), channel_(channel), command_(std::move(command)) {
    // Sent now, answered later: stdin can follow at once, which saves a round trip.
    (void)request();
}

Channel::~Channel() {
    if (ssh_is_connected(session_) == 1) (void)ssh_channel_close(channel_);
    ssh_channel_free(channel_);
}

bool Channel::request() {
    const int result = ssh_channel_request_exec(channel_, command_.c_str());
    accepted_ = result == SSH_OK;
    refused_ = result == SSH_ERROR;
    return accepted_;
}

void Channel::push() {
    if (unsent_.empty()) return;
    const auto size = static_cast<std::uint32_t>(std::min(unsent_.size(), most_at_once));
    const int result = ssh_channel_write(channel_, unsent_.data(), size);
    // The other side may have closed its stdin: what it says matters, not what it did not want.
    if (result < 0 && result != SSH_AGAIN) unsent_ = {};
    if (result > 0) unsent_.remove_prefix(static_cast<std::size_t>(result));
}

bool Channel::pull() {
    std::array<char, most_at_once> buffer; // NOLINT: filled before it is read
    bool got = false;
    // stderr first: looking at stdout last means that nothing can have come in between unseen.
    for (const int stream : {1, 0}) {
        const int size = ssh_channel_read_nonblocking(
            channel_, buffer.data(), static_cast<std::uint32_t>(buffer.size()), stream);
        if (size > 0) {
            got = true;
            if (stream == 0)
                out.append(buffer.data(), static_cast<std::size_t>(size));
            else if (err.size() < most_err)
                err.append(buffer.data(), static_cast<std::size_t>(size));
        }
        if (stream == 0 && (size == SSH_EOF || (size == 0 && ssh_channel_is_eof(channel_) == 1)))
            ended_ = true;
        if (size == SSH_ERROR) broken_ = true;
    }
    if (ssh_is_connected(session_) != 1) broken_ = true;
    return got;
}

Pumped Channel::pump(Millis most) {
    const auto deadline = Steady::now() + most;
    for (;;) {
        if (!accepted_ && !refused_) (void)request();
        const auto before = unsent_.size();
        push();
        if (pull()) return Pumped::data;
        // A connection that was closed in order looks like the end of the command at first.
        if (broken_) return Pumped::broken;
        if (ended_ || refused_) return Pumped::ended;
        if (unsent_.size() != before) continue;
        const auto left = std::chrono::ceil<Millis>(deadline - Steady::now());
        if (left.count() <= 0) return Pumped::quiet;
        // Room in the other side's window is not seen as something to read: look again soon.
        wait_socket(session_, std::min(left, Millis{unsent_.empty() ? 250 : 20}));
    }
}

} // namespace ovd
