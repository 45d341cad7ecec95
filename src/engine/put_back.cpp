// SPDX-License-Identifier: Apache-2.0
// How what a task did is undone.
#include "engine/task_leg.h"

namespace ovd {

Done put_back_task(
    const Tools& tools, std::size_t task, const TaskRecord& before, Seconds patience) {
    return TaskRun(tools, task, before, {}).put_back(patience);
}

Done TaskRun::put_back(Seconds patience) {
    patience_ = patience;
    rolling_back_ = true;
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
    if (!ran) return note(task_record("put back"));
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
    return note(task_record("put back"));
}

Done TaskRun::note(Record record) {
    const auto written = tools_.journal.write(std::move(record));
    if (written || !rolling_back_) return written;
    tools_.view.note(task_.id, written.error().message + " It is put back all the same.");
    return {};
}

/// The token too: where the journal cannot be written, the next time does not know of this one.
std::string TaskRun::undo_name(const std::string& token, std::size_t number) const {
    return fmt::format("{}-{}.{}.undo{}-{}-{}", tools_.journal.run_id(), plain_id(), attempt_,
        before_.put_backs + 1, token, number + 1);
}

/// The run before this one may have undone it when its journal could not be written any more.
Result<bool> TaskRun::undone_unseen() {
    const auto tokens = tools_.journal.state().tokens;
    if (detail_.undo.empty() || tokens.size() < 2) return false;
    const auto job = undo_name(tokens[tokens.size() - 2], 0);
    const auto state =
        patiently(task_.node, [&] { return tools_.nodes.changer(task_.node).look(job); });
    if (!state) return tl::unexpected(state.error());
    if (state->phase == JobState::Phase::absent) return false;
    note_found("it was put back when the journal could not be written; starting it over");
    if (auto ok = let_end(job); !ok) return tl::unexpected(ok.error());
    return true;
}

Done TaskRun::undo(std::size_t number, const Operation& op) {
    tools_.view.doing(task_.id, "put back: " + title_of(op));
    auto input = input_for(op);
    if (!input) return tl::unexpected(input.error());
    // Each time it is put back has names of its own: an old result must not stand for a new one.
    const Job job{undo_name(tools_.token, number), command_of(op), std::move(*input), tools_.token};
    Record sent;
    sent["kind"] = "put back";
    sent["task"] = task_.id;
    sent["op"] = number;
    sent["job"] = job.id;
    sent["command"] = job.command;
    if (auto ok = note(std::move(sent)); !ok) return ok;
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
