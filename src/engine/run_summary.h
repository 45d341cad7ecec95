// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ovd {

/// So long after the last heartbeat a guard fires, unless told otherwise: the service is back
/// within a minute.
constexpr Seconds guard_after{45};

struct RunOptions {
    std::set<std::string> steps; ///< ids of the steps to carry out; empty: all
    bool yes = false;            ///< do not ask before each step
    bool again = false;          ///< carry out chosen steps even if the journal says they are done
    bool take_over = false;      ///< take the locks of another run
    std::string who;             ///< user@host, for the journal and the locks
    std::string process = {};    ///< of this wizard, for people who find its lock
    Seconds guard = guard_after; ///< so long without a heartbeat, and a guard fires
};

struct RunSummary {
    std::size_t carried_out = 0;
    std::size_t already = 0;
    std::size_t left = 0;           ///< chosen tasks that are not done
    std::size_t beyond = 0;         ///< tasks that were not chosen and are not done
    std::vector<std::string> open;  ///< tasks that wait for a person
    std::vector<std::string> drift; ///< tasks the journal calls done and a probe contradicts
    std::optional<Error> error;     ///< why it ended early
};

} // namespace ovd
