// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssh/link.h"

#include <span>

namespace ovd {

/// Reads a node over one long-lived shell: everything is written at once and comes back in order.
/// When the shell or the connection breaks, it connects again and repeats what had not ended, once.
[[nodiscard]] Result<std::vector<ReadResult>> read_over(Link& link, std::span<const Read> reads);

/// The bytes of a file on the node.
[[nodiscard]] Result<std::string> get_over(Link& link, const std::string& path);

} // namespace ovd
