// SPDX-License-Identifier: Apache-2.0
#include "report/runs.h"

#include "base/clock.h"
#include "base/text.h"
#include "report/drawing.h"
#include "report/sheets.h"

#include <algorithm>

namespace ovd {
namespace {

/// The title of each task's chapter.
std::map<std::string, std::string> chapter_by_task(const PlanOutline& outline) {
    std::map<std::string, std::string> of_section;
    std::map<std::string, std::string> found;
    for (const auto& section : outline.sections)
        of_section[section.id] = section.chapter_title;
    for (const auto& row : outline.tasks)
        found[row.task] = of_section[row.section];
    return found;
}

class Runs {
public:
    explicit Runs(const PlanOutline& outline) : chapters_(chapter_by_task(outline)) {}

    void take(const Record& record) {
        const double time = epoch_of(record.time);
        if (const auto* began = record.as<RunBegan>()) {
            close(last_, "it ended without notice");
            began_ = time;
            who_ = began->who;
            since_ = record.time;
        }
        if (time > 0) last_ = time;
        if (began_ == 0) return;
        if (const auto* task = record.as<TaskChanged>()) grow_chapter(task->task, time - began_);
        if (const auto* sheet = record.as<SheetChecked>())
            now_.parts.push_back({"sheet " + sheet->title, time - began_, time - began_,
                sheet->failed ? "red" : "green"});
        if (const auto* outage = record.as<Outage>(); outage != nullptr && outage->seconds > 0) {
            const double from = epoch_of(outage->from) - began_;
            now_.parts.push_back(
                {"down " + human_seconds(outage->seconds), from, from + outage->seconds, "away"});
        }
        if (const auto* end = record.as<RunEnded>()) close(time, lines(end->why + "\n").front());
    }

    Json all() {
        close(last_, "it ended without notice");
        for (auto& run : all_)
            run["many"] = all_.size() > 1;
        return all_;
    }

private:
    void close(double end, const std::string& why) {
        if (began_ > 0 && !now_.parts.empty()) {
            now_.seconds = end - began_;
            // What lies on top is drawn last.
            const auto layer = [](const RunBar::Part& part) {
                return part.look == "chapter" ? 0 : part.look == "away" ? 1 : 2;
            };
            std::ranges::stable_sort(now_.parts, {}, layer);
            all_.push_back({{"from", shown_time(since_)}, {"who", who_}, {"why", why},
                {"length", human_seconds(now_.seconds)}, {"bar", bar(now_)}});
        }
        now_ = {};
        began_ = 0;
    }

    /// A chapter's part of the bar grows as its tasks begin and end.
    void grow_chapter(const std::string& task, double time) {
        const auto found = chapters_.find(task);
        if (found == chapters_.end()) return;
        const auto title = found->second.substr(0, found->second.find(':'));
        const auto part = std::ranges::find_if(now_.parts, [&](const RunBar::Part& each) {
            return each.look == "chapter" && each.title == title;
        });
        if (part == now_.parts.end())
            now_.parts.push_back({title, time, time, "chapter"});
        else
            part->to = std::max(part->to, time);
    }

    std::map<std::string, std::string> chapters_;
    Json all_ = Json::array();
    RunBar now_;
    double began_ = 0;
    double last_ = 0;
    std::string who_;
    std::string since_;
};

} // namespace

Json run_bars(const std::vector<Record>& journal, const PlanOutline& outline) {
    Runs runs(outline);
    for (const auto& record : journal)
        runs.take(record);
    return runs.all();
}

} // namespace ovd
