// SPDX-License-Identifier: Apache-2.0
#include "engine/task_resume.h"

namespace ovd {

Result<std::optional<std::size_t>> TaskResume::next() {
    const auto& before = context_.before;
    if (!before.undo_job.empty())
        if (auto ended = jobs_.await_job(before.undo_job); !ended)
            return tl::unexpected(ended.error());
    const auto* open = before.open_job();
    if (before.half_undone) {
        if (open != nullptr)
            if (auto ended = jobs_.await_job(open->id); !ended)
                return tl::unexpected(ended.error());
        return std::nullopt;
    }
    const bool may_run = before.status == TaskStatus::running ||
                         before.status == TaskStatus::unknown || open != nullptr;
    if (!may_run) return std::nullopt;
    if (before.jobs.empty()) {
        context_.found("begun, but nothing had been sent to the node");
        return std::nullopt;
    }
    return after_last_job(before.jobs.back());
}

TaskResume::Next TaskResume::after_last_job(const SentJob& job) {
    const auto& plan = context_.plan;
    if (!is_same_plan(plan, context_.before))
        return begin_anew(job, "begun by an older plan than this one; starting it over");
    // What the API had answered is not known any more; asking it once more does no harm.
    if (std::holds_alternative<AdminOp>(plan.ops[job.op]))
        return begin_anew(job, "the Session Manager's API was being asked; asking it again");
    const auto undone = was_undone_unrecorded();
    if (!undone) return tl::unexpected(undone.error());
    if (*undone) return std::nullopt;
    if (job.ended && job.status == 0) {
        context_.found(fmt::format("operation {} had succeeded", job.op + 1));
        return job.op + 1;
    }
    // Its output may hold a secret that only asking for it makes known.
    if (auto input = probes_.input_for(plan.ops[job.op]); !input)
        return tl::unexpected(input.error());
    const auto state = jobs_.state_of(job.id);
    if (!state) return tl::unexpected(state.error());
    return by_state(job, *state);
}

TaskResume::Next TaskResume::by_state(const SentJob& job, const JobState& state) {
    switch (state.phase) {
    case JobState::Phase::absent:
        context_.found(fmt::format("{} was announced at {}, but never reached the node",
            title_of(context_.plan.ops[job.op]), job.time));
        // Sent now under the same name: should the first sending still be on its way, the node
        // takes only one of them. What came before it had succeeded, or it would not have been
        // announced.
        return job.op;
    case JobState::Phase::running: {
        context_.found("it is still running on the node; waiting for it");
        const auto ended = jobs_.attach(job);
        if (!ended) return tl::unexpected(ended.error());
        if (ended->status != 0) return std::nullopt;
        return job.op + 1;
    }
    case JobState::Phase::ended:
        context_.found(fmt::format("it ended with status {} on the node, {} after it began there",
            state.status, human_seconds(state.ended - state.started)));
        if (state.status != 0) return std::nullopt;
        if (auto ok = jobs_.record_ended(job.id, state); !ok) return tl::unexpected(ok.error());
        return job.op + 1;
    case JobState::Phase::lost:
        context_.found("the node went down before it ended; checking what is there");
        return std::nullopt;
    }
    return std::nullopt;
}

TaskResume::Next TaskResume::begin_anew(const SentJob& job, const std::string& why) {
    if (!job.ended)
        if (auto ended = jobs_.await_job(job.id); !ended) return tl::unexpected(ended.error());
    context_.found(why);
    return std::nullopt;
}

/// The run before this one may have undone it when its journal could not be written any more.
Result<bool> TaskResume::was_undone_unrecorded() {
    const auto tokens = context_.tools.journal.state().tokens;
    if (context_.plan.undo.empty() || tokens.size() < 2) return false;
    const auto job = context_.undo_name(tokens[tokens.size() - 2], 0);
    const auto state = jobs_.state_of(job);
    if (!state) return tl::unexpected(state.error());
    if (state->phase == JobState::Phase::absent) return false;
    context_.found("it was rolled back when the journal could not be written; starting it over");
    if (auto ended = jobs_.await_job(job); !ended) return ended;
    return true;
}

} // namespace ovd
