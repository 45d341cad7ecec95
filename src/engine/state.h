// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/record.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// A job that was sent to a node for one operation of a task.
struct SentJob {
    std::string id;
    std::size_t op = 0;
    std::string time; ///< when it was sent
    bool ended = false;
    int status = -1;
    std::string command = {};
};

/// What the journal says of a task.
struct TaskRecord {
    TaskStatus status = TaskStatus::pending;
    std::string digest;
    TaskHow how = TaskHow::none;
    std::string message;
    std::string began;
    std::string ended;
    double seconds = 0;
    int attempts = 0;
    bool touched = false;      ///< a job was sent for it and it was not rolled back since
    bool ran = false;          ///< likewise, and one of them is known to have run
    std::vector<SentJob> jobs; ///< of the last attempt
    int rollbacks = 0;         ///< how often its rollback was begun
    bool half_undone = false;  ///< its rollback was begun, and it has not begun anew since
    std::string undo_job;      ///< the last that was sent to undo it, while its end is not known
    std::string hook;          ///< a hook that was begun, while nobody knows what it did
    std::string hook_time;     ///< when
    std::string hook_who;      ///< by whom, and so on which machine

    [[nodiscard]] bool is_done() const { return status == TaskStatus::done; }
    /// Nothing of it is there: never begun, or rolled back since.
    [[nodiscard]] bool is_fresh() const {
        return status == TaskStatus::pending || status == TaskStatus::rolled_back;
    }
    /// The last job, when it may still run: sent, and no end of it known.
    [[nodiscard]] const SentJob* open_job() const {
        return jobs.empty() || jobs.back().ended ? nullptr : &jobs.back();
    }
};

/// What replaying a journal gives.
struct RunState {
    std::map<std::string, TaskRecord> tasks;

    /// The record of a task; an empty one when it was never begun.
    [[nodiscard]] const TaskRecord& task(const std::string& id) const;

    long records = 0;
    std::string who; ///< who began the last run: user@host
    std::string last_time;
    std::string last_stop; ///< why the last run ended
    bool finished = false; ///< the last run ended with nothing of the whole plan left
    Facts facts;           ///< what the last run had read from the nodes
    /// When the last command that users may notice had ended, by the clock of its node; 0: never.
    double last_disruption = 0;
    /// A guard that may be armed, as far as is known.
    struct ArmedGuard {
        std::string section;
        long limit = 0; ///< seconds
    };
    std::map<std::string, ArmedGuard> guards; ///< by node
    std::vector<std::string> tokens; ///< with which nodes took jobs of its runs, oldest first

    /// Goes one record further.
    void take(const Record& record);
};

[[nodiscard]] RunState replay(const std::vector<Record>& records);

} // namespace ovd
