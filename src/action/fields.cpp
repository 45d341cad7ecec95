// SPDX-License-Identifier: Apache-2.0
#include "action/action.h"

#include "guide/values.h"

#include <fmt/format.h>

namespace ovd {

SourceLocation Fields::where(const std::string& key) const {
    const auto found = spec_.fields.find(key);
    return found == spec_.fields.end() ? spec_.where : found->second.where;
}

Result<std::string> Fields::text(const std::string& key, const std::string& fallback) const {
    const auto found = spec_.fields.find(key);
    if (found == spec_.fields.end()) return fallback;
    if (const auto* variants = std::get_if<Text>(&found->second.value))
        if (const auto* value = pick(*variants, platform_)) return *value;
    return fail(ErrorKind::steps, fmt::format("{} says nothing for {}.", key, platform_.id),
        "Add a variant for this platform, or a default.", found->second.where);
}

Result<std::vector<std::string>> Fields::list(const std::string& key) const {
    const auto found = spec_.fields.find(key);
    if (found == spec_.fields.end()) return std::vector<std::string>{};
    if (const auto* variants = std::get_if<TextList>(&found->second.value))
        if (const auto* value = pick(*variants, platform_)) return *value;
    if (const auto* variants = std::get_if<Text>(&found->second.value))
        if (const auto* value = pick(*variants, platform_)) return std::vector{*value};
    return fail(ErrorKind::steps, fmt::format("{} says nothing for {}.", key, platform_.id),
        "Add a variant for this platform, or a default.", found->second.where);
}

bool Fields::flag(const std::string& key, bool fallback) const {
    const auto found = spec_.fields.find(key);
    if (found == spec_.fields.end()) return fallback;
    const auto* value = std::get_if<bool>(&found->second.value);
    return value == nullptr ? fallback : *value;
}

long Fields::number(const std::string& key, long fallback) const {
    const auto found = spec_.fields.find(key);
    if (found == spec_.fields.end()) return fallback;
    const auto* value = std::get_if<long>(&found->second.value);
    return value == nullptr ? fallback : *value;
}

} // namespace ovd
