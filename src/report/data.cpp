// SPDX-License-Identifier: Apache-2.0
#include "report/drawing.h"
#include "report/outline.h"
#include "report/report.h"
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
            if (text_of(record, "kind") == "outline") outline_ = record;
    }

    Result<Record> data() {
        if (outline_.empty())
            return fail(Kind::journal, "This journal does not say what the plan was.",
                "Only runs of this version can be reported on: ovd-failover run writes it.");
        collect();
        Record json;
        json["farm"] = text_of(outline_["farm"], "name");
        json["made"] = shown_time(iso_time(now_));
        json["chapters"] = chapters();
        json["interruptions"] = interruptions_;
        json["not_watched"] = not_watched_;
        json["never"] = interruptions_.empty() && not_watched_.empty();
        json["sheets"] = sheets_;
        json["runs"] = runs();
        json["differs"] = differs();
        json["letters"] = outline_["farm"].value("letters", Record::array());
        json["warnings"] = warnings_;
        json["left"] = left();
        json["numbers"] = numbers();
        json["verdict"] = verdict();
        json["before"] = drawing(outline_["farm"], {.title = "The farm before"});
        json["after"] = drawing(outline_["farm"], picture());
        return json;
    }

private:
    /// One pass over the journal: what belongs to each task, and what to no one.
    void collect() {
        std::string who;
        for (const auto& record : journal_) {
            const auto kind = text_of(record, "kind");
            const auto task = text_of(record, "task");
            if (kind == "begin") who = text_of(record, "who");
            if (kind == "task") who_[task] = who;
            if (kind == "sent") commands_[task].push_back(command_from(record));
            if (kind == "ended") note_end(task, record);
            if (kind == "answer" && text_of(record, "question") == red_sheet_question &&
                text_of(record, "answer") == "done")
                warnings_.push_back({{"task", task},
                    {"text", fmt::format("The verification sheet was red, and {} said to go on.",
                                 text_of(record, "who"))}});
            if (kind == "answer") answers_[task].push_back(answer_from(record));
            if (kind == "looked" || kind == "put back")
                notes_[task].push_back({{"time", shown_time(text_of(record, "time"))},
                    {"text", kind == "looked" ? "found: " + text_of(record, "found")
                                              : "put back: " + text_of(record, "command")}});
        }
        sheets_ = sheet_pages(journal_);
        for (const auto& record : interruptions(journal_))
            interruptions_.push_back(interruption_from(record));
        for (const auto& title : not_watched(journal_, outline_))
            not_watched_.push_back({{"title", title}});
    }

    static Record command_from(const Record& record) {
        return {{"job", text_of(record, "job")}, {"command", text_of(record, "command")},
            {"stdin", text_of(record, "stdin")}, {"has_stdin", record.contains("stdin")},
            {"status", "its end is not known"}, {"output", ""}, {"has_output", false}};
    }

    void note_end(const std::string& task, const Record& record) {
        for (auto& command : commands_[task])
            if (command["job"] == text_of(record, "job")) {
                const auto output = trim(text_of(record, "output"));
                command["status"] = fmt::format("status {}, {}", record.value("status", -1),
                    human_seconds(record.value("finished", 0.0) - record.value("started", 0.0)));
                command["output"] = output;
                command["has_output"] = !output.empty();
            }
    }

    static Record answer_from(const Record& record) {
        return {{"question", text_of(record, "question")}, {"answer", text_of(record, "answer")},
            {"text", text_of(record, "text")}, {"by", text_of(record, "by")},
            {"who", text_of(record, "who")}, {"time", shown_time(text_of(record, "time"))}};
    }

    std::string title_of(const std::string& task) const {
        for (const auto& row : outline_["tasks"])
            if (text_of(row, "task") == task) return text_of(row, "title");
        return task;
    }

    Record interruption_from(const Record& record) const {
        const double seconds = record.value("seconds", 0.0);
        const auto limit = record.value("limit", 0L);
        const bool back = !text_of(record, "to").empty();
        return {{"from", shown_time(text_of(record, "from"))},
            {"from_iso", text_of(record, "from")}, {"to_iso", text_of(record, "to")},
            {"seconds", seconds},
            {"length", !back                            ? "not back when last seen"
                       : record.value("at most", false) ? "at most " + human_seconds(seconds)
                                                        : human_seconds(seconds)},
            {"task", text_of(record, "task")}, {"title", title_of(text_of(record, "task"))},
            {"over", limit > 0 && seconds > static_cast<double>(limit)}, {"limit", limit}};
    }

    Record task_from(const Record& row) {
        const auto id = text_of(row, "task");
        const auto found = state_.tasks.find(id);
        const TaskRecord record = found == state_.tasks.end() ? TaskRecord{} : found->second;
        const bool ok = record.state == TaskState::ok;
        const bool bad = record.state == TaskState::failed || record.state == TaskState::unknown;
        const std::string look = ok                                     ? "green"
                                 : bad                                  ? "red"
                                 : record.state == TaskState::untouched ? "todo"
                                                                        : "yellow";
        if (record.message.find("warning:") == 0 ||
            (ok && record.how != "already" &&
                record.message.find("Nothing on") != std::string::npos))
            warnings_.push_back({{"task", id}, {"text", record.message}});
        const auto node = text_of(row, "node");
        Record task{{"task", id}, {"node", node.empty() ? "operator" : node},
            {"state", ok ? (record.how.empty() ? "done" : record.how)
                      : record.state == TaskState::untouched
                          ? "to do"
                          : std::string(to_string(record.state))},
            {"look", look}, {"ended", shown_time(record.ended)}, {"seconds", record.seconds},
            {"length", ok ? human_seconds(record.seconds) : ""}, {"who", who_[id]},
            {"message", record.message}, {"has_message", !record.message.empty()},
            {"attempts", record.attempts}, {"commands", Record::array()},
            {"answers", Record::array()}, {"notes", Record::array()}};
        if (commands_.contains(id)) task["commands"] = commands_[id];
        if (answers_.contains(id)) task["answers"] = answers_[id];
        if (notes_.contains(id)) task["notes"] = notes_[id];
        task["has_more"] = !task["commands"].empty() || !task["answers"].empty() ||
                           !task["notes"].empty() || !record.message.empty();
        ++all_;
        if (ok) ++done_;
        if (bad) troubled_.push_back(id);
        if (record.state == TaskState::open) open_.push_back(title_of(id));
        return task;
    }

    Record chapters() {
        Record all = Record::array();
        for (const auto& section : outline_["sections"]) {
            const auto chapter_id = text_of(section, "chapter");
            if (all.empty() || text_of(all.back(), "id") != chapter_id)
                all.push_back({{"id", chapter_id}, {"title", text_of(section, "chapter_title")},
                    {"sections", Record::array()}, {"done", 0}, {"all", 0}, {"seconds", 0.0}});
            Record steps = Record::array();
            for (const auto& row : outline_["tasks"]) {
                if (text_of(row, "section") != text_of(section, "id")) continue;
                if (steps.empty() || text_of(steps.back(), "id") != text_of(row, "step"))
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
                {{"title", text_of(section, "title")}, {"steps", std::move(steps)}});
        }
        for (auto& chapter : all) {
            const bool whole = chapter["done"] == chapter["all"];
            chapter["look"] = whole ? "green" : chapter["done"] == 0 ? "todo" : "yellow";
            chapter["length"] = human_seconds(chapter["seconds"].get<double>());
            chapter_done_[text_of(chapter, "id")] = whole;
        }
        return all;
    }

    static Record step_from(const Record& row) {
        return {{"id", text_of(row, "step")}, {"title", text_of(row, "title")},
            {"guide", join(row.value("guide", std::vector<std::string>{}), " ")},
            {"differs", text_of(row, "differs")}, {"has_differs", row.contains("differs")},
            {"expect", text_of(row, "expect")}, {"has_expect", row.contains("expect")},
            {"tasks", Record::array()}};
    }

    /// One bar for each run that did something.
    Record runs() {
        Record all = Record::array();
        RunBar now;
        double began = 0;
        std::string who;
        std::string since;
        const auto section_of = sections_of_tasks();
        const auto close = [&](double end, const std::string& why) {
            if (began > 0 && !now.parts.empty()) {
                now.seconds = end - began;
                // What lies on top is drawn last.
                const auto layer = [](const RunBar::Part& part) {
                    return part.look == "chapter" ? 0 : part.look == "away" ? 1 : 2;
                };
                std::ranges::stable_sort(now.parts, {}, layer);
                all.push_back({{"from", shown_time(since)}, {"who", who}, {"why", why},
                    {"length", human_seconds(now.seconds)}, {"bar", bar(now)}});
            }
            now = {};
            began = 0;
        };
        double last = 0;
        for (const auto& record : journal_) {
            const auto kind = text_of(record, "kind");
            const double time = epoch_of(text_of(record, "time"));
            if (kind == "begin") {
                close(last, "it ended without a word");
                began = time;
                who = text_of(record, "who");
                since = text_of(record, "time");
            }
            if (time > 0) last = time;
            if (began == 0) continue;
            if (kind == "task") add_chapter(now, section_of, record, time - began);
            if (kind == "sheet")
                now.parts.push_back({"sheet " + text_of(record, "title"), time - began,
                    time - began, record.value("red", true) ? "red" : "green"});
            if (kind == "away" && record.value("seconds", 0.0) > 0) {
                const double from = epoch_of(text_of(record, "from")) - began;
                now.parts.push_back({"away " + human_seconds(record.value("seconds", 0.0)), from,
                    from + record.value("seconds", 0.0), "away"});
            }
            if (kind == "stop") close(time, lines(text_of(record, "why") + "\n").front());
        }
        close(last, "it ended without a word");
        for (auto& run : all)
            run["many"] = all.size() > 1;
        return all;
    }

    [[nodiscard]] std::map<std::string, std::string> sections_of_tasks() const {
        std::map<std::string, std::string> chapters;
        std::map<std::string, std::string> found;
        for (const auto& section : outline_["sections"])
            chapters[text_of(section, "id")] = text_of(section, "chapter_title");
        for (const auto& row : outline_["tasks"])
            found[text_of(row, "task")] = chapters[text_of(row, "section")];
        return found;
    }

    /// A chapter's part of the bar grows as its tasks begin and end.
    static void add_chapter(RunBar& run, const std::map<std::string, std::string>& chapters,
        const Record& record, double time) {
        const auto found = chapters.find(text_of(record, "task"));
        if (found == chapters.end()) return;
        const auto title = found->second.substr(0, found->second.find(':'));
        auto part = std::ranges::find_if(run.parts, [&](const RunBar::Part& each) {
            return each.look == "chapter" && each.title == title;
        });
        if (part == run.parts.end()) {
            run.parts.push_back({title, time, time, "chapter"});
            return;
        }
        part->to = std::max(part->to, time);
    }

    [[nodiscard]] Record differs() const {
        Record all = Record::array();
        std::set<std::string> seen;
        for (const auto& row : outline_["tasks"])
            if (row.contains("differs") && seen.insert(text_of(row, "step")).second)
                all.push_back({{"title", text_of(row, "title")}, {"text", text_of(row, "differs")},
                    {"guide", join(row.value("guide", std::vector<std::string>{}), " ")}});
        return all;
    }

    [[nodiscard]] Record left() const {
        Record all = Record::array();
        if (done_ < all_)
            all.push_back({{"text", fmt::format("{} of {} tasks are not done yet: ovd-failover run "
                                                "goes on.",
                                        all_ - done_, all_)}});
        for (const auto& title : open_)
            all.push_back({{"text", "Waits for a person: " + title}});
        const auto outside = outline_["farm"].value("outside", std::vector<std::string>{});
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

    [[nodiscard]] Record numbers() const {
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

    [[nodiscard]] Record verdict() const {
        const bool red = !sheets_.empty() && sheets_.back()["red"].get<bool>();
        const auto word = [](const char* look, std::string title, std::string text) {
            return Record{{"look", look}, {"title", std::move(title)}, {"text", std::move(text)}};
        };
        if (!troubled_.empty())
            return word("red", "Stopped by a failure",
                join(troubled_, ", ") + ". " + lines(state_.last_stop + "\n").front() +
                    how_it_stands());
        if (red)
            return word("red", "The verification sheet is red",
                "Look at the last sheet below before anything else.");
        if (done_ == all_ && !sheets_.empty())
            return word("green", "Done and verified",
                "Everything planned was carried out, and the last verification sheet is green.");
        if (done_ == all_)
            return word("yellow", "Done, not verified",
                "Everything planned was carried out. No verification sheet was gone through.");
        const auto stands = how_it_stands();
        return word(stands.empty() ? "yellow" : "red", done_ == 0 ? "Not begun" : "Under way",
            fmt::format("{} of {} tasks are done. {}{}", done_, all_,
                state_.last_stop.empty() ? "The last run ended without a word, or is still at work."
                                         : lines(state_.last_stop + "\n").front(),
                stands));
    }

    /// What was under way when the journal ends, and what must not stay as it is.
    [[nodiscard]] std::string how_it_stands() const {
        auto all = standing(journal_, outline_, state_);
        for (const auto& [id, task] : state_.tasks)
            if (task.state == TaskState::under_way) all.insert(all.begin(), "under way: " + id);
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
    Record outline_;
    Record interruptions_ = Record::array();
    Record not_watched_ = Record::array();
    Record sheets_;
    Record warnings_ = Record::array();
    std::map<std::string, Record> commands_;
    std::map<std::string, Record> answers_;
    std::map<std::string, Record> notes_;
    std::map<std::string, std::string> who_;
    std::map<std::string, bool> chapter_done_;
    std::vector<std::string> troubled_;
    std::vector<std::string> open_;
    std::size_t all_ = 0;
    std::size_t done_ = 0;
};

} // namespace

Result<Record> report_data(const std::vector<Record>& journal, WallTime now) {
    return Report(journal, now).data();
}

} // namespace ovd
