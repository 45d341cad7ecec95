// SPDX-License-Identifier: Apache-2.0
#include "base/redact.h"

#include "base/printable.h"
#include "base/quote.h"
#include "base/text.h"

#include <algorithm>
#include <vector>

namespace ovd {
namespace {

/// A part of the text that a secret stands in.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t longest = 0; ///< length of the secret that gives the span its name
    std::string name;
};

/// One span for spans that overlap, named after the longest secret in it.
std::vector<Span> merge(std::vector<Span> spans) {
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::vector<Span> merged;
    for (Span& span : spans) {
        if (merged.empty() || span.begin >= merged.back().end) {
            merged.push_back(std::move(span));
            continue;
        }
        Span& last = merged.back();
        last.end = std::max(last.end, span.end);
        if (span.longest > last.longest) {
            last.longest = span.longest;
            last.name = std::move(span.name);
        }
    }
    return merged;
}

} // namespace

void Redactor::add(const std::string& name, const std::string& value) {
    if (value.size() < 4) return;
    const std::lock_guard lock(mutex_);
    known_.insert({value, name});
    for (Encoding encoding : {Encoding::shell, Encoding::sql, Encoding::mycnf, Encoding::json})
        known_.insert({encode(value, encoding), name});
    known_.insert({base64(value), name});
}

std::string Redactor::clean(std::string_view raw) const {
    // First: an escape sequence in the middle of a secret must not hide it.
    const auto text = printable(raw);
    std::vector<Span> spans;
    {
        const std::lock_guard lock(mutex_);
        for (const Known& known : known_) {
            // One byte on after each hit: a secret may overlap itself ("abab" in "ababab").
            for (std::size_t at = text.find(known.value); at != std::string::npos;
                at = text.find(known.value, at + 1))
                spans.push_back({at, at + known.value.size(), known.value.size(), known.name});
        }
    }
    if (spans.empty()) return text;

    std::string cleaned;
    std::size_t from = 0;
    for (const Span& span : merge(std::move(spans))) {
        cleaned.append(text, from, span.begin - from);
        cleaned += "<secret " + span.name + ">";
        from = span.end;
    }
    cleaned.append(text, from);
    return cleaned;
}

} // namespace ovd
