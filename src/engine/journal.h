// SPDX-License-Identifier: Apache-2.0
// The append-only record of a run. One JSON object a line, on disk before the thing it announces
// and after the thing it reports. src/engine/README.md documents the records; `less` reads them.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/redact.h"
#include "engine/journal_file.h"
#include "engine/record.h"
#include "engine/state.h"

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace ovd {

/// The records of a journal's bytes, and how many of them are whole lines. A last line without its
/// end is left out; any other damage is an error that names the line. path is for messages.
struct JournalText {
    std::vector<Record> records;
    std::size_t whole = 0;
    std::string last_sum;
};
[[nodiscard]] Result<JournalText> parse_journal(const std::string& text, const std::string& path);

class Journal {
public:
    /// Opens folder/journal.jsonl and locks it, or begins one. A torn last line is cut off; any
    /// other damage is an error that names the line, and nothing is written. A journal that another
    /// process holds is an error that names the process.
    static Result<std::unique_ptr<Journal>> open(
        const std::string& folder, const Clock& clock, Random& random, const Redactor& redactor);
    /// The same for what is done again and again: a journal whose run has finished is put away
    /// beside it, and a new one begun.
    static Result<std::unique_ptr<Journal>> open_next(
        const std::string& folder, const Clock& clock, Random& random, const Redactor& redactor);
    /// The same as open(), of any file.
    static Result<std::unique_ptr<Journal>> open(std::unique_ptr<JournalFile> file,
        const std::string& path, const Clock& clock, Random& random, const Redactor& redactor);
    /// The records of a journal, without opening it for writing; none when there is no journal.
    static Result<std::vector<Record>> read(const std::string& folder);

    ~Journal() = default;
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Appends a record of what happened (time, sequence number and checksum are added, secrets
    /// taken out) and waits until it is on disk. After a record that could not be written none is
    /// taken any more. Safe from any thread.
    [[nodiscard]] Status write(Event event);

    /// What was in it when it was opened, and what was written since.
    [[nodiscard]] std::vector<Record> records() const;
    /// What these records mean: the same as replay(records()), kept up to date as they are written.
    [[nodiscard]] RunState state() const;
    /// state().last_disruption, without a copy of all the rest.
    [[nodiscard]] double last_disruption() const;
    /// Names this run in jobs on the nodes, for ever.
    [[nodiscard]] const std::string& run_id() const { return run_id_; }

private:
    Journal(std::unique_ptr<JournalFile> file, const Clock& clock, const Redactor& redactor)
        : file_(std::move(file)), clock_(clock), redactor_(redactor) {}

    mutable std::mutex mutex_;
    std::unique_ptr<JournalFile> file_;
    const Clock& clock_;
    const Redactor& redactor_;
    std::vector<Record> records_;
    RunState state_;
    std::string run_id_;
    long next_ = 1;
    std::string last_sum_;
    std::size_t whole_ = 0;       ///< bytes of whole lines on disk
    std::optional<Error> broken_; ///< why nothing can be written any more
};

} // namespace ovd
