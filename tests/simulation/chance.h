// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/random.h"

namespace ovd::sim {

/// Numbers that a seed decides, the same on any machine (SplitMix64, by Steele, Lea and Flood
/// 2014).
class Chance final : public Random {
public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}

    std::uint64_t number() override {
        state_ += 0x9e3779b97f4a7c15U;
        auto mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31);
    }
    /// 0 to count - 1.
    std::size_t below(std::size_t count) { return count == 0 ? 0 : number() % count; }
    /// True once in so many times.
    bool once_in(std::size_t times) { return below(times) == 0; }
    Millis between(long from, long to) {
        return Millis{from + static_cast<long>(below(static_cast<std::size_t>(to - from + 1)))};
    }
    /// Numbers of their own for a part of the simulation, so that a draw more there changes nothing
    /// here.
    [[nodiscard]] Chance split() { return Chance(number()); }

private:
    std::uint64_t state_;
};

} // namespace ovd::sim
