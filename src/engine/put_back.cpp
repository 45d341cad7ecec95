// SPDX-License-Identifier: Apache-2.0
// How what a task did is undone.
#include "engine/task_leg.h"

namespace ovd {

Done put_back_task(const Tools& tools, std::size_t task, const TaskRecord& before) {
    return TaskRun(tools, task, before, {}).put_back();
}

Done TaskRun::put_back() {
    started_ = tools_.clock.mono();
    if (before_.digest != detail_.digest)
        return fail(Kind::refused,
            fmt::format("{} was done by an older plan than this one, which may know another way "
                        "back.",
                task_.id),
            "Put it back by hand, or with the steps and farm file that it was done by.");
    // The way back must not run beside what it takes back.
    bool ran = before_.ran || before_.half_undone;
    if (const auto* job = before_.open_job()) {
        const auto may_have_run = let_end(job->id);
        if (!may_have_run) return tl::unexpected(may_have_run.error());
        ran = ran || *may_have_run;
    }
    if (!before_.undo_job.empty())
        if (auto ok = let_end(before_.undo_job); !ok) return tl::unexpected(ok.error());
    // What was announced and never reached the node has nothing to be taken back.
    if (!ran) return tools_.journal.write(task_record("put back"));
    for (std::size_t i = 0; i < detail_.undo.size(); ++i)
        if (auto ok = undo(i, detail_.undo[i]); !ok) return ok;
    if (!detail_.probes.empty()) { // the state counts, not the exit status
        const auto finding = look();
        if (!finding) return tl::unexpected(finding.error());
        if (*finding == Finding::State::done)
            return fail(Kind::remote,
                fmt::format("{}: {} was put back, but still looks done. {}", where(),
                    task_.step->id, found_detail_),
                fmt::format("Look yourself: {}", detail_.probes.front().command));
    }
    return tools_.journal.write(task_record("put back"));
}

Done TaskRun::undo(std::size_t number, const Operation& op) {
    tools_.view.doing(task_.id, "put back: " + title_of(op));
    auto input = input_for(op);
    if (!input) return tl::unexpected(input.error());
    // Each time it is put back has names of its own: an old result must not stand for a new one.
    const Job job{fmt::format("{}-{}.{}.undo{}-{}", tools_.journal.run_id(), plain_id(), attempt_,
                      before_.put_backs + 1, number + 1),
        command_of(op), std::move(*input), tools_.token};
    Record sent;
    sent["kind"] = "put back";
    sent["task"] = task_.id;
    sent["op"] = number;
    sent["job"] = job.id;
    sent["command"] = job.command;
    if (auto ok = tools_.journal.write(std::move(sent)); !ok) return ok;
    const auto state = wait_for(job);
    if (!state) return tl::unexpected(state.error());
    if (auto ok = record_ended(job.id, *state); !ok) return ok;
    if (state->status == 0) return {};
    return fail(Kind::remote,
        fmt::format("{}: putting back {} ended with status {}:\n{}\n{}", where(), task_.step->id,
            state->status, job.command, tail(tools_.redactor.clean(trim(state->output)), 1500)),
        "Put it back by hand with the command above, then run again.");
}

} // namespace ovd
