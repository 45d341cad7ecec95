// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <thread>

namespace ovd {

WallTime SystemClock::wall() const {
    return std::chrono::system_clock::now();
}

MonoTime SystemClock::mono() const {
    return std::chrono::steady_clock::now();
}

void SystemClock::sleep(Millis time) {
    std::this_thread::sleep_for(time);
}

double seconds_between(MonoTime from, MonoTime to) {
    return std::chrono::duration<double>(to - from).count();
}

std::string iso_time(WallTime time) {
    const auto second = std::chrono::floor<Seconds>(time);
    const auto millis = std::chrono::floor<Millis>(time - second).count();
    const std::time_t epoch = std::chrono::system_clock::to_time_t(second);
    std::tm utc{};
    gmtime_r(&epoch, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
        utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, millis);
}

double epoch_of(const std::string& iso) {
    std::tm utc{};
    int millis = 0;
    if (std::sscanf(iso.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
            &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &millis) != 7)
        return 0;
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    return static_cast<double>(::timegm(&utc)) + millis / 1000.0;
}

} // namespace ovd
