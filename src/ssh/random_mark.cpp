// SPDX-License-Identifier: Apache-2.0
#include "ssh/random_mark.h"

#include <array>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace ovd {

std::string random_mark() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("no random numbers to be had");
    std::string text;
    for (const auto byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace ovd
