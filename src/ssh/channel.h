// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

#include <libssh/libssh.h>
#include <string>
#include <string_view>

namespace ovd {

/// What came of waiting on a channel.
enum class Pumped {
    data,   ///< something was added to out or err
    quiet,  ///< nothing came in the time given
    ended,  ///< the other side has ended the command, and everything it said was read
    broken, ///< the connection is gone
};

/// One command on a node: its stdin, stdout and stderr. Nothing here waits longer than it is told.
class Channel {
public:
    /// Takes over an open channel and asks for command on it; pump() brings the answer.
    Channel(ssh_session session, ssh_channel channel, std::string command);
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    ~Channel();

    /// bytes go to stdin as the other side takes them, and must stay where they are until all was
    /// sent or the end of the channel. One at a time.
    void send(std::string_view bytes) { unsent_ = bytes; }
    [[nodiscard]] std::size_t unsent() const { return unsent_.size(); }
    /// Moves what can be moved; waits at most this long for something to come.
    [[nodiscard]] Pumped pump(Millis most);

    std::string out; ///< stdout so far; whoever reads it takes away what was used
    std::string err; ///< stderr so far, the first few KiB of it

private:
    bool request();
    void push();
    bool pull();

    ssh_session session_;
    ssh_channel channel_;
    std::string command_;
    std::string_view unsent_;
    bool accepted_ = false;
    bool refused_ = false;
    bool ended_ = false;
    bool broken_ = false;
};

/// Waits until the session's socket has something to do, at most this long.
void wait_socket(ssh_session session, Millis most);

} // namespace ovd
