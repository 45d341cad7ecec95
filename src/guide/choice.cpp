// SPDX-License-Identifier: Apache-2.0
#include "guide/choice.h"

#include "guide/graph.h"

namespace ovd {

Result<std::set<std::string>> chosen_steps(const Guide& guide, const StepChoice& choice) {
    std::set<std::string> only;
    for (const auto& word : choice.only) {
        auto steps = select_steps(guide, word);
        if (!steps) return steps;
        only.insert(steps->begin(), steps->end());
    }
    std::set<std::string> first;
    std::set<std::string> last;
    for (const auto& [word, into] : {std::pair{&choice.from, &first}, {&choice.to, &last}}) {
        if (word->empty()) continue;
        auto steps = select_steps(guide, *word);
        if (!steps) return steps;
        *into = std::move(*steps);
    }
    if (first.empty() && last.empty()) return only;
    std::set<std::string> range;
    bool inside = first.empty();
    const std::vector<const Step*> steps = guide.steps();
    std::size_t end = steps.size();
    if (!last.empty())
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (last.contains(steps[i]->id)) end = i + 1;
    for (std::size_t i = 0; i < end; ++i) {
        if (first.contains(steps[i]->id)) inside = true;
        if (inside) range.insert(steps[i]->id);
    }
    if (range.empty())
        return fail(ErrorKind::usage, "--from comes after --to.", "Change one of them.");
    if (only.empty()) return range;
    std::erase_if(only, [&](const std::string& id) { return !range.contains(id); });
    if (only.empty())
        return fail(ErrorKind::usage, "--only names nothing between --from and --to.",
            "Leave one of them out.");
    return only;
}

} // namespace ovd
