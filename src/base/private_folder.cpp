// SPDX-License-Identifier: Apache-2.0
#include "base/private_folder.h"

#include "base/quote.h"

#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>

namespace ovd {
namespace {

Status made(const std::filesystem::path& folder) {
    std::filesystem::path whole;
    for (const auto& part : folder) {
        whole /= part;
        if (::mkdir(whole.c_str(), 0700) == 0) continue;
        const int error = errno;
        struct stat there{};
        if (::stat(whole.c_str(), &there) == 0 && S_ISDIR(there.st_mode)) continue;
        return fail(ErrorKind::io,
            fmt::format("{} cannot be made: {}", whole.string(),
                std::generic_category().message(error == EEXIST ? ENOTDIR : error)),
            "Choose another place with --run-folder DIR.");
    }
    return {};
}

} // namespace

Status private_folder(const std::filesystem::path& folder, Others others) {
    struct stat there{};
    if (::stat(folder.c_str(), &there) != 0 || !S_ISDIR(there.st_mode)) return made(folder);
    const auto what = [&](const char* may) {
        return fmt::format("{}: others than its owner may {} there (mode {:04o}).", folder.string(),
            may, there.st_mode & 07777U);
    };
    const auto name = shell_quote(folder.string());
    if ((there.st_mode & S_ISVTX) != 0 && (there.st_mode & 022U) != 0)
        return fail(ErrorKind::refused, what("write"),
            fmt::format("Choose a folder of your own in it: --run-folder {}",
                shell_quote((folder / "farm.run").string())));
    if ((there.st_mode & 022U) != 0)
        return fail(ErrorKind::refused, what("write"),
            fmt::format(
                "Type: chmod go-w {} - or choose another place with --run-folder DIR.", name));
    if (others == Others::may_nothing && (there.st_mode & 077U) != 0)
        return fail(ErrorKind::refused, what("read"),
            fmt::format("Type: chmod -R go= {} - and take what is in it for known to them.", name));
    return {};
}

} // namespace ovd
