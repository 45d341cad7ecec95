// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ovd {

/// Takes apart what a supervisor says: lines that begin with a mark, and counted output between
/// them.
class Frames {
public:
    explicit Frames(std::string mark) : mark_(std::move(mark)) {}

    struct Frame {
        std::string word;              ///< begun, data, beat, end, ...
        std::vector<std::string> rest; ///< the words after it
        std::string output;            ///< for data: a piece of the job's output
    };
    /// The next frame in text, which is taken out of it; nothing when more has to come first. What
    /// stands before the first mark is dropped: a login may greet.
    [[nodiscard]] std::optional<Frame> next(std::string& text);
    /// Bytes that came in a row and were no frame.
    [[nodiscard]] std::size_t noise() const { return noise_; }

private:
    void drop(std::string& text, std::size_t count);

    std::string mark_;
    std::size_t output_left_ = 0;
    std::size_t noise_ = 0;
};

} // namespace ovd
