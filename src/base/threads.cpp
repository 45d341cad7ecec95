// SPDX-License-Identifier: Apache-2.0
#include "base/threads.h"

#include <condition_variable>
#include <thread>

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

} // namespace ovd
