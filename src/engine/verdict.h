// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan.h"
#include "node/reader.h"

namespace ovd {

/// What one look says about a check.
enum class Verdict {
    holds,
    violated,
    not_made, ///< it proved nothing, and counts as violated whatever the check's severity
};

[[nodiscard]] Verdict judge(const Check& check, const ReadResult& result);

} // namespace ovd
