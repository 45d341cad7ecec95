// SPDX-License-Identifier: Apache-2.0
// Threads as the program sees them. In a simulation they run one at a time, in an order that a seed
// chooses.
#pragma once

#include "base/clock.h"

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

namespace ovd {

/// A thread that was started. Its end is waited for when this goes.
class Thread {
public:
    virtual ~Thread() = default;
    /// Tells it to stop; does not wait.
    virtual void request_stop() = 0;
};

/// What threads wait for, beside a mutex of their own.
class Signal {
public:
    virtual ~Signal() = default;
    /// Wakes everybody who waits.
    virtual void notify() = 0;
    /// Lets go of the lock, waits until notify() or for that long, takes it again. May end early.
    virtual void wait(std::unique_lock<std::mutex>& lock, Millis at_most) = 0;
};

class Threads {
public:
    virtual ~Threads() = default;
    /// Starts work on a thread of its own. Work must not throw.
    [[nodiscard]] virtual std::unique_ptr<Thread> start(
        std::function<void(std::stop_token)> work) = 0;
    [[nodiscard]] virtual std::unique_ptr<Signal> signal() = 0;
};

/// The machine's own threads.
class SystemThreads final : public Threads {
public:
    [[nodiscard]] std::unique_ptr<Thread> start(std::function<void(std::stop_token)> work) override;
    [[nodiscard]] std::unique_ptr<Signal> signal() override;
};

} // namespace ovd
