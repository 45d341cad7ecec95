// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace ovd {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using WallTime = std::chrono::system_clock::time_point;
using MonoTime = std::chrono::steady_clock::time_point;

/// One moment by both kinds of clock.
struct Moment {
    WallTime wall;
    MonoTime mono;
    /// A moment so much later.
    [[nodiscard]] Moment after(Millis time) const { return {wall + time, mono + time}; }
};

/// Time as the program sees it; a simulation can put its own in place. The two kinds are two types,
/// so that a deadline cannot be counted on a clock that somebody sets.
class Clock {
public:
    virtual ~Clock() = default;
    /// For people and the journal only: NTP or a person may set it at any moment.
    [[nodiscard]] virtual WallTime wall() const = 0;
    /// For every deadline and duration: never set, does not count while the machine sleeps.
    [[nodiscard]] virtual MonoTime mono() const = 0;
    virtual void sleep(Millis time) = 0;
    [[nodiscard]] Moment now() const { return {wall(), mono()}; }
};

/// The machine's own clocks.
class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override;
    [[nodiscard]] MonoTime mono() const override;
    void sleep(Millis time) override;
};

/// Seconds from one moment to a later one.
[[nodiscard]] double seconds_between(MonoTime from, MonoTime to);

/// UTC in ISO 8601 with milliseconds: 2026-01-31T02:14:07.250Z.
[[nodiscard]] std::string iso_time(WallTime time);
/// Seconds since the epoch of what iso_time() wrote; 0 for any other text.
[[nodiscard]] double epoch_of(const std::string& iso);

} // namespace ovd
