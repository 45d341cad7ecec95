// SPDX-License-Identifier: Apache-2.0
#include "ssh/read_lane.h"

#include "base/quote.h"
#include "base/text.h"
#include "ssh/random_mark.h"

#include <charconv>
#include <fmt/format.h>
#include <openssl/evp.h>

namespace ovd {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Seconds kill_after{2}; ///< for a command that ignores being told to end
constexpr Seconds margin{10};    ///< for the way there and back, and a busy node
constexpr int status_timed_out = 124;
constexpr int status_killed = 137;

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

/// The command goes over descriptor 3 and the input over stdin, so that neither is in any argv.
void add_script(std::string& script, const Read& read, const std::string& mark) {
    const auto end = random_mark();
    const double seconds = static_cast<double>(read.timeout.count()) / 1000;
    if (read.input.empty()) {
        script += fmt::format("timeout -k {} {:.3f} sh /dev/fd/3 3<<'{}' </dev/null 2>&1\n",
            kill_after.count(), seconds, end);
    } else {
        // In base64 the last line needs no end, and nothing in it can end it early.
        script += fmt::format("base64 -d 2>/dev/null <<'{0}i' | "
                              "timeout -k {1} {2:.3f} sh /dev/fd/3 3<<'{0}' 2>&1\n{3}\n{0}i\n",
            end, kill_after.count(), seconds, base64(read.input));
    }
    script += fmt::format(
        "echo started {0}\n{1}\n{2}\nprintf '\\n{0} %d\\n' $?\n", mark, read.command, end);
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
    Done go(Link& link, SshSession& session) {
        const bool fresh = !link.lane;
        if (fresh) {
            auto lane = session.exec_as_root("sh", link.options().connect_timeout);
            if (!lane) return tl::unexpected(lane.error());
            link.lane = std::move(*lane);
            script_ = lane_setup;
        }
        for (std::size_t i = results_.size(); i < reads_.size(); ++i)
            total_ += reads_[i].command.size() + 2 * reads_[i].input.size() + 300;
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
    Done collect(Link& link, SshSession& session, Channel& lane) {
        next_deadline(link);
        while (results_.size() < reads_.size()) {
            take(lane.out, link);
            if (results_.size() == reads_.size()) break;
            const auto left = std::chrono::ceil<Millis>(deadline_ - Steady::now());
            if (left.count() <= 0)
                return fail(Kind::connect,
                    fmt::format("{}: waited {} for the end of: {}", link.target().name,
                        human_seconds(waited().count()), first_line()),
                    "Try: " + session.by_hand());
            switch (lane.pump(left)) {
            case Pumped::data:
            case Pumped::quiet:
                break;
            case Pumped::broken:
                return fail(Kind::connect,
                    fmt::format(
                        "{}: the connection was cut: {}", link.target().name, session.last_error()),
                    "Try: " + session.by_hand());
            case Pumped::ended:
                refused_ = !begun_;
                if (refused_)
                    return tl::unexpected(not_started(link, session, lane.out + lane.err));
                return fail(Kind::connect,
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
            if (line == std::string::npos) {
                // The mark may be there in part.
                scanned_ = at != std::string::npos      ? at
                           : text.size() > start.size() ? text.size() - start.size()
                                                        : 0;
                return;
            }
            const std::string_view word(text.data() + at + start.size(), line - at - start.size());
            if (begun_)
                add_result(text.substr(0, at), word);
            else
                begun_ = true; // what came before is a greeting, or left over
            text.erase(0, line + 1);
            scanned_ = 0;
            next_deadline(link);
        }
    }

    void add_result(std::string output, std::string_view word) {
        ReadResult result;
        std::from_chars(word.data(), word.data() + word.size(), result.status);
        const bool late = Steady::now() - since_ >= reads_[results_.size()].timeout;
        result.timed_out =
            result.status == status_timed_out || (result.status == status_killed && late);
        // A shell that cannot keep a here-document says 1, as a look does that finds nothing.
        const auto started = started_line(mark_);
        if (output.starts_with(started))
            output.erase(0, started.size());
        else if (!result.timed_out)
            result.status = -1;
        result.output = std::move(output);
        results_.push_back(std::move(result));
    }

    std::chrono::duration<double> waited() const { return Steady::now() - since_; }
    std::string first_line() const {
        const auto all = lines(reads_[results_.size()].command);
        return all.empty() ? "" : all.front();
    }

    /// Each read has its own time, so a node that stopped answering is noticed within it.
    void next_deadline(const Link& link) {
        since_ = Steady::now();
        deadline_ = since_ + margin + kill_after;
        if (!begun_) deadline_ += link.options().connect_timeout;
        if (results_.size() < reads_.size()) deadline_ += reads_[results_.size()].timeout;
    }

    std::span<const Read> reads_;
    std::vector<ReadResult>& results_;
    std::string mark_;
    std::string script_;
    std::size_t total_ = 0;
    std::size_t scanned_ = 0;
    bool begun_ = false;
    bool refused_ = false;
    Steady::time_point since_;
    Steady::time_point deadline_;
};

std::string decode(const std::string& text) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    auto whole = static_cast<std::size_t>(std::max(size, 0));
    // It counts the padding as bytes.
    for (std::size_t i = text.size(); i > 0 && whole > 0 && text[i - 1] == '='; --i)
        --whole;
    bytes.resize(whole);
    return bytes;
}

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
    if (result.status == 0) return decode(trim(result.output));
    const auto why = result.timed_out ? "it took longer than 60 s" : trim(result.output);
    return fail(Kind::remote,
        fmt::format("{}: {} cannot be read: {}", link.target().name, path, why),
        fmt::format("Look yourself on {}: ls -l {}", link.target().name, shell_quote(path)));
}

} // namespace ovd
