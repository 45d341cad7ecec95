// SPDX-License-Identifier: Apache-2.0
#include "ui/plan_text.h"

#include "base/text.h"
#include "engine/run_summary.h"
#include "engine/survey.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// Collects lines of at most the given width; commands are never broken, they must be copied whole.
class Page {
public:
    explicit Page(std::size_t width) : width_(width) {}

    void line(const std::string& text = {}) { text_ += text + "\n"; }
    /// What follows a title on its line, or has a line of its own where it does not fit.
    void titled(const std::string& mark, const std::string& title, const std::string& rest) {
        const auto whole = mark + title + (rest.empty() ? "" : "  " + rest);
        if (columns(whole) <= width_) return line(whole);
        prose(title, "", mark);
        if (!rest.empty()) prose(rest, std::string(columns(mark), ' '));
    }
    void prose(const std::string& text, const std::string& indent, const std::string& label = {}) {
        auto lead = indent + label;
        const auto room = width_ > lead.size() + 20 ? width_ - columns(lead) : 20;
        for (const auto& part : wrap(text, room)) {
            line(lead + part);
            lead = std::string(columns(lead), ' ');
        }
    }
    void verbatim(const std::string& text, const std::string& indent) {
        for (const auto& part : lines(text))
            line(part.empty() ? "" : indent + part);
    }
    [[nodiscard]] std::string text() const { return text_; }

private:
    std::size_t width_;
    std::string text_;
};

std::string state_of(const Plan& plan, std::size_t task, const PlanShow& show) {
    const auto& record = show.journal.task(plan.tasks[task].id);
    const auto finding = show.findings.find(task);
    const bool seen = finding != show.findings.end();
    if (record.is_done()) {
        if (seen && finding->second.state == Finding::State::not_done)
            return "was done by this run, but its probe says no now";
        if (!is_same_plan(plan.details[task], record))
            return "done, by an older plan than this one";
        return "done " + record.ended;
    }
    if (seen && finding->second.superseded) return "done: a later step has taken over";
    if (seen && finding->second.state == Finding::State::done) return "already so";
    if (seen && finding->second.state == Finding::State::cannot_tell)
        return "CANNOT TELL: " + finding->second.detail;
    return record.status == TaskStatus::pending ? "to do" : std::string(to_string(record.status));
}

/// Shows what an operation is, for the page of a plan.
class OperationText {
public:
    explicit OperationText(Page& page) : page_(page) {}

    void operator()(const RunOp& run) {
        page_.verbatim(run.command, "      ");
        input(run.input);
    }
    void operator()(const PutOp& put) {
        page_.line(fmt::format("    {}:", title_of(put)));
        page_.verbatim(put.content.display(), "      | ");
    }
    void operator()(const AskOp& ask) {
        page_.prose(ask.question, "    ", "asks: ");
        if (!ask.look.empty()) page_.prose(ask.look, "    ", "check: ");
        if (!ask.hook.empty())
            page_.prose(
                fmt::format("(a hook named {} in farm.toml answers instead)", ask.hook), "    ");
    }
    void operator()(const WaitOp& wait) {
        page_.prose(title_of(wait), "    ");
        page_.verbatim(wait.command, "      ");
    }
    void operator()(const SheetOp& sheet) { page_.prose(title_of(sheet), "    "); }
    void operator()(const AdminOp& admin) {
        page_.prose(title_of(admin), "    ");
        page_.verbatim(admin.command.empty() ? admin.look : admin.command, "      ");
        input(admin.input);
        page_.prose(admin.ask.question, "    ", "where it gives no clear answer, asks: ");
    }

private:
    void input(const Content& content) {
        if (content.empty()) return;
        page_.line("    with this on stdin:");
        page_.verbatim(content.display(), "      ");
    }

    Page& page_;
};

void show_operation(Page& page, const Operation& op) {
    std::visit(OperationText(page), op);
}

void show_task(Page& page, const Plan& plan, std::size_t task, const PlanShow& show) {
    const auto& detail = plan.details[task];
    const auto& node = plan.tasks[task].node;
    page.line("");
    page.prose(fmt::format("on {}{}", node.empty() ? "the operator's machine" : node,
                   show.live ? ": " + state_of(plan, task, show) : ""),
        "  ");
    if (show.live && is_done(plan, task, show)) return;
    for (const auto& fetch : detail.fetch)
        page.prose(
            fmt::format("reads {} on {}, as {}", fetch.path, fetch.node, fetch.name), "    ");
    for (const auto& op : detail.ops)
        show_operation(page, op);
    for (const auto& check : detail.checks) {
        page.line(check.within.count() > 0
                      ? fmt::format("    then checks, for at most {} s:", check.within.count())
                      : "    then checks:");
        page.verbatim(check.command, "      ");
        if (!check.input.empty()) page.verbatim(check.input.display(), "      stdin: ");
    }
    if (detail.undo.empty() || !is_rolled_back(plan.guide, plan.tasks[task].step->section)) return;
    page.line("    if something fails in this section, this is rolled back by:");
    for (const auto& op : detail.undo)
        show_operation(page, op);
    if (detail.keep.empty()) return;
    page.line("    unless, when its guard fires, this says that users are served by it:");
    page.verbatim(detail.keep, "      ");
}

void show_step(Page& page, const Plan& plan, const Step& step,
    const std::vector<std::size_t>& tasks, const PlanShow& show) {
    page.line("");
    page.titled("* ", step.title,
        fmt::format(
            "[{}]{}", step.id, step.guide.empty() ? "" : "  guide: " + join(step.guide, " ")));
    page.prose(step.why, "  ");
    if (step.disruptive) {
        const auto& expect = plan.details[tasks.front()].expect;
        page.prose(expect.empty() ? "yes" : expect, "  ", "USERS NOTICE: ");
    }
    if (!plan.details[tasks.front()].differs.empty())
        page.prose(plan.details[tasks.front()].differs, "  ", "Differs from the guide: ");
    // Nodes on which the very same thing is done are shown once.
    for (const auto task : tasks)
        show_task(page, plan, task, show);
}

std::map<std::string, std::vector<std::size_t>> by_step(const Plan& plan) {
    std::map<std::string, std::vector<std::size_t>> grouped;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i)
        grouped[plan.tasks[i].step->id].push_back(i);
    return grouped;
}

void show_titles(Page& page, const Plan& plan, const Step& step,
    const std::vector<std::size_t>& tasks, const PlanShow& show) {
    std::vector<std::string> nodes;
    std::size_t done = 0;
    for (const auto task : tasks) {
        nodes.push_back(plan.tasks[task].node.empty() ? "-" : plan.tasks[task].node);
        if (is_done(plan, task, show)) ++done;
    }
    const auto state = !show.live ? "" : done == tasks.size() ? "done  " : "to do ";
    page.titled(fmt::format("  {}{:<28} ", state, step.id), step.title,
        fmt::format("({})", join(nodes, " ")));
}

/// What a section with a guard is.
std::string guarded_text() {
    return fmt::format("GUARDED: from its first step that users notice to its last nobody is asked "
                       "anything, and whatever goes wrong it is rolled back. Should this program, "
                       "its machine or the connection be gone for {} s, or the node restart, the "
                       "node does so by itself.",
        guard_after.count());
}

} // namespace

bool is_done(const Plan& plan, std::size_t task, const PlanShow& show) {
    const auto finding = show.findings.find(task);
    if (finding != show.findings.end() && finding->second.state == Finding::State::done)
        return true;
    if (!show.journal.task(plan.tasks[task].id).is_done()) return false;
    return finding == show.findings.end() || finding->second.state == Finding::State::journal_only;
}

std::string outside_guide(const Plan& plan) {
    std::vector<std::string> nodes;
    for (const auto& node : plan.farm.nodes) {
        const auto platform = plan.guide.platforms.find(node.platform);
        if (platform != plan.guide.platforms.end() && !platform->second.in_guide)
            nodes.push_back(fmt::format("{} ({})", node.id, node.platform));
    }
    if (nodes.empty()) return {};
    return fmt::format("OUTSIDE THE GUIDE'S LIST of platforms: {}. The nearest form is taken, and "
                       "Inuvika's support does not cover it.",
        join(nodes, ", "));
}

std::string plan_text(const Plan& plan, const PlanShow& show) {
    Page page(show.width);
    const auto grouped = by_step(plan);
    std::size_t left = 0;
    std::size_t unknown = 0;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        if (!show.steps.empty() && !show.steps.contains(plan.tasks[i].step->id)) continue;
        if (!is_done(plan, i, show)) ++left;
        const auto finding = show.findings.find(i);
        if (finding != show.findings.end() && finding->second.state == Finding::State::cannot_tell)
            ++unknown;
    }
    page.line(fmt::format("The plan for the farm {}: {} steps, {} tasks.", plan.farm.name,
        grouped.size(), plan.tasks.size()));
    page.prose("Every command runs as root on the node named. <secret NAME> and <read NAME> are "
               "filled in at the moment of sending and never shown. Before its first change a run "
               "locks each node by a small file there, and releases it at its end.",
        "");
    for (const auto& id : plan.farm.to_the_letter)
        page.prose(plan.guide.letters.at(id), "", fmt::format("TO THE LETTER, {}: ", id));
    if (const auto outside = outside_guide(plan); !outside.empty()) page.prose(outside, "");
    for (const auto& node : plan.farm.nodes)
        if (!node.facts.empty() && show.steps.empty()) {
            std::vector<std::string> found;
            for (const auto& [name, value] : node.facts)
                if (name != "began" && name != "asked") found.push_back(name + " " + value);
            if (found.empty()) continue;
            page.prose(fmt::format("Found on {}: {}.", node.id, join(found, ", ")), "");
        }
    for (const auto& chapter : plan.guide.chapters)
        for (const auto& section : chapter.sections) {
            bool headed = false;
            for (const auto& step : section.steps) {
                const auto tasks = grouped.find(step.id);
                if (tasks == grouped.end()) continue;
                if (!show.steps.empty() && !show.steps.contains(step.id)) continue;
                if (!headed) {
                    page.line("");
                    page.prose(fmt::format("{} / {} ==", chapter.title, section.title), "", "== ");
                    page.line(fmt::format("   {}", section.id));
                    if (section.guard) page.prose(guarded_text(), "   ");
                    headed = true;
                }
                if (show.titles)
                    show_titles(page, plan, step, tasks->second, show);
                else
                    show_step(page, plan, step, tasks->second, show);
            }
        }
    page.line("");
    if (show.live) {
        if (left == 0)
            page.line(show.steps.empty() ? "Nothing is left to do."
                                         : "Nothing of what was chosen is left to do.");
        if (left > 0) page.line(fmt::format("{} tasks are left to do.", left));
        if (unknown > 0)
            page.line(fmt::format("For {} of them it is unknown whether they are done.", unknown));
    }
    return page.text();
}

} // namespace ovd
