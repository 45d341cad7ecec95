// SPDX-License-Identifier: Apache-2.0
#include "engine/task_leg.h"

#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {

TaskOutcome TaskRun::go(bool by_hand) {
    started_ = tools_.clock.now();
    tools_.view.begins(task_.id, task_.step->title, task_.step->section);
    if (task_.step->disruptive) tools_.watch.begins(task_.id, *task_.step);
    auto ended = by_hand ? follow_by_hand() : follow();
    if (task_.step->disruptive) tools_.watch.ends(task_.id);
    const double seconds = elapsed();
    if (!ended) {
        const auto& error = ended.error();
        const bool stopped = error.kind == Kind::stopped;
        const bool unknown = error.kind == Kind::unknown;
        if (!stopped) (void)record_state(unknown ? "unknown" : "failed", "", error.message);
        const auto how = stopped ? Ended::stopped : unknown ? Ended::unknown : Ended::failed;
        tools_.view.ends(task_.id, how, error.message, seconds);
        return {how, error};
    }
    tools_.view.ends(task_.id, *ended, message_, seconds);
    return {*ended, {}};
}

Result<Ended> TaskRun::follow() {
    bool from_start = true;
    std::size_t next = 0;
    if (before_.state == TaskState::under_way || before_.state == TaskState::unknown) {
        auto resumed = pick_up();
        if (!resumed) return tl::unexpected(resumed.error());
        from_start = !resumed->has_value();
        next = resumed->value_or(0);
    }
    if (from_start) {
        auto finding = look();
        if (!finding) return tl::unexpected(finding.error());
        if (*finding == Finding::State::done && !detail_.ops.empty()) return already();
    }
    // One that goes on keeps its attempt, and so the names of its jobs: also before its first
    // operation.
    if (from_start) {
        if (auto ok = begin(); !ok) return tl::unexpected(ok.error());
    }
    if (task_.step->disruptive && from_start)
        tools_.view.note(task_.id, "users notice: " + detail_.expect);
    for (; next < detail_.ops.size(); ++next) {
        if (stop_.stop_requested()) return stopped("before " + title_of(detail_.ops[next]));
        auto open = perform(next);
        if (!open) return tl::unexpected(open.error());
        if (*open) {
            if (auto ok = record_state("open", "", message_); !ok)
                return tl::unexpected(ok.error());
            return Ended::open;
        }
    }
    return finish(asked_ ? "answered" : "done", Ended::done);
}

/// A person carries it out; the probe watches, or where there is none the person's word counts.
Result<Ended> TaskRun::follow_by_hand() {
    if (auto ok = begin(); !ok) return tl::unexpected(ok.error());
    std::string commands;
    for (const auto& op : detail_.ops) {
        const auto* input = input_of(op);
        const auto* admin = std::get_if<AdminOp>(&op);
        if (admin != nullptr) {
            commands += admin->ask.question + "\n";
            continue;
        }
        commands += command_of(op).empty() ? title_of(op) : command_of(op);
        if (input != nullptr && !input->empty()) commands += "\n# stdin:\n" + input->display();
        commands += "\n";
    }
    const bool can_look = !detail_.probes.empty() && reachable();
    while (!stop_.stop_requested()) {
        if (can_look) {
            auto finding = look();
            if (!finding) return tl::unexpected(finding.error());
            if (*finding == Finding::State::done) return finish("by hand", Ended::by_hand);
        }
        auto said = tools_.asker.confirm_by_hand(task_, commands);
        if (!said) return tl::unexpected(said.error());
        if (*said && !can_look) return finish("by hand", Ended::by_hand);
    }
    return stopped("while it was done by hand");
}

/// A task that was under way: asks the node what became of it. Returns the operation to go on
/// with, or nothing when it has to start over.
Result<std::optional<std::size_t>> TaskRun::pick_up() {
    if (before_.jobs.empty()) {
        note_found("begun, but nothing had been sent to the node");
        return std::optional<std::size_t>{};
    }
    const auto& job = before_.jobs.back();
    if (before_.digest != detail_.digest) {
        if (auto ok = let_end(job); !ok) return tl::unexpected(ok.error());
        note_found("begun by an older plan than this one; starting it over");
        return std::optional<std::size_t>{};
    }
    // What the API had answered is not known any more; asking it once more does no harm.
    if (std::holds_alternative<AdminOp>(detail_.ops[job.op])) {
        if (auto ok = let_end(job); !ok) return tl::unexpected(ok.error());
        note_found("the Session Manager's API was being asked; asking it anew");
        return std::optional<std::size_t>{};
    }
    if (job.ended && job.status == 0) {
        note_found(fmt::format("operation {} had ended well", job.op + 1));
        return std::optional{job.op + 1};
    }
    auto state = tools_.nodes.changer(task_.node).look(job.id);
    if (!state) return tl::unexpected(state.error());
    switch (state->phase) {
    case JobState::Phase::absent:
        note_found(fmt::format("{} was announced at {}, but never reached the node",
            title_of(detail_.ops[job.op]), job.time));
        // Sent now under the same name: should the first sending still be on its way, the node
        // takes only one of them. What came before it had ended well, or it would not have
        // been announced.
        return std::optional{job.op};
    case JobState::Phase::running:
        note_found("it is still running on the node; waiting for it");
        return attach(job);
    case JobState::Phase::ended:
        note_found(fmt::format("it ended with status {} on the node, {} after it began there",
            state->status, human_seconds(state->ended - state->started)));
        if (state->status != 0) return std::optional<std::size_t>{};
        if (auto ok = record_ended(job.id, *state); !ok) return tl::unexpected(ok.error());
        return std::optional{job.op + 1};
    case JobState::Phase::lost:
        note_found("the node went down before it ended; looking at what is there");
        return std::optional<std::size_t>{};
    }
    return std::optional<std::size_t>{};
}

/// Two plans at work on one node at once would be worse than waiting.
Done TaskRun::let_end(const SentJob& job) {
    if (job.ended) return {};
    auto state = tools_.nodes.changer(task_.node).look(job.id);
    if (!state) return tl::unexpected(state.error());
    if (state->phase != JobState::Phase::running) return {};
    note_found("a command of an older plan is still running on the node; waiting for its end");
    auto ended = wait_for({job.id, ":", {}}); // it has begun, so it is attached to
    if (!ended) return tl::unexpected(ended.error());
    return record_ended(job.id, *ended);
}

Result<std::optional<std::size_t>> TaskRun::attach(const SentJob& job) {
    auto state = wait_for({job.id, command_of(detail_.ops[job.op]), {}});
    if (!state) return tl::unexpected(state.error());
    if (auto ok = record_ended(job.id, *state); !ok) return tl::unexpected(ok.error());
    if (state->status != 0) return std::optional<std::size_t>{};
    return std::optional{job.op + 1};
}

Done TaskRun::begin() {
    ++attempt_;
    auto record = task_record("intended");
    record["digest"] = detail_.digest;
    record["title"] = task_.step->title;
    return tools_.journal.write(std::move(record));
}

/// After the operations: the probe must say yes now, and the checks must hold.
Result<Ended> TaskRun::finish(const std::string& how, Ended ended) {
    if (!detail_.probes.empty() && reachable()) {
        auto finding = look();
        if (!finding) return tl::unexpected(finding.error());
        if (*finding != Finding::State::done)
            return fail(Kind::remote,
                fmt::format("{}: {} was carried out, but does not look done. {}", where(),
                    task_.step->id, found_detail_),
                fmt::format("Look yourself: {}", detail_.probes.front().command));
    }
    for (const auto& check : detail_.checks)
        if (auto ok = hold(check); !ok) return tl::unexpected(ok.error());
    if (auto ok = record_state("ok", how, message_); !ok) return tl::unexpected(ok.error());
    return ended;
}

Result<Ended> TaskRun::already() {
    if (auto ok = begin(); !ok) return tl::unexpected(ok.error());
    if (auto ok = record_state("ok", "already", found_detail_); !ok)
        return tl::unexpected(ok.error());
    return Ended::already;
}

TaskOutcome run_task(const Tools& tools, std::size_t task, const TaskRecord& before, bool by_hand,
    std::stop_token stop) {
    return TaskRun(tools, task, before, std::move(stop)).go(by_hand);
}

} // namespace ovd
