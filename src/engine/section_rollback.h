// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/run_summary.h"
#include "engine/task_run.h"

namespace ovd {

/// What became of a section's rollback.
struct RolledBack {
    std::set<std::size_t> tasks; ///< those that were undone
    std::vector<Error> left;     ///< why others could not be
};

/// Undoes what the journal proves was done in this section, last first, and goes on past what
/// cannot be undone: what brings the service back comes near the end, and must not depend on the
/// rest.
[[nodiscard]] RolledBack roll_back_section(const Tools& tools, const std::string& section);

} // namespace ovd
