// SPDX-License-Identifier: Apache-2.0
#include "report/service.h"

#include "base/clock.h"
#include "base/text.h"
#include "report/outline.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

struct Span {
    std::string from;
    std::string to; ///< empty: to the end of the journal
};

/// When the service was being looked at and answered at all; times are of one form, so that their
/// order is that of their texts.
std::vector<Span> watched_spans(const std::vector<Record>& journal) {
    std::vector<Span> spans;
    std::string open;
    std::string last;
    for (const auto& record : journal) {
        const auto kind = text_of(record, "kind");
        // A run that was killed watched until its last record, and knew what it saw.
        if (kind == "begin" && !open.empty()) spans.push_back({open, last});
        if (kind == "begin") open.clear();
        if (kind == "watching" && open.empty()) open = text_of(record, "from");
        if (kind == "watched") {
            if (record.value("seen", false))
                spans.push_back({text_of(record, "from"), text_of(record, "to")});
            open.clear();
        }
        last = text_of(record, "time");
    }
    if (!open.empty()) spans.push_back({open, ""});
    return spans;
}

bool any_begun(const Record& outline, const RunState& state, const std::string& step) {
    return std::ranges::any_of(outline["tasks"], [&](const Record& row) {
        const auto task = state.tasks.find(text_of(row, "task"));
        return text_of(row, "step") == step && task != state.tasks.end() &&
               task->second.how != "already" &&
               (task->second.touched || task->second.state == TaskState::ok);
    });
}

} // namespace

std::vector<Record> interruptions(const std::vector<Record>& journal) {
    std::vector<Record> found;
    for (const auto& record : journal) {
        if (text_of(record, "kind") != "away") continue;
        if (!found.empty() && text_of(found.back(), "from") == text_of(record, "from"))
            found.back() = record;
        else
            found.push_back(record);
    }
    return found;
}

std::vector<std::string> not_watched(const std::vector<Record>& journal, const Record& outline) {
    const auto spans = watched_spans(journal);
    std::vector<std::string> titles;
    for (const auto& row : outline["tasks"]) {
        if (!row.contains("expect")) continue; // users notice nothing
        const auto task = text_of(row, "task");
        for (const auto& record : journal) {
            if (text_of(record, "kind") != "sent" || text_of(record, "task") != task) continue;
            const auto when = text_of(record, "time");
            if (std::ranges::any_of(spans, [&](const Span& span) {
                    return span.from <= when && (span.to.empty() || when <= span.to);
                }))
                continue;
            titles.push_back(text_of(row, "title"));
            break;
        }
    }
    return titles;
}

std::vector<std::string> standing(
    const std::vector<Record>& journal, const Record& outline, const RunState& state) {
    std::vector<std::string> all;
    if (const auto away = interruptions(journal);
        !away.empty() && text_of(away.back(), "to").empty())
        all.push_back("the service has been away since " + text_of(away.back(), "from"));
    struct Between {
        const char* first;
        const char* last;
        const char* says;
    };
    // A row a pair of steps: what the first one begins holds until the last one is done.
    constexpr Between pairs[] = {
        {"config-away", "config-installed", "OVD's configuration is away: nobody can log in"},
        {"users-gone-for-card", "users-back-after-card", "Maintenance Mode is on"},
        {"users-gone-for-vip", "production-again", "Maintenance Mode is on"},
        {"update-maintenance-on", "update-maintenance-off", "Maintenance Mode is on"},
    };
    for (const auto& pair : pairs)
        if (any_begun(outline, state, pair.first) && !step_done(outline, state, pair.last))
            all.push_back(fmt::format("{} (until {} is done)", pair.says, pair.last));
    return all;
}

bool step_done(const Record& outline, const RunState& state, const std::string& step) {
    bool found = false;
    for (const auto& row : outline["tasks"]) {
        if (text_of(row, "step") != step) continue;
        const auto task = state.tasks.find(text_of(row, "task"));
        if (task == state.tasks.end() || task->second.state != TaskState::ok) return false;
        found = true;
    }
    return found;
}

} // namespace ovd
