// SPDX-License-Identifier: Apache-2.0
// Where the guide is wrong or dangerous, and what the steps do about it: steps/errata.toml.
#pragma once

#include "guide/step.h"

#include <string>
#include <vector>

namespace ovd {

struct Erratum {
    std::string id;       ///< C7, as in the steps' `differs`
    std::string severity; ///< A: fails or harms on a platform of the guide; B: a real risk
    std::string says;     ///< what goes wrong
    std::string decision; ///< corrected, guarded or declined
    std::vector<std::string> steps; ///< that correct or guard; none when declined
    std::string reason;             ///< why it was declined
    std::string letter; ///< what follows from doing it as the guide has it; empty: not possible
    SourceLocation where;
};

/// Reads steps/errata.toml and holds it against the steps of all procedures, both ways: a corrected
/// erratum names steps, and those that change a node say in `differs` that they correct it; a
/// guarded one names steps that check; a declined one has its reason. A step whose `differs` names
/// an erratum that was corrected or guarded is among its steps. A folder of steps without the file
/// has none.
[[nodiscard]] Result<std::vector<Erratum>> load_errata(const Guide& guide);

/// The ids in front of the parts of a `differs`: "(C6, H1) ..." gives C6 and H1.
[[nodiscard]] std::vector<std::string> errata_in(const std::string& differs);

} // namespace ovd
