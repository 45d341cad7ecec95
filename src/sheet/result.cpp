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

using Json = nlohmann::ordered_json;

std::string_view to_string(Compare compare) {
    switch (compare) {
    case Compare::exactly:
        return "exactly";
    case Compare::roughly:
        return "roughly";
    case Compare::slow:
        return "slow";
    case Compare::first:
        return "first";
    case Compare::never:
        return "never";
    }
    return "";
}

bool has_moved(const Value& value, const std::string& before) {
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

std::string text_at(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

} // namespace

std::string_view to_string(CheckState state) {
    switch (state) {
    case CheckState::good:
        return "ok";
    case CheckState::moved:
        return "moved";
    case CheckState::as_before:
        return "as before";
    case CheckState::waits:
        return "waits";
    case CheckState::bad:
        return "bad";
    }
    return "";
}

std::size_t SheetResult::count(CheckState state) const {
    return static_cast<std::size_t>(std::ranges::count(checks, state, &CheckResultOfSheet::state));
}

bool SheetResult::red() const {
    return count(CheckState::bad) + count(CheckState::waits) > 0 ||
           seconds > static_cast<double>(budget.count());
}

SheetHistory::SheetHistory(const std::vector<Json>& journal) {
    for (const auto& record : journal) {
        const auto kind = text_at(record, "kind");
        if (kind == "sheet") take_sheet(record);
        if (kind == "sent") touched_ = true;
    }
    changed_ = replay(journal).last_disruption;
}

void SheetHistory::take_sheet(const Json& record) {
    empty_ = false;
    for (const auto& check : record.value("checks", Json::array())) {
        const auto name = text_at(check, "name");
        const auto state = text_at(check, "state");
        const bool well = state == "ok" || state == "moved";
        const auto troubled = check.value("troubled", std::set<std::string>{});
        // What has been well since is well: when it breaks again, that is ours.
        if (well)
            bad_.erase(name);
        else if (!touched_ && state != "waits")
            bad_[name] = troubled;
        else if (const auto known = bad_.find(name); known != bad_.end() && state == "as before")
            std::erase_if(
                known->second, [&](const auto& each) { return !troubled.contains(each); });
        const auto values = check.value("values", Json::object());
        for (const auto& [key, value] : values.items()) {
            const auto text = text_at(value, "is");
            const bool kept = text_at(value, "compare") == to_string(Compare::never);
            // What was seen while it was not well is nothing to compare with.
            if (well || kept) first_[name].emplace(key, text);
            if (kept) last_[name][key] = text;
        }
        if (check.contains("word") && check["word"].value("good", false))
            words_[name] = {true, text_at(check["word"], "text"), text_at(check["word"], "who"),
                text_at(check["word"], "time")};
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

bool SheetHistory::was_bad(const std::string& check, const std::set<std::string>& troubled) const {
    if (!touched_) return true;
    const auto known = bad_.find(check);
    return known != bad_.end() && std::ranges::includes(known->second, troubled);
}

std::optional<Word> SheetHistory::word(const std::string& check) const {
    const auto found = words_.find(check);
    if (found == words_.end()) return {};
    return found->second;
}

void compare(CheckResultOfSheet& result, bool good, const SheetHistory& history) {
    const auto known = history.known(result.name);
    bool stranger = false;
    for (const auto& [key, value] : result.values) {
        const auto before = known.find(key);
        if (before == known.end() || !has_moved(value, before->second)) continue;
        result.moved.push_back({key, before->second, value.text});
        if (value.compare == Compare::first && good) {
            good = false;
            stranger = true; // never excused by what was so before
            result.says = fmt::format("the {} is another one than at first sight", key);
            result.hint = "If it was renewed on purpose, go on; from then on the new one counts "
                          "once the journal is begun anew. Else find out who answers there.";
        }
    }
    if (!good)
        result.state = !stranger && history.was_bad(result.name, result.troubled)
                           ? CheckState::as_before
                           : CheckState::bad;
    else
        result.state = result.moved.empty() ? CheckState::good : CheckState::moved;
}

Json sheet_record(const SheetResult& result, const std::string& title) {
    Json record{{"kind", "sheet"}, {"title", title}, {"red", result.red()},
        {"seconds", result.seconds}, {"budget", result.budget.count()}, {"active", result.active},
        {"service", result.service}, {"checks", Json::array()}};
    for (const auto& each : result.checks) {
        Json check{{"name", each.name}, {"check", each.kind}, {"state", to_string(each.state)},
            {"says", each.says}, {"hint", each.hint}, {"seconds", each.seconds},
            {"values", Json::object()}, {"moved", Json::array()}};
        for (const auto& [key, value] : each.values)
            check["values"][key] = {{"is", value.text}, {"compare", to_string(value.compare)}};
        for (const auto& moved : each.moved)
            check["moved"].push_back(
                {{"value", moved.value}, {"before", moved.before}, {"now", moved.now}});
        if (!each.troubled.empty()) check["troubled"] = each.troubled;
        if (each.word)
            check["word"] = {{"good", each.word->good}, {"text", each.word->text},
                {"who", each.word->who}, {"time", each.word->time}};
        record["checks"].push_back(std::move(check));
    }
    return record;
}

std::string sheet_word(const SheetResult& result) {
    if (result.red()) return "RED";
    if (const auto old = result.count(CheckState::as_before); old > 0)
        return fmt::format(
            "green but for {} that {} not well before", old, old == 1 ? "was" : "were");
    return result.count(CheckState::moved) > 0 ? "green, with differences" : "green";
}

std::string sheet_text(const SheetResult& result, bool color) {
    std::string text;
    const auto paint = [color](const char* code, const std::string& word) {
        return color ? fmt::format("\033[{}m{}\033[0m", code, word) : word;
    };
    const std::pair<CheckState, const char*> shown[] = {{CheckState::bad, "31"},
        {CheckState::waits, "31"}, {CheckState::as_before, "33"}, {CheckState::moved, "33"}};
    for (const auto& [state, code] : shown)
        for (const auto& check : result.checks) {
            if (check.state != state) continue;
            text += fmt::format("  {} {}: {}\n",
                paint(code, fmt::format("{:<9}", to_string(state))), check.name, check.says);
            for (const auto& moved : check.moved)
                text += fmt::format(
                    "            {}: was {}, is {}\n", moved.value, moved.before, moved.now);
            if (state != CheckState::moved && !check.hint.empty())
                text += fmt::format("            -> {}\n", check.hint);
        }
    text += fmt::format("  {} of {} checks are as they should be; {} of {} used.\n",
        result.count(CheckState::good) + result.count(CheckState::moved), result.checks.size(),
        human_seconds(result.seconds), human_seconds(static_cast<double>(result.budget.count())));
    if (result.seconds > static_cast<double>(result.budget.count()))
        text += "  The sheet took longer than its budget: that is red as well.\n";
    text.pop_back();
    return text;
}

} // namespace ovd
