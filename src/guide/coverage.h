// SPDX-License-Identifier: Apache-2.0
// Is anything of the guide missing? Every instruction against every platform of the guide.
#pragma once

#include "guide/step.h"

#include <string>
#include <vector>

namespace ovd {

/// A row of steps/instructions.tsv: what the guide asks for, in our words.
struct Instruction {
    std::string id; ///< V-9
    std::string section;
    std::string nodes;
    std::vector<std::string> platforms; ///< all, linux, windows, a family or a platform
    std::string kind;
    std::string asks;
};

/// What is done about an instruction on one platform.
struct Coverage {
    enum class How {
        nothing,     ///< a gap: nobody does it
        not_here,    ///< the guide itself asks for it on other platforms only
        carried_out, ///< by a step
        asked,       ///< a person is asked to do it
        looked_at,   ///< a step checks that it is so
    };
    How how = How::nothing;
    std::vector<const Step*> steps;
};

struct CoverageRow {
    Instruction instruction;
    std::vector<Coverage> cells; ///< one a platform, in the order of guide_platforms()
};

/// The platforms on the guide's own list, by name.
[[nodiscard]] std::vector<std::string> guide_platforms(const Guide& guide);

/// Reads steps/instructions.tsv.
[[nodiscard]] Result<std::vector<Instruction>> load_instructions(const std::string& steps_dir);

/// Each instruction on each of those platforms. The guide must hold all procedures.
[[nodiscard]] std::vector<CoverageRow> coverage(
    const Guide& guide, const std::vector<Instruction>& instructions);

/// The steps that name an instruction which is not on the list.
[[nodiscard]] std::vector<const Step*> strangers(
    const Guide& guide, const std::vector<Instruction>& instructions);

[[nodiscard]] std::string_view to_string(Coverage::How how);

} // namespace ovd
