// SPDX-License-Identifier: Apache-2.0
// Looking at a node and changing it, as two types: who is given only a Reader cannot change
// anything.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ovd {

/// One read-only look: a POSIX shell command, its stdin, and how long it may take.
struct Read {
    std::string command;
    std::string input;
    Millis timeout{20'000};
};

/// Of one look's output; no look needs more, and a node that is out of its mind may send without
/// end.
constexpr std::size_t most_read = 2 << 20;

struct ReadResult {
    int status = -1; ///< exit status; -1 when it never ended, or what it said is not all here
    bool timed_out = false; ///< its time ended it, whatever status it has
    std::string output;     ///< stdout and stderr as they came; its beginning, and a word on the
                            ///< rest, when it was longer than most_read
};

/// Looks at one node. Implementations reconnect by themselves: a look may be repeated safely.
class Reader {
public:
    virtual ~Reader() = default;
    /// Runs all of them, one after the other, in one round trip; results in the same order.
    [[nodiscard]] virtual Result<std::vector<ReadResult>> read(std::span<const Read> reads) = 0;
    /// The bytes of a file on the node; an error when it has more than 1.5 MiB.
    [[nodiscard]] virtual Result<std::string> get(const std::string& path) = 0;
};

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

/// Counts what went over a node's connection.
struct Traffic {
    int connects = 0;
    int round_trips = 0;
};

/// Reaches the nodes of a farm by id or server name; one connection each, kept open. Safe to use
/// from many threads; a node does one thing at a time.
class Connections {
public:
    virtual ~Connections() = default;
    [[nodiscard]] virtual Reader& reader(const std::string& node) = 0;
    [[nodiscard]] virtual Traffic traffic(const std::string& node) const = 0;
};

/// The same, for those who may change nodes.
class ChangingConnections : public Connections {
public:
    [[nodiscard]] virtual Changer& changer(const std::string& node) = 0;
    /// Drops the connection, so that the next use proves that a new one can be made.
    virtual void drop(const std::string& node) = 0;
    /// From now on this node gets so long, and no longer, for whatever it is asked: to be connected
    /// to, to say something, to come back after a cut. For what must not keep a person waiting.
    virtual void hurry(const std::string& node, Millis most) {
        (void)node;
        (void)most;
    }
};

} // namespace ovd
