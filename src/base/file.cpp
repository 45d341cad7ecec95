// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include "base/descriptor.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ovd {
namespace {

std::string reason(int error) {
    return std::generic_category().message(error);
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::string hint_for(int error, const std::string& path) {
    if (error == ENOENT) return "Check the path: ls -l " + path;
    if (error == EACCES) return "Check its permissions: ls -l " + path;
    return {};
}

} // namespace

Result<std::string> read_file(const std::filesystem::path& path, ErrorKind kind) {
    const auto cannot = [&](int error) {
        return fail(kind, "Cannot read " + path.string() + ": " + reason(error),
            hint_for(error, path.string()));
    };
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return cannot(errno);
    std::string bytes;
    char buffer[65536];
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return cannot(errno);
        if (count == 0) return bytes;
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
}

Status write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
    const auto cannot = [&](int error) {
        return fail(ErrorKind::io, "Cannot write " + path.string() + ": " + reason(error),
            hint_for(error, path.parent_path().empty() ? "." : path.parent_path().string()));
    };
    std::string temporary = path.string() + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC)); // 0600 until all is in place
    if (file.get() < 0) return cannot(errno);
    if (!write_all(file.get(), bytes) || ::fchmod(file.get(), mode) != 0 ||
        ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary.c_str());
        return cannot(error);
    }
    // The new name is on disk only once its folder is.
    const std::filesystem::path folder = path.parent_path().empty() ? "." : path.parent_path();
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) return cannot(errno);
    return {};
}

} // namespace ovd
