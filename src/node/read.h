// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

#include <string>

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

} // namespace ovd
