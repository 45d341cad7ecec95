// SPDX-License-Identifier: Apache-2.0
// What a run of the sheet gave, and what is remembered of the runs before: the baseline. Both live
// in the journal, as records of the kind "sheet".
#pragma once

#include "sheet/kinds.h"

#include <nlohmann/json.hpp>
#include <set>

namespace ovd {

enum class CheckState {
    good,
    moved,     ///< good, but a value is not what it was the first time
    as_before, ///< bad, and it was so before anything was changed: it does not block
    waits,     ///< nobody was there to answer
    bad,
};

[[nodiscard]] std::string_view to_string(CheckState state);

struct Moved {
    std::string value;
    std::string before;
    std::string now;
};

/// A person's word about a check.
struct Word {
    bool good = false;
    std::string text; ///< their evidence
    std::string who;
    std::string time; ///< ISO 8601
};

struct CheckResultOfSheet {
    std::string name;
    std::string kind;
    CheckState state = CheckState::bad;
    std::string says;
    std::string hint;
    double seconds = 0;
    Values values;
    std::vector<Moved> moved;
    std::optional<Word> word;
    std::set<std::string> troubled = {}; ///< names, where the check is about several things
};

struct SheetResult {
    std::vector<CheckResultOfSheet> checks;
    double seconds = 0;
    Seconds budget{0};
    std::string active;
    std::string service; ///< the address at which users reach it

    [[nodiscard]] std::size_t count(CheckState state) const;
    /// bad, waits, or over its budget: not to be passed over without somebody's word.
    [[nodiscard]] bool red() const;
};

/// What earlier runs of the sheet have left behind.
class SheetHistory {
public:
    /// Takes up the records of the kind "sheet", oldest first; others are passed over.
    explicit SheetHistory(const std::vector<nlohmann::ordered_json>& journal = {});

    [[nodiscard]] bool empty() const { return empty_; }
    /// Values of a check by name: the first seen while it was well, or the last of those that are
    /// only kept.
    [[nodiscard]] std::map<std::string, std::string> known(const std::string& check) const;
    /// It was bad before the first change and never well since, and in trouble are no others than
    /// then. Before the first change that holds for whatever is bad.
    [[nodiscard]] bool was_bad(
        const std::string& check, const std::set<std::string>& troubled) const;
    /// The last good word of a person about it.
    [[nodiscard]] std::optional<Word> word(const std::string& check) const;
    /// When something that users could notice had last been done; epoch seconds, 0: never.
    [[nodiscard]] double changed() const { return changed_; }

private:
    void take_sheet(const nlohmann::ordered_json& record);

    bool empty_ = true;
    bool touched_ = false; ///< something on a node has been changed by now
    double changed_ = 0;
    std::map<std::string, std::map<std::string, std::string>> first_;
    std::map<std::string, std::map<std::string, std::string>> last_;
    std::map<std::string, Word> words_;
    std::map<std::string, std::set<std::string>> bad_; ///< with the names of what was in trouble
};

/// Compares with what is known, and says what the state of the check is.
void compare(CheckResultOfSheet& result, bool good, const SheetHistory& history);

/// The journal's record: kind "sheet"; title tells why it was run.
[[nodiscard]] nlohmann::ordered_json sheet_record(
    const SheetResult& result, const std::string& title);

/// Its colour in a word or a few: RED, or green and what is to be said about that.
[[nodiscard]] std::string sheet_word(const SheetResult& result);

/// For people: what is bad first, then what moved, then the rest in one line. color: ANSI.
[[nodiscard]] std::string sheet_text(const SheetResult& result, bool color);

} // namespace ovd
