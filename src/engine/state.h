// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/facts.h"
#include "engine/record.h"

#include <map>
#include <string>
#include <vector>

namespace ovd {

/// What the journal says of a task.
enum class TaskState {
    untouched, ///< never begun, or put back since
    under_way, ///< begun, and the journal ends there
    ok,
    open, ///< a person answered "not yet"
    failed,
    unknown, ///< whether it happened could not be told
};

[[nodiscard]] std::string_view to_string(TaskState state);

/// A job that was sent to a node for one operation of a task.
struct SentJob {
    std::string id;
    std::size_t op = 0;
    std::string time; ///< when it was sent
    bool ended = false;
    int status = -1;
};

struct TaskRecord {
    TaskState state = TaskState::untouched;
    std::string digest;
    std::string how; ///< done, already, by hand, answered
    std::string message;
    std::string began;
    std::string ended;
    double seconds = 0;
    int attempts = 0;
    bool touched = false;      ///< a job was sent for it and it was not put back since
    bool ran = false;          ///< likewise, and one of them is known to have run
    std::vector<SentJob> jobs; ///< of the last attempt
    int put_backs = 0;         ///< how often putting it back was begun
    bool half_undone = false;  ///< putting it back was begun, and it has not begun anew since
    std::string undo_job;  ///< the last that was sent to put it back, while its end is not known
    std::string hook;      ///< a hook that was begun, while nobody knows what it did
    std::string hook_time; ///< when
    std::string hook_who;  ///< by whom, and so on which machine

    /// The last job, when it may still run: sent, and no end of it known.
    [[nodiscard]] const SentJob* open_job() const {
        return jobs.empty() || jobs.back().ended ? nullptr : &jobs.back();
    }
};

/// What replaying a journal gives.
struct RunState {
    std::map<std::string, TaskRecord> tasks;
    long records = 0;
    std::string who; ///< who began the last run: user@host
    std::string last_time;
    std::string last_stop; ///< why the last run ended
    bool finished = false; ///< the last run ended with nothing of the whole plan left
    Facts facts;           ///< what the last run had read from the nodes
    /// When the last command that users may notice had ended, by the clock of its node; 0: never.
    double last_disruption = 0;
    std::vector<std::string> tokens; ///< with which nodes took jobs of its runs, oldest first

    /// Goes one record further.
    void take(const Record& record);
};

[[nodiscard]] RunState replay(const std::vector<Record>& records);

} // namespace ovd
