// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/inspect.h"
#include "engine/plan.h"
#include "engine/state.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace ovd {

/// What a plan is shown with.
struct PlanShow {
    std::set<std::string> steps; ///< ids; empty: all
    bool live = false;           ///< findings and journal are known
    bool titles = false;         ///< one line a step
    std::map<std::size_t, Finding> findings;
    RunState journal;
    std::size_t width = 80;
};

/// True when nothing is left to do for this task, as far as is known.
[[nodiscard]] bool is_done(const Plan& plan, std::size_t task, const PlanShow& show);

/// One sentence that names the nodes whose platform is not on the guide's list; empty when all are.
[[nodiscard]] std::string outside_guide(const Plan& plan);

/// The plan for people: every command, file and question, readable in a pager.
[[nodiscard]] std::string plan_text(const Plan& plan, const PlanShow& show);

/// The same for programs.
[[nodiscard]] nlohmann::ordered_json plan_json(const Plan& plan, const PlanShow& show);

} // namespace ovd
