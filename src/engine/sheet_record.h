// SPDX-License-Identifier: Apache-2.0
// What a run of the verification sheet found, as the journal keeps it and src/sheet makes it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ovd {

enum class CheckState {
    passed,
    changed,    ///< passed, but a value differs from the baseline
    known,      ///< failed, and failed so before anything was changed: it does not block
    unanswered, ///< nobody was there to answer
    failed,
};

[[nodiscard]] std::string_view to_string(CheckState state);

/// How a value is compared with the baseline.
enum class Compare {
    exactly, ///< any other value is a change
    roughly, ///< within a fifth
    slow,    ///< milliseconds: three times as much and half a second more
    first,   ///< whatever is seen first is right: a certificate; any other is a failure
    never,   ///< kept for the next run only
};

struct SheetValue {
    std::string text = {};
    Compare compare = Compare::exactly;
};
/// By name.
using Values = std::map<std::string, SheetValue>;

/// A value that differs from the baseline.
struct ChangedValue {
    std::string value = {}; ///< its name
    std::string before = {};
    std::string now = {};
};

/// A person's word about a check.
struct Word {
    bool good = false;
    std::string text = {}; ///< their evidence
    std::string who = {};
    std::string time = {}; ///< ISO 8601
};

struct SheetCheckResult {
    std::string name = {};
    std::string kind = {};
    CheckState state = CheckState::failed;
    std::string says = {};
    std::string hint = {};
    double seconds = 0;
    Values values = {};
    std::vector<ChangedValue> changed = {};
    std::optional<Word> word = {};
    std::set<std::string> troubled = {}; ///< names, where the check is about several things
};

} // namespace ovd
