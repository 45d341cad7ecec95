// SPDX-License-Identifier: Apache-2.0
#include "report/sheets.h"

#include "base/text.h"
#include "report/outline.h"

#include <map>

namespace ovd {
namespace {

class Pages {
public:
    Record page(const Record& record) {
        Record sheet{{"title", text_of(record, "title")},
            {"time", shown_time(text_of(record, "time"))}, {"iso", text_of(record, "time")},
            {"red", record.value("red", true)}, {"active", text_of(record, "active")},
            {"service", text_of(record, "service")},
            {"length", human_seconds(record.value("seconds", 0.0))},
            {"budget", human_seconds(record.value("budget", 0.0))}, {"first", pages_++ == 0},
            {"checks", Record::array()}};
        std::size_t good = 0;
        std::size_t moved = 0;
        for (const auto& each : record.value("checks", Record::array())) {
            const auto state = text_of(each, "state");
            good += state == "ok" || state == "moved" ? 1 : 0;
            moved += state == "moved" ? 1 : 0;
            sheet["checks"].push_back(check(each, state));
        }
        sheet["all"] = sheet["checks"].size();
        sheet["good"] = good;
        sheet["moved"] = moved;
        const bool red = record.value("red", true);
        sheet["look"] = red ? "red" : moved > 0 ? "yellow" : "green";
        sheet["word"] = red ? "red" : "green";
        return sheet;
    }

private:
    Record check(const Record& each, const std::string& state) {
        const auto name = text_of(each, "name");
        const char* look = state == "ok"                              ? "green"
                           : state == "moved" || state == "as before" ? "yellow"
                                                                      : "red";
        Record check{{"name", name}, {"state", state}, {"look", look},
            {"says", text_of(each, "says")}, {"notable", state != "ok"},
            {"moved", each.value("moved", Record::array())}, {"values", Record::array()}};
        const auto values = each.value("values", Record::object());
        for (const auto& [key, value] : values.items()) {
            if (text_of(value, "compare") == "never") continue; // kept for the next look only
            const auto now = text_of(value, "is");
            const auto& first = first_.emplace(name + "\n" + key, now).first->second;
            check["values"].push_back(
                {{"value", key}, {"is", now}, {"was", first}, {"other", first != now}});
        }
        check["has_values"] = !check["values"].empty();
        return check;
    }

    std::map<std::string, std::string> first_; ///< by check and value
    int pages_ = 0;
};

} // namespace

Record sheet_pages(const std::vector<Record>& journal) {
    Pages pages;
    Record all = Record::array();
    for (const auto& record : journal)
        if (text_of(record, "kind") == "sheet") all.push_back(pages.page(record));
    return all;
}

std::string shown_time(const std::string& iso) {
    if (iso.size() < 19) return iso;
    return iso.substr(0, 10) + " " + iso.substr(11, 8) + " UTC";
}

} // namespace ovd
