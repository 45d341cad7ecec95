// SPDX-License-Identifier: Apache-2.0
#include "cli/hook.h"

#include "base/quote.h"

#include <fmt/format.h>

namespace ovd {

Result<LocalResult> run_hook(const std::string& run_folder, const std::string& name,
    const std::string& command, const std::map<std::string, std::string>& environment,
    std::stop_token stop) {
    // What the hook leaves behind does not hold the lock.
    const auto alone = fmt::format("exec flock -o {} sh -c {}",
        shell_quote(run_folder + "/hook-" + name + ".lock"), shell_quote(command));
    return run_local(alone, environment, std::move(stop));
}

} // namespace ovd
