// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>

namespace ovd {

/// How a program is started beside this one.
struct SpawnOptions {
    int input = -1;  ///< its stdin; -1: ours
    int output = -1; ///< its stdout; -1: ours
    int errors = -1; ///< its stderr; -1: ours
    /// A process group of its own, so that a Ctrl-C at the terminal reaches only us and we decide
    /// what it means for the program. Without one it can read the terminal.
    bool own_group = true;
    std::map<std::string, std::string> environment = {}; ///< more variables than ours
};

/// Starts sh -c command and does not wait for it. The signals that we block or ignore ourselves
/// mean to it what they mean to any program. The error is an errno.
[[nodiscard]] tl::expected<pid_t, int> spawn_shell(
    const std::string& command, const SpawnOptions& options);

/// The exit status of a program by what waitpid() said of it; 128 + signal when one ended it.
[[nodiscard]] int exit_status(int wait_status);

} // namespace ovd
