// SPDX-License-Identifier: Apache-2.0
// Looking at a node: who is given only a Reader cannot change anything.
#pragma once

#include "base/error.h"
#include "node/look.h"

#include <span>
#include <string>
#include <vector>

namespace ovd {

/// Looks at one node. Implementations reconnect by themselves: a look may be repeated safely.
class Reader {
public:
    virtual ~Reader() = default;
    /// Connects now, where there is no connection yet, so that the first look takes one round trip.
    /// When that fails the first look fails at once, with the same error.
    virtual void connect() {}
    /// Runs all of them, one after the other, in one round trip; results in the same order.
    [[nodiscard]] virtual Result<std::vector<ReadResult>> read(std::span<const Read> reads) = 0;
    /// Answers all of them in one round trip, in the same order: status 0 yes, 1 no, anything else
    /// cannot be told. The typed ones by a collector, those with a command side by side.
    [[nodiscard]] virtual Result<std::vector<ReadResult>> look(std::span<const Look> looks);
    /// The bytes of a file on the node; an error when it has more than 1.5 MiB.
    [[nodiscard]] virtual Result<std::string> get(const std::string& path) = 0;
};

} // namespace ovd
