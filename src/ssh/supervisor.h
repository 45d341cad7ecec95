// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node/connections.h"

#include <string>

namespace ovd {

/// What a job's supervisor is told when it is started on the node.
struct Supervise {
    std::string run_dir;    ///< on the node
    std::string mark;       ///< begins each of its lines on the channel; random
    bool may_start = true;  ///< false: only attach to a job that was seen to have begun
    std::size_t offset = 0; ///< so much of the output was had already
};

/// The shell words that start the supervisor of a job on the node:
///
///     sh -c SCRIPT ovd-job ID BYTES COMMAND MARK start|attach OFFSET RUN_DIR TOKEN
///
/// It reads the BYTES of the job's input from stdin and starts the command, unless a job of that ID
/// was started before; either way it then tells how the job gets on, in frames on stdout:
///
///     MARK begun STARTED       it is or was under way
///     MARK data N              N bytes of its output follow
///     MARK beat                nothing new
///     MARK end STATUS STARTED ENDED NOW
///     MARK lost STARTED NOW    the node went down, or its shell was killed, before it ended
///     MARK absent              it may not be started, and never was
///     MARK short N             only N bytes of input came; it was not started
///     MARK refused WHY         it cannot be started
///     MARK fenced HOLDER       it may not be started: the lock of the node has another token
///
/// On the node a job is the directory RUN_DIR/jobs/ID with the files cmd, boot, started, pid (and
/// the process's start time), out, ended, rc; what ends in .new is room for what is not known yet.
[[nodiscard]] std::string supervisor_words(const Job& job, const Supervise& how);

/// A read that tells what became of a job: a line `PHASE STATUS STARTED ENDED NOW`, then the last
/// MiB of its output.
[[nodiscard]] Read look_at_job(const std::string& id, const std::string& run_dir);
/// Makes sense of what that read printed.
[[nodiscard]] Result<JobState> understand_look(const ReadResult& result);

} // namespace ovd
