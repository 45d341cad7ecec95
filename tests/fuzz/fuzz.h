// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share. A target is a function that takes any bytes and must hold; each is
// one row in targets.cpp.
#pragma once

#include "base/error.h"
#include "farm/platforms.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ovd::fuzz {

/// A promise of the code under test: says what was broken and ends the program when it is not kept.
void must(bool kept, std::string_view promise, const std::string& detail = {});

/// An error that a user is shown about a file: it says what, and where in that file. text is the
/// file's content.
void must_have_place(const Error& error, const std::filesystem::path& file, std::string_view text);

/// A folder in memory that is gone when the program ends, for loaders that read files.
[[nodiscard]] const std::filesystem::path& scratch();

/// Writes a file below scratch(), with the folders it needs, and gives its path. No fsync: this is
/// done thousands of times a second.
std::filesystem::path put(const std::string& name, std::string_view text);

/// The platforms of the shipped steps.
[[nodiscard]] const PlatformList& shipped_platforms();

void farm(std::string_view bytes);
void sheet(std::string_view bytes);
void steps(std::string_view bytes);
void answers(std::string_view bytes);
void journal(std::string_view bytes);
void frames(std::string_view bytes);
void look(std::string_view bytes);
void api(std::string_view bytes);

} // namespace ovd::fuzz
