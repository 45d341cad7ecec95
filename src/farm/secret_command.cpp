// SPDX-License-Identifier: Apache-2.0
#include "farm/secret_command.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern char** environ;

namespace ovd {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Starts the command with its stdout on a pipe; 0 or an error number.
int start(const std::string& command, int write_end, pid_t& child) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, write_end, STDOUT_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // The program blocks signals for itself; its children must hear Ctrl-C.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    char* const words[] = {shell.data(), option.data(), text.data(), nullptr};
    const int error = ::posix_spawn(&child, "/bin/sh", &files, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/// Reads until the other end closes. False: the time was over first.
bool read_until_end(int fd, SteadyTime deadline, std::string& output) {
    char buffer[4096];
    for (;;) {
        const auto left =
            std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd input{fd, POLLIN, 0};
        if (::poll(&input, 1, static_cast<int>(left.count())) <= 0) continue;
        const ssize_t count = ::read(fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return true;
        output.append(buffer, static_cast<std::size_t>(count));
    }
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

Result<std::string> run_secret_command(const std::string& command, Millis timeout) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
    int ends[2] = {-1, -1};
    pid_t child = -1;
    int error = ::pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
    if (error == 0) error = start(command, ends[1], child);
    if (ends[1] >= 0) ::close(ends[1]);
    if (error != 0) {
        if (ends[0] >= 0) ::close(ends[0]);
        return fail(Kind::io, fmt::format("The command `{}` cannot be started: {}", command,
                                  std::generic_category().message(error)));
    }
    std::string output;
    const bool ended = read_until_end(ends[0], deadline, output);
    ::close(ends[0]);
    if (!ended) ::kill(child, SIGKILL);
    const int status = wait_for(child);
    if (!ended)
        return fail(Kind::io,
            fmt::format("The command `{}` did not end within {} s.", command,
                std::chrono::duration_cast<Seconds>(timeout).count()),
            "Type it in a terminal to see what it waits for");
    if (status != 0)
        return fail(Kind::io,
            fmt::format("The command `{}` ended with status {}.", command, status),
            "Type it in a terminal to see why");
    return output;
}

} // namespace ovd
