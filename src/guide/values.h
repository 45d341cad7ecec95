// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "farm/farm.h"
#include "guide/step.h"
#include "guide/template.h"

namespace ovd {

/// What a step sees on one node: the farm's values, the platform's, the node's and its peer's.
/// Names are listed in steps/README.md. node is a node id, a server name or empty.
[[nodiscard]] Result<Names> names_for(
    const Guide& guide, const Farm& farm, const Step& step, const std::string& node);

/// The platform of a node or server with what was read there; farm servers take osm1's.
[[nodiscard]] Result<Platform> platform_of(
    const Guide& guide, const Farm& farm, const std::string& node);

/// True when the selector means the platform: one of its own words, what its network is set up
/// with, or a bound for the version of a program ("pcs<0.10").
[[nodiscard]] bool selects(const std::string& selector, const Platform& platform);

/// Picks from a value that differs: the first of the platform's selectors that it has, a program's
/// version ("pcs<0.10"), or "default".
[[nodiscard]] const std::string* pick(const Text& text, const Platform& platform);
[[nodiscard]] const std::vector<std::string>* pick(const TextList& list, const Platform& platform);

/// The yes/no parameters of `when` and `unless`, by name.
[[nodiscard]] std::map<std::string, bool> parameters(const Farm& farm);

/// How steps call the wish to have an erratum as the guide has it, in selectors and in `unless`.
[[nodiscard]] std::string letter_of(const std::string& erratum);

/// True when the step is for this farm at all (when, unless).
[[nodiscard]] bool applies(const Step& step, const Farm& farm);

} // namespace ovd
