// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task_jobs.h"

namespace ovd {

/// What one task does through the Session Manager's own API.
class TaskAdmin {
public:
    TaskAdmin(TaskContext& context, TaskProbes& probes, TaskJobs& jobs)
        : context_(context), probes_(probes), jobs_(jobs) {}

    /// Carries out the call, or waits until the farm is as it asks for. Says what is still not so;
    /// empty: all is. Where the API gives no clear answer that is an obstacle too.
    [[nodiscard]] Result<std::string> obstacle(std::size_t number, const AdminOp& op);

private:
    [[nodiscard]] static std::string judge_maintenance(const JobState& state, bool on);
    [[nodiscard]] Result<std::string> wait_for(const AdminOp& op);

    TaskContext& context_;
    TaskProbes& probes_;
    TaskJobs& jobs_;
};

} // namespace ovd
