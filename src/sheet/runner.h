// SPDX-License-Identifier: Apache-2.0
// Makes all checks of a sheet: those of one node in one round trip, nodes and the operator's own
// side by side. Looks only; nothing here can change a node.
#pragma once

#include "base/threads.h"
#include "farm/farm.h"
#include "guide/step.h"
#include "sheet/kinds.h"
#include "sheet/result.h"

#include <functional>
#include <stop_token>

namespace ovd {

struct SheetTools {
    const Sheet& sheet;
    const Farm& farm;
    const Guide& guide;
    Connections& nodes;
    Clock& clock;
    Threads& threads;
    std::function<Result<std::string>(const std::string&)> secret;
    std::function<std::string(std::string_view)> clean; ///< takes secrets out
    /// Asks a person about a check; nothing when nobody is there. Called one at a time.
    std::function<Result<std::optional<Word>>(const SheetCheck&)> person;
    /// Told as each check is through; may be empty.
    std::function<void(const SheetCheckResult&)> told;
};

/// What its kind makes of what was seen; one that it cannot make anything of is bad.
[[nodiscard]] Judged judged(
    const SheetCheck& check, const SheetContext& context, const ReadResult& result);

/// A check that cannot be made is bad. Errors are only those of the sheet itself and a stop.
[[nodiscard]] Result<SheetResult> run_sheet(
    const SheetTools& tools, const SheetHistory& history, std::stop_token stop);

} // namespace ovd
