// SPDX-License-Identifier: Apache-2.0
#include "report/service.h"

#include "base/clock.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

struct Span {
    std::string from;
    std::string to; ///< empty: to the end of the journal
};

/// When the service was being watched and answered at all; times are of one form, so that their
/// order is that of their texts.
std::vector<Span> watched_spans(const std::vector<Record>& journal) {
    std::vector<Span> spans;
    std::string open;
    std::string last;
    for (const auto& record : journal) {
        // A run that was killed watched until its last record, and knew what it saw.
        if (record.as<RunBegan>() != nullptr) {
            if (!open.empty()) spans.push_back({open, last});
            open.clear();
        }
        if (const auto* began = record.as<WatchBegan>(); began != nullptr && open.empty())
            open = began->from;
        if (const auto* ended = record.as<WatchEnded>()) {
            if (ended->seen) spans.push_back({ended->from, ended->to});
            open.clear();
        }
        last = record.time;
    }
    if (!open.empty()) spans.push_back({open, ""});
    return spans;
}

bool any_begun(const PlanOutline& outline, const RunState& state, const std::string& step) {
    return std::ranges::any_of(outline.tasks, [&](const PlanOutline::Row& row) {
        const auto& task = state.task(row.task);
        return row.step == step && task.how != TaskHow::already && (task.touched || task.is_done());
    });
}

} // namespace

std::vector<Outage> outages(const std::vector<Record>& journal) {
    std::vector<Outage> found;
    for (const auto& record : journal) {
        const auto* outage = record.as<Outage>();
        if (outage == nullptr) continue;
        if (!found.empty() && found.back().from == outage->from)
            found.back() = *outage;
        else
            found.push_back(*outage);
    }
    return found;
}

std::vector<std::string> not_watched(
    const std::vector<Record>& journal, const PlanOutline& outline) {
    const auto spans = watched_spans(journal);
    const auto unseen = [&](const std::string& when) {
        return std::ranges::none_of(spans, [&](const Span& span) {
            return span.from <= when && (span.to.empty() || when <= span.to);
        });
    };
    std::vector<std::string> titles;
    for (const auto& row : outline.tasks) {
        if (row.expect.empty()) continue; // users notice nothing
        if (std::ranges::any_of(journal, [&](const Record& record) {
                const auto* sent = record.as<CommandSent>();
                return sent != nullptr && sent->task == row.task && unseen(record.time);
            }))
            titles.push_back(row.title);
    }
    return titles;
}

std::vector<std::string> standing(
    const std::vector<Record>& journal, const PlanOutline& outline, const RunState& state) {
    std::vector<std::string> all;
    if (const auto down = outages(journal); !down.empty() && down.back().to.empty())
        all.push_back("the service has been down since " + down.back().from);
    struct Between {
        const char* first;
        const char* last;
        const char* says;
    };
    // A row a pair of steps: what the first one begins holds until the last one is done.
    constexpr Between pairs[] = {
        {"config-away", "config-installed",
            "OVD's configuration is moved aside: nobody can log in"},
        {"users-gone-for-card", "users-back-after-card", "Maintenance Mode is on"},
        {"users-gone-for-vip", "production-again", "Maintenance Mode is on"},
        {"update-maintenance-on", "update-maintenance-off", "Maintenance Mode is on"},
    };
    for (const auto& pair : pairs)
        if (any_begun(outline, state, pair.first) && !step_done(outline, state, pair.last))
            all.push_back(fmt::format("{} (until {} is done)", pair.says, pair.last));
    return all;
}

bool step_done(const PlanOutline& outline, const RunState& state, const std::string& step) {
    bool found = false;
    for (const auto& row : outline.tasks) {
        if (row.step != step) continue;
        if (!state.task(row.task).is_done()) return false;
        found = true;
    }
    return found;
}

} // namespace ovd
