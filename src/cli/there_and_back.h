// SPDX-License-Identifier: Apache-2.0
// A failover test that goes there and back is two runs of one procedure, each with a journal of its
// own; a stop anywhere must not make a third of them.
#pragma once

#include "engine/journal.h"

#include <string>
#include <vector>

namespace ovd {

/// Where the service has to be at the end of a test there and back: where the test began, by the
/// journal of the run before, when that one was on its way there; otherwise where it is now.
[[nodiscard]] std::string home_of_test(
    const std::vector<Record>& records, const std::string& active);

/// The run that this journal tells of has ended well, and has brought the service home.
[[nodiscard]] bool is_home(const std::vector<Record>& records);

} // namespace ovd
