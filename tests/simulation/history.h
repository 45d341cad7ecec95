// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <fmt/format.h>
#include <string>

namespace ovd::sim {

/// What happened, line by line. Always as a number, so that two runs can be compared; as text when
/// somebody wants to read it.
class History {
public:
    template <class... Args>
    void add(Moment now, fmt::format_string<Args...> text, Args&&... args) {
        line_.clear();
        fmt::format_to(std::back_inserter(line_), "{:10.4f} ",
            std::chrono::duration<double>(now.mono.time_since_epoch()).count());
        fmt::format_to(std::back_inserter(line_), text, std::forward<Args>(args)...);
        line_ += '\n';
        for (const char c : line_)
            digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        ++lines_;
        if (keep) text_ += line_;
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::uint64_t digest() const { return digest_; }
    [[nodiscard]] std::uint64_t lines() const { return lines_; }

    bool keep = false;

private:
    std::string line_;
    std::string text_;
    std::uint64_t digest_ = 0xcbf29ce484222325U;
    std::uint64_t lines_ = 0;
};

} // namespace ovd::sim
