// SPDX-License-Identifier: Apache-2.0
#include "farm/secret_command.h"

#include "base/descriptor.h"
#include "base/spawn.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace ovd {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

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
    return exit_status(status);
}

} // namespace

Result<std::string> run_secret_command(const std::string& command, Millis timeout) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
    int ends[2] = {-1, -1};
    const auto not_started = [&](int error) {
        return fail(ErrorKind::io, fmt::format("The command `{}` cannot be started: {}", command,
                                       std::generic_category().message(error)));
    };
    if (::pipe2(ends, O_CLOEXEC) != 0) return not_started(errno);
    Descriptor ours(ends[0]);
    Descriptor theirs(ends[1]);
    // It may ask for a passphrase at the terminal, and must hear Ctrl-C.
    const auto started = spawn_shell(command, {.output = theirs.get(), .own_group = false});
    if (!started) return not_started(started.error());
    const pid_t child = *started;
    theirs.reset();
    std::string output;
    const bool ended = read_until_end(ours.get(), deadline, output);
    ours.reset();
    if (!ended) ::kill(child, SIGKILL);
    const int status = wait_for(child);
    if (!ended)
        return fail(ErrorKind::io,
            fmt::format("The command `{}` did not end within {} s.", command,
                std::chrono::duration_cast<Seconds>(timeout).count()),
            "Type it in a terminal to see what it waits for");
    if (status != 0)
        return fail(ErrorKind::io,
            fmt::format("The command `{}` ended with status {}.", command, status),
            "Type it in a terminal to see why");
    return output;
}

} // namespace ovd
