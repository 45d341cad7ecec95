// SPDX-License-Identifier: Apache-2.0
#include "cli/answers.h"

#include "base/text.h"
#include "base/toml.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace ovd {
namespace {

/// Lower case, with one space between words.
std::string plain_words(const std::string& text) {
    std::vector<std::string> words;
    for (auto& word : split(text, ' '))
        if (auto bare = trim(word); !bare.empty()) words.push_back(std::move(bare));
    auto all = join(words, " ");
    std::ranges::transform(all, all.begin(),
        [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    return all;
}

} // namespace

Result<Answers> load_answers(const std::string& path) {
    Answers answers;
    if (path.empty()) return answers;
    auto table = load_toml(path, ErrorKind::farm);
    if (!table) return tl::unexpected(table.error());
    for (const auto& [key, node] : *table) {
        const auto text = node.value_exact<std::string>();
        if (!text)
            return fail(ErrorKind::farm, fmt::format("The answer {} must be a text.", key.str()),
                "Write step-id = \"done\" or \"not yet\".", where_of(node, path));
        answers.said[std::string(key.str())] = *text;
        answers.where[std::string(key.str())] = where_of(node, path);
    }
    return answers;
}

Status check_answers(Answers& answers, const std::vector<std::string>& steps,
    const std::vector<std::string>& checks) {
    for (auto& [name, said] : answers.said) {
        const auto& where = answers.where.at(name);
        if (std::ranges::find(steps, name) != steps.end()) {
            // A word that is taken for a yes by mistake would be recorded as work that was done.
            const auto word = plain_words(said);
            if (word != "done" && word != "not yet")
                return fail(ErrorKind::farm,
                    fmt::format("\"{}\" is not an answer to {}.", said, name),
                    "Write \"done\" or \"not yet\".", where);
            said = word;
        } else if (std::ranges::find(checks, name) == checks.end()) {
            auto known = steps;
            known.insert(known.end(), checks.begin(), checks.end());
            const auto near = nearest(name, known);
            return fail(ErrorKind::farm,
                fmt::format(
                    "{} is neither a step that asks something nor a check of the sheet.", name),
                near.empty()
                    ? "Name a step or a check by its id; those that ask: " + join(steps, ", ")
                    : fmt::format("Did you mean {}?", near),
                where);
        }
    }
    return {};
}

} // namespace ovd
