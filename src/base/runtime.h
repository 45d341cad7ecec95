// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/threads.h"

namespace ovd {

/// Time, threads and chance: what the program takes from the machine that it runs on.
struct Runtime {
    Clock& clock;
    Threads& threads;
    Random& random;
};

/// The machine's own.
class SystemRuntime {
public:
    SystemRuntime() = default;
    SystemRuntime(const SystemRuntime&) = delete;
    SystemRuntime& operator=(const SystemRuntime&) = delete;
    [[nodiscard]] Runtime get() { return {clock_, threads_, random_}; }

private:
    SystemClock clock_;
    SystemThreads threads_;
    SystemRandom random_;
};

} // namespace ovd
