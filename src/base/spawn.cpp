// SPDX-License-Identifier: Apache-2.0
#include "base/spawn.h"

#include <array>
#include <csignal>
#include <memory>
#include <spawn.h>
#include <sys/wait.h>
#include <vector>

extern char** environ;

namespace ovd {
namespace {

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& more) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry)
        all.emplace_back(*entry);
    for (const auto& [name, value] : more)
        all.push_back(name + "=" + value);
    return all;
}

} // namespace

tl::expected<pid_t, int> spawn_shell(const std::string& command, const SpawnOptions& options) {
    auto variables = merged_environment(options.environment);
    std::vector<char*> environment;
    for (auto& variable : variables)
        environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string shell = "sh";
    std::string flag = "-c";
    std::string text = command;
    const std::array<char*, 4> arguments{shell.data(), flag.data(), text.data(), nullptr};
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    for (const auto& [from, to] :
        {std::pair{options.input, 0}, {options.output, 1}, {options.errors, 2}})
        if (from >= 0) posix_spawn_file_actions_adddup2(&files, from, to);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    const int group = options.own_group ? POSIX_SPAWN_SETPGROUP : 0;
    posix_spawnattr_setflags(
        &attributes, static_cast<short>(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, "/bin/sh", &files, &attributes, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) return tl::unexpected(error);
    return pid;
}

int exit_status(int wait_status) {
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

} // namespace ovd
