// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/farm.h"
#include "guide/step.h"

namespace ovd {

/// Settles each action's verb and checks its fields against the table of kinds, and that every step
/// can tell whether it is done. Changes only the verbs.
[[nodiscard]] Status check_actions(Guide& guide);

} // namespace ovd
