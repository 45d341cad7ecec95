// SPDX-License-Identifier: Apache-2.0
#include "ssh/read_lane.h"

#include "base/quote.h"
#include "base/text.h"
#include "ssh/random_mark.h"

#include <charconv>
#include <cstdlib>
#include <fmt/format.h>

namespace ovd {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Seconds kill_after{2}; ///< for a command that ignores being told to end
constexpr Seconds margin{10};    ///< for the way there and back, and a busy node
constexpr int status_timed_out = 124;
constexpr int status_killed = 137;
constexpr std::size_t longest_greeting = 1 << 20; ///< what is not our shell says more than that
constexpr std::size_t longest_mark_line = 200;
constexpr double clock_step = 0.02; ///< /proc/uptime counts hundredths

/// Once for each new shell. Shells that keep here-documents in files shall do so in memory. sudo
/// may leave the home of who logged in, and programs look there for root's settings (.my.cnf).
constexpr std::string_view lane_setup =
    R"(PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin HOME=/root; export PATH HOME
unset TMPDIR; [ ! -d /dev/shm ] || TMPDIR=/dev/shm
)";

/// The first line of what a command prints: that it was started at all.
std::string started_line(const std::string& mark) {
    return "started " + mark + "\n";
}

/// How long it took is told by the node itself, from a clock that nobody sets: status 124 alone may
/// be the command's own. Reading it starts no process.
constexpr std::string_view began_line = "read -r began rest </proc/uptime\n";

/// The command goes over descriptor 3 and the input over stdin, so that neither is in any argv.
void add_script(std::string& script, const Read& read, const std::string& mark) {
    const auto end = random_mark();
    const double seconds = static_cast<double>(read.timeout.count()) / 1000;
    script += began_line;
    if (read.input.empty()) {
        script += fmt::format("timeout -k {} {:.3f} sh /dev/fd/3 3<<'{}' </dev/null 2>&1\n",
            kill_after.count(), seconds, end);
    } else {
        // In base64 the last line needs no end, and nothing in it can end it early.
        script += fmt::format("base64 -d 2>/dev/null <<'{0}i' | "
                              "timeout -k {1} {2:.3f} sh /dev/fd/3 3<<'{0}' 2>&1\n{3}\n{0}i\n",
            end, kill_after.count(), seconds, base64(read.input));
    }
    script +=
        fmt::format("echo started {0}\n{1}\n{2}\nstatus=$?; read -r ended rest </proc/uptime\n"
                    "printf '\\n{0} %d %s %s\\n' $status \"$began\" \"$ended\"\n",
            mark, read.command, end);
}

/// One writing of reads and its reading back.
class Batch {
public:
    Batch(std::span<const Read> reads, std::vector<ReadResult>& results)
        : reads_(reads), results_(results), mark_(random_mark()) {}
    ~Batch() { wipe(script_); }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// Fills results; what it does not fill did not end.
    Status go(Link& link, SshSession& session) {
        const bool fresh = !link.lane;
        if (fresh) {
            auto lane = session.exec_as_root("sh", link.patience(link.options().connect_timeout));
            if (!lane) return tl::unexpected(lane.error());
            link.lane = std::move(*lane);
            script_ = lane_setup;
        }
        for (std::size_t i = results_.size(); i < reads_.size(); ++i)
            total_ += reads_[i].command.size() + 2 * reads_[i].input.size() + 500;
        script_.reserve(total_ + 300); // so that no copy of a secret is left behind while growing
        script_ += fmt::format("printf '\\n{} begin\\n'\n", mark_);
        for (std::size_t i = results_.size(); i < reads_.size(); ++i)
            add_script(script_, reads_[i], mark_);
        auto& lane = *link.lane;
        lane.send(script_);
        ++link.traffic.round_trips;
        auto ok = collect(link, session, lane);
        lane.send({});
        return ok;
    }

    /// The node lets us in, but starts no shell: a new connection would not help.
    [[nodiscard]] bool refused() const { return refused_; }

private:
    Status collect(Link& link, SshSession& session, Channel& lane) {
        next_deadline(link);
        while (results_.size() < reads_.size()) {
            take(lane.out, link);
            if (!begun_ && lane.out.size() > longest_greeting) {
                refused_ = true;
                lane.out.resize(200);
                return tl::unexpected(not_started(link, session, lane.out));
            }
            if (results_.size() == reads_.size()) break;
            const auto left = std::chrono::ceil<Millis>(deadline_ - Steady::now());
            if (left.count() <= 0)
                return fail(ErrorKind::connect,
                    fmt::format("{}: waited {} for the end of: {}", link.target().name,
                        human_seconds(waited().count()), first_line()),
                    "Try: " + session.by_hand());
            switch (lane.pump(left)) {
            case Pumped::data:
            case Pumped::quiet:
                break;
            case Pumped::broken:
                return fail(ErrorKind::connect,
                    fmt::format(
                        "{}: the connection was cut: {}", link.target().name, session.last_error()),
                    "Try: " + session.by_hand());
            case Pumped::ended:
                refused_ = !begun_;
                if (refused_)
                    return tl::unexpected(not_started(link, session, lane.out + lane.err));
                return fail(ErrorKind::connect,
                    fmt::format("{}: the shell ended during: {}", link.target().name, first_line()),
                    "Try: " + session.by_hand());
            }
        }
        return {};
    }

    /// Moves what has ended from text to the results.
    void take(std::string& text, const Link& link) {
        const auto start = "\n" + mark_ + " ";
        for (;;) {
            const auto at = text.find(start, scanned_);
            const auto line = at == std::string::npos ? at : text.find('\n', at + start.size());
            if (line == std::string::npos && at != std::string::npos &&
                text.size() - at > longest_mark_line) {
                scanned_ = at + start.size(); // it is not said by our shell
                continue;
            }
            if (line == std::string::npos) {
                // The mark may be there in part.
                scanned_ = at != std::string::npos      ? at
                           : text.size() > start.size() ? text.size() - start.size()
                                                        : 0;
                drop_excess(text);
                return;
            }
            const std::string_view word(text.data() + at + start.size(), line - at - start.size());
            if (begun_)
                add_result(text.substr(0, at), word);
            else
                begun_ = true; // what came before is a greeting, or left over
            text.erase(0, line + 1);
            scanned_ = 0;
            dropped_ = 0;
            next_deadline(link);
        }
    }

    /// Keeps the beginning, and what is still to be looked through for the mark.
    void drop_excess(std::string& text) {
        const auto most = most_read + started_line(mark_).size();
        if (scanned_ <= most) return;
        dropped_ += scanned_ - most;
        text.erase(most, scanned_ - most);
        scanned_ = most;
    }

    void add_result(std::string output, std::string_view words) {
        ReadResult result;
        const auto told = split(words, ' ');
        const auto word = told.empty() ? std::string() : told[0];
        std::from_chars(word.data(), word.data() + word.size(), result.status);
        result.timed_out =
            (result.status == status_timed_out || result.status == status_killed) && took_all(told);
        // A shell that cannot keep a here-document says 1, as a look does that finds nothing.
        const auto started = started_line(mark_);
        if (output.starts_with(started))
            output.erase(0, started.size());
        else if (!result.timed_out)
            result.status = -1;
        if (dropped_ > 0 || output.size() > most_read) {
            if (!result.timed_out) result.status = -1;
            output.resize(std::min(output.size(), most_read));
            output += fmt::format("\n[cut off: it printed more than {} MiB]\n", most_read >> 20);
        }
        result.output = std::move(output);
        results_.push_back(std::move(result));
    }

    /// Whether a command took all the time it had; told: its status, and when it began and ended.
    [[nodiscard]] bool took_all(const std::vector<std::string>& told) const {
        const std::chrono::duration<double> most = reads_[results_.size()].timeout;
        if (told.size() < 3) return waited() >= most;
        const double took =
            std::strtod(told[2].c_str(), nullptr) - std::strtod(told[1].c_str(), nullptr);
        return took + clock_step >= most.count();
    }

    std::chrono::duration<double> waited() const { return Steady::now() - since_; }
    std::string first_line() const {
        const auto all = lines(reads_[results_.size()].command);
        return all.empty() ? "" : all.front();
    }

    /// Each read has its own time, so a node that stopped answering is noticed within it.
    void next_deadline(const Link& link) {
        since_ = Steady::now();
        Millis most = margin + kill_after;
        if (!begun_) most += link.options().connect_timeout;
        if (results_.size() < reads_.size()) most += reads_[results_.size()].timeout;
        deadline_ = since_ + link.patience(most);
    }

    std::span<const Read> reads_;
    std::vector<ReadResult>& results_;
    std::string mark_;
    std::string script_;
    std::size_t total_ = 0;
    std::size_t scanned_ = 0;
    std::size_t dropped_ = 0; ///< bytes of the output that comes in, beyond what is kept
    bool begun_ = false;
    bool refused_ = false;
    Steady::time_point since_;
    Steady::time_point deadline_;
};

} // namespace

Result<std::vector<ReadResult>> read_over(Link& link, std::span<const Read> reads) {
    std::vector<ReadResult> results;
    results.reserve(reads.size());
    for (bool again = false;; again = true) {
        auto session = link.up();
        if (!session) return tl::unexpected(session.error());
        Batch batch(reads, results);
        auto ok = batch.go(link, **session);
        if (ok) return results;
        link.drop();
        if (again || batch.refused()) return tl::unexpected(ok.error());
    }
}

Result<std::string> get_over(Link& link, const std::string& path) {
    const Read read{"base64 -w 0 -- " + shell_quote(path), {}, Millis{60'000}};
    auto results = read_over(link, {&read, 1});
    if (!results) return tl::unexpected(results.error());
    const auto& result = results->front();
    if (result.status == 0) return from_base64(trim(result.output));
    const auto why = result.timed_out                   ? "it took longer than 60 s"
                     : result.output.size() > most_read ? "it is larger than 1.5 MiB"
                                                        : trim(result.output);
    return fail(ErrorKind::remote,
        fmt::format("{}: {} cannot be read: {}", link.target().name, path, why),
        fmt::format("Check it yourself on {}: ls -l {}", link.target().name, shell_quote(path)));
}

} // namespace ovd
