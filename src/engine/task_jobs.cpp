// SPDX-License-Identifier: Apache-2.0
#include "engine/task_jobs.h"

namespace ovd {
namespace {

/// Sent in place of a command that must never run any more.
constexpr std::string_view called_off = "exit 125";

constexpr std::size_t journaled_output = 4000; ///< bytes of a command's output kept in the journal

} // namespace

Result<JobState> TaskJobs::send(std::size_t number, const Operation& op) {
    auto input = probes_.input_for(op);
    if (!input) return tl::unexpected(input.error());
    const Job job{
        context_.job_name(number), command_of(op), std::move(*input), context_.tools.token};
    if (auto ok = context_.record(
            CommandSent{context_.task.id, number, job.id, job.command, input_of(op)->display()});
        !ok)
        return tl::unexpected(ok.error());
    return finish(job);
}

Result<JobState> TaskJobs::send_undo(std::size_t number, const Operation& op) {
    auto input = probes_.input_for(op);
    if (!input) return tl::unexpected(input.error());
    const auto& token = context_.tools.token;
    const Job job{context_.undo_name(token, number), command_of(op), std::move(*input), token};
    if (auto ok = context_.record(UndoSent{context_.task.id, number, job.id, job.command}); !ok)
        return tl::unexpected(ok.error());
    return finish(job);
}

Result<JobState> TaskJobs::attach(const SentJob& job) {
    return finish({job.id, command_of(context_.plan.ops[job.op]), {}, context_.tools.token});
}

/// Two at work on one thing at once would be worse than waiting.
Result<bool> TaskJobs::await_job(const std::string& job) {
    const auto state = state_of(job);
    if (!state) return tl::unexpected(state.error());
    if (state->phase == JobState::Phase::lost) return true;
    if (state->phase == JobState::Phase::running)
        context_.found("a command sent before is still running on the node; waiting for its end");
    // One that has begun is attached to. One that has not may still be on its way: the node takes
    // only one of a name, and this one does nothing and fails, so that nobody takes it for the
    // command that was meant.
    const auto ended = follow({job, std::string(called_off), {}, context_.tools.token});
    if (!ended) return tl::unexpected(ended.error());
    if (state->phase == JobState::Phase::absent) return false;
    if (ended->phase == JobState::Phase::lost) return true;
    if (auto ok = record_ended(job, *ended); !ok) return tl::unexpected(ok.error());
    return true;
}

Result<JobState> TaskJobs::state_of(const std::string& job) {
    const auto& node = context_.task.node;
    return probes_.retry_while_unreachable(
        node, [&] { return context_.tools.nodes.changer(node).look(job); });
}

Status TaskJobs::record_ended(const std::string& job, const JobState& state) {
    return context_.record(CommandEnded{context_.task.id, job, state.status, state.started,
        state.ended, context_.task.step->disruptive,
        // Cleaned before it is cut: half a secret is not known again.
        tail(context_.tools.redactor.clean(state.output), journaled_output)});
}

/// Sends or re-attaches to a job and waits for its end, or until its node is seen to have gone
/// down.
Result<JobState> TaskJobs::follow(const Job& job) {
    const auto& tools = context_.tools;
    const auto& id = context_.task.id;
    JobWatch watch;
    watch.stop = context_.stop;
    watch.output = [&](std::string_view text) { tools.events.output(id, text); };
    watch.note = [&](const std::string& text) { tools.events.note(id, text); };
    auto state = tools.nodes.changer(context_.task.node).run(job, watch);
    if (!state && state.error().kind == ErrorKind::stopped)
        return context_.stopped("before " + lines(job.command).front());
    if (state && state->phase == JobState::Phase::running)
        return context_.stopped("while its command continues by itself on the node");
    return state;
}

/// Its end in the journal; an error when nobody can tell how it ended.
Result<JobState> TaskJobs::finish(const Job& job) {
    auto state = follow(job);
    if (!state) return state;
    if (state->phase == JobState::Phase::lost)
        return fail(ErrorKind::unknown,
            fmt::format("{}: the node went down while this was running: {}", context_.where(),
                lines(job.command).front()),
            "Run again: the node is probed first, and only what is missing is done.");
    if (auto ok = record_ended(job.id, *state); !ok) return tl::unexpected(ok.error());
    return state;
}

} // namespace ovd
