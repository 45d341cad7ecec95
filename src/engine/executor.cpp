// SPDX-License-Identifier: Apache-2.0
#include "engine/executor.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

/// How soon a service that is down for too long is noticed; what ends wakes the run by itself.
constexpr Millis look_around{500};
/// How long rolling back waits for a node that users do not notice.
constexpr Millis short_patience{15'000};

bool changes_node(const TaskPlan& detail) {
    return std::ranges::any_of(
        detail.ops, [](const Operation& op) { return !command_of(op).empty(); });
}

} // namespace

bool Executor::chosen(std::size_t task) const {
    return options_.steps.empty() || options_.steps.contains(tools_.plan.tasks[task].step->id);
}

/// Looks at everything once: what a later step has taken over is done, and what the journal calls
/// done but no longer looks so is told. Nothing is done twice for that reason alone.
Done Executor::look_first() {
    const auto& plan = tools_.plan;
    marks_.assign(plan.tasks.size(), Mark::waiting);
    by_hand_.assign(plan.tasks.size(), false);
    const auto found = tools_.looker.look(tasks_to_look_at(plan));
    if (auto ok = all_known(found); !ok) return ok;
    const auto findings = settle(plan, state_, found);
    std::set<std::string> to_approve;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i)
        if (changes_node(plan.details[i]) && findings.at(i).state != Finding::State::done)
            to_approve.insert(plan.tasks[i].step->id);
    // Only what would change a node needs a person's word; questions and looks speak for
    // themselves.
    for (const auto& task : plan.tasks)
        if (!to_approve.contains(task.step->id)) approved_.insert(task.step->id);
    // What a later step was about to end need not look done: that step finishes first.
    const auto being_ended = [&](const Step& step) {
        return std::ranges::any_of(plan.tasks, [&](const auto& other) {
            const auto known = state_.tasks.find(other.id);
            return other.step->id == step.holds_until && known != state_.tasks.end() &&
                   (known->second.state == TaskState::under_way ||
                       known->second.state == TaskState::unknown);
        });
    };
    std::set<std::string> unfinished; // sections that are rolled back when they fail
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        const auto recorded = state_.tasks.find(plan.tasks[i].id);
        const bool ok = recorded != state_.tasks.end() && recorded->second.state == TaskState::ok;
        if (!ok && !findings.at(i).superseded && has_way_back(plan.tasks[i].step->section))
            unfinished.insert(plan.tasks[i].step->section);
    }
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        const auto& task = plan.tasks[i];
        const auto& finding = findings.at(i);
        const auto recorded = state_.tasks.find(task.id);
        const bool ok = recorded != state_.tasks.end() && recorded->second.state == TaskState::ok;
        const auto* node = plan.farm.node(task.node);
        const auto* server = plan.farm.server(task.node);
        by_hand_[i] = (node != nullptr && node->by_hand) || (server != nullptr && server->by_hand);
        const bool again = options_.again && options_.steps.contains(task.step->id);
        if (again) continue;
        // A section that has not come to its end may have been rolled back where no journal could
        // be written: what has a way back and does not look done is done anew.
        if (ok && finding.state == Finding::State::not_done && !finding.superseded &&
            !plan.details[i].undo.empty() && unfinished.contains(task.step->section)) {
            tools_.view.note(
                task.id, "was done by this run, but no longer looks so: it is done again");
            continue;
        }
        if (ok || finding.superseded) marks_[i] = Mark::done;
        if (ok && finding.state == Finding::State::not_done && !being_ended(*task.step))
            summary_.drift.push_back(task.id);
        if (ok && recorded->second.digest != plan.details[i].digest)
            tools_.view.note(
                task.id, "was done by an older plan than this one; plan --live shows it");
    }
    for (const auto& id : summary_.drift)
        tools_.view.note(id,
            "was done by this run, but no longer looks so; it is not touched again "
            "unless you say: run --only STEP --again");
    return {};
}

/// A chosen step must not run before what it needs: that is an error before anything runs.
Done Executor::check_order() const {
    const auto& plan = tools_.plan;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        if (!chosen(i) || marks_[i] == Mark::done) continue;
        for (const auto before : plan.tasks[i].after)
            if (!chosen(before) && marks_[before] != Mark::done)
                return fail(Kind::usage,
                    fmt::format("{} needs {} first, and that is not done.", plan.tasks[i].id,
                        plan.tasks[before].id),
                    fmt::format("Type: ovd-failover run --to {}", plan.tasks[i].step->id));
    }
    return {};
}

std::vector<std::size_t> Executor::ready() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        if (marks_[i] != Mark::waiting || !chosen(i)) continue;
        if (skipped_.contains(tools_.plan.tasks[i].step->id)) continue;
        const auto& after = tools_.plan.tasks[i].after;
        if (std::ranges::all_of(after, [this](auto t) { return marks_[t] == Mark::done; }))
            found.push_back(i);
    }
    return found;
}

std::size_t Executor::running() const {
    return static_cast<std::size_t>(std::ranges::count(marks_, Mark::running));
}

void Executor::announce_section(std::size_t task) {
    const auto& id = tools_.plan.tasks[task].step->section;
    if (!announced_.insert(id).second) return;
    for (const auto& chapter : tools_.plan.guide.chapters)
        for (const auto& section : chapter.sections)
            if (section.id == id) tools_.view.section(id, section.title);
}

Result<bool> Executor::may_begin(std::size_t task) {
    const auto& step = *tools_.plan.tasks[task].step;
    if (options_.yes || approved_all_ || approved_.contains(step.id) ||
        approved_section_ == step.section)
        return true;
    if (running() > 0) return false; // one question at a time, about one step at a time
    tools_.view.pause();
    auto choice = tools_.asker.before(step, "");
    tools_.view.resume();
    if (!choice) return tl::unexpected(choice.error());
    switch (*choice) {
    case Asker::Choice::run:
        approved_.insert(step.id);
        return true;
    case Asker::Choice::run_section:
        approved_section_ = step.section;
        return true;
    case Asker::Choice::run_all:
        approved_all_ = true;
        return true;
    case Asker::Choice::by_hand:
        approved_.insert(step.id);
        for (std::size_t i = 0; i < marks_.size(); ++i)
            if (tools_.plan.tasks[i].step == &step) by_hand_[i] = true;
        return true;
    case Asker::Choice::skip:
        skipped_.insert(step.id);
        return false;
    case Asker::Choice::stop:
        return fail(Kind::stopped, fmt::format("Stopped before {}.", step.id),
            "Go on with: ovd-failover run");
    }
    return false;
}

void Executor::start(std::size_t task, std::stop_token stop) {
    announce_section(task);
    marks_[task] = Mark::running;
    const auto& id = tools_.plan.tasks[task].id;
    const TaskRecord before = state_.tasks.contains(id) ? state_.tasks.at(id) : TaskRecord{};
    workers_[task] = tools_.threads.start([this, task, before, stop, by_hand = by_hand_[task]](
                                              const std::stop_token&) {
        const auto outcome = [&]() -> TaskOutcome {
            try {
                if (changes_node(tools_.plan.details[task]))
                    if (auto ok = locks_->hold(tools_.plan.tasks[task].node); !ok)
                        return {Ended::failed, ok.error()};
                return run_task(tools_, task, before, by_hand, stop);
            } catch (const std::exception& error) {
                return {Ended::unknown,
                    Error{Kind::unknown, tools_.plan.tasks[task].id + ": " + error.what(),
                        "This is a defect of ovd-failover. Run again: the node is looked at first.",
                        {}}};
            }
        }();
        const std::scoped_lock lock(mutex_);
        finished_.push_back({task, outcome});
        changed_->notify();
    });
}

void Executor::handle(const Finished& finished, std::stop_token stop) {
    const auto& task = tools_.plan.tasks[finished.task];
    auto& mark = marks_[finished.task];
    switch (finished.outcome.ended) {
    case Ended::done:
    case Ended::by_hand:
        ++summary_.carried_out;
        mark = Mark::done;
        return;
    case Ended::already:
        ++summary_.already;
        mark = Mark::done;
        return;
    case Ended::open:
        mark = Mark::open;
        summary_.open.push_back(task.id);
        return;
    default:
        break;
    }
    mark = Mark::failed;
    const auto& error = *finished.outcome.error;
    failures_.insert_or_assign(finished.task, error);
    // Where there is a way back it is taken first, and nobody is asked while the service may be
    // down.
    if (error.kind != Kind::stopped && !rolls_back(finished.task, error) &&
        tools_.asker.interactive() && !stop.stop_requested()) {
        tools_.view.pause();
        tools_.view.error(error);
        auto choice = tools_.asker.after_failure(task, error);
        tools_.view.resume();
        if (choice && *choice != Asker::Mend::stop) {
            state_ = tools_.journal.state();
            by_hand_[finished.task] = *choice == Asker::Mend::by_hand;
            mark = Mark::waiting;
            failures_.erase(finished.task);
            return;
        }
    }
    // The first real cause stays. A stop that was asked for gives way to it, and everything to what
    // cannot be told.
    const auto rank = [](Kind kind) {
        return kind == Kind::stopped ? 0 : kind == Kind::unknown ? 2 : 1;
    };
    if (!summary_.error || rank(error.kind) > rank(summary_.error->kind)) summary_.error = error;
}

void Executor::take_finished(std::stop_token stop) {
    std::deque<Finished> taken;
    {
        std::unique_lock lock(mutex_);
        if (finished_.empty()) changed_->wait(lock, look_around);
        taken.swap(finished_);
    }
    for (const auto& finished : taken) {
        workers_.erase(finished.task); // it is at its end
        handle(finished, stop);
    }
}

/// Undoes what the journal proves was done in this section, last first, and goes on past what
/// cannot be undone: what brings the service back comes near the end, and must not depend on the
/// rest.
void Executor::put_back(const std::string& section) {
    const auto now = tools_.journal.state();
    const auto& plan = tools_.plan;
    // The node that users notice is waited for; the others must not keep them waiting.
    std::set<std::string> patient;
    for (const auto& task : plan.tasks)
        if (task.step->section == section && task.step->disruptive) patient.insert(task.node);
    std::size_t count = 0;
    std::vector<Error> left;
    for (std::size_t i = plan.tasks.size(); i-- > 0;) {
        const auto& task = plan.tasks[i];
        const auto recorded = now.tasks.find(task.id);
        if (task.step->section != section || plan.details[i].undo.empty() ||
            recorded == now.tasks.end())
            continue;
        if (recorded->second.how == "by hand") {
            left.push_back({Kind::refused, task.id + " was done by hand: put it back by hand.",
                fmt::format("Its way back stands in: ovd-failover plan --only {}", task.step->id),
                {}});
            continue;
        }
        if (!recorded->second.touched) continue;
        if (count++ == 0) tools_.view.say("Putting back what was done in " + section + ":");
        tools_.view.begins(task.id, task.step->title, section);
        if (!patient.contains(task.node)) tools_.nodes.hurry(task.node, short_patience);
        const auto done = put_back_task(
            tools_, i, recorded->second, patient.contains(task.node) ? node_patience : Seconds{15});
        tools_.view.ends(
            task.id, done ? Ended::put_back : Ended::failed, done ? "" : done.error().message, 0);
        if (!done) {
            left.push_back(done.error());
            continue;
        }
        if (marks_[i] == Mark::done && summary_.carried_out > 0) --summary_.carried_out;
        marks_[i] = Mark::waiting;
    }
    if (!left.empty()) {
        auto& error = *summary_.error;
        error.kind = Kind::put_back_failed;
        error.message +=
            fmt::format("\nOf what was done in {} this could not be put back:", section);
        for (const auto& each : left)
            error.message += "\n" + each.message;
        error.hint = left.front().hint;
        return;
    }
    if (count == 0) return; // nothing had been done yet
    std::erase_if(failures_,
        [&](const auto& each) { return plan.tasks[each.first].step->section == section; });
    const bool all_told = std::ranges::none_of(
        failures_, [](const auto& each) { return each.second.kind == Kind::unknown; });
    if (all_told) summary_.error->kind = Kind::put_back;
    summary_.error->message += "\nWhat was done in " + section + " was put back.";
}

/// A section goes back for what a command or a check in it said, or because nothing can be written
/// down any more; not because a node is out of sight, where nothing is known to have gone wrong.
bool Executor::rolls_back(std::size_t task, const Error& error) const {
    if (error.kind != Kind::remote && error.kind != Kind::journal) return false;
    return has_way_back(tools_.plan.tasks[task].step->section);
}

bool Executor::has_way_back(const std::string& id) const {
    for (const auto& chapter : tools_.plan.guide.chapters)
        for (const auto& section : chapter.sections)
            if (section.id == id) return section.put_back;
    return false;
}

void Executor::put_back_what_failed() {
    auto sections = given_up_;
    for (const auto& [task, error] : failures_)
        if (rolls_back(task, error)) sections.insert(tools_.plan.tasks[task].step->section);
    for (const auto& chapter : tools_.plan.guide.chapters)
        for (const auto& section : chapter.sections)
            if (sections.contains(section.id) && section.put_back) put_back(section.id);
}

/// Nodes on which something that was sent may still be at work, each with the name of that job.
std::map<std::string, std::string> Executor::still_running() const {
    std::map<std::string, std::string> jobs;
    for (const auto& [id, record] : tools_.journal.state().tasks) {
        const auto task = tools_.plan.find(id);
        if (!task) continue;
        const auto& node = tools_.plan.tasks[*task].node;
        if (!record.undo_job.empty()) jobs[node] = record.undo_job;
        if (const auto* job = record.open_job()) jobs[node] = job->id;
    }
    return jobs;
}

/// A limit that was crossed is told in any case; the way back is offered where there is one.
void Executor::offer_way_back() {
    const auto id = tools_.watch.crossed();
    if (!id || summary_.error || !tools_.asker.interactive()) return;
    for (const auto& chapter : tools_.plan.guide.chapters)
        for (const auto& section : chapter.sections) {
            if (section.id != *id || !section.put_back) continue;
            tools_.view.pause();
            const auto back = tools_.asker.way_back(
                section.title, "The service is away for longer than its limit.");
            tools_.view.resume();
            if (!back) summary_.error = back.error();
            if (!back || !*back) return;
            given_up_.insert(section.id);
            summary_.error = Error{Kind::remote,
                "The service was away for too long, and the way back was chosen.",
                "Find out what took so long before you try again.", {}};
        }
}

RunSummary Executor::run(std::stop_token stop) {
    if (auto ok = look_first(); !ok)
        summary_.error = ok.error();
    else if (auto order = check_order(); !order)
        summary_.error = order.error();
    const std::stop_callback wake(stop, [this] {
        const std::scoped_lock lock(mutex_);
        changed_->notify();
    });
    while (!summary_.error) {
        if (stop.stop_requested()) break;
        const auto next = ready();
        if (next.empty() && running() == 0) break;
        for (const auto task : next) {
            if (running() >= most_nodes_at_once) break;
            auto may = may_begin(task);
            if (!may) summary_.error = may.error();
            if (!may || !*may) break;
            if (!locks_) {
                locks_ = std::make_unique<NodeLocks>(tools_, options_);
                if (auto ok = locks_->take_all(); !ok) {
                    summary_.error = ok.error();
                    break;
                }
            }
            start(task, stop);
        }
        take_finished(stop);
        offer_way_back();
    }
    while (running() > 0)
        take_finished(stop);
    workers_.clear();
    if (stop.stop_requested() && !summary_.error)
        summary_.error =
            Error{Kind::stopped, "Stopped between two steps.", "Go on with: ovd-failover run", {}};
    if (summary_.error) put_back_what_failed();
    if (locks_) locks_->release(still_running());
    for (std::size_t i = 0; i < marks_.size(); ++i)
        if (marks_[i] != Mark::done) ++(chosen(i) ? summary_.left : summary_.beyond);
    return summary_;
}

Done record_begin(Journal& journal, const Farm& farm, const std::string& who,
    const std::string& token, const std::string& home) {
    Record begin{{"kind", "begin"}, {"who", who}, {"farm", farm.name}, {"token", token},
        {"facts", facts_of(farm)}};
    if (!home.empty()) begin["home"] = home;
    return journal.write(std::move(begin));
}

Done record_end(Journal& journal, const RunSummary& summary, bool whole) {
    return journal.write(
        {{"kind", "stop"}, {"why", summary.error ? summary.error->message : "end of the plan"},
            {"done", summary.carried_out}, {"left", summary.left},
            {"finished", whole && !summary.error && summary.left == 0}});
}

} // namespace ovd
