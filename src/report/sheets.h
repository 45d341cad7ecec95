// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/journal.h"

namespace ovd {

/// Each run of the verification sheet, with what every check saw beside the baseline.
[[nodiscard]] Json sheet_pages(const std::vector<Record>& journal);

/// 2026-01-31 02:14:07 UTC, of an ISO time.
[[nodiscard]] std::string shown_time(const std::string& iso);

} // namespace ovd
