// SPDX-License-Identifier: Apache-2.0
#include "ui/plan_text.h"

#include "base/text.h"

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
    const auto recorded = show.journal.tasks.find(plan.tasks[task].id);
    const auto finding = show.findings.find(task);
    const bool seen = finding != show.findings.end();
    if (recorded != show.journal.tasks.end() && recorded->second.state == TaskState::ok) {
        if (seen && finding->second.state == Finding::State::not_done)
            return "was done by this run, but no longer looks so";
        if (recorded->second.digest != plan.details[task].digest)
            return "done, by an older plan than this one";
        return "done " + recorded->second.ended;
    }
    if (seen && finding->second.superseded) return "done: a later step has taken over";
    if (seen && finding->second.state == Finding::State::done) return "already so";
    if (seen && finding->second.state == Finding::State::cannot_tell)
        return "CANNOT TELL: " + finding->second.detail;
    if (recorded != show.journal.tasks.end() && recorded->second.state != TaskState::untouched)
        return std::string(to_string(recorded->second.state));
    return "to do";
}

void show_operation(Page& page, const Operation& op) {
    if (const auto* run = std::get_if<RunOp>(&op)) {
        page.verbatim(run->command, "      ");
        if (!run->input.empty()) {
            page.line("    with this on stdin:");
            page.verbatim(run->input.display(), "      ");
        }
    } else if (const auto* put = std::get_if<PutOp>(&op)) {
        page.line(fmt::format("    {}:", title_of(*put)));
        page.verbatim(put->content.display(), "      | ");
    } else if (const auto* ask = std::get_if<AskOp>(&op)) {
        page.prose(ask->question, "    ", "asks: ");
        if (!ask->look.empty()) page.prose(ask->look, "    ", "look at: ");
        if (!ask->hook.empty())
            page.prose(
                fmt::format("(a hook named {} in farm.toml answers instead)", ask->hook), "    ");
    } else if (const auto* admin = std::get_if<AdminOp>(&op)) {
        page.prose(title_of(op), "    ");
        page.verbatim(admin->command.empty() ? admin->look : admin->command, "      ");
        page.line("    with this on stdin:");
        page.verbatim(admin->input.display(), "      ");
        page.prose(admin->ask.question, "    ", "where it gives no clear answer, asks: ");
    } else {
        page.prose(title_of(op), "    ");
        if (const auto* wait = std::get_if<WaitOp>(&op)) page.verbatim(wait->command, "      ");
    }
}

/// Whether a failure in the section of this step undoes what was done there.
bool is_put_back(const Guide& guide, const Step& step) {
    for (const auto& chapter : guide.chapters)
        for (const auto& section : chapter.sections)
            if (section.id == step.section) return section.put_back;
    return false;
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
                      ? fmt::format("    then looks, for at most {} s:", check.within.count())
                      : "    then looks:");
        page.verbatim(check.command, "      ");
        if (!check.input.empty()) page.verbatim(check.input.display(), "      stdin: ");
    }
    if (detail.undo.empty() || !is_put_back(plan.guide, *plan.tasks[task].step)) return;
    page.line("    if something fails in this section, this is put back by:");
    for (const auto& op : detail.undo)
        show_operation(page, op);
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

} // namespace

bool is_done(const Plan& plan, std::size_t task, const PlanShow& show) {
    const auto finding = show.findings.find(task);
    if (finding != show.findings.end() && finding->second.state == Finding::State::done)
        return true;
    const auto recorded = show.journal.tasks.find(plan.tasks[task].id);
    if (recorded == show.journal.tasks.end() || recorded->second.state != TaskState::ok)
        return false;
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
            page.line(
                fmt::format("For {} of them it cannot be told whether they are done.", unknown));
    }
    return page.text();
}

} // namespace ovd
