// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guide/step.h"

#include <set>

namespace ovd {

/// What a person wants of the guide: words for chapters, sections, steps or instructions.
struct StepChoice {
    std::string from; ///< begin here; empty: at the beginning
    std::string to;   ///< end here; empty: at the end
    std::vector<std::string> only;
};

/// The ids of the steps that are meant together; none for all of the guide.
[[nodiscard]] Result<std::set<std::string>> chosen_steps(
    const Guide& guide, const StepChoice& choice);

} // namespace ovd
