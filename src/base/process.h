// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <map>
#include <stop_token>
#include <string>

namespace ovd {

struct LocalResult {
    int status = -1;    ///< exit status; 128 + signal when it was ended by one
    std::string output; ///< stdout and stderr as they came, at most the last MiB
    bool timed_out = false;
};

/// The memory of this program, which may hold secrets, goes into no core dump: neither a file's nor
/// that of a program that collects them. What it starts may allow itself one again.
void no_core_dumps();

/// Runs a shell command on the operator's machine, with more variables in its environment and input
/// on its stdin. A stop ends it with SIGTERM, with SIGKILL when it has not gone after 5 s, and is
/// an error of kind stopped; so does the end of its time, and that is told in the result. No time:
/// as long as it takes.
[[nodiscard]] Result<LocalResult> run_local(const std::string& command,
    const std::map<std::string, std::string>& environment, std::stop_token stop,
    const std::string& input = {}, Millis time = Millis{0});

} // namespace ovd
