// SPDX-License-Identifier: Apache-2.0
// What a run of the sheet gave, and what is remembered of the runs before: the baseline. Both live
// in the journal, as SheetChecked.
#pragma once

#include "base/clock.h"
#include "engine/record.h"

#include <set>

namespace ovd {

struct SheetResult {
    std::vector<SheetCheckResult> checks;
    double seconds = 0;
    Seconds budget{0};
    std::string active;
    std::string service; ///< the address at which users reach it

    [[nodiscard]] std::size_t count(CheckState state) const;
    /// A check failed or was not answered, or it is over its budget: not to be passed over without
    /// somebody's word.
    [[nodiscard]] bool failed() const;
};

/// What earlier runs of the sheet have left behind.
class SheetHistory {
public:
    /// Takes what earlier runs of the sheet left in a journal, oldest first.
    explicit SheetHistory(const std::vector<Record>& journal = {});

    [[nodiscard]] bool empty() const { return empty_; }
    /// Values of a check by name: the first seen while it passed, or the last of those that are
    /// only kept.
    [[nodiscard]] std::map<std::string, std::string> known(const std::string& check) const;
    /// It failed before the first change and never passed since, and in trouble are no others than
    /// then. Before the first change that holds for whatever fails.
    [[nodiscard]] bool failed_before(
        const std::string& check, const std::set<std::string>& troubled) const;
    /// The last good word of a person about it.
    [[nodiscard]] std::optional<Word> word(const std::string& check) const;
    /// When something that users could notice had last been done; epoch seconds, 0: never.
    [[nodiscard]] double changed() const { return changed_; }

private:
    void take_sheet(const SheetChecked& sheet);

    bool empty_ = true;
    bool touched_ = false; ///< something on a node has been changed by now
    double changed_ = 0;
    std::map<std::string, std::map<std::string, std::string>> first_;
    std::map<std::string, std::map<std::string, std::string>> last_;
    std::map<std::string, Word> words_;
    std::map<std::string, std::set<std::string>> failed_; ///< with the names of what was in trouble
};

/// Compares with what is known, and says what the state of the check is.
void compare(SheetCheckResult& result, bool good, const SheetHistory& history);

/// The journal's record; title tells why it was run.
[[nodiscard]] SheetChecked sheet_record(const SheetResult& result, const std::string& title);

/// In a word or a few: FAILED, or passed and what is to be said about that.
[[nodiscard]] std::string sheet_word(const SheetResult& result);

/// For people: what failed first, then what changed, then the rest in one line. color: ANSI.
[[nodiscard]] std::string sheet_text(const SheetResult& result, bool color);

} // namespace ovd
