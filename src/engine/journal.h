// SPDX-License-Identifier: Apache-2.0
// The append-only record of a run. One JSON object a line, on disk before the thing it announces
// and after the thing it reports. src/engine/README.md documents the records; `less` reads them.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/redact.h"

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ovd {

using Record = nlohmann::ordered_json;

class Journal {
public:
    /// Opens folder/journal.jsonl and locks it, or begins one. A torn last line is cut off; any
    /// other damage is an error that names the line, and nothing is written. A journal that another
    /// process holds is an error that names the process.
    static Result<std::unique_ptr<Journal>> open(
        const std::string& folder, const Clock& clock, const Redactor& redactor);
    /// The records of a journal, without opening it for writing; none when there is no journal.
    static Result<std::vector<Record>> read(const std::string& folder);

    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Appends one record (time, sequence number and checksum are added, secrets taken out) and
    /// waits until it is on disk. After a record that could not be written none is taken any more.
    /// Safe from any thread.
    [[nodiscard]] Done write(Record record);

    /// What was in it when it was opened, and what was written since.
    [[nodiscard]] std::vector<Record> records() const;
    /// Names this run in jobs on the nodes, for ever.
    [[nodiscard]] const std::string& run_id() const { return run_id_; }

private:
    Journal(int file, int lock, const Clock& clock, const Redactor& redactor);

    mutable std::mutex mutex_;
    int file_;
    int lock_;
    const Clock& clock_;
    const Redactor& redactor_;
    std::vector<Record> records_;
    std::string run_id_;
    long next_ = 1;
    std::string last_sum_;
    off_t whole_ = 0;             ///< bytes of whole lines on disk
    std::optional<Error> broken_; ///< why nothing can be written any more
};

} // namespace ovd
