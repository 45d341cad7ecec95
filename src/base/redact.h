// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace ovd {

/// The one place that keeps secrets, and what a terminal would obey, out of what is written or
/// shown. Safe to use from any thread.
class Redactor {
public:
    /// From now on value is replaced wherever it appears, also in its shell, SQL and JSON forms.
    /// Values shorter than four characters are not taken: they would blank out ordinary text.
    void add(const std::string& name, const std::string& value);
    /// text with each known secret replaced by `<secret NAME>`, and printable.
    [[nodiscard]] std::string clean(std::string_view text) const;

private:
    struct Known {
        std::string value;
        std::string name;
        bool operator<(const Known& other) const {
            return value.size() != other.value.size() ? value.size() > other.value.size()
                                                      : value < other.value;
        }
    };
    mutable std::mutex mutex_;
    std::set<Known> known_; // longest first, so that a secret inside another leaves nothing behind
};

} // namespace ovd
