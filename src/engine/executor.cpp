// SPDX-License-Identifier: Apache-2.0
#include "engine/executor.h"

#include "engine/section_rollback.h"
#include "engine/survey.h"
#include "node/fan_out.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

/// How soon a service that is down for too long is noticed; what ends wakes the run by itself.
constexpr Millis look_around{500};

const std::string not_by_hand =
    "No step of this section can be done by hand: its node has to be able to undo it by itself.";

Error stopped_between() {
    return {ErrorKind::stopped, "Stopped between two steps.", "Resume with: ovd-failover run", {}};
}

} // namespace

bool Executor::is_chosen(std::size_t task) const {
    return options_.steps.empty() || options_.steps.contains(tools_.plan.tasks[task].step->id);
}

Status Executor::prepare() {
    // The service first: it may be down since an earlier start was killed.
    if (!state_.guards.empty()) {
        if (auto ok = take_locks(); !ok) return ok;
        for (const auto& [node, armed] : state_.guards)
            if (auto ok = locks_->hold(node); !ok) return ok;
        if (auto ok = guards_.settle_earlier(); !ok) return ok;
        state_ = tools_.journal.state();
    }
    auto found = survey(tools_, state_, options_);
    if (!found) return tl::unexpected(found.error());
    status_ = std::move(found->status);
    by_hand_ = std::move(found->by_hand);
    summary_.drift = std::move(found->drift);
    // Only what would change a node needs a person's word; questions and probes speak for
    // themselves.
    approved_ = std::move(found->harmless);
    return check_order();
}

/// A chosen step must not run before what it needs: that is an error before anything runs.
Status Executor::check_order() const {
    const auto& plan = tools_.plan;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        if (!is_chosen(i) || status_[i] == TaskStatus::done) continue;
        for (const auto before : plan.tasks[i].after)
            if (!is_chosen(before) && status_[before] != TaskStatus::done)
                return fail(ErrorKind::usage,
                    fmt::format("{} needs {} first, and that is not done.", plan.tasks[i].id,
                        plan.tasks[before].id),
                    fmt::format("Type: ovd-failover run --to {}", plan.tasks[i].step->id));
    }
    return {};
}

std::vector<std::size_t> Executor::ready() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < status_.size(); ++i) {
        if (status_[i] != TaskStatus::pending || !is_chosen(i)) continue;
        if (skipped_.contains(tools_.plan.tasks[i].step->id)) continue;
        const auto& after = tools_.plan.tasks[i].after;
        if (std::ranges::all_of(after, [this](auto t) { return status_[t] == TaskStatus::done; }))
            found.push_back(i);
    }
    return found;
}

std::size_t Executor::running() const {
    return static_cast<std::size_t>(std::ranges::count(status_, TaskStatus::running));
}

void Executor::announce_section(std::size_t task) {
    const auto& id = tools_.plan.tasks[task].step->section;
    if (!announced_.insert(id).second) return;
    tools_.events.section(id, tools_.plan.guide.section(id)->title);
}

Result<bool> Executor::may_begin(std::size_t task) {
    const auto& step = *tools_.plan.tasks[task].step;
    // Never a question while the service is down.
    if (options_.yes || approved_all_ || approved_.contains(step.id) ||
        approved_section_ == step.section || guards_.is_armed(step.section))
        return true;
    if (running() > 0) return false; // one question at a time, about one step at a time
    tools_.events.pause();
    auto choice = tools_.asker.before(step, "");
    while (choice && *choice == Asker::Choice::by_hand && is_guarded(tools_.plan, task))
        choice = tools_.asker.before(step, not_by_hand);
    tools_.events.resume();
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
        for (std::size_t i = 0; i < by_hand_.size(); ++i)
            if (tools_.plan.tasks[i].step == &step) by_hand_[i] = true;
        return true;
    case Asker::Choice::skip:
        skipped_.insert(step.id);
        return false;
    case Asker::Choice::stop:
        return fail(ErrorKind::stopped, fmt::format("Stopped before {}.", step.id),
            "Resume with: ovd-failover run");
    }
    return false;
}

Status Executor::take_locks() {
    if (locks_) return {};
    locks_ = std::make_unique<NodeLocks>(tools_, options_);
    if (auto ok = locks_->take_all(); !ok) return ok;
    return guards_.settle_unknown();
}

void Executor::start(std::size_t task, std::stop_token stop) {
    announce_section(task);
    status_[task] = TaskStatus::running;
    workers_[task] =
        tools_.threads.start([this, task, before = state_.task(tools_.plan.tasks[task].id), stop,
                                 by_hand = by_hand_[task]](const std::stop_token&) {
            auto outcome = carry_out(task, before, by_hand, stop);
            const std::scoped_lock lock(mutex_);
            finished_.push_back({task, std::move(outcome)});
            changed_->notify();
        });
}

TaskOutcome Executor::carry_out(
    std::size_t task, const TaskRecord& before, bool by_hand, std::stop_token stop) {
    const auto ended = [](TaskStatus status, const Error& error) {
        return TaskOutcome{status, TaskHow::none, error.message, error};
    };
    try {
        if (changes_node(tools_.plan.details[task]))
            if (auto ok = locks_->hold(tools_.plan.tasks[task].node); !ok)
                return ended(TaskStatus::failed, ok.error());
        return run_task(
            tools_, task, before, by_hand, std::move(stop), [&] { return guards_.cover(task); });
    } catch (const std::exception& error) {
        return ended(TaskStatus::unknown,
            {ErrorKind::unknown, tools_.plan.tasks[task].id + ": " + error.what(),
                "This is a defect of ovd-failover. Run again: the node is probed first.", {}});
    }
}

/// Nobody is asked where a rollback comes first, since the service may be down.
bool Executor::is_tried_again(std::size_t task, const Error& error, std::stop_token stop) {
    if (error.kind == ErrorKind::stopped || rolls_back(task, error) ||
        !tools_.asker.interactive() || stop.stop_requested())
        return false;
    tools_.events.pause();
    tools_.events.error(error);
    auto choice = tools_.asker.after_failure(tools_.plan.tasks[task], error);
    while (choice && *choice == Asker::OnFailure::by_hand && is_guarded(tools_.plan, task)) {
        tools_.events.say(not_by_hand);
        choice = tools_.asker.after_failure(tools_.plan.tasks[task], error);
    }
    tools_.events.resume();
    if (!choice || *choice == Asker::OnFailure::stop) return false;
    by_hand_[task] = *choice == Asker::OnFailure::by_hand;
    return true;
}

void Executor::handle(const Finished& finished, std::stop_token stop) {
    const auto& [task, outcome] = finished;
    status_[task] = outcome.status;
    switch (outcome.status) {
    case TaskStatus::done:
        ++(outcome.how == TaskHow::already ? summary_.already : summary_.carried_out);
        disarm_when_done(tools_.plan.tasks[task].step->section);
        return;
    case TaskStatus::open:
        summary_.open.push_back(tools_.plan.tasks[task].id);
        return;
    case TaskStatus::failed:
    case TaskStatus::unknown:
    case TaskStatus::interrupted:
    case TaskStatus::pending:
    case TaskStatus::running:
    case TaskStatus::rolled_back:
        break;
    }
    const auto& error = *outcome.error;
    failures_.insert_or_assign(task, error);
    if (is_tried_again(task, error, stop)) {
        state_ = tools_.journal.state();
        status_[task] = TaskStatus::pending;
        failures_.erase(task);
        return;
    }
    // The first real cause stays. A stop that was asked for yields to it, and everything to what
    // cannot be told.
    const auto rank = [](ErrorKind kind) {
        return kind == ErrorKind::stopped ? 0 : kind == ErrorKind::unknown ? 2 : 1;
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

void Executor::take_rolled_back(
    const std::string& section, const std::set<std::size_t>& tasks, std::vector<Error> left) {
    for (const auto task : tasks) {
        if (status_[task] == TaskStatus::done && summary_.carried_out > 0) --summary_.carried_out;
        status_[task] = TaskStatus::rolled_back;
    }
    auto& error = *summary_.error;
    if (!left.empty()) {
        error.kind = ErrorKind::rollback_failed;
        error.message +=
            fmt::format("\nOf what was done in {} this could not be rolled back:", section);
        for (const auto& each : left)
            error.message += "\n" + each.message;
        error.hint = left.front().hint;
        return;
    }
    if (tasks.empty()) return; // nothing had been done yet
    std::erase_if(failures_,
        [&](const auto& each) { return tools_.plan.tasks[each.first].step->section == section; });
    const bool all_told = std::ranges::none_of(
        failures_, [](const auto& each) { return each.second.kind == ErrorKind::unknown; });
    if (all_told) error.kind = ErrorKind::rolled_back;
    error.message += "\nWhat was done in " + section + " was rolled back.";
}

void Executor::roll_back(const std::string& section) {
    auto result = roll_back_section(tools_, section);
    take_rolled_back(section, result.tasks, std::move(result.left));
}

bool Executor::is_section_done(const std::string& section) const {
    for (std::size_t i = 0; i < status_.size(); ++i)
        if (tools_.plan.tasks[i].step->section == section && status_[i] != TaskStatus::done)
            return false;
    return true;
}

bool Executor::is_section_running(const std::string& section) const {
    for (std::size_t i = 0; i < status_.size(); ++i)
        if (tools_.plan.tasks[i].step->section == section && status_[i] == TaskStatus::running)
            return true;
    return false;
}

void Executor::disarm_when_done(const std::string& section) {
    if (!guards_.is_armed(section) || !is_section_done(section)) return;
    const auto disarmed = guards_.disarm(section);
    if (!disarmed && !summary_.error) summary_.error = disarmed.error();
    if (!disarmed || !disarmed->fired || disarmed->kept) return;
    if (!summary_.error)
        summary_.error =
            Error{ErrorKind::remote, section + " was done, but its guard had fired meanwhile.",
                "Run again: it begins with what the guard did.", {}};
    take_restored(section, *disarmed);
}

/// Whatever ended the run in a guarded section: the service comes first.
void Executor::restore_service(const std::stop_token& stop) {
    for (const auto& section : guards_.armed()) {
        if (is_section_done(section) || is_section_running(section)) continue;
        if (!summary_.error && stop.stop_requested()) summary_.error = stopped_between();
        if (!summary_.error)
            summary_.error = Error{ErrorKind::stopped,
                fmt::format("The run ends in {}, while the service is down.", section),
                fmt::format("Choose steps so that it comes to its end: ovd-failover run --to {}",
                    tools_.plan.guide.section(section)->steps.back().id),
                {}};
        // Each once while others are at work, and once at the end.
        if (running() > 0 && !restore_tried_.insert(section).second) continue;
        const auto restored = guards_.restore(section);
        if (restored) {
            take_restored(section, *restored);
            continue;
        }
        if (running() > 0) continue;
        summary_.error->message += fmt::format(
            "\nThe service may be down, and the node cannot be asked: {}\nIts guard restores the "
            "service by itself, {} s after the node was last reached.",
            restored.error().message, options_.guard.count());
        summary_.error->kind = ErrorKind::unknown;
        if (summary_.error->hint.empty())
            summary_.error->hint = "When it can be reached, type: ovd-failover run";
    }
}

void Executor::take_restored(const std::string& section, const Guards::Restored& restored) {
    if (!restored.fired) return;
    restored_.insert(section);
    auto& error = *summary_.error;
    error.message += "\n" + restored.why + ".";
    if (restored.kept) {
        error.message += "\nThe service answers with what was done, so nothing was undone.";
        if (error.hint.empty()) error.hint = "Resume with: ovd-failover run";
        return;
    }
    for (const auto task : restored.tasks) {
        const auto& step = *tools_.plan.tasks[task].step;
        tools_.events.begins(tools_.plan.tasks[task].id, step.title, section);
        tools_.events.ends(tools_.plan.tasks[task].id, TaskOutcome{TaskStatus::rolled_back}, 0);
    }
    take_rolled_back(section, restored.tasks, restored.left);
}

/// A section is rolled back for what a command or a check in it said, or because nothing can be
/// written down any more; not because a node is out of sight, where nothing is known to have gone
/// wrong.
bool Executor::rolls_back(std::size_t task, const Error& error) const {
    const auto& section = tools_.plan.tasks[task].step->section;
    if (guards_.is_armed(section)) return true;
    if (error.kind != ErrorKind::remote && error.kind != ErrorKind::journal) return false;
    return is_rolled_back(tools_.plan.guide, section);
}

void Executor::roll_back_what_failed() {
    auto sections = given_up_;
    for (const auto& [task, error] : failures_)
        if (rolls_back(task, error)) sections.insert(tools_.plan.tasks[task].step->section);
    for (const auto& chapter : tools_.plan.guide.chapters)
        for (const auto& section : chapter.sections)
            if (sections.contains(section.id) && section.rollback &&
                !restored_.contains(section.id) && !guards_.is_armed(section.id))
                roll_back(section.id);
}

/// Nodes on which something that was sent may still be running, each with the name of that job.
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

/// A limit that was crossed is told in any case; the rollback is offered where there is one.
void Executor::offer_rollback() {
    const auto id = tools_.watch.crossed();
    if (!id || summary_.error || !tools_.asker.interactive()) return;
    const auto* section = tools_.plan.guide.section(*id);
    if (section == nullptr || !section->rollback) return;
    tools_.events.pause();
    const auto back =
        tools_.asker.roll_back(section->title, "The service is down for longer than its limit.");
    tools_.events.resume();
    if (!back) summary_.error = back.error();
    if (!back || !*back) return;
    given_up_.insert(section->id);
    summary_.error =
        Error{ErrorKind::remote, "The service was down for too long, and the rollback was chosen.",
            "Find out what took so long before you try again.", {}};
}

/// False when nothing runs and nothing can begin.
bool Executor::begin_what_is_ready(std::stop_token stop) {
    const auto next = ready();
    if (next.empty() && running() == 0) return false;
    for (const auto task : next) {
        if (running() >= most_nodes_at_once) break;
        const auto may = may_begin(task);
        if (!may) summary_.error = may.error();
        if (!may || !*may) break;
        if (auto ok = take_locks(); !ok) {
            summary_.error = ok.error();
            break;
        }
        start(task, stop);
    }
    return true;
}

RunSummary Executor::run(std::stop_token stop) {
    if (auto ok = prepare(); !ok) summary_.error = ok.error();
    const std::stop_callback wake(stop, [this] {
        const std::scoped_lock lock(mutex_);
        changed_->notify();
    });
    while (!summary_.error && !stop.stop_requested() && begin_what_is_ready(stop)) {
        take_finished(stop);
        offer_rollback();
    }
    while (running() > 0) {
        restore_service(stop); // the rest may take its time
        take_finished(stop);
    }
    workers_.clear();
    if (stop.stop_requested() && !summary_.error) summary_.error = stopped_between();
    restore_service(stop);
    if (summary_.error) roll_back_what_failed();
    if (locks_) locks_->release(still_running());
    for (std::size_t i = 0; i < status_.size(); ++i)
        if (status_[i] != TaskStatus::done) ++(is_chosen(i) ? summary_.left : summary_.beyond);
    return summary_;
}

Status record_begin(Journal& journal, const Farm& farm, const std::string& who,
    const std::string& token, const std::string& home) {
    return journal.write(RunBegan{who, farm.name, token, facts_of(farm), home});
}

Status record_end(Journal& journal, const RunSummary& summary, bool whole) {
    return journal.write(RunEnded{summary.error ? summary.error->message : "end of the plan",
        summary.carried_out, summary.left, whole && !summary.error && summary.left == 0});
}

} // namespace ovd
