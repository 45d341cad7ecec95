// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace ovd {

/// Numbers that nobody can foresee; a simulation has its own, from a seed. Safe from any thread.
class Random {
public:
    virtual ~Random() = default;
    [[nodiscard]] virtual std::uint64_t number() = 0;
};

/// 16 random hexadecimal digits.
[[nodiscard]] std::string random_token(Random& random);

/// The kernel's.
class SystemRandom final : public Random {
public:
    [[nodiscard]] std::uint64_t number() override;
};

} // namespace ovd
