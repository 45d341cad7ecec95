// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include "base/descriptor.h"
#include "base/spawn.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace ovd {
namespace {

constexpr Seconds patience{5};               ///< between being told to end and being killed
constexpr std::size_t kept_output = 1 << 20; ///< its last bytes: nobody reads more of it

/// A file without a name that holds the text, to be read from its beginning: unlike a pipe it takes
/// any length at once, and unlike an argument nobody else can see it.
Descriptor memory_file(const std::string& text) {
    Descriptor file(::memfd_create("stdin", MFD_CLOEXEC));
    std::size_t done = 0;
    while (file && done < text.size()) {
        const auto wrote = ::write(file.get(), text.data() + done, text.size() - done);
        if (wrote < 0) return Descriptor();
        done += static_cast<std::size_t>(wrote);
    }
    if (file) ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

/// A child of ours and what it prints.
class Child {
public:
    Child(pid_t pid, Descriptor pipe) : pid_(pid), pipe_(std::move(pipe)) {}

    /// Takes what came, waiting at most 100 ms for it. False: nothing will come any more.
    bool read(std::string& output) const {
        pollfd ready{pipe_.get(), POLLIN, 0};
        if (::poll(&ready, 1, 100) <= 0) return true;
        std::array<char, 4096> buffer{};
        const auto got = ::read(pipe_.get(), buffer.data(), buffer.size());
        if (got <= 0) return got < 0 && errno == EINTR;
        output.append(buffer.data(), static_cast<std::size_t>(got));
        if (output.size() > 2 * kept_output) output.erase(0, output.size() - kept_output);
        return true;
    }
    /// Tells it and what it has started to end, and kills them when that was some time ago.
    void end() {
        const auto now = std::chrono::steady_clock::now();
        if (!told_) ::kill(-pid_, SIGTERM);
        if (!told_) told_ = now;
        if (now - *told_ >= patience) ::kill(-pid_, SIGKILL);
    }
    /// Its exit status, once it has one.
    [[nodiscard]] std::optional<int> status() const {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return {};
        return exit_status(status);
    }

private:
    pid_t pid_;
    Descriptor pipe_;
    std::optional<std::chrono::steady_clock::time_point> told_;
};

/// Follows it to its end. A hook may leave a program behind that keeps the pipe open, or close its
/// output early: its own end is what counts. True when a stop ended it.
bool follow(Child& child, const std::stop_token& stop, Millis time, LocalResult& result) {
    using Steady = std::chrono::steady_clock;
    const auto began = Steady::now();
    bool stopped = false;
    bool open = true;
    for (;;) {
        const auto status = child.status(); // before reading: what it printed is all there then
        if (open)
            open = child.read(result.output);
        else
            std::this_thread::sleep_for(Millis{20});
        if (status) {
            result.status = *status;
            for (const auto end = Steady::now() + Seconds{1}; open && Steady::now() < end;) {
                const auto had = result.output.size();
                open = child.read(result.output);
                if (result.output.size() == had) break;
            }
            break;
        }
        result.timed_out = result.timed_out || (time > Millis{0} && Steady::now() - began > time);
        stopped = stopped || stop.stop_requested();
        if (stopped || result.timed_out) child.end();
    }
    if (result.output.size() > kept_output)
        result.output.erase(0, result.output.size() - kept_output);
    return stopped;
}

} // namespace

void no_core_dumps() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0;
        (void)::setrlimit(RLIMIT_CORE, &limit);
    }
    // The limit does not hold for a program that core_pattern names.
    (void)::prctl(PR_SET_DUMPABLE, 0);
}

Result<LocalResult> run_local(const std::string& command,
    const std::map<std::string, std::string>& environment, std::stop_token stop,
    const std::string& input, Millis time) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(ErrorKind::io, std::strerror(errno), "Close some files and try again.");
    Descriptor ours(ends[0]);
    Descriptor theirs(ends[1]);
    const auto text = memory_file(input);
    if (!text) return fail(ErrorKind::io, std::strerror(errno), "Free some memory.");
    const auto pid = spawn_shell(command, {.input = text.get(),
                                              .output = theirs.get(),
                                              .errors = theirs.get(),
                                              .environment = environment});
    theirs.reset();
    if (!pid)
        return fail(ErrorKind::io,
            fmt::format("{} cannot be started: {}", command, std::strerror(pid.error())),
            "Check that /bin/sh works.");
    Child child(*pid, std::move(ours));
    LocalResult result;
    if (follow(child, stop, time, result))
        return fail(ErrorKind::stopped, "This was ended: " + command);
    return result;
}

} // namespace ovd
