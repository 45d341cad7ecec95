// SPDX-License-Identifier: Apache-2.0
#include "base/content.h"

#include <algorithm>

namespace ovd {

void Content::add_text(std::string text) {
    if (text.empty()) return;
    // Adjacent text becomes one part, so that the same bytes always give the same parts and digest.
    if (!parts_.empty() && parts_.back().source == Source::text &&
        parts_.back().encoding == Encoding::raw)
        parts_.back().value += text;
    else
        parts_.push_back({Source::text, std::move(text), Encoding::raw});
}

void Content::add(Part part) {
    if (part.source == Source::text)
        add_text(encode(part.value, part.encoding));
    else
        parts_.push_back(std::move(part));
}

bool Content::plain() const {
    return std::all_of(
        parts_.begin(), parts_.end(), [](const Part& part) { return part.source == Source::text; });
}

std::string Content::display() const {
    std::string text;
    for (const Part& part : parts_) {
        switch (part.source) {
        case Source::text:
            text += part.value;
            break;
        case Source::secret:
            text += "<secret " + part.value + ">";
            break;
        case Source::fetched:
            text += "<read " + part.value + ">";
            break;
        }
    }
    return text;
}

Result<std::string> Content::resolve(const Lookup& lookup) const {
    std::string text;
    for (const Part& part : parts_) {
        if (part.source == Source::text) {
            text += part.value;
            continue;
        }
        Result<std::string> value = lookup(part);
        if (!value) return tl::unexpected(value.error());
        text += encode(*value, part.encoding);
    }
    return text;
}

} // namespace ovd
