// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ovd {

/// An IPv4 subnet in CIDR form.
struct Subnet {
    std::uint32_t base = 0;
    int prefix = 0;

    [[nodiscard]] bool contains(std::uint32_t address) const;
    /// True for the network and broadcast addresses, which no machine may have.
    [[nodiscard]] bool reserved(std::uint32_t address) const;
};

/// Dotted IPv4 to a number; nothing when it is not one.
[[nodiscard]] std::optional<std::uint32_t> parse_ipv4(const std::string& text);
/// "10.20.1.0/24" to a subnet; nothing when it is not one or has host bits set.
[[nodiscard]] std::optional<Subnet> parse_subnet(const std::string& text);
[[nodiscard]] std::string ipv4_text(std::uint32_t address);
/// 255.255.255.0 for 24.
[[nodiscard]] std::string netmask_text(int prefix);

} // namespace ovd
