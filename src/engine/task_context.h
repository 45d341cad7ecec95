// SPDX-License-Identifier: Apache-2.0
// engine/ alone knows this: what all who work on one task share. task_run.cpp is the task's course,
// task_jobs.cpp sends commands and waits for their end, task_probes.cpp looks at the node,
// task_questions.cpp asks people, task_admin.cpp the Session Manager, task_rollback.cpp undoes it.
#pragma once

#include "engine/task_run.h"

namespace ovd {

/// One task while it is carried out or rolled back.
class TaskContext {
public:
    TaskContext(
        const Tools& shared, std::size_t number, const TaskRecord& record, std::stop_token token)
        : tools(shared), task(shared.plan.tasks[number]), plan(shared.plan.details[number]),
          index(number), before(record), stop(std::move(token)), attempt(record.attempts),
          started_(shared.clock.mono()) {}
    TaskContext(const TaskContext&) = delete;
    TaskContext& operator=(const TaskContext&) = delete;

    const Tools& tools;
    const Task& task;
    const TaskPlan& plan;
    const std::size_t index;  ///< of the task in the plan
    const TaskRecord& before; ///< what the journal said of it
    const std::stop_token stop;
    int attempt;               ///< counts from 1 how often it began
    std::string message = {};  ///< for people, at its end
    bool rolling_back = false; ///< a journal that cannot be written is told, and no obstacle

    /// Journals that it begins, with a new attempt.
    [[nodiscard]] Status begin();
    /// Journals where it stands.
    [[nodiscard]] Status record_status(TaskStatus status, TaskHow how, const std::string& text);
    [[nodiscard]] Status record(Event event);
    /// Tells, and journals, what was found on the node.
    void found(const std::string& text);
    void note(const std::string& text) const { tools.events.note(task.id, text); }
    void doing(const std::string& what) const { tools.events.doing(task.id, what); }

    /// It has a node, and that may be logged in to.
    [[nodiscard]] bool has_node() const;
    /// Its node, for messages; the step where it has none.
    [[nodiscard]] std::string where() const;
    /// Seconds since it began.
    [[nodiscard]] double elapsed() const;
    /// The error that ends a task when the run is stopped.
    [[nodiscard]] tl::unexpected<Error> stopped(const std::string& when) const;
    /// The last bytes of what a command printed, without secrets, for messages.
    [[nodiscard]] std::string shown(const std::string& output, std::size_t most) const;

    /// Names a job for ever: a node never runs the same name twice.
    [[nodiscard]] std::string job_name(std::size_t op) const;
    /// The same of an undo; token: of the run that rolls it back, since where no journal can be
    /// written the next run does not know of this one.
    [[nodiscard]] std::string undo_name(const std::string& token, std::size_t op) const;

private:
    [[nodiscard]] std::string plain_id() const;

    MonoTime started_;
};

} // namespace ovd
