// SPDX-License-Identifier: Apache-2.0
// Changing a node, by jobs that outlive the connection.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace ovd {

/// One change to a node. The id names it for ever: the same id never runs twice on a node.
struct Job {
    std::string id;      ///< [A-Za-z0-9._-]+, unique in the run
    std::string command; ///< POSIX shell; seen by anyone on the node, so never a secret in it
    std::string input;   ///< stdin; may hold secrets
    /// Of the run that sends it: a node whose lock has another does not begin it. Empty: no matter.
    std::string token = {};
};

/// What became of a job, as the node itself tells it.
struct JobState {
    enum class Phase {
        absent,  ///< never started there
        running, ///< under way now
        ended,   ///< has an exit status
        lost,    ///< was started, and the node went down before it ended
    };
    Phase phase = Phase::absent;
    int status = -1;
    std::string output; ///< stdout and stderr, at most the last MiB
    double started = 0; ///< epoch seconds by the node's clock; 0: not known
    double ended = 0;
    double now = 0; ///< the node's clock when it was asked
};

/// Told while a job runs.
struct JobWatch {
    std::function<void(std::string_view)> output; ///< new output as it comes; may be empty
    std::function<void(const std::string&)> note; ///< "connection lost, trying again"; may be empty
    std::stop_token stop; ///< when asked to stop: stop waiting; the job goes on at the node
    Millis grace{3'000};  ///< how long to keep waiting for the job after a stop was asked for
};

/// Changes one node.
class Changer {
public:
    virtual ~Changer() = default;
    /// Starts the job, or attaches to it when it was started before, and waits for its end. When
    /// the connection is cut it connects again and re-attaches. Returns phase running after a stop.
    /// Error kind `unknown` when the node cannot be reached any more within the reconnect deadline,
    /// `refused` when the node's lock is another run's by now: then it was not begun.
    [[nodiscard]] virtual Result<JobState> run(const Job& job, const JobWatch& watch) = 0;
    /// What became of it; never starts it.
    [[nodiscard]] virtual Result<JobState> look(const std::string& job_id) = 0;
};

} // namespace ovd
