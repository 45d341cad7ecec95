// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace ovd {
namespace {

constexpr Seconds patience{5};               ///< between being told to end and being killed
constexpr std::size_t kept_output = 1 << 20; ///< its last bytes: nobody reads more of it

int exit_status(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& more) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry)
        all.emplace_back(*entry);
    for (const auto& [name, value] : more)
        all.push_back(name + "=" + value);
    return all;
}

/// Starts sh -c in its own process group, so that a Ctrl-C at the terminal reaches only us and we
/// decide what it means for the hook. The signals that we block or ignore ourselves mean to it what
/// they mean to any program.
Result<pid_t> spawn(const std::string& command, const std::map<std::string, std::string>& more,
    int input, int output) {
    auto variables = merged_environment(more);
    std::vector<char*> environment;
    for (auto& variable : variables)
        environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string shell = "/bin/sh";
    std::string flag = "-c";
    std::string text = command;
    std::array<char*, 4> arguments{shell.data(), flag.data(), text.data(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, output, 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t pid = 0;
    const int error = ::posix_spawn(
        &pid, shell.c_str(), &files, &attributes, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (error != 0)
        return fail(Kind::io,
            fmt::format("{} cannot be started: {}", command, std::strerror(error)),
            "Check that /bin/sh works.");
    return pid;
}

/// A file without a name that holds the text, to be read from its beginning: unlike a pipe it takes
/// any length at once, and unlike an argument nobody else can see it.
int memory_file(const std::string& text) {
    const int file = ::memfd_create("stdin", MFD_CLOEXEC);
    if (file < 0) return file;
    std::size_t done = 0;
    while (done < text.size()) {
        const auto wrote = ::write(file, text.data() + done, text.size() - done);
        if (wrote < 0) {
            ::close(file);
            return -1;
        }
        done += static_cast<std::size_t>(wrote);
    }
    ::lseek(file, 0, SEEK_SET);
    return file;
}

/// A child of ours and what it prints.
class Child {
public:
    Child(pid_t pid, int pipe) : pid_(pid), pipe_(pipe) {}
    ~Child() { ::close(pipe_); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Takes what came, waiting at most 100 ms for it. False: nothing will come any more.
    bool read(std::string& output) const {
        pollfd ready{pipe_, POLLIN, 0};
        if (::poll(&ready, 1, 100) <= 0) return true;
        std::array<char, 4096> buffer{};
        const auto got = ::read(pipe_, buffer.data(), buffer.size());
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
    int pipe_;
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
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return fail(Kind::io, std::strerror(errno), "Close some files and try again.");
    const int text = memory_file(input);
    auto pid = text < 0 ? Result<pid_t>(fail(Kind::io, std::strerror(errno), "Free some memory."))
                        : spawn(command, environment, text, pipe[1]);
    if (text >= 0) ::close(text);
    ::close(pipe[1]);
    if (!pid) {
        ::close(pipe[0]);
        return tl::unexpected(pid.error());
    }
    Child child(*pid, pipe[0]);
    LocalResult result;
    if (follow(child, stop, time, result)) return fail(Kind::stopped, "This was ended: " + command);
    return result;
}

} // namespace ovd
