// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ovd {

/// The words that the supervisor ends its stream with, after the mark.
struct SupervisorWords {
    static constexpr std::string_view ended = "ended";   ///< status, started, ended, now follow
    static constexpr std::string_view lost = "lost";     ///< the node went down before it ended
    static constexpr std::string_view absent = "absent"; ///< it never began
};

/// The shell command that starts a job on a node, or attaches to it, and follows its output.
/// bytes: length of its stdin; from: output already seen; mark: ends the stream.
[[nodiscard]] std::string supervisor_command(const std::string& folder, const std::string& id,
    std::size_t bytes, const std::string& command, std::size_t from, const std::string& mark);

/// A look that tells what became of a job: a line `PHASE STATUS STARTED ENDED NOW`, then its
/// output.
[[nodiscard]] std::string job_look(const std::string& folder, const std::string& id);

} // namespace ovd
