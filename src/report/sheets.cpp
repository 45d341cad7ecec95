// SPDX-License-Identifier: Apache-2.0
#include "report/sheets.h"

#include "base/text.h"

#include <algorithm>
#include <map>

namespace ovd {
namespace {

const char* look_of(CheckState state) {
    switch (state) {
    case CheckState::passed:
        return "green";
    case CheckState::changed:
    case CheckState::known:
        return "yellow";
    case CheckState::unanswered:
    case CheckState::failed:
        return "red";
    }
    return "red";
}

class Pages {
public:
    Json page(const Record& record, const SheetChecked& sheet) {
        const auto count = [&](CheckState state) {
            return std::ranges::count(sheet.checks, state, &SheetCheckResult::state);
        };
        const auto changed = count(CheckState::changed);
        Json page{{"title", sheet.title}, {"time", shown_time(record.time)}, {"iso", record.time},
            {"red", sheet.failed}, {"active", sheet.active}, {"service", sheet.service},
            {"length", human_seconds(sheet.seconds)},
            {"budget", human_seconds(static_cast<double>(sheet.budget))}, {"first", pages_++ == 0},
            {"checks", Json::array()}, {"all", sheet.checks.size()},
            {"good", count(CheckState::passed) + changed}, {"moved", changed},
            {"look", sheet.failed  ? "red"
                     : changed > 0 ? "yellow"
                                   : "green"},
            {"word", sheet.failed ? "failed" : "passed"}};
        for (const auto& each : sheet.checks)
            page["checks"].push_back(check(each));
        return page;
    }

private:
    Json check(const SheetCheckResult& each) {
        Json check{{"name", each.name}, {"state", to_string(each.state)},
            {"look", look_of(each.state)}, {"says", each.says},
            {"notable", each.state != CheckState::passed}, {"moved", Json::array()},
            {"values", Json::array()}};
        for (const auto& [value, before, now] : each.changed)
            check["moved"].push_back({{"value", value}, {"before", before}, {"now", now}});
        for (const auto& [key, value] : each.values) {
            if (value.compare == Compare::never) continue; // kept for the next run only
            const auto& first = first_.emplace(each.name + "\n" + key, value.text).first->second;
            check["values"].push_back({{"value", key}, {"is", value.text}, {"was", first},
                {"other", first != value.text}});
        }
        check["has_values"] = !check["values"].empty();
        return check;
    }

    std::map<std::string, std::string> first_; ///< by check and value
    int pages_ = 0;
};

} // namespace

Json sheet_pages(const std::vector<Record>& journal) {
    Pages pages;
    Json all = Json::array();
    for (const auto& record : journal)
        if (const auto* sheet = record.as<SheetChecked>())
            all.push_back(pages.page(record, *sheet));
    return all;
}

std::string shown_time(const std::string& iso) {
    if (iso.size() < 19) return iso;
    return iso.substr(0, 10) + " " + iso.substr(11, 8) + " UTC";
}

} // namespace ovd
