// SPDX-License-Identifier: Apache-2.0
// Small guides and farms for tests, written the way people write them.
#pragma once

#include "engine/plan.h"

#include <filesystem>
#include <map>
#include <string>

namespace ovd {

/// A folder of its own that is gone when the test is.
class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// path/name as text.
    [[nodiscard]] std::string operator/(const std::string& name) const;
    /// Writes a file, with the folders it needs.
    void write(const std::string& name, const std::string& text) const;

private:
    std::filesystem::path path_;
};

/// Files of steps/ by name, without platforms.toml and chapter.toml where they do not matter.
using Files = std::map<std::string, std::string>;

/// Loads and checks a guide from these files. Platforms: debian12 (pcs 0.11), ubuntu18 (pcs 0.9).
[[nodiscard]] Result<Guide> load_files(const Files& files);
/// The same, for files that must be right.
[[nodiscard]] Guide guide_of(const Files& files);

/// The platforms of the shipped steps.
[[nodiscard]] const PlatformList& platforms_of_steps();
/// A farm file on one of them.
[[nodiscard]] inline Result<Farm> load_farm(const std::string& path) {
    return load_farm(path, platforms_of_steps());
}

/// The five nodes on Debian 12, a few farm servers, no database password known.
[[nodiscard]] Farm small_farm();

} // namespace ovd
