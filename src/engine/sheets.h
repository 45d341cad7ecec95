// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/journal.h"

#include <stop_token>
#include <string>

namespace ovd {

/// What a person is asked when the sheet failed; a "done" to it is a warning that stands.
constexpr std::string_view failed_sheet_question =
    "The verification sheet failed. Continue anyway? (done: continue; not yet: stop here)";

/// The same question, also as an earlier version wrote it into journals.
[[nodiscard]] inline bool asks_about_failed_sheet(std::string_view question) {
    return question == failed_sheet_question ||
           question == "The verification sheet is red. Go on all the same? (done: go on; not yet: "
                       "stop here)";
}

/// The verification sheet, as the engine sees it.
class Sheets {
public:
    virtual ~Sheets() = default;
    /// Runs it and returns what goes into the journal. What it finds is shown to the operator as it
    /// goes.
    [[nodiscard]] virtual Result<SheetChecked> run(
        const std::string& title, const std::vector<Record>& journal, std::stop_token stop) = 0;
};

} // namespace ovd
