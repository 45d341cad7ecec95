// SPDX-License-Identifier: Apache-2.0
// Looking at a node: who is given only a Reader cannot change anything.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <span>
#include <string>
#include <vector>

namespace ovd {

/// One read-only look: a POSIX shell command, its stdin, and how long it may take.
struct Read {
    std::string command;
    std::string input;
    Millis timeout{20'000};
};

/// Of one look's output; no look needs more, and a node that is out of its mind may send without
/// end.
constexpr std::size_t most_read = 2 << 20;

struct ReadResult {
    int status = -1; ///< exit status; -1 when it never ended, or what it said is not all here
    bool timed_out = false; ///< its time ended it, whatever status it has
    std::string output;     ///< stdout and stderr as they came; its beginning, and a word on the
                            ///< rest, when it was longer than most_read
};

/// Looks at one node. Implementations reconnect by themselves: a look may be repeated safely.
class Reader {
public:
    virtual ~Reader() = default;
    /// Runs all of them, one after the other, in one round trip; results in the same order.
    [[nodiscard]] virtual Result<std::vector<ReadResult>> read(std::span<const Read> reads) = 0;
    /// The bytes of a file on the node; an error when it has more than 1.5 MiB.
    [[nodiscard]] virtual Result<std::string> get(const std::string& path) = 0;
};

} // namespace ovd
