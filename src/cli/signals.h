// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/descriptor.h"

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace ovd {

/// Turns Ctrl-C, SIGTERM and a hang-up into a stop request. The signals are blocked everywhere, so
/// that no system call is cut short, and one thread waits for them. A third one ends the program at
/// once: what runs on the nodes goes on there, and the next run finds it. Made before any other
/// thread; its end waits for nothing.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
    /// What is done from here on changes nothing: it may end in the middle of a look.
    void only_looks() { only_looks_ = true; }

private:
    void wait() const;
    /// The next signal; 0 at the end of this object, or when none came in time. No time: for ever.
    [[nodiscard]] int next(int milliseconds = -1) const;

    sigset_t set_{};
    Descriptor signals_; ///< a file from which signals are read
    Descriptor end_;     ///< a file that has something to read at the end of this object
    std::atomic<bool> ending_ = false;
    std::atomic<bool> only_looks_ = false;
    mutable std::stop_source source_;
    std::jthread waiter_; // the last member: it uses the others
};

} // namespace ovd
