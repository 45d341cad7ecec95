// SPDX-License-Identifier: Apache-2.0
// What the journal says of the service: when it was down, when nobody watched, how it stands.
#pragma once

#include "engine/state.h"

namespace ovd {

/// One for each outage, over or not: the last record of those that begin alike.
[[nodiscard]] std::vector<Outage> outages(const std::vector<Record>& journal);

/// Titles of the disruptive tasks that were carried out while nobody watched the service.
[[nodiscard]] std::vector<std::string> not_watched(
    const std::vector<Record>& journal, const PlanOutline& outline);

/// What holds between two steps and must not be forgotten: that the service is down, that its
/// configuration is moved aside, that nobody may log in. Empty when all is as it should be.
[[nodiscard]] std::vector<std::string> standing(
    const std::vector<Record>& journal, const PlanOutline& outline, const RunState& state);

/// Every task of this step is done.
[[nodiscard]] bool step_done(
    const PlanOutline& outline, const RunState& state, const std::string& step);

} // namespace ovd
