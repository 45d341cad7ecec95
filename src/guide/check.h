// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guide/step.h"

namespace ovd {

/// Ids are unique, what is referred to exists, and it stands where the reference means something:
/// what a step needs comes before it, what waits for it comes after it.
[[nodiscard]] Status check_references(const Guide& guide);

/// Every variant and every `platforms` names a platform, a family of them, or a version of a
/// program that platforms.toml knows: a slip of the pen must not silently mean the default, or
/// nothing.
[[nodiscard]] Status check_selectors(const Guide& guide);

} // namespace ovd
