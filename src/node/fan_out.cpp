// SPDX-License-Identifier: Apache-2.0
#include "node/fan_out.h"

#include <algorithm>
#include <exception>
#include <vector>

namespace ovd {

void fan_out(Threads& threads, std::size_t count, std::size_t limit,
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
