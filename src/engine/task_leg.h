// SPDX-License-Identifier: Apache-2.0
// One task on its way: engine/ alone knows this. task_run.cpp is its course, task_perform.cpp its
// operations, task_record.cpp what is looked at and recorded.
#pragma once

#include "engine/task_run.h"

namespace ovd {

using Fetched = std::map<std::string, std::string>;

/// One task on its way. Each member does one leg of it; the first error ends it.
class TaskRun {
public:
    TaskRun(const Tools& tools, std::size_t task, const TaskRecord& before, std::stop_token stop)
        : tools_(tools), task_(tools.plan.tasks[task]), detail_(tools.plan.details[task]),
          index_(task), before_(before), attempt_(before.attempts), stop_(std::move(stop)) {}

    TaskOutcome go(bool by_hand);

private:
    Result<Ended> follow();

    /// A person carries it out; the probe watches, or where there is none the person's word counts.
    Result<Ended> follow_by_hand();

    /// A task that was under way: asks the node what became of it. Returns the operation to go on
    /// with, or nothing when it has to start over.
    Result<std::optional<std::size_t>> pick_up();

    /// Two plans at work on one node at once would be worse than waiting.
    Done let_end(const SentJob& job);

    Result<std::optional<std::size_t>> attach(const SentJob& job);

    Done begin();

    /// Performs one operation; true when a person said "not yet".
    Result<bool> perform(std::size_t number);

    Result<bool> put_question(const AskOp& ask);

    Done wait_until(const WaitOp& wait);

    Done change(std::size_t number, const Operation& op);
    /// Announces an operation, sends it as a job and records its end, whatever its status.
    Result<JobState> send(std::size_t number, const Operation& op);

    Result<bool> ask_admin(std::size_t number, const AdminOp& op);
    [[nodiscard]] std::string judge_maintenance(const JobState& state, bool on) const;
    Result<std::string> wait_for_admin(const AdminOp& op);
    Done go_through_sheet(const SheetOp& op);

    /// Sends or re-attaches to a job and waits for its end.
    Result<JobState> wait_for(const Job& job);

    /// After the operations: the probe must say yes now, and the checks must hold.
    Result<Ended> finish(const std::string& how, Ended ended);

    Result<Ended> already();

    Done hold(const Check& check);

    Result<Finding::State> look();

    Result<Fetched> values();

    void note_found(const std::string& text);

    Done record_ended(const std::string& job, const JobState& state);

    [[nodiscard]] Record task_record(const std::string& state) const;

    Done record_state(const std::string& state, const std::string& how, const std::string& message);

    [[nodiscard]] Result<Ended> stopped(const std::string& when) const;

    [[nodiscard]] double elapsed() const;

    [[nodiscard]] std::string where() const;

    [[nodiscard]] std::string plain_id() const;

    [[nodiscard]] bool reachable() const;

    const Tools& tools_;
    const Task& task_;
    const TaskPlan& detail_;
    std::size_t index_;
    const TaskRecord& before_;
    int attempt_;
    std::stop_token stop_;
    WallTime started_;
    std::optional<Fetched> fetched_;
    std::string found_detail_;
    std::string message_;
    bool asked_ = false;
};

} // namespace ovd
