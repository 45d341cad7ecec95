// SPDX-License-Identifier: Apache-2.0
#include "farm/address.h"

#include "base/text.h"

#include <fmt/format.h>

namespace ovd {
namespace {

std::uint32_t mask_of(int prefix) {
    return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
}

/// A decimal number of at most three digits, without a leading zero: some programs read 010 as 8.
std::optional<int> small_number(const std::string& text) {
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return {};
    if (text.find_first_not_of("0123456789") != std::string::npos) return {};
    return std::stoi(text);
}

} // namespace

bool Subnet::contains(std::uint32_t address) const {
    return (address & mask_of(prefix)) == base;
}

bool Subnet::reserved(std::uint32_t address) const {
    if (prefix >= 31 || !contains(address)) return false; // RFC 3021: both ends are hosts
    return address == base || address == (base | ~mask_of(prefix));
}

std::optional<std::uint32_t> parse_ipv4(const std::string& text) {
    const auto parts = split(text, '.');
    if (parts.size() != 4) return {};
    std::uint32_t address = 0;
    for (const auto& part : parts) {
        const auto number = small_number(part);
        if (!number || *number > 255) return {};
        address = address << 8 | static_cast<std::uint32_t>(*number);
    }
    return address;
}

std::optional<Subnet> parse_subnet(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return {};
    const auto base = parse_ipv4(text.substr(0, slash));
    const auto prefix = small_number(text.substr(slash + 1));
    if (!base || !prefix || *prefix > 32 || (*base & ~mask_of(*prefix)) != 0) return {};
    return Subnet{*base, *prefix};
}

std::string ipv4_text(std::uint32_t address) {
    return fmt::format(
        "{}.{}.{}.{}", address >> 24, address >> 16 & 255U, address >> 8 & 255U, address & 255U);
}

std::string netmask_text(int prefix) {
    return ipv4_text(mask_of(prefix));
}

} // namespace ovd
