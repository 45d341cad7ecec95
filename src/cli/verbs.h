// SPDX-License-Identifier: Apache-2.0
// The verbs of the program, one file each.
#pragma once

#include "cli/session.h"

#include <stop_token>

namespace ovd {

struct PlanOptions {
    bool live = false;
    bool titles = false;
    std::vector<std::string> only;
};

struct RunVerbOptions {
    std::string from;
    std::string to;
    std::vector<std::string> only;
    std::string answers; ///< TOML file: step id = "done" or "not yet"
    bool yes = false;
    bool again = false;
    bool take_over = false;
};

/// Each verb returns the exit code, or the error that main shows and turns into one.
[[nodiscard]] Result<int> plan_verb(const Common& common, const PlanOptions& options);
[[nodiscard]] Result<int> check_verb(const Common& common);
[[nodiscard]] Result<int> run_verb(
    const Common& common, const RunVerbOptions& options, std::stop_token stop);
[[nodiscard]] Result<int> status_verb(const Common& common);

} // namespace ovd
