// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <fmt/format.h>
#include <random>

namespace ovd {

std::uint64_t SystemRandom::number() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

std::string random_token(Random& random) {
    return fmt::format("{:016x}", random.number());
}

} // namespace ovd
