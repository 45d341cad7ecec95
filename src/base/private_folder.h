// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <filesystem>

namespace ovd {

/// What others may do in a folder that is there already.
enum class Others { may_read, may_nothing };

/// Makes a folder, and those above it that are missing, for its owner only. One that is there keeps
/// its mode: it is an error when others may write in it, or do what they may not.
[[nodiscard]] Status private_folder(const std::filesystem::path& folder, Others others);

} // namespace ovd
