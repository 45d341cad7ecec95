// SPDX-License-Identifier: Apache-2.0
#include "ssh/change_lane.h"

#include "base/text.h"
#include "ssh/frames.h"
#include "ssh/random_mark.h"
#include "ssh/read_lane.h"
#include "ssh/supervisor.h"

#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <thread>

namespace ovd {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kept_output = 1 << 20;
constexpr Seconds silence{20}; ///< the supervisor speaks every 3 s; this long means a dead link
constexpr std::size_t most_noise = 1 << 20; ///< what is not our supervisor says more than that
constexpr std::size_t told_of_noise = 200;
constexpr Millis step{200}; ///< how soon a stop is noticed
constexpr Millis last_backoff{5'000};
constexpr std::size_t longest_words = 120'000; ///< Linux takes no longer single argument

double number(const std::vector<std::string>& words, std::size_t index) {
    return index < words.size() ? std::strtod(words[index].c_str(), nullptr) : 0;
}

std::string told(Millis time) {
    return human_seconds(static_cast<double>(time.count()) / 1000);
}

/// Follows one job to its end.
class Follow {
public:
    Follow(Link& link, const Job& job, const JobWatch& watch)
        : link_(link), job_(job), watch_(watch), was_up_(link.is_up()),
          known_(link.traffic.connects > 0) {}

    Result<JobState> go() {
        if (stopping())
            return fail(ErrorKind::stopped, name() + ": stopped before anything was sent");
        for (;;) {
            auto session = connected();
            if (!session) return tl::unexpected(session.error());
            if (!*session) return stopped_meanwhile();
            auto state = over(**session);
            if (!state) return tl::unexpected(state.error());
            if (*state) return std::move(**state);
            link_.drop(); // only here: the channel in over() had to go before its session
            if (stopping()) return stopped_meanwhile();
        }
    }

private:
    using Maybe = std::optional<JobState>;

    const std::string& name() const { return link_.target().name; }
    bool stopping() const { return watch_.stop.stop_requested(); }
    void note(const std::string& text) const {
        if (watch_.note) watch_.note(text);
    }

    /// A connection, after as many tries as the deadline allows; null when asked to stop.
    Result<SshSession*> connected() {
        for (Millis backoff{250};; backoff = std::min(backoff * 2, last_backoff)) {
            auto session = link_.up(!cut_);
            if (session) return session;
            const auto& error = session.error();
            if (error.kind == ErrorKind::host_key || error.kind == ErrorKind::farm)
                return gave_up(error);
            // The first connection of all: nothing was sent, and it may be the address that is
            // wrong.
            if (!known_ && !sent_) return session;
            if (!cut_) begin_cut(error.message);
            if (Steady::now() + backoff >= reconnect_until_) return gave_up(error);
            for (Millis slept{0}; slept < backoff; slept += step) {
                if (stopping()) return nullptr;
                std::this_thread::sleep_for(std::min(step, backoff - slept));
            }
        }
    }

    void begin_cut(const std::string& why) {
        cut_ = true;
        const auto most = link_.patience(link_.options().reconnect_deadline);
        reconnect_until_ = Steady::now() + most;
        note(fmt::format("connection lost ({}); trying again for {}{}", why, told(most),
            sent_ ? ", the command continues meanwhile" : ""));
    }

    tl::unexpected<Error> gave_up(const Error& why) const {
        if (!sent_) return tl::unexpected(why);
        return fail(ErrorKind::unknown,
            fmt::format(
                "{}: the connection was cut while this was under way, and none could be made "
                "since: {}",
                name(), why.message),
            why.hint.empty()
                ? "When the node can be reached, run again: it is asked what became of it."
                : why.hint + " - then run again: the node is asked what became of it.");
    }

    Result<JobState> stopped_meanwhile() const {
        if (!sent_) return fail(ErrorKind::stopped, name() + ": stopped before anything was sent");
        if (begun_) return so_far(JobState::Phase::running);
        return fail(ErrorKind::unknown,
            name() + ": stopped while the connection was cut; whether it began is unknown",
            "Run again: the node is asked what became of it.");
    }

    JobState so_far(JobState::Phase phase) const {
        JobState state;
        state.phase = phase;
        state.output = output_;
        state.started = started_;
        return state;
    }

    /// Follows it over one connection; nothing when that was cut.
    Result<Maybe> over(SshSession& session) {
        const auto mark = random_mark();
        const auto words =
            supervisor_words(job_, {link_.options().run_dir, mark, !begun_, received_});
        if (words.size() > longest_words)
            return fail(ErrorKind::internal,
                fmt::format("{}: a command of {} bytes is too long for a command line", name(),
                    job_.command.size()),
                "Send the long part as its input.");
        auto channel = session.exec_as_root(words, link_.patience(link_.options().connect_timeout));
        if (!channel) return was_cut(channel.error().message);
        ++link_.traffic.round_trips;
        sent_ = true;
        if (!begun_) (*channel)->send(job_.input);
        return follow(session, **channel, Frames(mark));
    }

    Result<Maybe> follow(SshSession& session, Channel& channel, Frames frames) {
        auto heard = Steady::now();
        bool framed = false;
        std::string said; // before its first frame
        for (;;) {
            if (auto stopped = grace_is_over(); !stopped || *stopped) return stopped;
            const auto unsent = channel.unsent();
            const auto pumped = channel.pump(step);
            if (channel.unsent() != unsent) heard = Steady::now();
            if (frames.noise() == 0) said = channel.out.substr(0, told_of_noise);
            while (auto frame = frames.next(channel.out)) {
                framed = true;
                heard = Steady::now();
                auto state = take(*frame);
                if (!state || *state) return state;
                if (frame->word == "short") return was_cut("its input did not arrive in full");
            }
            if (frames.noise() > most_noise) {
                if (framed || cut_) return was_cut("what it says makes no sense");
                return tl::unexpected(not_started(link_, session, said));
            }
            if (pumped == Pumped::broken) return was_cut(session.last_error());
            if (pumped == Pumped::ended) {
                if (framed || cut_) return was_cut("the node ended it");
                return tl::unexpected(not_started(link_, session, channel.err + channel.out));
            }
            if (const auto most = link_.patience(silence); Steady::now() - heard > most)
                return was_cut("nothing heard for " + told(most));
        }
    }

    /// Makes sense of a frame; a state when the job is at its end.
    Result<Maybe> take(const Frames::Frame& frame) {
        using Phase = JobState::Phase;
        if (frame.word == "begun") {
            if (cut_) note("connected again; the command continues");
            cut_ = false;
            begun_ = true;
            started_ = number(frame.rest, 0);
        } else if (frame.word == "data") {
            received_ += frame.output.size();
            keep(frame.output);
            if (watch_.output) watch_.output(frame.output);
        } else if (frame.word == "end") {
            auto state = so_far(Phase::ended);
            const auto status = frame.rest.empty() ? std::string{} : frame.rest[0];
            std::from_chars(status.data(), status.data() + status.size(), state.status);
            state.started = number(frame.rest, 1);
            state.ended = number(frame.rest, 2);
            state.now = number(frame.rest, 3);
            return Maybe(std::move(state));
        } else if (frame.word == "lost") {
            auto state = so_far(Phase::lost);
            state.started = number(frame.rest, 0);
            state.now = number(frame.rest, 1);
            return Maybe(std::move(state));
        } else if (frame.word == "absent") {
            return fail(ErrorKind::unknown,
                fmt::format("{}: it had begun, but its record in {}/jobs/{} is gone", name(),
                    link_.options().run_dir, job_.id),
                "Check the node: was it restored from an older snapshot?");
        } else if (frame.word == "refused") {
            return fail(ErrorKind::remote,
                fmt::format("{}: it could not be started: {}", name(), join(frame.rest, " ")),
                fmt::format("Check that {} and /run on the node are writable and not full.",
                    link_.options().run_dir));
        } else if (frame.word == "fenced") {
            return fenced(join(frame.rest, " "));
        }
        return Maybe{};
    }

    tl::unexpected<Error> fenced(const std::string& holder) const {
        if (holder == "nobody")
            return fail(ErrorKind::refused,
                name() + ": its lock is gone, so it takes no command of this run any more: its "
                         "guard has fired, or somebody has removed the lock.",
                "Nothing was begun. Type: ovd-failover run");
        return fail(ErrorKind::refused,
            fmt::format("{}: another run has taken over this farm: {}", name(), holder),
            "Nothing was begun. Check how far that run is: ovd-failover status. To resume from "
            "here all the same, type: ovd-failover run --take-over");
    }

    void keep(const std::string& output) {
        output_ += output;
        if (output_.size() > 2 * kept_output) output_.erase(0, output_.size() - kept_output);
    }

    /// A cut before the first byte of an idle connection's new use is nothing to speak of.
    Result<Maybe> was_cut(const std::string& why) {
        const bool was_idle = was_up_ && !sent_;
        was_up_ = false;
        if (!was_idle && !cut_) begin_cut(why);
        if (cut_ && Steady::now() >= reconnect_until_)
            return gave_up({ErrorKind::connect, name() + ": " + why, {}, {}});
        return Maybe{};
    }

    Result<Maybe> grace_is_over() {
        if (!stopping()) return Maybe{};
        if (!stop_at_) stop_at_ = Steady::now() + watch_.grace;
        if (Steady::now() < *stop_at_) return Maybe{};
        auto state = stopped_meanwhile();
        if (!state) return tl::unexpected(state.error());
        return Maybe(std::move(*state));
    }

    Link& link_;
    const Job& job_;
    const JobWatch& watch_;
    bool was_up_;        ///< the connection was there before and may have died unnoticed
    bool known_;         ///< the node was reached before in this run of the program
    bool sent_ = false;  ///< it may have begun
    bool begun_ = false; ///< the node said that it has
    bool cut_ = false;
    std::size_t received_ = 0;
    std::string output_;
    double started_ = 0;
    Steady::time_point reconnect_until_;
    std::optional<Steady::time_point> stop_at_;
};

} // namespace

Result<JobState> run_over(Link& link, const Job& job, const JobWatch& watch) {
    if (job.id.empty() || job.id.front() == '.' ||
        job.id.find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") !=
            std::string::npos)
        return fail(ErrorKind::internal, "'" + job.id + "' cannot name a job");
    auto state = Follow(link, job, watch).go();
    if (state && state->output.size() > kept_output)
        state->output.erase(0, state->output.size() - kept_output);
    return state;
}

Result<JobState> look_over(Link& link, const std::string& id) {
    const auto read = look_at_job(id, link.options().run_dir);
    auto results = read_over(link, {&read, 1});
    if (!results) return tl::unexpected(results.error());
    auto state = understand_look(results->front());
    if (!state) return tl::unexpected(state.error().during(link.target().name));
    return state;
}

} // namespace ovd
