// SPDX-License-Identifier: Apache-2.0
#include "ssh/read_lane.h"

#include "ssh/random.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr int timed_out_status = 124; // of timeout(1)

/// One look as text for the shell: the command and its input come as here-documents, so that they
/// are in no argument list and need no quoting. It runs in a shell of its own, ended when it takes
/// too long, and its end is marked with a word that its output cannot guess.
std::string framed(const Read& read, const std::string& mark) {
    const double seconds = std::max(0.1, std::chrono::duration<double>(read.timeout).count());
    const bool has_input = !read.input.empty();
    std::string text = fmt::format("timeout -k 2 {:.1f} sh /dev/fd/3 3<<'{}c' {} 2>&1\n{}\n{}c\n",
        seconds, mark, has_input ? "<<'" + mark + "i'" : "</dev/null", read.command, mark);
    if (has_input) text += read.input + (read.input.ends_with('\n') ? "" : "\n") + mark + "i\n";
    return text + fmt::format("printf '\\n%s %s\\n' {} $?\n", mark);
}

} // namespace

Result<std::unique_ptr<ReadLane>> ReadLane::open(const SshSession& session) {
    auto channel = SshChannel::exec(session, session.root_prefix() + "sh");
    if (!channel) return tl::unexpected(channel.error());
    return std::unique_ptr<ReadLane>(new ReadLane(std::move(*channel)));
}

Result<std::vector<ReadResult>> ReadLane::read(std::span<const Read> reads) {
    std::string script;
    std::vector<std::string> marks;
    Millis allowed{10'000};
    for (const auto& read : reads) {
        marks.push_back(random_mark());
        script += framed(read, marks.back());
        allowed += read.timeout + Millis{2'000};
    }
    if (!channel_->write(script)) return fail(Kind::connect, "the connection broke");
    const auto deadline = std::chrono::steady_clock::now() + allowed;
    std::vector<ReadResult> results;
    std::string stream;
    std::size_t at = 0;
    while (results.size() < reads.size()) {
        const auto mark = "\n" + marks[results.size()] + " ";
        const auto end = stream.find(mark, at);
        const auto line_end = end == std::string::npos ? end : stream.find('\n', end + mark.size());
        if (line_end != std::string::npos) {
            ReadResult result;
            result.output = stream.substr(at, end - at);
            const char* first = stream.data() + end + mark.size();
            std::from_chars(first, stream.data() + line_end, result.status);
            result.timed_out = result.status == timed_out_status;
            results.push_back(std::move(result));
            at = line_end + 1;
            continue;
        }
        if (std::chrono::steady_clock::now() > deadline)
            return fail(Kind::connect, "no answer to a look in time");
        if (!channel_->read(stream, Millis{500})) {
            const auto why = channel_->complaints();
            return fail(Kind::connect,
                why.empty() ? "the connection broke" : "the shell there ended: " + why);
        }
    }
    return results;
}

} // namespace ovd
