// SPDX-License-Identifier: Apache-2.0
#include "engine/journal_file.h"

#include "base/descriptor.h"
#include "base/file.h"
#include "base/private_folder.h"
#include "base/text.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace ovd {
namespace {

class FolderJournal final : public JournalFile {
public:
    FolderJournal(std::string folder, Descriptor file, Descriptor lock)
        : folder_(std::move(folder)), file_(std::move(file)), lock_(std::move(lock)) {}

    Result<std::string> read() override {
        return read_file(journal_path(folder_), ErrorKind::journal);
    }

    Status append(std::string_view bytes) override {
        while (!bytes.empty()) {
            const auto written = ::write(file_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0)
                return fail(ErrorKind::journal,
                    fmt::format("The journal cannot be written: {}", std::strerror(errno)),
                    "Make room on the disk and run again; what was done is safe in the journal.");
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }

    Status sync() override {
        if (::fsync(file_.get()) != 0) return not_on_disk();
        if (named_) return {};
        // The name of the file must not be lost either.
        const Descriptor names(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (names.get() < 0 || ::fsync(names.get()) != 0) return not_on_disk();
        named_ = true;
        return {};
    }

    Status truncate(std::size_t size) override {
        if (::ftruncate(file_.get(), static_cast<off_t>(size)) == 0) return {};
        return fail(ErrorKind::journal, "The torn last line of the journal cannot be cut off.",
            "Check who owns it.", SourceLocation{journal_path(folder_), 0, 0});
    }

private:
    [[nodiscard]] tl::unexpected<Error> not_on_disk() const {
        return fail(ErrorKind::journal,
            fmt::format("The journal cannot be put on disk: {}", std::strerror(errno)),
            fmt::format("Check the disk that {} is on, then run again.", folder_));
    }

    std::string folder_;
    Descriptor file_;
    Descriptor lock_;
    bool named_ = false;
};

Status put_away_in(const std::string& folder, const PutAway& put_away) {
    const auto text = read_file(journal_path(folder), ErrorKind::journal);
    if (!text) return tl::unexpected(text.error());
    const auto name = put_away(*text);
    if (!name) return tl::unexpected(name.error());
    if (name->empty()) return {};
    if (::rename(journal_path(folder).c_str(), (folder + "/" + *name).c_str()) == 0) return {};
    return fail(ErrorKind::io,
        fmt::format("The journal of the last run cannot be moved aside: {}", std::strerror(errno)),
        "Check " + folder);
}

} // namespace

std::string journal_path(const std::string& folder) {
    return folder + "/journal.jsonl";
}

Result<std::unique_ptr<JournalFile>> open_journal_file(const std::string& folder) {
    return open_journal_file(folder, {});
}

Result<std::unique_ptr<JournalFile>> open_journal_file(
    const std::string& folder, const PutAway& put_away) {
    if (auto ok = private_folder(folder, Others::may_read); !ok) return tl::unexpected(ok.error());
    Descriptor lock(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.get() < 0)
        return fail(ErrorKind::io,
            fmt::format("{}/lock cannot be opened: {}", folder, std::strerror(errno)),
            "Check who owns the folder.");
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        const auto holder = trim(read_file(folder + "/lock").value_or(""));
        return fail(ErrorKind::journal,
            fmt::format("Another run is using {} ({}).", folder,
                holder.empty() ? "unknown process" : holder),
            "Wait for it or stop it with Ctrl-C in its terminal, then run again.");
    }
    const auto holder = fmt::format("process {}\n", ::getpid());
    if (::ftruncate(lock.get(), 0) != 0 ||
        ::pwrite(lock.get(), holder.data(), holder.size(), 0) < 0)
        return fail(
            ErrorKind::io, fmt::format("{}/lock cannot be written.", folder), "Check the disk.");
    if (put_away && ::access(journal_path(folder).c_str(), F_OK) == 0)
        if (auto ok = put_away_in(folder, put_away); !ok) return tl::unexpected(ok.error());
    Descriptor file(
        ::open(journal_path(folder).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0600));
    if (file.get() < 0)
        return fail(ErrorKind::journal,
            fmt::format("{} cannot be opened: {}", journal_path(folder), std::strerror(errno)),
            "Check who owns it.");
    return std::make_unique<FolderJournal>(folder, std::move(file), std::move(lock));
}

} // namespace ovd
