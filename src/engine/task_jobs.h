// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task_probes.h"

namespace ovd {

/// Sends the commands of one task to its node as jobs, and journals each before it is sent and
/// after it has ended.
class TaskJobs {
public:
    TaskJobs(TaskContext& context, TaskProbes& probes) : context_(context), probes_(probes) {}

    /// Sends an operation and waits for its end, whatever its status.
    [[nodiscard]] Result<JobState> send(std::size_t number, const Operation& op);
    /// The same of an operation of the undo.
    [[nodiscard]] Result<JobState> send_undo(std::size_t number, const Operation& op);
    /// Waits for a job that was sent before.
    [[nodiscard]] Result<JobState> attach(const SentJob& job);
    /// Makes sure that a job does not run any more, and never will. True when it may have run.
    [[nodiscard]] Result<bool> await_job(const std::string& job);
    /// What became of a job, as its node tells it; never starts it.
    [[nodiscard]] Result<JobState> state_of(const std::string& job);
    /// Journals that a job has ended.
    [[nodiscard]] Status record_ended(const std::string& job, const JobState& state);

private:
    [[nodiscard]] Result<JobState> follow(const Job& job);
    [[nodiscard]] Result<JobState> finish(const Job& job);

    TaskContext& context_;
    TaskProbes& probes_;
};

} // namespace ovd
