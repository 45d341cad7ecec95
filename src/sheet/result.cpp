// SPDX-License-Identifier: Apache-2.0
#include "sheet/result.h"

#include "base/text.h"
#include "engine/state.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>

namespace ovd {
namespace {

bool has_changed(const SheetValue& value, const std::string& before) {
    const double now = std::atof(value.text.c_str());
    const double was = std::atof(before.c_str());
    switch (value.compare) {
    case Compare::exactly:
    case Compare::first:
        return value.text != before;
    case Compare::roughly:
        return std::fabs(now - was) > 0.2 * std::max(was, 1.0);
    case Compare::slow:
        return now > 3 * was && now > was + 500;
    case Compare::never:
        return false;
    }
    return false;
}

} // namespace

std::size_t SheetResult::count(CheckState state) const {
    return static_cast<std::size_t>(std::ranges::count(checks, state, &SheetCheckResult::state));
}

bool SheetResult::failed() const {
    return count(CheckState::failed) + count(CheckState::unanswered) > 0 ||
           seconds > static_cast<double>(budget.count());
}

SheetHistory::SheetHistory(const std::vector<Record>& journal) {
    for (const auto& record : journal) {
        if (const auto* sheet = record.as<SheetChecked>()) take_sheet(*sheet);
        if (record.as<CommandSent>() != nullptr) touched_ = true;
    }
    changed_ = replay(journal).last_disruption;
}

void SheetHistory::take_sheet(const SheetChecked& sheet) {
    empty_ = false;
    for (const auto& check : sheet.checks) {
        const bool passed = check.state == CheckState::passed || check.state == CheckState::changed;
        // What has passed since counts as passed: when it breaks again, that is ours.
        if (passed)
            failed_.erase(check.name);
        else if (!touched_ && check.state != CheckState::unanswered)
            failed_[check.name] = check.troubled;
        else if (const auto known = failed_.find(check.name);
            known != failed_.end() && check.state == CheckState::known)
            std::erase_if(
                known->second, [&](const auto& each) { return !check.troubled.contains(each); });
        for (const auto& [key, value] : check.values) {
            const bool kept = value.compare == Compare::never;
            // What was seen while it failed is nothing to compare with.
            if (passed || kept) first_[check.name].emplace(key, value.text);
            if (kept) last_[check.name][key] = value.text;
        }
        if (check.word && check.word->good) words_[check.name] = *check.word;
    }
}

std::map<std::string, std::string> SheetHistory::known(const std::string& check) const {
    std::map<std::string, std::string> values;
    if (const auto first = first_.find(check); first != first_.end()) values = first->second;
    if (const auto last = last_.find(check); last != last_.end())
        for (const auto& [key, value] : last->second)
            // Which servers there were is a matter of the first time, offsets of the last.
            if (key != "names") values[key] = value;
    return values;
}

bool SheetHistory::failed_before(
    const std::string& check, const std::set<std::string>& troubled) const {
    if (!touched_) return true;
    const auto known = failed_.find(check);
    return known != failed_.end() && std::ranges::includes(known->second, troubled);
}

std::optional<Word> SheetHistory::word(const std::string& check) const {
    const auto found = words_.find(check);
    if (found == words_.end()) return {};
    return found->second;
}

void compare(SheetCheckResult& result, bool good, const SheetHistory& history) {
    const auto known = history.known(result.name);
    bool stranger = false;
    for (const auto& [key, value] : result.values) {
        const auto before = known.find(key);
        if (before == known.end() || !has_changed(value, before->second)) continue;
        result.changed.push_back({key, before->second, value.text});
        if (value.compare == Compare::first && good) {
            good = false;
            stranger = true; // never excused by what was so before
            result.says = fmt::format("the {} is not the one of the baseline", key);
            result.hint =
                "If it was renewed on purpose, continue; the new one becomes the baseline "
                "with the next journal. Otherwise find out who answers there.";
        }
    }
    if (!good)
        result.state = !stranger && history.failed_before(result.name, result.troubled)
                           ? CheckState::known
                           : CheckState::failed;
    else
        result.state = result.changed.empty() ? CheckState::passed : CheckState::changed;
}

SheetChecked sheet_record(const SheetResult& result, const std::string& title) {
    return {title, "", result.failed(), result.seconds, result.budget.count(), result.active,
        result.service, result.checks};
}

std::string sheet_word(const SheetResult& result) {
    if (result.failed()) return "FAILED";
    if (const auto old = result.count(CheckState::known); old > 0)
        return fmt::format("passed, but for {} known failure{}", old, old == 1 ? "" : "s");
    return result.count(CheckState::changed) > 0 ? "passed, with changes since the baseline"
                                                 : "passed";
}

std::string sheet_text(const SheetResult& result, bool color) {
    std::string text;
    const auto paint = [color](const char* code, const std::string& word) {
        return color ? fmt::format("\033[{}m{}\033[0m", code, word) : word;
    };
    const std::pair<CheckState, const char*> shown[] = {{CheckState::failed, "31"},
        {CheckState::unanswered, "31"}, {CheckState::known, "33"}, {CheckState::changed, "33"}};
    for (const auto& [state, code] : shown)
        for (const auto& check : result.checks) {
            if (check.state != state) continue;
            text += fmt::format("  {} {}: {}\n",
                paint(code, fmt::format("{:<13}", to_string(state))), check.name, check.says);
            for (const auto& change : check.changed)
                text += fmt::format(
                    "                {}: was {}, is {}\n", change.value, change.before, change.now);
            if (state != CheckState::changed && !check.hint.empty())
                text += fmt::format("                -> {}\n", check.hint);
        }
    text += fmt::format("  {} of {} checks passed; {} of {} used.\n",
        result.count(CheckState::passed) + result.count(CheckState::changed), result.checks.size(),
        human_seconds(result.seconds), human_seconds(static_cast<double>(result.budget.count())));
    if (result.seconds > static_cast<double>(result.budget.count()))
        text += "  The sheet took longer than its budget: that counts as failed.\n";
    text.pop_back();
    return text;
}

} // namespace ovd
