// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/journal_file.h"
#include "faults.h"

namespace ovd::sim {

/// The journal of a simulated run folder, held by the process that opens it.
[[nodiscard]] Result<std::unique_ptr<JournalFile>> open_sim_journal(
    World& world, Faults& faults, const std::string& folder);

} // namespace ovd::sim
