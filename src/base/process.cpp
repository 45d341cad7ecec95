// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace ovd {
namespace {

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
/// decide what it means for the hook.
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
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
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

} // namespace

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
    LocalResult result;
    const auto began = std::chrono::steady_clock::now();
    bool told = false;
    for (;;) {
        pollfd ready{pipe[0], POLLIN, 0};
        if (::poll(&ready, 1, 100) > 0) {
            std::array<char, 4096> buffer{};
            const auto got = ::read(pipe[0], buffer.data(), buffer.size());
            if (got > 0) {
                result.output.append(buffer.data(), static_cast<std::size_t>(got));
                continue;
            }
            if (got == 0) break;
        }
        int status = 0;
        // A hook may leave a program behind that keeps the pipe open: its own end is what counts.
        if (::waitpid(*pid, &status, WNOHANG) == *pid) {
            ::close(pipe[0]);
            if (told) return fail(Kind::stopped, "This was ended: " + command);
            result.status = exit_status(status);
            return result;
        }
        if (stop.stop_requested() && !told) {
            told = true;
            ::kill(-*pid, SIGTERM);
        }
        if (time > Millis{0} && !result.timed_out &&
            std::chrono::steady_clock::now() - began > time) {
            result.timed_out = true;
            ::kill(-*pid, SIGTERM);
        }
    }
    ::close(pipe[0]);
    int status = 0;
    while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (told) return fail(Kind::stopped, "This was ended: " + command);
    result.status = exit_status(status);
    return result;
}

} // namespace ovd
