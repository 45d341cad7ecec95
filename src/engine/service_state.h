// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan.h"
#include "engine/record.h"
#include "engine/state.h"

#include <span>
#include <string>

namespace ovd {

/// How the service is for its users, as far as a journal can tell.
struct ServiceState {
    enum class Kind {
        not_touched, ///< nothing that is known of keeps it down
        down,        ///< it was seen to be down, and not seen to be up again
        may_be_down  ///< what may interrupt it was begun, and how that ended is not known
    };
    Kind kind = Kind::not_touched;
    std::string since;      ///< ISO 8601
    std::string task;       ///< the cause; may be empty
    std::string section;    ///< what is half done; may be empty
    long guard_after = 0;   ///< seconds after which it does
    std::string guard = {}; ///< the node that restores it by itself; empty: none
};

/// run: what these records mean, see replay().
[[nodiscard]] ServiceState service_state(
    const Plan& plan, const RunState& run, std::span<const Record> records);

/// For people, in one line, with what brings it back; empty where nothing keeps it down.
[[nodiscard]] std::string describe(const ServiceState& state, const std::string& run_again);

/// not touched, down, may be down
[[nodiscard]] std::string_view to_string(ServiceState::Kind kind);

} // namespace ovd
