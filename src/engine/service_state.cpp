// SPDX-License-Identifier: Apache-2.0
#include "engine/service_state.h"

#include <fmt/format.h>

namespace ovd {
namespace {

using Kind = ServiceState::Kind;

/// What the watch said last: an outage that goes on, or that it was cut off while it watched.
ServiceState as_watched(std::span<const Record> records) {
    ServiceState state;
    ServiceState watching;
    for (const auto& record : records) {
        if (const auto* outage = record.as<Outage>()) {
            state = {};
            if (outage->to.empty())
                state = {Kind::down, outage->from, outage->task, outage->section};
        } else if (const auto* began = record.as<WatchBegan>()) {
            if (watching.kind == Kind::not_touched)
                watching = {Kind::may_be_down, began->from, began->task, began->section};
        } else if (record.as<WatchEnded>() != nullptr) {
            watching = {};
        } else if (const auto* guard = record.as<GuardChanged>();
            guard != nullptr && guard->status == GuardStatus::fired) {
            state = watching = {};
        }
    }
    return state.kind == Kind::down ? state : watching;
}

/// A section that is rolled back when it fails is half done, and what users notice in it was begun.
/// answered: when the watch last ended with the service up.
ServiceState half_done(const Plan& plan, const RunState& run, const std::string& answered) {
    for (const auto& chapter : plan.guide.chapters)
        for (const auto& section : chapter.sections) {
            if (!section.rollback) continue;
            const Task* cause = nullptr;
            bool all_done = true;
            for (const auto& task : plan.tasks) {
                if (task.step->section != section.id) continue;
                const auto& record = run.task(task.id);
                all_done = all_done && record.is_done();
                const bool noticed = task.step->disruptive && !record.is_fresh();
                if (noticed && record.began > answered && cause == nullptr) cause = &task;
            }
            if (cause != nullptr && !all_done)
                return {Kind::may_be_down, run.task(cause->id).began, cause->id, section.id};
        }
    return {};
}

} // namespace

ServiceState service_state(const Plan& plan, const RunState& run, std::span<const Record> records) {
    auto watched = as_watched(records);
    if (watched.kind != Kind::not_touched) {
        for (const auto& [node, armed] : run.guards) {
            watched.guard = node;
            watched.guard_after = armed.limit;
        }
        return watched;
    }
    std::string answered;
    for (const auto& record : records)
        if (const auto* ended = record.as<WatchEnded>(); ended != nullptr && ended->seen)
            answered = ended->to;
    auto state = half_done(plan, run, answered);
    for (const auto& [node, armed] : run.guards)
        if (armed.section == state.section) {
            state.guard = node;
            state.guard_after = armed.limit;
        }
    return state;
}

std::string describe(const ServiceState& state, const std::string& run_again) {
    if (state.kind == Kind::not_touched) return {};
    auto text = fmt::format("The service {} since {}",
        state.kind == Kind::down ? "is down" : "may be down", state.since);
    if (!state.task.empty()) text += fmt::format(" ({})", state.task);
    if (!state.section.empty()) text += fmt::format("; {} is half done", state.section);
    if (!state.guard.empty())
        return text + fmt::format(". {} restores it by itself, {} s after this run was last heard "
                                  "of. To see what became of it: {}",
                          state.guard, state.guard_after, run_again);
    return text + ". To bring it back: " + run_again;
}

std::string_view to_string(Kind kind) {
    switch (kind) {
    case Kind::not_touched:
        return "not touched";
    case Kind::down:
        return "down";
    case Kind::may_be_down:
        return "may be down";
    }
    return "";
}

} // namespace ovd
