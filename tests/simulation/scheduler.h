// SPDX-License-Identifier: Apache-2.0
// Virtual time and threads that run one at a time. A seed chooses who goes on at each call of a
// seam; time goes on only when nobody can.
#pragma once

#include "chance.h"

#include "base/threads.h"

#include <boost/context/fiber.hpp>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace ovd::sim {

/// Thrown through the threads of a process that was killed; no std::exception, so nobody takes it
/// for an error.
struct Killed {};

/// What happens by itself as time goes by.
class TimedEvents {
public:
    virtual ~TimedEvents() = default;
    /// When the next thing happens; MonoTime::max() when nothing will.
    [[nodiscard]] virtual MonoTime next() const = 0;
    /// Makes happen what is due.
    virtual void happen(MonoTime now) = 0;
};

/// A process of the operator's machine: killed as a whole.
struct Process {
    int id = 0;
    bool dead = false;
    std::stop_source stop;           ///< Ctrl-C
    std::optional<MonoTime> stopped; ///< when that was pressed first
};

class Scheduler final : public Threads, public Clock {
public:
    Scheduler(Chance chance, Moment start);
    ~Scheduler() override;
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    void set_events(TimedEvents* events) { events_ = events; }
    /// A new process, whose main thread begins at that time.
    std::shared_ptr<Process> spawn(MonoTime at, std::function<void()> main);
    /// Runs until all processes have ended; false when one had to be killed at that time.
    [[nodiscard]] bool run(MonoTime limit = MonoTime::max());

    // For those who run in a process:

    [[nodiscard]] Process& process() const { return *current_->process; }
    /// A moment at which another thread may go on. Throws Killed when its process was killed.
    void yield();
    /// Ends the process with all its threads, as SIGKILL does. From one of its own threads this
    /// does not come back.
    void kill(Process& process);
    /// Somebody sets the wall clock.
    void jump(Millis by) { now_.wall += by; }

    [[nodiscard]] WallTime wall() const override { return now_.wall; }
    [[nodiscard]] MonoTime mono() const override { return now_.mono; }
    void sleep(Millis time) override;
    [[nodiscard]] std::unique_ptr<Thread> start(std::function<void(std::stop_token)> work) override;
    [[nodiscard]] std::unique_ptr<Signal> signal() override;

private:
    friend class SimThread;
    friend class SimSignal;
    struct Fiber {
        boost::context::fiber context;
        std::shared_ptr<Process> process;
        MonoTime wakes = MonoTime::min(); ///< ready when that is not in the future
        const void* waits_for = nullptr;  ///< the signal or the fiber that makes it ready earlier
        std::stop_source stop;
        bool ended = false;
    };
    std::shared_ptr<Fiber> add(
        std::shared_ptr<Process> process, MonoTime at, std::function<void(std::stop_token)> work);
    /// Stands still until then, or until woken by what it waits for. Does not throw.
    void stand_still(MonoTime until, const void* waits_for);
    void wake(const void* what);
    void pass_to(MonoTime time);
    void throw_if_killed() const;

    Chance chance_;
    Moment now_;
    TimedEvents* events_ = nullptr;
    std::vector<std::shared_ptr<Fiber>> fibers_; ///< in the order in which they were started
    std::shared_ptr<Fiber> current_;
    boost::context::fiber back_; ///< the scheduler itself, while a fiber runs
    int processes_ = 0;
};

} // namespace ovd::sim
