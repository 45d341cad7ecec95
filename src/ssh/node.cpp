// SPDX-License-Identifier: Apache-2.0
#include "ssh/node.h"

#include "base/quote.h"
#include "ssh/random.h"
#include "ssh/supervisor.h"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>
#include <thread>

namespace ovd {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t most_output = 1U << 20; ///< of a job, kept in memory

/// "PHASE STATUS STARTED ENDED NOW", as the supervisor and the look say it.
JobState parse_state(const std::string& line) {
    std::istringstream words(line);
    std::string phase;
    JobState state;
    words >> phase >> state.status >> state.started >> state.ended >> state.now;
    if (phase == "ended") state.phase = JobState::Phase::ended;
    if (phase == "running") state.phase = JobState::Phase::running;
    if (phase == "lost") state.phase = JobState::Phase::lost;
    return state;
}

} // namespace

void SshNode::drop_locked() {
    lane_.reset();
    session_.reset();
}

void SshNode::drop() {
    const std::scoped_lock lock(mutex_);
    drop_locked();
}

Traffic SshNode::traffic() const {
    const std::scoped_lock lock(mutex_);
    return traffic_;
}

Done SshNode::connect() {
    if (session_) return {};
    auto session = SshSession::open(target_, options_);
    if (!session) return tl::unexpected(session.error());
    session_ = std::move(*session);
    ++traffic_.connects;
    return {};
}

Result<std::vector<ReadResult>> SshNode::read(std::span<const Read> reads) {
    const std::scoped_lock lock(mutex_);
    return read_locked(reads);
}

/// A look may be repeated: one that broke is tried once more over a new connection.
Result<std::vector<ReadResult>> SshNode::read_locked(std::span<const Read> reads) {
    Error last;
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (auto ok = connect(); !ok) return tl::unexpected(ok.error());
        if (!lane_) {
            auto lane = ReadLane::open(*session_);
            if (lane) lane_ = std::move(*lane);
            if (!lane) last = lane.error();
        }
        if (lane_) {
            ++traffic_.round_trips;
            auto results = lane_->read(reads);
            if (results) return results;
            last = results.error();
        }
        drop_locked();
    }
    last = last.during(target_.name);
    if (last.hint.empty()) last.hint = fmt::format("Try: ssh {}", target_.host);
    return tl::unexpected(last);
}

Result<std::string> SshNode::get(const std::string& path) {
    // Text as it is: an end mark of our own shows where it ends, also without a last newline.
    const Read read{fmt::format("cat {}", shell_quote(path)), {}, Millis{20'000}};
    auto results = this->read({&read, 1});
    if (!results) return tl::unexpected(results.error());
    if (results->front().status != 0)
        return fail(Kind::remote,
            fmt::format("{}: {} cannot be read: {}", target_.name, path, results->front().output),
            "Run the steps before this one first.");
    return results->front().output;
}

Result<JobState> SshNode::look(const std::string& job_id) {
    const std::scoped_lock lock(mutex_);
    return look_locked(job_id);
}

Result<JobState> SshNode::look_locked(const std::string& job_id) {
    const Read read{job_look(options_.run_dir, job_id), {}, Millis{20'000}};
    auto results = read_locked({&read, 1});
    if (!results) return tl::unexpected(results.error());
    const auto& text = results->front().output;
    if (results->front().status != 0)
        return fail(Kind::unknown,
            fmt::format("{}: what became of {} cannot be told: {}", target_.name, job_id, text),
            fmt::format("Look at {}/jobs on the node.", options_.run_dir));
    const auto end = text.find('\n');
    auto state = parse_state(text.substr(0, end));
    if (end != std::string::npos) state.output = text.substr(end + 1);
    return state;
}

/// Tries again for as long as the deadline allows: a node that boots takes its time.
Done SshNode::reconnect(const JobWatch& watch) {
    if (watch.note) watch.note("the connection was lost; connecting again");
    const auto deadline = SteadyClock::now() + options_.reconnect_deadline;
    Millis pause{250};
    for (;;) {
        auto ok = connect();
        if (ok) return ok;
        if (ok.error().kind == Kind::host_key) return ok;
        if (SteadyClock::now() + pause > deadline || watch.stop.stop_requested())
            return fail(Kind::unknown,
                fmt::format("{}: the connection was lost in the middle of a command, and the node "
                            "cannot be reached again: {}",
                    target_.name, ok.error().message),
                "Bring the node back and run again: it is asked what became of the command.");
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, Millis{3'000});
    }
}

void SshNode::follow(const Job& job, bool send_input, const JobWatch& watch, Follow& follow) {
    const auto mark = random_mark();
    ++traffic_.round_trips;
    auto channel = SshChannel::exec(*session_,
        session_->root_prefix() + supervisor_command(options_.run_dir, job.id, job.input.size(),
                                      job.command, follow.output.size(), mark));
    follow.connected = channel.has_value();
    if (!channel) return;
    if (send_input && !(*channel)->write(job.input)) {
        follow.connected = false;
        return;
    }
    (*channel)->end_input();
    const auto ending = "\n" + mark + " ";
    std::string stream;
    std::size_t told = 0;
    std::optional<SteadyClock::time_point> give_up;
    for (;;) {
        const bool open = (*channel)->read(stream, Millis{200});
        const auto end = stream.find(ending);
        const auto line_end =
            end == std::string::npos ? end : stream.find('\n', end + ending.size());
        // What might be the beginning of the mark is kept back until it is clear.
        const auto sure = end != std::string::npos        ? end
                          : stream.size() > ending.size() ? stream.size() - ending.size()
                                                          : 0;
        if (sure > told) {
            if (watch.output) watch.output(std::string_view(stream).substr(told, sure - told));
            told = sure;
        }
        if (line_end != std::string::npos) {
            follow.output += stream.substr(0, end);
            const auto said = stream.substr(end + ending.size(), line_end - end - ending.size());
            follow.absent = said == SupervisorWords::absent;
            if (!follow.absent) follow.state = parse_state(said);
            return;
        }
        if (!open) {
            follow.output += stream;
            follow.complaint = (*channel)->complaints();
            // A shell that ended by itself says why; a connection that broke says nothing.
            follow.connected = !follow.complaint.empty();
            return;
        }
        if (!watch.stop.stop_requested()) continue;
        if (!give_up) give_up = SteadyClock::now() + watch.grace;
        if (SteadyClock::now() < *give_up) continue;
        follow.output += stream;
        follow.stopped = true;
        return;
    }
}

Result<JobState> SshNode::run(const Job& job, const JobWatch& watch) {
    const std::scoped_lock lock(mutex_);
    Follow progress;
    bool send_input = true;
    bool again = false;
    for (int absences = 0; absences < 3;) {
        if (!session_) {
            auto ok = again ? reconnect(watch) : connect();
            if (!ok) return tl::unexpected(ok.error());
        }
        if (again) {
            auto state = look_locked(job.id);
            if (!state) return state;
            send_input = state->phase == JobState::Phase::absent;
        }
        follow(job, send_input, watch, progress);
        if (progress.state || progress.stopped) {
            auto state = progress.state.value_or(JobState{});
            if (progress.stopped) state.phase = JobState::Phase::running;
            const auto size = progress.output.size();
            state.output = size > most_output ? progress.output.substr(size - most_output)
                                              : std::move(progress.output);
            return state;
        }
        if (progress.connected && !progress.absent)
            return fail(Kind::remote,
                fmt::format(
                    "{}: commands cannot be started there: {}", target_.name, progress.complaint),
                fmt::format("Check that {} is writable, and that sudo asks no password.",
                    options_.run_dir));
        if (progress.absent) ++absences;
        again = true;
        if (!progress.connected) drop_locked();
    }
    return fail(Kind::remote, fmt::format("{}: {} does not begin there.", target_.name, job.id),
        fmt::format("Check that {} and /run on the node have room.", options_.run_dir));
}

} // namespace ovd
