// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/record.h"

namespace ovd {

/// One entry with a bar of time for each run that did something: chapters, outages and sheets on
/// it.
[[nodiscard]] Json run_bars(const std::vector<Record>& journal, const PlanOutline& outline);

} // namespace ovd
