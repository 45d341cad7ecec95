// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task_jobs.h"

namespace ovd {

/// What became of a task that an earlier run began, as its node tells it.
class TaskResume {
public:
    TaskResume(TaskContext& context, TaskProbes& probes, TaskJobs& jobs)
        : context_(context), probes_(probes), jobs_(jobs) {}

    /// The operation to go on with, or nothing when the task begins anew. Whatever may still run of
    /// it on the node has ended then.
    [[nodiscard]] Result<std::optional<std::size_t>> next();

private:
    using Next = Result<std::optional<std::size_t>>;

    [[nodiscard]] Next after_last_job(const SentJob& job);
    [[nodiscard]] Next by_state(const SentJob& job, const JobState& state);
    [[nodiscard]] Next begin_anew(const SentJob& job, const std::string& why);
    [[nodiscard]] Result<bool> was_undone_unrecorded();

    TaskContext& context_;
    TaskProbes& probes_;
    TaskJobs& jobs_;
};

} // namespace ovd
