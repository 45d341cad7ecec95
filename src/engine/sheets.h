// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/journal.h"

#include <stop_token>
#include <string>

namespace ovd {

/// What a person is asked at a red sheet; a "done" to it is a warning that stands.
constexpr std::string_view red_sheet_question =
    "The verification sheet is red. Go on all the same? (done: go on; not yet: stop here)";

/// The verification sheet, as the engine sees it.
class Sheets {
public:
    virtual ~Sheets() = default;
    /// Goes through it and returns the journal's record: kind "sheet", with "red" true or false.
    /// What it finds is told to the operator as it goes.
    [[nodiscard]] virtual Result<Record> run(
        const std::string& title, const std::vector<Record>& journal, std::stop_token stop) = 0;
};

} // namespace ovd
