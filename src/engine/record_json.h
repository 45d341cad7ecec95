// SPDX-License-Identifier: Apache-2.0
// How records look on disk, in both directions.
#pragma once

#include "engine/record.h"

#include <tl/expected.hpp>

#include <map>

namespace ovd {

/// The record as one JSON object, without its checksum; README.md is the format.
[[nodiscard]] Json to_json(const Record& record);

/// The same of an event by itself: its kind and fields.
[[nodiscard]] Json to_json(const Event& event);

/// A record of this version or of an earlier one, which had other names for some things. Fields
/// that are not there keep their defaults, those that are not known are passed over. The error says
/// which field, or that the kind, is not what this version knows: a record that a later version
/// wrote otherwise must stop it.
[[nodiscard]] tl::expected<Record, std::string> record_of(const Json& json);

/// The fields of each kind as they are written, by the kind's name; for README.md's table.
[[nodiscard]] std::map<std::string, std::vector<std::string>> fields_by_kind();

} // namespace ovd
