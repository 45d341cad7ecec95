// SPDX-License-Identifier: Apache-2.0
// One task on its way: engine/ alone knows this. task_run.cpp is its course, task_perform.cpp its
// operations, task_record.cpp what is looked at and recorded.
#pragma once

#include "engine/task_run.h"

#include "base/text.h"

#include <fmt/format.h>

namespace ovd {

/// What is sent in place of a command that must never run any more.
constexpr std::string_view called_off = "exit 125";

using Fetched = std::map<std::string, std::string>;

/// One task on its way. Each member does one leg of it; the first error ends it.
class TaskRun {
public:
    TaskRun(const Tools& tools, std::size_t task, const TaskRecord& before, std::stop_token stop)
        : tools_(tools), task_(tools.plan.tasks[task]), detail_(tools.plan.details[task]),
          index_(task), before_(before), attempt_(before.attempts), stop_(std::move(stop)) {}

    TaskOutcome go(bool by_hand);
    /// Undoes what it did, and looks afterwards.
    Done put_back(Seconds patience);

private:
    Result<Ended> follow();

    /// It was begun before and looks done: what it waits for and checks must hold all the same.
    Result<Ended> found_done();

    /// A person carries it out; the probe watches, or where there is none the person's word counts.
    Result<Ended> follow_by_hand();

    /// A task that was under way: asks the node what became of it. Returns the operation to go on
    /// with, or nothing when it has to start over.
    Result<std::optional<std::size_t>> pick_up();

    /// Makes sure that a job does not run any more, and never will. True when it may have run.
    Result<bool> let_end(const std::string& job);
    Done undo(std::size_t number, const Operation& op);
    [[nodiscard]] std::string undo_name(const std::string& token, std::size_t number) const;
    Result<bool> undone_unseen();
    /// Writes a record; while rolling back one that cannot be written is told and no obstacle.
    Done note(Record record);

    Result<std::optional<std::size_t>> attach(const SentJob& job);

    Done begin();

    /// Performs one operation; true when a person said "not yet".
    Result<bool> perform(std::size_t number);

    Result<bool> put_question(AskOp ask);
    /// A question whose hook was begun by a run that did not live to see its end.
    [[nodiscard]] AskOp in_doubt(AskOp ask);
    Done record_hook(const std::string& name, const std::string& state);

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
    Result<JobState> follow_job(const Job& job);
    /// What a job is sent as input, with everything in it known.
    Result<std::string> input_for(const Operation& op);

    /// After the operations: the probe must say yes now, and the checks must hold.
    Result<Ended> finish(const std::string& how, Ended ended);

    Result<Ended> already();

    /// Looks again and again while a node that was there before does not answer. A cut connection
    /// says nothing about the node: unknown when the time is up.
    template <class Look>
    auto patiently(const std::string& node, const Look& look) -> decltype(look()) {
        auto result = look();
        if (result || result.error().kind != Kind::connect ||
            tools_.nodes.traffic(node).connects == 0)
            return result;
        const auto since = tools_.clock.mono();
        tools_.view.note(task_.id,
            fmt::format("{} does not answer ({}); trying again for {}", node,
                result.error().message, human_seconds(static_cast<double>(patience_.count()))));
        while (!result && result.error().kind == Kind::connect) {
            if (stop_.stop_requested())
                return tl::unexpected(stopped("while " + node + " did not answer").error());
            if (tools_.clock.mono() - since >= patience_)
                return tl::unexpected(Error{Kind::unknown, result.error().message,
                    "When the node can be reached, run again: it is looked at first.", {}});
            tools_.clock.sleep(Millis{1000});
            result = look();
        }
        away_ += tools_.clock.mono() - since;
        if (result) tools_.view.note(task_.id, node + " answers again");
        return result;
    }

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
    MonoTime started_;
    std::optional<Fetched> fetched_;
    std::string found_detail_;
    std::string message_;
    MonoTime::duration away_{}; ///< for so long its node was out of sight while it was looked at
    Seconds patience_ = node_patience;
    bool rolling_back_ = false;
    bool asked_ = false;
};

} // namespace ovd
