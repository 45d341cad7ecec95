// SPDX-License-Identifier: Apache-2.0
// engine/record_json alone knows this: the words that stand for a value on disk.
#pragma once

#include "engine/sheet_record.h"
#include "engine/task_status.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace ovd::disk {

/// A value of an enumeration and its word on disk. The first word of a value is written; all are
/// read, since earlier versions had others.
template <class Value>
using Words = std::span<const std::pair<Value, std::string_view>>;

constexpr std::array status_words = {
    std::pair{TaskStatus::running, std::string_view{"intended"}},
    std::pair{TaskStatus::done, std::string_view{"ok"}},
    std::pair{TaskStatus::open, std::string_view{"open"}},
    std::pair{TaskStatus::failed, std::string_view{"failed"}},
    std::pair{TaskStatus::unknown, std::string_view{"unknown"}},
    std::pair{TaskStatus::rolled_back, std::string_view{"rolled back"}},
    std::pair{TaskStatus::rolled_back, std::string_view{"put back"}},
};
constexpr std::array how_words = {
    std::pair{TaskHow::none, std::string_view{""}},
    std::pair{TaskHow::ran, std::string_view{"done"}},
    std::pair{TaskHow::already, std::string_view{"already"}},
    std::pair{TaskHow::by_hand, std::string_view{"by hand"}},
    std::pair{TaskHow::answered, std::string_view{"answered"}},
};
constexpr std::array guard_words = {
    std::pair{GuardStatus::armed, std::string_view{"armed"}},
    std::pair{GuardStatus::disarmed, std::string_view{"disarmed"}},
    std::pair{GuardStatus::fired, std::string_view{"fired"}},
};
constexpr std::array check_words = {
    std::pair{CheckState::passed, std::string_view{"passed"}},
    std::pair{CheckState::passed, std::string_view{"ok"}},
    std::pair{CheckState::changed, std::string_view{"changed"}},
    std::pair{CheckState::changed, std::string_view{"moved"}},
    std::pair{CheckState::known, std::string_view{"known failure"}},
    std::pair{CheckState::known, std::string_view{"as before"}},
    std::pair{CheckState::unanswered, std::string_view{"unanswered"}},
    std::pair{CheckState::unanswered, std::string_view{"waits"}},
    std::pair{CheckState::failed, std::string_view{"failed"}},
    std::pair{CheckState::failed, std::string_view{"bad"}},
};
constexpr std::array compare_words = {
    std::pair{Compare::exactly, std::string_view{"exactly"}},
    std::pair{Compare::roughly, std::string_view{"roughly"}},
    std::pair{Compare::slow, std::string_view{"slow"}},
    std::pair{Compare::first, std::string_view{"first"}},
    std::pair{Compare::never, std::string_view{"never"}},
};

constexpr Words<TaskStatus> words_of(TaskStatus) {
    return status_words;
}
constexpr Words<TaskHow> words_of(TaskHow) {
    return how_words;
}
constexpr Words<GuardStatus> words_of(GuardStatus) {
    return guard_words;
}
constexpr Words<CheckState> words_of(CheckState) {
    return check_words;
}
constexpr Words<Compare> words_of(Compare) {
    return compare_words;
}

template <class Value>
std::string_view word_of(Value value) {
    const auto words = words_of(value);
    const auto found = std::ranges::find(words, value, [](const auto& each) { return each.first; });
    return found == words.end() ? std::string_view{} : found->second;
}

} // namespace ovd::disk
