// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/threads.h"

namespace ovd {

/// Runs work(0) to work(count - 1), at most limit of them at a time, and waits for all. When some
/// throw, the rest is carried out all the same and the first exception is thrown on.
void fan_out(Threads& threads, std::size_t count, std::size_t limit,
    const std::function<void(std::size_t)>& work);

/// Enough to keep hundreds of farm servers busy, few enough to be kind to the operator's machine.
constexpr std::size_t most_nodes_at_once = 32;

} // namespace ovd
