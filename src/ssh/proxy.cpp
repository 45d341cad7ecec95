// SPDX-License-Identifier: Apache-2.0
#include "ssh/proxy.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

extern char** environ;

namespace ovd {
namespace {

constexpr Millis patience{1'000}; ///< between being told to end and being killed

std::string filled(const std::string& command, const Proxy::Words& words) {
    std::string text;
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char what = command[i] == '%' && i + 1 < command.size() ? command[i + 1] : '\0';
        if (what == 'h')
            text += words.host;
        else if (what == 'p')
            text += words.port;
        else if (what == 'r')
            text += words.user;
        else if (what == 'n')
            text += words.name;
        else if (what == '%')
            text += '%';
        else {
            text += command[i];
            continue;
        }
        ++i;
    }
    return text;
}

/// 0 or an error number. A group of its own, so that a Ctrl-C does not cut the connection; signals
/// as any program has them.
int spawn(std::string command, int socket, pid_t& pid) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, socket, 0);
    posix_spawn_file_actions_adddup2(&files, socket, 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::string shell = "sh";
    std::string flag = "-c";
    char* const arguments[] = {shell.data(), flag.data(), command.data(), nullptr};
    const int error = ::posix_spawn(&pid, "/bin/sh", &files, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

} // namespace

Result<std::unique_ptr<Proxy>> Proxy::start(const std::string& command, const Words& words) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(Kind::connect, std::strerror(errno));
    Fd ours(ends[0]);
    const Fd theirs(ends[1]);
    // Ours alone: the program's own reads and writes are none of our business.
    (void)::fcntl(ours.get(), F_SETFL, ::fcntl(ours.get(), F_GETFL) | O_NONBLOCK);
    pid_t pid = -1;
    const int error = spawn(filled(command, words), theirs.get(), pid);
    if (error != 0)
        return fail(
            Kind::connect, fmt::format("{} cannot be started: {}", command, std::strerror(error)));
    return std::unique_ptr<Proxy>(new Proxy(pid, std::move(ours)));
}

bool Proxy::gone() const {
    return ::waitpid(pid_, nullptr, WNOHANG) != 0;
}

Proxy::~Proxy() {
    socket_ = Fd();
    if (gone()) return;
    ::kill(-pid_, SIGTERM);
    for (Millis waited{0}; waited < patience; waited += Millis{10}) {
        if (gone()) return;
        std::this_thread::sleep_for(Millis{10});
    }
    ::kill(-pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
}

} // namespace ovd
