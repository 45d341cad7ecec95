// SPDX-License-Identifier: Apache-2.0
#include "node/fan_out.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <set>
#include <stdexcept>

using namespace ovd;

TEST_CASE("a fan-out works on as many items at a time as it may, and on no more") {
    constexpr std::size_t limit = 4;
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t at_work = 0;
    std::size_t most = 0;
    std::set<std::size_t> seen;
    SystemThreads threads;
    fan_out(threads, 50, limit, [&](std::size_t item) {
        std::unique_lock lock(mutex);
        seen.insert(item);
        most = std::max(most, ++at_work);
        changed.notify_all();
        // The first ones wait for each other: fewer at a time than may be would never meet.
        if (item < limit)
            CHECK(changed.wait_for(lock, std::chrono::seconds(20), [&] { return most >= limit; }));
        --at_work;
    });
    CHECK(most == limit);
    CHECK(seen.size() == 50);
    CHECK(at_work == 0);
}

TEST_CASE("what is thrown in a fan-out is thrown on when all the others have ended") {
    std::atomic<int> ended = 0;
    SystemThreads threads;
    CHECK_THROWS_WITH(fan_out(threads, 20, 3,
                          [&](std::size_t item) {
                              if (item == 5) throw std::runtime_error("node 5 is odd");
                              ++ended;
                          }),
        "node 5 is odd");
    CHECK(ended == 19);
}

TEST_CASE("a fan-out of one thread takes the items in order, and of none starts nothing") {
    std::vector<std::size_t> order;
    SystemThreads threads;
    fan_out(threads, 5, 1, [&](std::size_t item) { order.push_back(item); });
    CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
    fan_out(threads, 0, 8, [&](std::size_t) { FAIL("there is nothing to do"); });
}
