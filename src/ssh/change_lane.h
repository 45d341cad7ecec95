// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/link.h"

namespace ovd {

/// Runs a job under its supervisor on the node and follows it to its end, over as many connections
/// as that takes. See Changer::run().
[[nodiscard]] Result<JobState> run_over(Link& link, const Job& job, const JobWatch& watch);

/// What became of a job. See Changer::look().
[[nodiscard]] Result<JobState> look_over(Link& link, const std::string& id);

} // namespace ovd
