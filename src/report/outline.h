// SPDX-License-Identifier: Apache-2.0
// What the journal says of the plan itself, so that a report needs nothing else.
#pragma once

#include "engine/journal.h"
#include "engine/plan.h"

namespace ovd {

/// The record of the kind "outline": the farm's machines, chapters, sections and tasks of a plan.
/// Nothing in it is secret.
[[nodiscard]] Record outline_of(const Plan& plan);

/// The text under a key of a record; empty when there is none.
[[nodiscard]] std::string text_of(const Record& json, const char* key);

/// Nothing when the journal's last outline says the same already.
[[nodiscard]] std::optional<Record> new_outline(
    const Plan& plan, const std::vector<Record>& journal);

} // namespace ovd
