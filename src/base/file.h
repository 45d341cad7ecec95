// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <filesystem>
#include <string>

namespace ovd {

/// The whole file. Errors name the file and say why.
[[nodiscard]] Result<std::string> read_file(
    const std::filesystem::path& path, ErrorKind kind = ErrorKind::io);
/// Writes through a temporary file and rename, with fsync, so that a reader sees the old file or
/// the new one. mode is the file's permission bits.
[[nodiscard]] Status write_file(
    const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

} // namespace ovd
