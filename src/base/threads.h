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

/// Runs work(0) to work(count - 1), at most limit of them at a time, and waits for all. When some
/// throw, the rest is carried out all the same and the first exception is thrown on.
void side_by_side(Threads& threads, std::size_t count, std::size_t limit,
    const std::function<void(std::size_t)>& work);

/// Enough to keep hundreds of farm servers busy, few enough to be kind to the operator's machine.
constexpr std::size_t most_nodes_at_once = 32;

} // namespace ovd
