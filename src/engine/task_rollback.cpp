// SPDX-License-Identifier: Apache-2.0
// How what a task did is undone.
#include "engine/task_jobs.h"

namespace ovd {
namespace {

class TaskRollback {
public:
    TaskRollback(const Tools& tools, std::size_t task, const TaskRecord& before, Seconds patience)
        : context_(tools, task, before, {}), probes_(context_, patience), jobs_(context_, probes_) {
        context_.rolling_back = true;
    }

    Status run() {
        if (!is_same_plan(context_.plan, context_.before))
            return fail(ErrorKind::refused,
                fmt::format("{} was done by an older plan than this one, which may be undone in "
                            "another way.",
                    context_.task.id),
                "Undo it by hand, or with the steps and farm file that it was done by.");
        const auto ran = await_what_runs();
        if (!ran) return tl::unexpected(ran.error());
        // What was announced and never reached the node has left nothing to undo.
        if (!*ran) return rolled_back();
        for (std::size_t i = 0; i < context_.plan.undo.size(); ++i)
            if (auto ok = undo(i, context_.plan.undo[i]); !ok) return ok;
        if (!context_.plan.probes.empty()) { // the state counts, not the exit status
            const auto found = probes_.probe();
            if (!found) return tl::unexpected(found.error());
            if (*found == Finding::State::done)
                return fail(ErrorKind::remote,
                    fmt::format("{}: {} was undone, but still looks done. {}", context_.where(),
                        context_.task.step->id, probes_.detail()),
                    fmt::format("Check it yourself: {}", by_hand(context_.plan.probes)));
        }
        return rolled_back();
    }

private:
    /// An undo must not run beside what it undoes. True when there may be something to undo.
    Result<bool> await_what_runs() {
        const auto& before = context_.before;
        bool ran = before.ran || before.half_undone;
        if (const auto* job = before.open_job()) {
            const auto may_have_run = jobs_.await_job(job->id);
            if (!may_have_run) return may_have_run;
            ran = ran || *may_have_run;
        }
        if (!before.undo_job.empty())
            if (auto ended = jobs_.await_job(before.undo_job); !ended) return ended;
        return ran;
    }

    Status undo(std::size_t number, const Operation& op) {
        context_.doing("roll back: " + title_of(op));
        const auto state = jobs_.send_undo(number, op);
        if (!state) return tl::unexpected(state.error());
        if (state->status == 0) return {};
        return fail(ErrorKind::remote,
            fmt::format("{}: rolling back {} ended with status {}:\n{}\n{}", context_.where(),
                context_.task.step->id, state->status, command_of(op),
                context_.shown(state->output, 1500)),
            "Undo it by hand with the command above, then run again.");
    }

    Status rolled_back() {
        return context_.record_status(TaskStatus::rolled_back, TaskHow::none, "");
    }

    TaskContext context_;
    TaskProbes probes_;
    TaskJobs jobs_;
};

} // namespace

Status roll_back_task(
    const Tools& tools, std::size_t task, const TaskRecord& before, Seconds patience) {
    return TaskRollback(tools, task, before, patience).run();
}

} // namespace ovd
