// SPDX-License-Identifier: Apache-2.0
#include "engine/record_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace ovd {
namespace {

using IsKind = bool (*)(const Record&);

bool is_text(const Record& value) {
    return value.is_string();
}

bool is_flag(const Record& value) {
    return value.is_boolean();
}

bool is_number(const Record& value) {
    return value.is_number() && std::isfinite(value.get<double>());
}

/// Whole, and small enough for an int: an exit status, an operation, a limit in seconds.
bool is_whole(const Record& value) {
    if (!value.is_number_integer()) return false;
    const auto number = value.get<double>();
    return std::abs(number) <= std::numeric_limits<int>::max();
}

bool is_count(const Record& value) {
    return is_whole(value) && value.get<int>() >= 0;
}

/// node -> name -> text
bool is_facts(const Record& value) {
    const auto texts = [](const Record& node) {
        return node.is_object() && std::ranges::all_of(node, is_text);
    };
    return value.is_object() && std::ranges::all_of(value, texts);
}

struct Field {
    std::string_view name;
    IsKind is_kind;
};

constexpr std::array fields = {Field{"ovd-failover-journal", is_count}, Field{"run", is_text},
    Field{"time", is_text}, Field{"kind", is_text}, Field{"task", is_text}, Field{"state", is_text},
    Field{"digest", is_text}, Field{"how", is_text}, Field{"message", is_text},
    Field{"job", is_text}, Field{"hook", is_text}, Field{"who", is_text}, Field{"by", is_text},
    Field{"why", is_text}, Field{"section", is_text}, Field{"from", is_text}, Field{"to", is_text},
    Field{"home", is_text}, Field{"facts", is_facts}, Field{"seconds", is_number},
    Field{"budget", is_number}, Field{"started", is_number}, Field{"status", is_whole},
    Field{"op", is_count}, Field{"limit", is_count}, Field{"disruptive", is_flag},
    Field{"red", is_flag}, Field{"seen", is_flag}, Field{"at most", is_flag}};

} // namespace

std::string wrong_field(const Record& record) {
    for (const auto& [name, is_kind] : fields)
        if (const auto found = record.find(std::string(name));
            found != record.end() && !is_kind(*found))
            return std::string(name);
    // When a command ended, and whether a run did.
    if (const auto found = record.find("finished"); found != record.end()) {
        const auto kind = record.value("kind", "");
        if (kind == "stop" ? !is_flag(*found) : !is_number(*found)) return "finished";
    }
    return {};
}

} // namespace ovd
