// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

namespace ovd {

/// One line of the journal; src/engine/README.md says what is in it.
using Record = nlohmann::ordered_json;

} // namespace ovd
