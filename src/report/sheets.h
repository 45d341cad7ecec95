// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/journal.h"

namespace ovd {

/// Each time that the verification sheet was gone through, with what every check saw beside what it
/// saw the first time.
[[nodiscard]] Record sheet_pages(const std::vector<Record>& journal);

/// 2026-01-31 02:14:07 UTC, of an ISO time.
[[nodiscard]] std::string shown_time(const std::string& iso);

} // namespace ovd
