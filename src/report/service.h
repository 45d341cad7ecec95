// SPDX-License-Identifier: Apache-2.0
// What the journal says of the service: when it was away, when nobody looked, how it stands.
#pragma once

#include "engine/state.h"

namespace ovd {

/// One record for each interruption, closed or not: the last one of those that begin alike.
[[nodiscard]] std::vector<Record> interruptions(const std::vector<Record>& journal);

/// Titles of the disruptive tasks that were carried out while nobody saw the service.
[[nodiscard]] std::vector<std::string> not_watched(
    const std::vector<Record>& journal, const Record& outline);

/// What holds between two steps and must not be forgotten: that the service is away, that its
/// configuration is, that nobody may log in. Empty when all is as it should be.
[[nodiscard]] std::vector<std::string> standing(
    const std::vector<Record>& journal, const Record& outline, const RunState& state);

/// Every task of this step is done.
[[nodiscard]] bool step_done(const Record& outline, const RunState& state, const std::string& step);

} // namespace ovd
