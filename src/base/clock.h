// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace ovd {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using WallTime = std::chrono::system_clock::time_point;

/// Time as the engine sees it; a simulation can put its own in place.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime now() const = 0;
    virtual void sleep(Millis time) = 0;
};

/// The machine's own clock.
class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime now() const override;
    void sleep(Millis time) override;
};

/// UTC in ISO 8601 with milliseconds: 2026-01-31T02:14:07.250Z.
[[nodiscard]] std::string iso_time(WallTime time);
/// Seconds since the epoch of what iso_time() wrote; 0 for any other text.
[[nodiscard]] double epoch_of(const std::string& iso);

} // namespace ovd
