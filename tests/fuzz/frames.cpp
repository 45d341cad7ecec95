// SPDX-License-Identifier: Apache-2.0
#include "ssh/frames.h"
#include "fuzz.h"

#include "base/text.h"

#include <vector>

namespace ovd::fuzz {
namespace {

constexpr const char* mark = "@mark";

/// What was said, with the pieces of output put together as they follow each other.
class Heard {
public:
    void take(const Frames::Frame& frame) {
        if (frame.word == "data" && !frame.output.empty()) {
            if (all_.empty() || !all_.back().starts_with("output ")) all_.emplace_back("output ");
            all_.back() += frame.output;
        } else {
            all_.push_back(frame.word + "|" + join(frame.rest, "|"));
        }
    }
    [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

private:
    std::vector<std::string> all_;
};

std::vector<std::string> heard(std::string_view said, std::size_t piece) {
    Frames frames(mark);
    Heard heard;
    std::string text;
    while (!said.empty()) {
        const auto size = std::min(piece, said.size());
        text += said.substr(0, size);
        said.remove_prefix(size);
        while (const auto frame = frames.next(text))
            heard.take(*frame);
    }
    return heard.all();
}

} // namespace

/// The first byte says in what pieces it comes; however it is cut, the same is heard.
void frames(std::string_view bytes) {
    if (bytes.empty()) return;
    const auto piece = 1 + static_cast<std::size_t>(static_cast<unsigned char>(bytes.front())) % 64;
    bytes.remove_prefix(1);
    const auto whole = heard(bytes, bytes.size() + 1);
    const auto cut = heard(bytes, piece);
    must(whole == cut, "the same is heard in one piece and in many",
        join(whole, " / ") + " whole, and by " + std::to_string(piece) + " bytes " +
            join(cut, " / "));
}

} // namespace ovd::fuzz
