// SPDX-License-Identifier: Apache-2.0
#include "report/drawing.h"
#include "report/outline.h"
#include "report/report.h"
#include "report/runs.h"
#include "report/service.h"
#include "report/sheets.h"

#include "base/text.h"
#include "engine/sheets.h"
#include "engine/state.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace ovd {
namespace {

class Report {
public:
    Report(const std::vector<Record>& journal, WallTime now)
        : journal_(journal), state_(replay(journal)), now_(now) {
        for (const auto& record : journal)
            if (const auto* outline = record.as<PlanOutline>()) outline_ = *outline;
    }

    Result<Json> data() {
        if (outline_.tasks.empty())
            return fail(ErrorKind::journal, "This journal does not say what the plan was.",
                "Only runs of this version can be reported on: ovd-failover run writes it.");
        collect();
        Json json;
        json["farm"] = text_of(outline_.farm, "name");
        json["made"] = shown_time(iso_time(now_));
        json["chapters"] = chapters();
        json["interruptions"] = interruptions_;
        json["not_watched"] = not_watched_;
        json["never"] = interruptions_.empty() && not_watched_.empty();
        json["sheets"] = sheets_;
        json["runs"] = run_bars(journal_, outline_);
        json["differs"] = differs();
        json["letters"] = outline_.farm.value("letters", Json::array());
        json["warnings"] = warnings_;
        json["left"] = left();
        json["numbers"] = numbers();
        json["verdict"] = verdict();
        json["before"] = drawing(outline_.farm, {.title = "The farm before"});
        json["after"] = drawing(outline_.farm, picture());
        return json;
    }

private:
    /// One pass over the journal: what belongs to each task, and what to no one.
    void collect() {
        for (const auto& record : journal_)
            std::visit([&](const auto& event) { take(record.time, event); }, record.event);
        sheets_ = sheet_pages(journal_);
        for (const auto& outage : outages(journal_))
            interruptions_.push_back(interruption_from(outage));
        for (const auto& title : not_watched(journal_, outline_))
            not_watched_.push_back({{"title", title}});
    }

    template <class Other>
    void take(const std::string&, const Other&) {}

    void take(const std::string&, const RunBegan& began) { operator_ = began.who; }

    void take(const std::string&, const TaskChanged& change) { who_[change.task] = operator_; }

    void take(const std::string&, const CommandSent& sent) {
        commands_[sent.task].push_back({{"job", sent.job}, {"command", sent.command},
            {"stdin", sent.stdin_shown}, {"has_stdin", !sent.stdin_shown.empty()},
            {"status", "its end is not known"}, {"output", ""}, {"has_output", false}});
    }

    void take(const std::string&, const CommandEnded& ended) {
        for (auto& command : commands_[ended.task])
            if (command["job"] == ended.job) {
                const auto output = trim(ended.output);
                command["status"] = fmt::format(
                    "status {}, {}", ended.status, human_seconds(ended.finished - ended.started));
                command["output"] = output;
                command["has_output"] = !output.empty();
            }
    }

    void take(const std::string& time, const QuestionAnswered& answer) {
        if (asks_about_failed_sheet(answer.question) && answer.done)
            warnings_.push_back({{"task", answer.task},
                {"text", fmt::format("The verification sheet had failed, and {} said to continue.",
                             answer.who)}});
        answers_[answer.task].push_back({{"question", answer.question},
            {"answer", answer.done ? "done" : "not yet"}, {"text", answer.text}, {"by", answer.by},
            {"who", answer.who}, {"time", shown_time(time)}});
    }

    void take(const std::string& time, const TaskInspected& inspected) {
        notes_[inspected.task].push_back(
            {{"time", shown_time(time)}, {"text", "found: " + inspected.found}});
    }

    void take(const std::string& time, const UndoSent& sent) {
        notes_[sent.task].push_back(
            {{"time", shown_time(time)}, {"text", "rolled back: " + sent.command}});
    }

    void take(const std::string& time, const GuardChanged& guard) {
        if (guard.status != GuardStatus::fired) return;
        const auto text = fmt::format("the guard of {} restored the service by itself: {}",
            guard.node, guard.kept ? "it answered with what was done" : guard.why);
        for (const auto* tasks : {&guard.undone, &guard.left})
            for (const auto& task : *tasks)
                notes_[task].push_back({{"time", shown_time(time)},
                    {"text",
                        (tasks == &guard.left ? "could not be rolled back: " : "rolled back: ") +
                            text}});
        if (guard.kept || !guard.left.empty())
            warnings_.push_back({{"task", guard.section}, {"text", text}});
    }

    std::string title_of(const std::string& task) const {
        const auto row = std::ranges::find(outline_.tasks, task, &PlanOutline::Row::task);
        return row == outline_.tasks.end() ? task : row->title;
    }

    Json interruption_from(const Outage& outage) const {
        const auto length = human_seconds(outage.seconds);
        return {{"from", shown_time(outage.from)}, {"from_iso", outage.from}, {"to_iso", outage.to},
            {"seconds", outage.seconds},
            {"length", outage.to.empty() ? "not up when last seen"
                       : outage.at_most  ? "at most " + length
                                         : length},
            {"task", outage.task}, {"title", title_of(outage.task)},
            {"over", outage.limit > 0 && outage.seconds > static_cast<double>(outage.limit)},
            {"limit", outage.limit}};
    }

    static const char* look_of(TaskStatus status) {
        switch (status) {
        case TaskStatus::done:
            return "green";
        case TaskStatus::failed:
        case TaskStatus::unknown:
            return "red";
        case TaskStatus::pending:
        case TaskStatus::rolled_back:
            return "todo";
        case TaskStatus::running:
        case TaskStatus::interrupted:
        case TaskStatus::open:
            return "yellow";
        }
        return "red";
    }

    Json task_from(const PlanOutline::Row& row) {
        const auto& id = row.task;
        const auto& record = state_.task(id);
        const bool ok = record.is_done();
        const bool bad =
            record.status == TaskStatus::failed || record.status == TaskStatus::unknown;
        if (record.message.find("warning:") == 0 ||
            (ok && record.how != TaskHow::already &&
                record.message.find("Nothing on") != std::string::npos))
            warnings_.push_back({{"task", id}, {"text", record.message}});
        Json task{{"task", id}, {"node", row.node.empty() ? "operator" : row.node},
            {"state", ok ? to_string(record.how) : to_string(record.status)},
            {"look", look_of(record.status)}, {"ended", shown_time(record.ended)},
            {"seconds", record.seconds}, {"length", ok ? human_seconds(record.seconds) : ""},
            {"who", who_[id]}, {"message", record.message},
            {"has_message", !record.message.empty()}, {"attempts", record.attempts},
            {"commands", Json::array()}, {"answers", Json::array()}, {"notes", Json::array()}};
        if (commands_.contains(id)) task["commands"] = commands_[id];
        if (answers_.contains(id)) task["answers"] = answers_[id];
        if (notes_.contains(id)) task["notes"] = notes_[id];
        task["has_more"] = !task["commands"].empty() || !task["answers"].empty() ||
                           !task["notes"].empty() || !record.message.empty();
        ++all_;
        if (ok) ++done_;
        if (bad) troubled_.push_back(id);
        if (record.status == TaskStatus::open) open_.push_back(title_of(id));
        return task;
    }

    Json chapters() {
        Json all = Json::array();
        for (const auto& section : outline_.sections) {
            if (all.empty() || text_of(all.back(), "id") != section.chapter)
                all.push_back({{"id", section.chapter}, {"title", section.chapter_title},
                    {"sections", Json::array()}, {"done", 0}, {"all", 0}, {"seconds", 0.0}});
            Json steps = Json::array();
            for (const auto& row : outline_.tasks) {
                if (row.section != section.id) continue;
                if (steps.empty() || text_of(steps.back(), "id") != row.step)
                    steps.push_back(step_from(row));
                auto task = task_from(row);
                auto& chapter = all.back();
                chapter["all"] = chapter["all"].get<int>() + 1;
                if (task["look"] == "green") chapter["done"] = chapter["done"].get<int>() + 1;
                chapter["seconds"] =
                    chapter["seconds"].get<double>() + task["seconds"].get<double>();
                steps.back()["tasks"].push_back(std::move(task));
            }
            if (steps.empty()) continue;
            all.back()["sections"].push_back(
                {{"title", section.title}, {"steps", std::move(steps)}});
        }
        for (auto& chapter : all) {
            const bool whole = chapter["done"] == chapter["all"];
            chapter["look"] = whole ? "green" : chapter["done"] == 0 ? "todo" : "yellow";
            chapter["length"] = human_seconds(chapter["seconds"].get<double>());
            chapter_done_[text_of(chapter, "id")] = whole;
        }
        return all;
    }

    static Json step_from(const PlanOutline::Row& row) {
        return {{"id", row.step}, {"title", row.title}, {"guide", join(row.guide, " ")},
            {"differs", row.differs}, {"has_differs", !row.differs.empty()}, {"expect", row.expect},
            {"has_expect", !row.expect.empty()}, {"tasks", Json::array()}};
    }

    [[nodiscard]] Json differs() const {
        Json all = Json::array();
        std::set<std::string> seen;
        for (const auto& row : outline_.tasks)
            if (!row.differs.empty() && seen.insert(row.step).second)
                all.push_back(
                    {{"title", row.title}, {"text", row.differs}, {"guide", join(row.guide, " ")}});
        return all;
    }

    [[nodiscard]] Json left() const {
        Json all = Json::array();
        if (done_ < all_)
            all.push_back({{"text", fmt::format("{} of {} tasks are not done yet: ovd-failover run "
                                                "resumes.",
                                        all_ - done_, all_)}});
        for (const auto& title : open_)
            all.push_back({{"text", "Waits for a person: " + title}});
        const auto outside = outline_.farm.value("outside", std::vector<std::string>{});
        if (!outside.empty())
            all.push_back(
                {{"text", "Outside the guide's list of platforms: " + join(outside, ", ") +
                              ". Inuvika's support does not cover it."}});
        const auto now = picture();
        struct Advice {
            bool holds;
            const char* what;
            const char* why;
        };
        const Advice advice[] = {
            {true, "Fencing.",
                "The guide leaves it out: a Session Manager that hangs, but is not dead, "
                "cannot be shut off by the other. Ask for a fence agent for your "
                "hypervisor."},
            {now.dbmy, "Backups.",
                "The database lives on dbmy now: back that up, and /etc/ovd and "
                "/var/spool/ovd of both Session Managers."},
            {now.vip, "Names.",
                "Users, certificates, monitoring and documentation should name the virtual "
                "address, not osm1."},
            {true, "Machines apart.",
                "osm1 and osm2, and pcs3 and pcs4, belong on different hosts: two "
                "nodes lost at once take the quorum along."},
            {now.dbmy, "The old database on osm1.",
                "It is stopped and kept. Once nobody wants it back: "
                "ovd-failover run --procedure remove-local-database."},
        };
        for (const auto& [holds, what, why] : advice)
            if (holds) all.push_back({{"text", fmt::format("{} {}", what, why)}});
        return all;
    }

    [[nodiscard]] Json numbers() const {
        double longest = 0;
        double total = 0;
        for (const auto& each : interruptions_) {
            longest = std::max(longest, each["seconds"].get<double>());
            total += each["seconds"].get<double>();
        }
        return {{"done", done_}, {"all", all_}, {"interruptions", interruptions_.size()},
            {"longest", not_watched_.empty() || longest > 0 ? human_seconds(longest) : "not known"},
            {"total", not_watched_.empty() ? human_seconds(total) : "not known"},
            {"sheets", sheets_.size()}};
    }

    [[nodiscard]] Json verdict() const {
        const bool red = !sheets_.empty() && sheets_.back()["red"].get<bool>();
        const auto word = [](const char* look, std::string title, std::string text) {
            return Json{{"look", look}, {"title", std::move(title)}, {"text", std::move(text)}};
        };
        if (!troubled_.empty())
            return word("red", "Stopped by a failure",
                join(troubled_, ", ") + ". " + lines(state_.last_stop + "\n").front() +
                    how_it_stands());
        if (red)
            return word("red", "The verification sheet failed",
                "Check the last sheet below before anything else.");
        if (done_ == all_ && !sheets_.empty())
            return word("green", "Done and verified",
                "Everything planned was carried out, and the last verification sheet passed.");
        if (done_ == all_)
            return word("yellow", "Done, not verified",
                "Everything planned was carried out. No verification sheet was run.");
        const auto stands = how_it_stands();
        return word(stands.empty() ? "yellow" : "red", done_ == 0 ? "Not begun" : "In progress",
            fmt::format("{} of {} tasks are done. {}{}", done_, all_,
                state_.last_stop.empty() ? "The last run ended without notice, or is still running."
                                         : lines(state_.last_stop + "\n").front(),
                stands));
    }

    /// What was under way when the journal ends, and what must not stay as it is.
    [[nodiscard]] std::string how_it_stands() const {
        auto all = standing(journal_, outline_, state_);
        for (const auto& [id, task] : state_.tasks)
            if (task.status == TaskStatus::running) all.insert(all.begin(), "running: " + id);
        return all.empty() ? "" : " Now: " + join(all, "; ") + ".";
    }

    [[nodiscard]] FarmPicture picture() const {
        const auto done = [this](const std::string& prefix) {
            return std::ranges::any_of(chapter_done_,
                [&](const auto& each) { return each.first.starts_with(prefix) && each.second; });
        };
        FarmPicture now;
        // A procedure after the migration has none of its chapters: the pair is there.
        const bool migration = chapter_done_.contains("3-database");
        const auto step = [&](const char* id) { return step_done(outline_, state_, id); };
        now.priv = !migration || done("1-");
        now.osm2 = !migration || step("deploy-osm2");
        now.dbmy = !migration || step("config-installed");
        now.vip = !migration || step("set-vip");
        now.cluster = !migration || step("six-resources");
        now.active = sheets_.empty() ? "osm1" : text_of(sheets_.back(), "active");
        // The move comes before the sheet that sees it.
        if (migration && step("move-to-osm2") && !step("sheet-after-failover")) now.active = "osm2";
        now.title = "The farm now";
        return now;
    }

    const std::vector<Record>& journal_;
    RunState state_;
    WallTime now_;
    PlanOutline outline_;
    std::string operator_; ///< who began the run that is being read
    Json interruptions_ = Json::array();
    Json not_watched_ = Json::array();
    Json sheets_;
    Json warnings_ = Json::array();
    std::map<std::string, Json> commands_;
    std::map<std::string, Json> answers_;
    std::map<std::string, Json> notes_;
    std::map<std::string, std::string> who_;
    std::map<std::string, bool> chapter_done_;
    std::vector<std::string> troubled_;
    std::vector<std::string> open_;
    std::size_t all_ = 0;
    std::size_t done_ = 0;
};

} // namespace

Result<Json> report_data(const std::vector<Record>& journal, WallTime now) {
    return Report(journal, now).data();
}

} // namespace ovd
