// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a journal are kept: the run folder, or what a simulation calls one.
#pragma once

#include "base/error.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ovd {

/// The file of a journal, held by one process at a time. Errors are of kind journal or io.
class JournalFile {
public:
    virtual ~JournalFile() = default;
    /// All of it; empty when it is new.
    [[nodiscard]] virtual Result<std::string> read() = 0;
    /// Adds bytes at its end. After an error any part of them may be there.
    [[nodiscard]] virtual Status append(std::string_view bytes) = 0;
    /// Comes back when everything appended so far would survive a power cut, its name too.
    [[nodiscard]] virtual Status sync() = 0;
    /// Keeps the first size bytes.
    [[nodiscard]] virtual Status truncate(std::size_t size) = 0;
};

/// folder/journal.jsonl, locked by folder/lock as long as this lives. Makes the folder when it is
/// not there. A journal that another process holds is an error that names the process.
[[nodiscard]] Result<std::unique_ptr<JournalFile>> open_journal_file(const std::string& folder);

/// Says of what a journal holds under which name it is archived; empty: it is resumed.
using PutAway = std::function<Result<std::string>(const std::string& text)>;

/// The same; a journal that is to be put away is renamed in its folder, and a new one begun. Both
/// under the lock, so that nobody else has it open meanwhile.
[[nodiscard]] Result<std::unique_ptr<JournalFile>> open_journal_file(
    const std::string& folder, const PutAway& put_away);

/// Where the journal of a run folder is.
[[nodiscard]] std::string journal_path(const std::string& folder);

} // namespace ovd
