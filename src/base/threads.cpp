// SPDX-License-Identifier: Apache-2.0
#include "base/threads.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <thread>
#include <vector>

namespace ovd {
namespace {

class SystemThread final : public Thread {
public:
    explicit SystemThread(std::function<void(std::stop_token)> work) : thread_(std::move(work)) {}
    void request_stop() override { thread_.request_stop(); }

private:
    std::jthread thread_;
};

class SystemSignal final : public Signal {
public:
    void notify() override { changed_.notify_all(); }
    void wait(std::unique_lock<std::mutex>& lock, Millis at_most) override {
        // Against the monotonic clock, as wait_for() is.
        changed_.wait_for(lock, at_most);
    }

private:
    std::condition_variable changed_;
};

} // namespace

std::unique_ptr<Thread> SystemThreads::start(std::function<void(std::stop_token)> work) {
    return std::make_unique<SystemThread>(std::move(work));
}

std::unique_ptr<Signal> SystemThreads::signal() {
    return std::make_unique<SystemSignal>();
}

void side_by_side(Threads& threads, std::size_t count, std::size_t limit,
    const std::function<void(std::size_t)>& work) {
    std::mutex mutex;
    std::size_t next = 0;
    std::exception_ptr first;
    const auto carry_out = [&](const std::stop_token&) {
        for (;;) {
            std::size_t mine = 0;
            {
                const std::scoped_lock lock(mutex);
                if (next >= count) return;
                mine = next++;
            }
            try {
                work(mine);
            } catch (...) {
                const std::scoped_lock lock(mutex);
                if (!first) first = std::current_exception();
            }
        }
    };
    {
        std::vector<std::unique_ptr<Thread>> started;
        for (std::size_t i = 0; i < std::min(count, limit); ++i)
            started.push_back(threads.start(carry_out));
    }
    if (first) std::rethrow_exception(first);
}

} // namespace ovd
