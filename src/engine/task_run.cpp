// SPDX-License-Identifier: Apache-2.0
#include "engine/task_leg.h"

#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {

TaskOutcome TaskRun::go(bool by_hand) {
    started_ = tools_.clock.mono();
    tools_.view.begins(task_.id, task_.step->title, task_.step->section);
    if (task_.step->disruptive) tools_.watch.begins(task_.id, *task_.step);
    // A question has its hook, answers file and what to look at, whoever may log in there.
    const bool only_asks =
        !detail_.ops.empty() && std::ranges::all_of(detail_.ops, [](const Operation& op) {
            return std::holds_alternative<AskOp>(op);
        });
    auto ended = by_hand && !only_asks ? follow_by_hand() : follow();
    if (task_.step->disruptive) tools_.watch.ends(task_.id);
    const double seconds = elapsed();
    if (!ended) {
        auto error = ended.error();
        error.message = tools_.redactor.clean(error.message);
        error.hint = tools_.redactor.clean(error.hint);
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
    const auto* node = tools_.plan.farm.node(task_.node);
    if (node != nullptr && reachable() && never_asked(tools_.plan.guide, *node))
        return fail(Kind::connect,
            fmt::format("{} did not answer when the plan was made, so the plan may not fit it.",
                task_.node),
            "When it can be reached, run again: it is asked first.");
    bool from_start = true;
    std::size_t next = 0;
    if (!before_.undo_job.empty()) {
        if (auto ok = let_end(before_.undo_job); !ok) return tl::unexpected(ok.error());
    }
    if (before_.half_undone) {
        if (const auto* job = before_.open_job())
            if (auto ok = let_end(job->id); !ok) return tl::unexpected(ok.error());
    } else if (before_.state == TaskState::under_way || before_.state == TaskState::unknown ||
               before_.open_job() != nullptr) {
        auto resumed = pick_up();
        if (!resumed) return tl::unexpected(resumed.error());
        from_start = !resumed->has_value();
        next = resumed->value_or(0);
    }
    if (from_start && !before_.half_undone) {
        auto finding = look();
        if (!finding) return tl::unexpected(finding.error());
        if (*finding == Finding::State::done && !detail_.ops.empty())
            return before_.state == TaskState::untouched ? already() : found_done();
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
    if (detail_.ops.empty())
        for (const auto& check : detail_.checks) {
            commands += "# look that this ends with status 0";
            if (!check.says.empty()) commands += "; if not: " + lines(check.says).front();
            commands += "\n" + check.command;
            if (!check.input.empty()) commands += "\n# stdin:\n" + check.input.display();
            commands += "\n";
        }
    Asker::Seen seen;
    if (!detail_.probes.empty() && reachable())
        seen = [this]() -> Result<bool> {
            auto finding = look();
            if (!finding) return tl::unexpected(finding.error());
            return *finding == Finding::State::done;
        };
    if (auto ok = tools_.asker.by_hand(task_, commands, seen); !ok)
        return tl::unexpected(ok.error());
    return finish("by hand", Ended::by_hand);
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
        if (!job.ended)
            if (auto ok = let_end(job.id); !ok) return tl::unexpected(ok.error());
        note_found("begun by an older plan than this one; starting it over");
        return std::optional<std::size_t>{};
    }
    // What the API had answered is not known any more; asking it once more does no harm.
    if (std::holds_alternative<AdminOp>(detail_.ops[job.op])) {
        if (!job.ended)
            if (auto ok = let_end(job.id); !ok) return tl::unexpected(ok.error());
        note_found("the Session Manager's API was being asked; asking it anew");
        return std::optional<std::size_t>{};
    }
    const auto undone = undone_unseen();
    if (!undone) return tl::unexpected(undone.error());
    if (*undone) return std::optional<std::size_t>{};
    if (job.ended && job.status == 0) {
        note_found(fmt::format("operation {} had ended well", job.op + 1));
        return std::optional{job.op + 1};
    }
    // Its output may hold a secret that only asking for it makes known.
    if (auto input = input_for(detail_.ops[job.op]); !input) return tl::unexpected(input.error());
    auto state =
        patiently(task_.node, [&] { return tools_.nodes.changer(task_.node).look(job.id); });
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

/// Two at work on one thing at once would be worse than waiting.
Result<bool> TaskRun::let_end(const std::string& job) {
    const auto state =
        patiently(task_.node, [&] { return tools_.nodes.changer(task_.node).look(job); });
    if (!state) return tl::unexpected(state.error());
    if (state->phase == JobState::Phase::lost) return true;
    if (state->phase == JobState::Phase::running)
        note_found("a command sent before is still running on the node; waiting for its end");
    // One that has begun is attached to. One that has not may still be on its way: the node takes
    // only one of a name, and this one does nothing and ends badly, so that nobody takes it for the
    // command that was meant.
    const auto ended = follow_job({job, std::string(called_off), {}, tools_.token});
    if (!ended) return tl::unexpected(ended.error());
    if (state->phase == JobState::Phase::absent) return false;
    if (ended->phase == JobState::Phase::lost) return true;
    if (auto ok = record_ended(job, *ended); !ok) return tl::unexpected(ok.error());
    return true;
}

Result<std::optional<std::size_t>> TaskRun::attach(const SentJob& job) {
    auto state = wait_for({job.id, command_of(detail_.ops[job.op]), {}, tools_.token});
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

/// Somebody may have done it since it was put back, or mended what it failed at; but that it waited
/// for something in vain, or did not pass its checks, is not mended by the look of it.
Result<Ended> TaskRun::found_done() {
    if (auto ok = begin(); !ok) return tl::unexpected(ok.error());
    for (const auto& op : detail_.ops) {
        const auto* wait = std::get_if<WaitOp>(&op);
        if (wait == nullptr) continue;
        tools_.view.doing(task_.id, title_of(op));
        if (auto ok = wait_until(*wait); !ok) return tl::unexpected(ok.error());
    }
    message_ = found_detail_;
    return before_.touched ? finish("done", Ended::done) : finish("already", Ended::already);
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
