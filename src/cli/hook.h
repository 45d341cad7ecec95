// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/process.h"

namespace ovd {

/// Runs a command of [hooks] on this machine, with more variables in its environment. One of a name
/// at a time for each run folder: also when this program is killed, the next run's hook of that
/// name waits for the end of this one.
[[nodiscard]] Result<LocalResult> run_hook(const std::string& run_folder, const std::string& name,
    const std::string& command, const std::map<std::string, std::string>& environment,
    std::stop_token stop);

} // namespace ovd
