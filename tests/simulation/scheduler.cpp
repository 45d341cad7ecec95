// SPDX-License-Identifier: Apache-2.0
#include "scheduler.h"

#include <algorithm>
#include <boost/context/fixedsize_stack.hpp>
#include <utility>

namespace ovd::sim {
namespace {

/// Deep enough for the JSON library under sanitizers; only what is touched costs memory.
constexpr std::size_t stack_size = std::size_t{512} * 1024;

} // namespace

class SimThread final : public Thread {
public:
    SimThread(Scheduler& scheduler, std::shared_ptr<Scheduler::Fiber> fiber)
        : scheduler_(scheduler), fiber_(std::move(fiber)) {}
    /// Waits for its end. A killed process waits too: its threads end at their next call.
    ~SimThread() override {
        fiber_->stop.request_stop();
        while (!fiber_->ended)
            scheduler_.stand_still(MonoTime::max(), fiber_.get());
    }
    SimThread(const SimThread&) = delete;
    SimThread& operator=(const SimThread&) = delete;
    void request_stop() override { fiber_->stop.request_stop(); }

private:
    Scheduler& scheduler_;
    std::shared_ptr<Scheduler::Fiber> fiber_;
};

class SimSignal final : public Signal {
public:
    explicit SimSignal(Scheduler& scheduler) : scheduler_(scheduler) {}
    void notify() override { scheduler_.wake(this); }
    void wait(std::unique_lock<std::mutex>& lock, Millis at_most) override {
        lock.unlock();
        scheduler_.stand_still(scheduler_.mono() + at_most, this);
        scheduler_.throw_if_killed();
        lock.lock();
    }

private:
    Scheduler& scheduler_;
};

Scheduler::Scheduler(Chance chance, Moment start) : chance_(chance), now_(start) {}

Scheduler::~Scheduler() = default;

std::shared_ptr<Scheduler::Fiber> Scheduler::add(
    std::shared_ptr<Process> process, MonoTime at, std::function<void(std::stop_token)> work) {
    auto fiber = std::make_shared<Fiber>();
    fiber->process = std::move(process);
    fiber->wakes = at;
    fiber->context =
        boost::context::fiber(std::allocator_arg, boost::context::fixedsize_stack(stack_size),
            [this, own = fiber.get(), work = std::move(work)](boost::context::fiber&& back) {
                back_ = std::move(back);
                try {
                    throw_if_killed();
                    work(own->stop.get_token());
                } catch (const Killed&) { // it is gone, as it was meant
                }
                own->ended = true;
                wake(own);
                return std::move(back_);
            });
    fibers_.push_back(fiber);
    return fiber;
}

std::shared_ptr<Process> Scheduler::spawn(MonoTime at, std::function<void()> main) {
    auto process = std::make_shared<Process>();
    process->id = ++processes_;
    add(process, at, [main = std::move(main)](const std::stop_token&) { main(); });
    return process;
}

void Scheduler::pass_to(MonoTime time) {
    if (time <= now_.mono) return;
    now_.wall += std::chrono::duration_cast<WallTime::duration>(time - now_.mono);
    now_.mono = time;
}

bool Scheduler::run(MonoTime limit) {
    bool in_time = true;
    std::vector<std::shared_ptr<Fiber>> ready;
    while (!fibers_.empty()) {
        if (events_ != nullptr && events_->next() <= now_.mono) events_->happen(now_.mono);
        ready.clear();
        auto earliest = MonoTime::max();
        for (const auto& fiber : fibers_) {
            if (fiber->wakes <= now_.mono) ready.push_back(fiber);
            earliest = std::min(earliest, fiber->wakes);
        }
        if (ready.empty()) {
            if (events_ != nullptr) earliest = std::min(earliest, events_->next());
            if (earliest == MonoTime::max()) throw std::logic_error("everybody waits for nothing");
            pass_to(earliest);
            if (now_.mono < limit || !in_time) continue;
            in_time = false;
            for (const auto& fiber : fibers_) {
                fiber->process->dead = true;
                fiber->wakes = now_.mono;
            }
            continue;
        }
        current_ = ready[chance_.below(ready.size())];
        current_->context = std::move(current_->context).resume();
        if (current_->ended) std::erase(fibers_, current_);
        current_.reset();
    }
    return in_time;
}

void Scheduler::stand_still(MonoTime until, const void* waits_for) {
    auto own = current_;
    own->wakes = own->process->dead && waits_for == nullptr ? now_.mono : until;
    own->waits_for = waits_for;
    back_ = std::move(back_).resume();
    own->waits_for = nullptr;
}

void Scheduler::wake(const void* what) {
    for (const auto& fiber : fibers_)
        if (fiber->waits_for == what) fiber->wakes = now_.mono;
}

void Scheduler::throw_if_killed() const {
    if (current_->process->dead) throw Killed{};
}

void Scheduler::yield() {
    throw_if_killed();
    pass_to(now_.mono + std::chrono::microseconds(100));
    stand_still(now_.mono, nullptr);
    throw_if_killed();
}

void Scheduler::kill(Process& process) {
    process.dead = true;
    for (const auto& fiber : fibers_)
        if (fiber->process.get() == &process && fiber != current_) fiber->wakes = now_.mono;
    if (current_ && current_->process.get() == &process) throw Killed{};
}

void Scheduler::sleep(Millis time) {
    throw_if_killed();
    stand_still(now_.mono + time, nullptr);
    throw_if_killed();
}

std::unique_ptr<Thread> Scheduler::start(std::function<void(std::stop_token)> work) {
    return std::make_unique<SimThread>(*this, add(current_->process, now_.mono, std::move(work)));
}

std::unique_ptr<Signal> Scheduler::signal() {
    return std::make_unique<SimSignal>(*this);
}

} // namespace ovd::sim
