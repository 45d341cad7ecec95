// SPDX-License-Identifier: Apache-2.0
#include "engine/guards.h"

#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr Millis heartbeat{5'000};
/// A node that was not heard of for so long is spoken of.
constexpr Seconds silence{15};
/// How long a node that does not answer is asked again; the guard fires meanwhile.
constexpr Seconds ask_for{20};
constexpr Millis again_after{500};
constexpr std::size_t number_digits = 4;

/// Sorted by name they are in the order of the plan.
std::string name_of(std::size_t index, const Task& task) {
    return fmt::format("{:04}-{}", index, task.id);
}

std::string task_of(const std::string& name) {
    return name.size() > number_digits ? name.substr(number_digits + 1) : name;
}

/// All of a task's undo as one command.
std::string command_of(const std::vector<Operation>& undo) {
    if (undo.size() == 1) return ovd::command_of(undo.front());
    std::string all = "status=0\n";
    for (const auto& op : undo)
        all += fmt::format("(\n{}\n) || status=$?\n", trim(ovd::command_of(op)));
    return all + "exit $status\n";
}

std::string time_of(double epoch) {
    return iso_time(WallTime{Millis{std::llround(epoch * 1000)}});
}

} // namespace

bool is_guarded(const Plan& plan, std::size_t task) {
    const auto& node = plan.tasks[task].node;
    const auto* section = plan.guide.section(plan.tasks[task].step->section);
    return section != nullptr && section->guard && !node.empty() && !plan.farm.is_by_hand(node);
}

Guards::Guards(const Tools& tools, Seconds limit)
    : tools_(tools), limit_(limit), wake_(tools.threads.signal()) {}

Guards::~Guards() {
    if (!heart_) return;
    const std::scoped_lock lock(mutex_);
    heart_->request_stop();
    wake_->notify();
}

std::vector<TaskUndo> Guards::new_undos(std::size_t task) const {
    const auto& plan = tools_.plan;
    const auto now = tools_.journal.state();
    std::vector<TaskUndo> all;
    std::set<std::string> known;
    {
        const std::scoped_lock lock(mutex_);
        if (const auto found = known_.find(plan.tasks[task].node); found != known_.end())
            known = found->second;
    }
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        const auto& each = plan.tasks[i];
        if (each.node != plan.tasks[task].node || plan.details[i].undo.empty() ||
            each.step->section != plan.tasks[task].step->section)
            continue;
        if (known.contains(each.id)) continue;
        if (i != task && !now.task(each.id).touched) continue;
        all.push_back({name_of(i, each), command_of(plan.details[i].undo), plan.details[i].keep});
    }
    return all;
}

std::vector<std::string> Guards::nodes_of(const std::string& section) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> nodes;
    for (const auto& [node, of] : armed_)
        if (of == section) nodes.push_back(node);
    return nodes;
}

std::set<std::string> Guards::guarded_nodes() const {
    std::set<std::string> nodes;
    for (std::size_t i = 0; i < tools_.plan.tasks.size(); ++i)
        if (is_guarded(tools_.plan, i)) nodes.insert(tools_.plan.tasks[i].node);
    return nodes;
}

bool Guards::is_noticed(std::size_t task) const {
    const auto& tasks = tools_.plan.tasks;
    if (tasks[task].step->disruptive) return true;
    const auto now = tools_.journal.state();
    return std::ranges::any_of(tasks, [&](const Task& each) {
        return each.step->disruptive && each.node == tasks[task].node &&
               each.step->section == tasks[task].step->section && now.task(each.id).touched;
    });
}

Result<GuardState> Guards::ask(const std::string& node, const Order& order) const {
    const auto until = tools_.clock.mono() + ask_for;
    for (;;) {
        auto state = order(tools_.nodes.guard(node));
        if (state || state.error().kind != ErrorKind::connect || tools_.clock.mono() >= until)
            return state;
        tools_.clock.sleep(again_after);
    }
}

Status Guards::cover(std::size_t task) {
    const auto& plan = tools_.plan;
    const auto& step = *plan.tasks[task].step;
    const auto& node = plan.tasks[task].node;
    if (!is_guarded(plan, task)) return {};
    bool fresh = false;
    {
        const std::scoped_lock lock(mutex_);
        if (!armed_.contains(node) && !is_noticed(task)) return {};
        fresh = armed_.emplace(node, step.section).second;
    }
    if (fresh) {
        tools_.events.doing(plan.tasks[task].id, "arm the guard of " + node);
        if (auto ok = tools_.journal.write(GuardChanged{.node = node,
                .status = GuardStatus::armed,
                .section = step.section,
                .limit = limit_.count()});
            !ok) {
            forget(node);
            return ok;
        }
    }
    const auto undos = new_undos(task);
    auto state =
        ask(node, [&](NodeGuard& guard) { return guard.arm(tools_.token, limit_, undos); });
    // Before it matters the heartbeat has a connection.
    if (state && fresh)
        state = ask(node, [&](NodeGuard& guard) { return guard.renew(tools_.token); });
    if (!state) return tl::unexpected(state.error());
    if (state->phase != GuardState::Phase::armed)
        return fail(ErrorKind::refused,
            fmt::format("{}: its guard has fired meanwhile: {}", node, state->why),
            "Run again: it begins with what the guard did.");
    bool beats = true;
    {
        const std::scoped_lock lock(mutex_);
        last_heard_[node] = tools_.clock.mono();
        for (const auto& part : undos)
            known_[node].insert(task_of(part.name));
        beats = std::exchange(beats_, true);
    }
    if (!beats) heart_ = tools_.threads.start([this](const std::stop_token& stop) { beat(stop); });
    return {};
}

void Guards::beat(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_->wait(lock, heartbeat);
        const auto armed = armed_;
        lock.unlock();
        for (const auto& [node, section] : armed)
            if (!stop.stop_requested()) beat_once(node);
        lock.lock();
    }
}

void Guards::beat_once(const std::string& node) {
    const auto tell_once = [&](const std::string& what, const std::string& text) {
        {
            const std::scoped_lock lock(mutex_);
            if (!armed_.contains(node) || !told_.insert(node + what).second) return;
        }
        tools_.events.say(text);
    };
    try {
        const auto state = tools_.nodes.guard(node).renew(tools_.token);
        std::unique_lock lock(mutex_);
        const auto heard = last_heard_.find(node);
        if (heard == last_heard_.end()) return; // it is only just being armed
        if (state && state->phase == GuardState::Phase::armed && state->token == tools_.token) {
            heard->second = tools_.clock.mono();
            return;
        }
        if (state && state->phase != GuardState::Phase::fired) known_.erase(node);
        const auto quiet = tools_.clock.mono() - heard->second;
        lock.unlock();
        if (state && state->phase == GuardState::Phase::fired)
            tell_once("fired", fmt::format("{}: its guard has fired and restores the service: {}",
                                   node, state->why));
        else if (state)
            tell_once("gone", node + ": its guard is not armed any more; it is armed again before "
                                     "the next step.");
        else if (quiet > silence)
            tell_once("quiet",
                fmt::format("{} cannot be reached ({}). Unless that changes it restores the "
                            "service by itself, {} s after it was last reached.",
                    node, state.error().message, limit_.count()));
    } catch (const std::exception& error) {
        tell_once(
            "failed", fmt::format("{}: its guard cannot be held off: {}", node, error.what()));
    }
}

std::set<std::string> Guards::armed() const {
    const std::scoped_lock lock(mutex_);
    std::set<std::string> sections;
    for (const auto& [node, section] : armed_)
        sections.insert(section);
    return sections;
}

bool Guards::is_armed(const std::string& section) const {
    return armed().contains(section);
}

void Guards::forget(const std::string& node) {
    const std::scoped_lock lock(mutex_);
    armed_.erase(node);
    known_.erase(node);
    last_heard_.erase(node);
    std::erase_if(told_, [&](const std::string& each) { return each.starts_with(node); });
}

/// A guard that has fired is only forgotten on its node when the journal knows what it did.
Guards::Restored Guards::note(
    const std::string& node, const std::string& section, const GuardState& state) {
    GuardChanged record{.node = node, .status = GuardStatus::disarmed, .section = section};
    Restored result;
    if (state.phase == GuardState::Phase::fired) {
        record.status = GuardStatus::fired;
        record.why = result.why = state.why;
        record.at = time_of(state.at);
        record.kept = result.kept = state.kept;
        record.output = tools_.redactor.clean(state.output);
        result.fired = true;
        for (const auto& each : state.undone) {
            const auto id = task_of(each.name);
            (each.status == 0 ? record.undone : record.left).push_back(id);
            const auto index = tools_.plan.find(id);
            if (each.status == 0 && index) result.tasks.insert(*index);
            if (each.status != 0)
                result.left.push_back({ErrorKind::remote,
                    fmt::format("{}: undoing {} ended with status {}:\n{}", node, id, each.status,
                        tail(record.output, 1500)),
                    fmt::format("Undo it by hand; how stands in: ovd-failover plan --only {}",
                        id.substr(0, id.find('@'))),
                    {}});
        }
    }
    if (auto ok = tools_.journal.write(record); !ok) {
        tools_.events.say(ok.error().message);
    } else if (result.fired) {
        const auto forgotten = tools_.nodes.guard(node).forget();
        if (!forgotten) tools_.events.say(forgotten.error().message);
    }
    forget(node);
    return result;
}

void Guards::add(Restored& all, const std::string& node, Restored more) {
    all.fired = all.fired || more.fired;
    all.kept = all.kept || more.kept;
    all.tasks.merge(more.tasks);
    std::ranges::move(more.left, std::back_inserter(all.left));
    if (!more.why.empty()) all.why = node + ": " + more.why;
}

/// Gives the order to each guard of the section, and takes note of how it stands afterwards.
Result<Guards::Restored> Guards::settle(const std::string& section, const Order& order) {
    Restored all;
    std::optional<Error> error;
    for (const auto& node : nodes_of(section)) {
        const auto state = ask(node, order);
        if (state)
            add(all, node, note(node, section, *state));
        else
            error = state.error();
    }
    if (error) return tl::unexpected(*error);
    return all;
}

Result<Guards::Restored> Guards::disarm(const std::string& section) {
    return settle(section, [&](NodeGuard& guard) { return guard.disarm(tools_.token); });
}

Result<Guards::Restored> Guards::restore(const std::string& section) {
    return settle(section, [&](NodeGuard& guard) { return guard.fire(tools_.token); });
}

Status Guards::settle_earlier() {
    for (const auto& [node, armed] : tools_.journal.state().guards) {
        const auto& section = armed.section;
        const auto state = ask(node, [&](NodeGuard& guard) { return guard.fire(tools_.token); });
        if (!state)
            return fail(state.error().kind,
                fmt::format("{} may have to restore the service ({} is half done), and cannot be "
                            "asked: {}",
                    node, section, state.error().message),
                state.error().hint);
        const auto result = note(node, section, *state);
        if (!result.fired) continue;
        tools_.events.say(fmt::format("{}: its guard has fired ({}; {} by its clock). {}", node,
            result.why, time_of(state->at),
            result.kept ? "The service answered with what was done, so nothing was undone."
            : result.left.empty() ? fmt::format("What was done in {} was rolled back.", section)
                                  : "Not all could be undone:"));
        for (const auto& left : result.left)
            tools_.events.say(left.message);
    }
    return {};
}

Status Guards::settle_unknown() {
    const auto known = tools_.journal.state().guards;
    for (const auto& node : guarded_nodes()) {
        if (known.contains(node)) continue;
        auto& guard = tools_.nodes.guard(node);
        auto state = guard.look();
        if (!state || state->phase == GuardState::Phase::none) continue;
        state = guard.fire(tools_.token);
        if (!state) return tl::unexpected(state.error());
        const bool all_undone =
            std::ranges::all_of(state->undone, [](const auto& each) { return each.status == 0; });
        const auto forgotten = guard.forget();
        if (!forgotten) return tl::unexpected(forgotten.error());
        return fail(ErrorKind::refused,
            fmt::format("{}: another run had left it half done. Its guard {}{}", node,
                state->kept  ? "found the service answering with that, and undid nothing."
                : all_undone ? "has restored the service."
                             : "could not undo all of it:\n",
                all_undone ? "" : tail(tools_.redactor.clean(state->output), 1500)),
            "Run again: what the nodes look like now is asked first.");
    }
    return {};
}

} // namespace ovd
