// SPDX-License-Identifier: Apache-2.0
// [step.probe]: how a step can be seen to be done. Each key is one row of the table in
// step_probe.cpp.
#pragma once

#include "action/kinds.h"

namespace ovd {

/// The keys of a probe.
[[nodiscard]] std::span<const FieldRule> probe_keys();

/// The looks that a probe asks for; all must say yes. An error when a key has no variant for the
/// platform, or what it says is no path, pattern or XPath.
[[nodiscard]] Result<Probes> step_probe(const Context& context, const Fields& fields);

} // namespace ovd
