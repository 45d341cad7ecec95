// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/record.h"

#include <string>

namespace ovd {

/// The first field of a record whose value is of another kind than src/engine/README.md says (a
/// text where a number belongs), or nothing. What reads a journal counts on these kinds: a record
/// that a later version wrote otherwise must stop it, not crash it.
[[nodiscard]] std::string wrong_field(const Record& record);

} // namespace ovd
