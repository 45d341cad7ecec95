// SPDX-License-Identifier: Apache-2.0
// What happened, for the change board: made from the journal alone.
#pragma once

#include "engine/journal.h"

namespace ovd {

/// Everything the report tells, as data: what --json prints and the page is filled with. A journal
/// without an outline (older than this program) is an error.
[[nodiscard]] Result<Json> report_data(const std::vector<Record>& journal, WallTime now);

/// One HTML page without scripts that needs nothing from anywhere. text is the template
/// (templates/report.html), in mustache.
[[nodiscard]] Result<std::string> report_html(const Json& data, const std::string& text);

} // namespace ovd
