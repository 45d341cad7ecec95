// SPDX-License-Identifier: Apache-2.0
// The guards of the nodes, and what must be so while something is guarded.
#include "world.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd::sim {
namespace {

using Phase = GuardState::Phase;

/// How often a node looks whether somebody still goes on, at the latest.
constexpr Millis looks_every{5'000};
constexpr std::size_t digits = 4; ///< of the number that an undo's name begins with

} // namespace

bool World::is_guarded(std::size_t task) const {
    const auto* section = model_->plan().guide.section(model_->plan().tasks[task].step->section);
    return section != nullptr && section->guard;
}

bool World::is_down_by(std::size_t task) const {
    if (!is_guarded(task) || !model_->plan().tasks[task].step->disruptive || !stands(task))
        return false;
    const auto& over = model_->taken_over_by(task);
    return std::ranges::none_of(over, [this](auto each) { return stands(each); });
}

Result<GuardState> World::guard_arm(const std::string& node, const std::string& token,
    Seconds limit, std::span<const TaskUndo> undos) {
    auto& machine = machines.at(node);
    auto& guard = machine.guard;
    const bool ours = !machine.lock.empty() && machine.token == token;
    if (guard.state.phase == Phase::fired && ours) return guard.state;
    if (!ours || (guard.state.phase == Phase::armed && guard.state.token != token))
        return fail(ErrorKind::refused, node + ": its lock is not this run's", "Look at status.");
    if (guard.state.phase == Phase::none) {
        guard = {};
        guard.state.phase = Phase::armed;
        guard.state.token = token;
        guard.run = machine.lock.substr(0, machine.lock.find(' '));
        guard.limit = limit;
        history.add(scheduler->now(), "the guard of {} is armed", node);
    }
    for (const auto& part : undos) {
        const auto id = part.name.substr(digits + 1);
        const auto task = model_->plan().find(id);
        if (!task || model_->plan().tasks[*task].node != node) {
            wrong(node + " is given an undo that is not its own: " + part.name);
            continue;
        }
        for (const auto& op : model_->plan().details[*task].undo)
            if (part.command.find(trim(command_of(op))) == std::string::npos)
                wrong(fmt::format("the guard of {} has not all of the undo of {}", node, id));
        if (part.keep != model_->plan().details[*task].keep)
            wrong(fmt::format("the guard of {} is not told when to keep {}", node, id));
        guard.undos[part.name] = *task;
    }
    ++changes_;
    return guard_renew(node, token);
}

GuardState World::guard_renew(const std::string& node, const std::string& token) {
    auto& machine = machines.at(node);
    auto& guard = machine.guard;
    if (guard.state.phase == Phase::armed && guard.state.token == token && !machine.lock.empty() &&
        machine.token == token) {
        guard.heard = now();
        add({now() + guard.limit + chance_.between(1, looks_every.count()), 0,
            Event::Kind::guard_looks, node, {}, 0});
    }
    return guard.state;
}

Result<GuardState> World::guard_fire(const std::string& node, const std::string& token) {
    auto& machine = machines.at(node);
    if (machine.guard.state.phase == Phase::armed) {
        if (machine.lock.empty() || machine.token != token)
            return fail(
                ErrorKind::refused, node + ": its lock is not this run's", "Look at status.");
        go_off_alone(node, "asked for");
    }
    return machine.guard.state;
}

Result<GuardState> World::guard_disarm(const std::string& node, const std::string& token) {
    auto& machine = machines.at(node);
    if (machine.guard.state.phase == Phase::fired) return machine.guard.state;
    if (machine.guard.state.phase == Phase::armed &&
        (machine.lock.empty() || machine.token != token))
        return fail(ErrorKind::refused, node + ": its lock is not this run's", "Look at status.");
    history.add(scheduler->now(), "the guard of {} is disarmed", node);
    machine.guard = {};
    ++changes_;
    judge_guarded(node);
    return machine.guard.state;
}

GuardState World::guard_forget(const std::string& node) {
    auto& machine = machines.at(node);
    if (machine.guard.state.phase == Phase::armed) return machine.guard.state;
    const bool had_failed = std::ranges::any_of(
        machine.guard.state.undone, [](const auto& each) { return each.status != 0; });
    machine.guard = {};
    ++changes_;
    if (!had_failed) judge_guarded(node);
    return machine.guard.state;
}

/// What its own program does on the node when nobody asked for it.
void World::go_off_alone(const std::string& node, const std::string& why) {
    auto& machine = machines.at(node);
    if (machine.token == machine.guard.state.token) {
        machine.lock.clear();
        machine.fenced_by_guard = true;
    }
    go_off(node, why);
}

void World::go_off(const std::string& node, const std::string& why) {
    auto& machine = machines.at(node);
    auto& guard = machine.guard;
    history.add(scheduler->now(), "the guard of {} fires: {}", node, why);
    if (disturbed.empty() && bad_news_ == 0 && !several)
        wrong(fmt::format("the guard of {} fires, and nothing had gone wrong", node));
    for (auto& [id, job] : machine.jobs) {
        const bool change = job.kind == NodeJob::Kind::op || job.kind == NodeJob::Kind::undo;
        if (job.state.phase != JobState::Phase::running || !id.starts_with(guard.run + "-") ||
            !change)
            continue;
        // What it was about to do may be done or not.
        if (chance_.once_in(2)) end(node, id);
        excuse(job.name.task);
        if (job.state.phase != JobState::Phase::running) continue;
        job.state.phase = JobState::Phase::ended;
        job.state.status = 143;
        job.state.ended = node_time(machine);
    }
    guard.state.phase = Phase::fired;
    guard.state.at = node_time(machine);
    guard.state.why = why;
    ++changes_;
    for (auto part = guard.undos.rbegin(); part != guard.undos.rend(); ++part) {
        if (model_->plan().details[part->second].keep.empty()) continue;
        guard.state.kept = applied(*model_, part->second) && !chance_.once_in(4);
        break;
    }
    if (guard.state.kept) return;
    for (auto part = guard.undos.rbegin(); part != guard.undos.rend(); ++part) {
        const auto task = part->second;
        const bool fails = fail_next > 0;
        if (fails) --fail_next;
        guard.state.undone.push_back({part->first, fails ? 1 : 0});
        if (fails) {
            bad_news(task);
            continue;
        }
        undo({task, model_->plan().details[task].undo.size() - 1, true});
        undo_tried_.insert(task);
    }
}

/// From the first operation that users notice on, the node knows the undo of all that is done.
void World::judge_covered(
    const std::string& node, const Machine& machine, const Job& job, std::size_t task) {
    if (!is_guarded(task)) return;
    const auto& plan = model_->plan();
    bool noticed = false;
    for (std::size_t each = 0; each < plan.tasks.size(); ++each)
        noticed = noticed || (plan.tasks[each].node == node && plan.tasks[each].step->disruptive &&
                                 plan.tasks[each].step->section == plan.tasks[task].step->section &&
                                 (each == task || is_down_by(each)));
    if (!noticed) return;
    if (machine.guard.state.phase != Phase::armed)
        return wrong(job.id + " begins, and no guard is armed");
    for (std::size_t each = 0; each < plan.tasks.size(); ++each) {
        if (plan.tasks[each].step->section != plan.tasks[task].step->section ||
            plan.tasks[each].node != node || plan.details[each].undo.empty() ||
            (each != task && !stands(each)))
            continue;
        if (std::ranges::none_of(
                machine.guard.undos, [&](const auto& part) { return part.second == each; }) &&
            !several && !forced)
            wrong(fmt::format("{} begins, and the guard of {} does not know how {} is undone",
                job.id, node, plan.tasks[each].id));
    }
}

/// The service is up, or a guard is armed that brings it up.
void World::judge_guarded(const std::string& node) {
    const auto& plan = model_->plan();
    if (machines.at(node).guard.state.phase != Phase::none) return;
    for (std::size_t task = 0; task < plan.tasks.size(); ++task)
        if (plan.tasks[task].node == node && is_down_by(task))
            wrong(fmt::format(
                "{} keeps the service down, and no guard is armed", plan.tasks[task].id));
}

} // namespace ovd::sim
