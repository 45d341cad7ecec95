// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/error.h"

namespace ovd {

/// A TCP connection made within the time, or why not. A peer that is gone is noticed after about 15
/// s, also while nothing is said. The caller owns the descriptor.
[[nodiscard]] Result<int> tcp_connect(const std::string& host, int port, Millis timeout);

} // namespace ovd
