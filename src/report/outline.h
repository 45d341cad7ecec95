// SPDX-License-Identifier: Apache-2.0
// What the journal says of the plan itself, so that a report needs nothing else.
#pragma once

#include "engine/journal.h"
#include "engine/plan.h"

namespace ovd {

/// The farm's machines, chapters, sections and tasks of a plan. Nothing in it is secret.
[[nodiscard]] PlanOutline outline_of(const Plan& plan);

/// The text under a key of JSON; empty when there is none.
[[nodiscard]] std::string text_of(const Json& json, const char* key);

/// Nothing when the journal's last outline says the same already.
[[nodiscard]] std::optional<PlanOutline> new_outline(
    const Plan& plan, const std::vector<Record>& journal);

} // namespace ovd
