// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <random>
#include <string>

namespace ovd {

/// A word that nothing else says: marks where one answer ends in a stream.
[[nodiscard]] inline std::string random_mark() {
    std::random_device device;
    return fmt::format("ovd-{:08x}{:08x}{:08x}", device(), device(), device());
}

} // namespace ovd
