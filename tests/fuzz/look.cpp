// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "ssh/supervisor.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

namespace ovd::fuzz {

/// The first byte is the status of the look, and whether it took too long.
void look(std::string_view bytes) {
    if (bytes.empty()) return;
    const auto first = static_cast<unsigned char>(bytes.front());
    ReadResult result;
    result.status = first % 4 == 0 ? first / 4 : 0;
    result.timed_out = first % 4 == 1;
    result.output = bytes.substr(1);
    const auto state = understand_look(result);
    if (!state) {
        must(state.error().kind == ErrorKind::unknown,
            "what cannot be read is unknown, never failed");
        return;
    }
    must(result.status == 0, "a look that failed tells nothing");
    const auto line = result.output.substr(0, result.output.find('\n'));
    using Phase = JobState::Phase;
    const auto* word = state->phase == Phase::absent    ? "absent "
                       : state->phase == Phase::running ? "running "
                       : state->phase == Phase::ended   ? "ended "
                                                        : "lost ";
    // A job that is believed to be lost begins anew.
    must(line.starts_with(word), "a job is what the node says it is", line);
    must(result.output.ends_with(state->output), "the output is what was printed");
    must(std::isfinite(state->started) && std::isfinite(state->ended) && std::isfinite(state->now),
        "times are numbers", line);
    if (state->phase == Phase::ended)
        must(std::strtol(line.c_str() + std::strlen(word), nullptr, 10) == state->status,
            "the status is the one printed", std::to_string(state->status) + " of: " + line);
}

} // namespace ovd::fuzz
