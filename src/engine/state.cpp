// SPDX-License-Identifier: Apache-2.0
#include "engine/state.h"

#include <algorithm>

namespace ovd {
namespace {

/// Takes one record after the other into the state that they give.
class Replay {
public:
    Replay(RunState& run, const std::string& time) : run_(run), time_(time) {}

    void operator()(const JournalHeader&) {}

    void operator()(const RunBegan& began) {
        run_.facts = began.facts;
        run_.who = began.who;
        if (!began.token.empty()) run_.tokens.push_back(began.token);
        run_.finished = false;
        run_.last_stop.clear(); // how the one before ended says nothing of this one
    }

    void operator()(const TaskChanged& change) {
        auto& task = run_.tasks[change.task];
        task.status = change.status;
        switch (change.status) {
        case TaskStatus::running:
            task.digest = change.digest;
            task.began = time_;
            task.attempts += 1;
            task.half_undone = false;
            task.undo_job.clear();
            task.how = TaskHow::none;
            task.message.clear();
            if (task.open_job() != nullptr) task.ran = true; // it may have; nobody knows any more
            task.jobs.clear();
            return;
        case TaskStatus::rolled_back:
            roll_back(task);
            return;
        default:
            if (!change.digest.empty()) task.digest = change.digest;
            task.how = change.how;
            task.message = change.message;
            task.ended = time_;
            task.seconds = change.seconds;
        }
    }

    void operator()(const CommandSent& sent) {
        auto& task = run_.tasks[sent.task];
        task.touched = true;
        task.jobs.push_back({sent.job, sent.op, time_, false, -1, sent.command});
    }

    void operator()(const CommandEnded& ended) {
        auto& task = run_.tasks[ended.task];
        if (task.undo_job == ended.job) task.undo_job.clear();
        for (auto& job : task.jobs)
            if (job.id == ended.job) {
                job.ended = true;
                task.ran = true;
                job.status = ended.status;
            }
        if (ended.disruptive)
            run_.last_disruption =
                std::max(run_.last_disruption, ended.finished > 0 ? ended.finished : ended.started);
    }

    void operator()(const HookChanged& change) {
        auto& task = run_.tasks[change.task];
        task.hook = change.begins ? change.hook : "";
        task.hook_time = time_;
        task.hook_who = run_.who;
    }

    void operator()(const QuestionAnswered& answer) {
        // Nobody was there: it is still not known what the hook did.
        if (answer.by != "nobody") run_.tasks[answer.task].hook.clear();
    }

    void operator()(const UndoSent& sent) {
        // From here on it may be half undone: it is not done, and has to begin anew.
        auto& task = run_.tasks[sent.task];
        task.status = TaskStatus::failed;
        task.how = TaskHow::none;
        task.message = "its rollback was begun";
        task.half_undone = true;
        task.undo_job = sent.job;
        if (sent.op == 0) ++task.rollbacks;
    }

    void operator()(const GuardChanged& guard) {
        if (guard.status == GuardStatus::armed)
            run_.guards[guard.node] = {guard.section, guard.limit};
        else
            run_.guards.erase(guard.node);
        for (const auto& id : guard.undone)
            roll_back(run_.tasks[id]);
        for (const auto& id : guard.left) {
            auto& task = run_.tasks[id];
            task.status = TaskStatus::failed;
            task.how = TaskHow::none;
            task.message = "its rollback failed";
            task.half_undone = true;
            task.jobs.clear();
        }
    }

    void operator()(const RunEnded& end) {
        run_.last_stop = end.why;
        run_.finished = end.finished;
    }

    void operator()(const TaskInspected&) {}
    void operator()(const PlanOutline&) {}
    void operator()(const SheetChecked&) {}
    void operator()(const WatchBegan&) {}
    void operator()(const Outage&) {}
    void operator()(const WatchEnded&) {}

private:
    /// What was still running was waited for, or ended.
    static void roll_back(TaskRecord& task) {
        task.status = TaskStatus::rolled_back;
        task.touched = false;
        task.ran = false;
        task.half_undone = false;
        task.undo_job.clear();
        task.jobs.clear();
    }

    RunState& run_;
    const std::string& time_;
};

} // namespace

const TaskRecord& RunState::task(const std::string& id) const {
    static const TaskRecord never_begun;
    const auto found = tasks.find(id);
    return found == tasks.end() ? never_begun : found->second;
}

void RunState::take(const Record& record) {
    ++records;
    if (!record.time.empty()) last_time = record.time;
    std::visit(Replay(*this, record.time), record.event);
}

RunState replay(const std::vector<Record>& records) {
    RunState run;
    for (const auto& record : records)
        run.take(record);
    return run;
}

} // namespace ovd
