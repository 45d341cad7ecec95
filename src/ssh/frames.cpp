// SPDX-License-Identifier: Apache-2.0
#include "ssh/frames.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace ovd {

namespace {
constexpr std::size_t longest_noise = 65'536;
}

void Frames::drop(std::string& text, std::size_t count) {
    noise_ += count;
    text.erase(0, count);
}

std::optional<Frames::Frame> Frames::next(std::string& text) {
    if (output_left_ == 0) {
        const auto at = text.find(mark_ + " ");
        if (at == std::string::npos) {
            // The first of it may be told to a person, and the mark may be there in part.
            if (text.size() > longest_noise) drop(text, text.size() - mark_.size());
            return std::nullopt;
        }
        const auto end = text.find('\n', at);
        if (end == std::string::npos) {
            if (text.size() - at > longest_noise) drop(text, text.size());
            return std::nullopt;
        }
        noise_ = 0;
        const auto begin = at + mark_.size() + 1;
        auto words = split(std::string_view(text).substr(begin, end - begin), ' ');
        text.erase(0, end + 1);
        if (words.empty()) return Frame{};
        Frame frame{words.front(), {words.begin() + 1, words.end()}, {}};
        if (frame.word != "data" || frame.rest.empty()) return frame;
        const auto& size = frame.rest.front();
        std::from_chars(size.data(), size.data() + size.size(), output_left_);
        // With nothing behind it, or a number that is none, what comes next is a frame again.
        if (output_left_ == 0) return frame;
    }
    if (text.empty() || output_left_ == 0) return std::nullopt;
    const auto size = std::min(text.size(), output_left_);
    Frame frame{"data", {}, text.substr(0, size)};
    text.erase(0, size);
    output_left_ -= size;
    return frame;
}

} // namespace ovd
