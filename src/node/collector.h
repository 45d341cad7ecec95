// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node/look.h"

#include <span>

namespace ovd {

/// No file that is looked into is longer; what is longer cannot be told.
constexpr std::size_t most_lines_of_file = 256 << 10; // bytes

/// One command that reads all that the typed looks ask about, in a handful of processes: one for
/// all packages, one for all units, one each for modes and digests of files, for their lines, for
/// the CIB and for crm_mon. What it prints is what Collected::parse reads. Its command is empty
/// when nothing typed is asked.
[[nodiscard]] Read collector_for(std::span<const Look> looks);

} // namespace ovd
