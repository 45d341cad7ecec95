// SPDX-License-Identifier: Apache-2.0
#include "engine/journal.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/record_json.h"

#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <set>

namespace ovd {
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

tl::unexpected<Error> damaged(const std::string& path, int line, const std::string& what) {
    return fail(ErrorKind::journal, fmt::format("The journal is damaged: {}", what),
        "Nothing was changed. Restore the file from a backup, or move the run folder away and "
        "begin "
        "a new run: it probes every node first and does only what is left.",
        SourceLocation{path, line, 0});
}

/// What replaying goes by: never a secret, and never spoilt by one that is an ordinary word.
const std::set<std::string> relied_on = {"ovd-failover-journal", "run", "kind", "task", "state",
    "how", "job", "digest", "hook", "token", "answer", "compare"};

/// Each text by itself, before it is written as JSON: its quotes and backslashes are still its own.
Json cleaned(const Json& value, const Redactor& redactor) {
    if (value.is_string()) return redactor.clean(value.get<std::string>());
    if (!value.is_structured()) return value;
    Json copy = value;
    for (const auto& [key, each] : copy.items())
        if (!each.is_string() || !relied_on.contains(key)) each = cleaned(each, redactor);
    return copy;
}

/// The text of a record. What is no UTF-8 is replaced, so that the line can be read back.
std::string text_of(Json& record) {
    try {
        return record.dump();
    } catch (const Json::type_error&) {
        auto text = record.dump(-1, ' ', false, Json::error_handler_t::replace);
        record = Json::parse(text);
        return text;
    }
}

} // namespace

Result<JournalText> parse_journal(const std::string& text, const std::string& path) {
    JournalText loaded;
    std::size_t at = 0;
    for (int number = 1; at < text.size(); ++number) {
        const auto end = text.find('\n', at);
        if (end == std::string::npos) break; // a write that was cut; it was never relied on
        const auto line = text.substr(at, end - at);
        const auto split = taken_apart(line);
        if (!split) return damaged(path, number, "this line is not a record.");
        const auto& [body, sum] = *split;
        if (checksum(loaded.last_sum, body) != sum)
            return damaged(path, number, "this line, or one before it, was changed or is missing.");
        const auto json = Json::parse(body, nullptr, false);
        if (!json.is_object()) return damaged(path, number, "this line is not a record.");
        auto record = record_of(json);
        if (!record) return damaged(path, number, record.error());
        const auto* header = record->as<JournalHeader>();
        if ((number == 1) != (header != nullptr) ||
            (header != nullptr && header->version != format_version))
            return damaged(path, number, "its format is not one that this version knows.");
        loaded.last_sum = sum;
        loaded.records.push_back(std::move(*record));
        at = end + 1;
        loaded.whole = at;
    }
    return loaded;
}

Result<std::unique_ptr<Journal>> Journal::open(
    const std::string& folder, const Clock& clock, Random& random, const Redactor& redactor) {
    auto file = open_journal_file(folder);
    if (!file) return tl::unexpected(file.error());
    return open(std::move(*file), journal_path(folder), clock, random, redactor);
}

Result<std::unique_ptr<Journal>> Journal::open_next(
    const std::string& folder, const Clock& clock, Random& random, const Redactor& redactor) {
    const auto path = journal_path(folder);
    auto file = open_journal_file(folder, [&](const std::string& text) -> Result<std::string> {
        const auto old = parse_journal(text, path);
        if (!old) return tl::unexpected(old.error());
        if (!replay(old->records).finished) return std::string();
        return fmt::format("journal-until-{}.jsonl", iso_time(clock.wall()));
    });
    if (!file) return tl::unexpected(file.error());
    return open(std::move(*file), path, clock, random, redactor);
}

Result<std::unique_ptr<Journal>> Journal::open(std::unique_ptr<JournalFile> file,
    const std::string& path, const Clock& clock, Random& random, const Redactor& redactor) {
    auto text = file->read();
    if (!text) return tl::unexpected(text.error());
    auto loaded = parse_journal(*text, path);
    if (!loaded) return tl::unexpected(loaded.error());
    if (loaded->whole < text->size())
        if (auto ok = file->truncate(loaded->whole); !ok) return tl::unexpected(ok.error());
    std::unique_ptr<Journal> journal(new Journal(std::move(file), clock, redactor));
    journal->records_ = std::move(loaded->records);
    journal->state_ = replay(journal->records_);
    journal->next_ = static_cast<long>(journal->records_.size()) + 1;
    journal->last_sum_ = loaded->last_sum;
    journal->whole_ = loaded->whole;
    if (journal->records_.empty()) {
        const auto run = fmt::format("{:08x}", random.number() & 0xffff'ffff);
        if (auto ok = journal->write(JournalHeader{format_version, run}); !ok)
            return tl::unexpected(ok.error());
    }
    journal->run_id_ = journal->records_.front().as<JournalHeader>()->run;
    return journal;
}

Result<std::vector<Record>> Journal::read(const std::string& folder) {
    const auto path = journal_path(folder);
    if (!std::filesystem::exists(path)) return std::vector<Record>{};
    auto text = read_file(path, ErrorKind::journal);
    if (!text) return tl::unexpected(text.error());
    auto loaded = parse_journal(*text, path);
    if (!loaded) return tl::unexpected(loaded.error());
    return std::move(loaded->records);
}

Status Journal::write(Event event) {
    const std::scoped_lock lock(mutex_);
    if (broken_) return tl::unexpected(*broken_);
    auto json = to_json({next_, iso_time(clock_.wall()), std::move(event)});
    json = cleaned(json, redactor_);
    const auto text = text_of(json);
    // What is kept is what reading it back gives.
    auto record = record_of(json);
    if (!record)
        return fail(ErrorKind::internal, record.error(), "This is a defect of ovd-failover.");
    const auto sum = checksum(last_sum_, text);
    const auto line = fmt::format("{},\"sum\":\"{}\"}}\n", text.substr(0, text.size() - 1), sum);
    auto ok = file_->append(line);
    if (ok) ok = file_->sync();
    if (!ok) {
        // Half a line with another after it would be damage; none may follow.
        broken_ = ok.error();
        (void)file_->truncate(whole_);
        return ok;
    }
    whole_ += line.size();
    last_sum_ = sum;
    ++next_;
    state_.take(*record);
    records_.push_back(std::move(*record));
    return {};
}

std::vector<Record> Journal::records() const {
    const std::scoped_lock lock(mutex_);
    return records_;
}

RunState Journal::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

double Journal::last_disruption() const {
    const std::scoped_lock lock(mutex_);
    return state_.last_disruption;
}

} // namespace ovd
