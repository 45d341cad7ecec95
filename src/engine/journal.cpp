// SPDX-License-Identifier: Apache-2.0
#include "engine/journal.h"

#include "base/file.h"
#include "base/text.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <random>
#include <set>
#include <sys/file.h>
#include <unistd.h>

namespace ovd {
namespace fs = std::filesystem;
namespace {

constexpr int format_version = 1;

/// Each checksum covers the one before it, so that a line cannot vanish unseen.
std::string checksum(const std::string& before, const std::string& line) {
    return sha256(before + "\n" + line).substr(0, 16);
}

/// A line as it is on disk: the record without its checksum, and the checksum. Nothing for a line
/// that does not end in one.
std::optional<std::pair<std::string, std::string>> taken_apart(const std::string& line) {
    constexpr std::string_view mark = R"(,"sum":")";
    constexpr std::size_t tail = mark.size() + 16 + 2; // the mark, 16 digits and "}
    if (line.size() <= tail || !line.ends_with("\"}")) return {};
    const auto at = line.size() - tail;
    if (line.compare(at, mark.size(), mark) != 0) return {};
    return std::pair{line.substr(0, at) + "}", line.substr(at + mark.size(), 16)};
}

/// The records, and how many bytes of the file are whole.
struct Loaded {
    std::vector<Record> records;
    std::size_t whole = 0;
    std::string last_sum;
    bool torn = false;
};

tl::unexpected<Error> damaged(const std::string& path, int line, const std::string& what) {
    return fail(Kind::journal, fmt::format("The journal is damaged: {}", what),
        "Nothing was changed. Restore the file from a backup, or move the run folder away and "
        "begin "
        "a new run: it looks at every node first and does only what is left.",
        Where{path, line, 0});
}

Result<Loaded> load(const std::string& path) {
    auto text = read_file(path, Kind::journal);
    if (!text) return tl::unexpected(text.error());
    Loaded loaded;
    std::size_t at = 0;
    for (int number = 1; at < text->size(); ++number) {
        const auto end = text->find('\n', at);
        if (end == std::string::npos) {
            loaded.torn = true; // a write that the power cut; the record was never relied on
            break;
        }
        const auto line = text->substr(at, end - at);
        const auto split = taken_apart(line);
        if (!split) return damaged(path, number, "this line is no record.");
        const auto& [body, sum] = *split;
        if (checksum(loaded.last_sum, body) != sum)
            return damaged(path, number, "this line, or one before it, was changed or is missing.");
        auto record = Record::parse(body, nullptr, false);
        if (!record.is_object()) return damaged(path, number, "this line is no record.");
        if (number == 1 && record.value("ovd-failover-journal", 0) != format_version)
            return damaged(path, number, "its format is not one that this version knows.");
        loaded.last_sum = sum;
        loaded.records.push_back(std::move(record));
        at = end + 1;
        loaded.whole = at;
    }
    return loaded;
}

/// What replaying goes by: never a secret, and never spoilt by one that is an ordinary word.
const std::set<std::string> relied_on = {
    "ovd-failover-journal", "run", "kind", "task", "state", "how", "job", "digest", "hook"};

/// Each text by itself, before it is written as JSON: its quotes and backslashes are still its own.
Record cleaned(const Record& value, const Redactor& redactor) {
    if (value.is_string()) return redactor.clean(value.get<std::string>());
    if (!value.is_structured()) return value;
    Record copy = value;
    for (auto& each : copy)
        each = cleaned(each, redactor);
    return copy;
}

std::string random_id() {
    std::random_device device;
    return fmt::format("{:08x}", device());
}

Done write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            return fail(Kind::journal,
                fmt::format("The journal cannot be written: {}", std::strerror(errno)),
                "Make room on the disk and run again; what was done is safe in the journal.");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file) != 0)
        return fail(Kind::journal,
            fmt::format("The journal cannot be put on disk: {}", std::strerror(errno)),
            "Check the disk and run again.");
    return {};
}

} // namespace

Journal::Journal(int file, int lock, const Clock& clock, const Redactor& redactor)
    : file_(file), lock_(lock), clock_(clock), redactor_(redactor) {}

Journal::~Journal() {
    ::close(file_);
    ::close(lock_);
}

Result<std::unique_ptr<Journal>> Journal::open(
    const std::string& folder, const Clock& clock, const Redactor& redactor) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return fail(Kind::io, fmt::format("{} cannot be made: {}", folder, error.message()),
            "Choose another place with --run-folder DIR.");
    fs::permissions(folder, fs::perms::owner_all, error);
    const auto path = folder + "/journal.jsonl";
    const int lock = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return fail(Kind::io,
            fmt::format("{}/lock cannot be opened: {}", folder, std::strerror(errno)),
            "Check who owns the folder.");
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        const auto holder = trim(read_file(folder + "/lock").value_or(""));
        ::close(lock);
        return fail(Kind::journal,
            fmt::format("Another run is using {} ({}).", folder,
                holder.empty() ? "unknown process" : holder),
            "Wait for it or stop it with Ctrl-C in its terminal, then run again.");
    }
    const auto holder = fmt::format("process {}\n", ::getpid());
    if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, holder.data(), holder.size(), 0) < 0) {
        ::close(lock);
        return fail(Kind::io, fmt::format("{}/lock cannot be written.", folder), "Check the disk.");
    }
    const bool fresh = !fs::exists(path);
    Loaded loaded;
    if (!fresh) {
        auto old = load(path);
        if (!old) {
            ::close(lock);
            return tl::unexpected(old.error());
        }
        loaded = std::move(*old);
    }
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
    if (file < 0) {
        ::close(lock);
        return fail(Kind::journal,
            fmt::format("{} cannot be opened: {}", path, std::strerror(errno)),
            "Check who owns it.");
    }
    if (fresh) {
        // The name of the file must not be lost either.
        const int names = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const bool kept = names >= 0 && ::fsync(names) == 0;
        if (names >= 0) ::close(names);
        if (!kept) {
            ::close(file);
            ::close(lock);
            return fail(Kind::journal,
                fmt::format("{} cannot be put on disk: {}", folder, std::strerror(errno)),
                "Choose another place with --run-folder DIR.");
        }
    }
    std::unique_ptr<Journal> journal(new Journal(file, lock, clock, redactor));
    if (loaded.torn && ::ftruncate(file, static_cast<off_t>(loaded.whole)) != 0)
        return fail(Kind::journal, "The torn last line of the journal cannot be cut off.",
            "Check who owns it.", Where{path, 0, 0});
    journal->records_ = std::move(loaded.records);
    journal->next_ = static_cast<long>(journal->records_.size()) + 1;
    journal->last_sum_ = loaded.last_sum;
    journal->whole_ = static_cast<off_t>(loaded.whole);
    if (journal->records_.empty()) {
        Record first;
        first["ovd-failover-journal"] = format_version;
        first["run"] = random_id();
        if (auto ok = journal->write(std::move(first)); !ok) return tl::unexpected(ok.error());
    }
    journal->run_id_ = journal->records_.front().value("run", "");
    return journal;
}

Result<std::vector<Record>> Journal::read(const std::string& folder) {
    const auto path = folder + "/journal.jsonl";
    if (!fs::exists(path)) return std::vector<Record>{};
    auto loaded = load(path);
    if (!loaded) return tl::unexpected(loaded.error());
    return std::move(loaded->records);
}

Done Journal::write(Record record) {
    const std::scoped_lock lock(mutex_);
    if (broken_) return tl::unexpected(*broken_);
    Record whole;
    if (record.contains("ovd-failover-journal"))
        whole["ovd-failover-journal"] = record["ovd-failover-journal"];
    whole["seq"] = next_;
    whole["time"] = iso_time(clock_.now());
    for (const auto& [key, value] : record.items())
        whole[key] = relied_on.contains(key) ? value : cleaned(value, redactor_);
    // What is no UTF-8 is replaced, so that the line can be read back.
    whole = Record::parse(whole.dump(-1, ' ', false, Record::error_handler_t::replace));
    const auto sum = checksum(last_sum_, whole.dump());
    auto line = whole;
    line["sum"] = sum;
    const auto bytes = line.dump() + "\n";
    if (auto ok = write_all(file_, bytes); !ok) {
        // Half a line with another after it would be damage; none may follow.
        broken_ = ok.error();
        (void)!::ftruncate(file_, whole_);
        return ok;
    }
    whole_ += static_cast<off_t>(bytes.size());
    last_sum_ = sum;
    ++next_;
    records_.push_back(std::move(whole));
    return {};
}

std::vector<Record> Journal::records() const {
    const std::scoped_lock lock(mutex_);
    return records_;
}

} // namespace ovd
