// SPDX-License-Identifier: Apache-2.0
#include "guide/check.h"

#include "base/text.h"
#include "guide/values.h"

#include <fmt/format.h>
#include <set>

namespace ovd {
namespace {

/// Where a step, section or chapter stands in the order of the guide: its first and last step.
struct Place {
    std::size_t first = 0;
    std::size_t last = 0;
    SourceLocation where;
};

class References {
public:
    explicit References(const Guide& guide) : guide_(guide) {}

    Status check() {
        if (auto ok = collect(); !ok) return ok;
        std::size_t at = 0;
        for (const auto& chapter : guide_.chapters)
            for (const auto& section : chapter.sections) {
                if (auto ok = before(section.needs, at, section.where); !ok) return ok;
                for (const auto& step : section.steps) {
                    if (auto ok = before(step.needs, at, step.where); !ok) return ok;
                    auto later = step.needed_by;
                    if (!step.holds_until.empty()) later.push_back(step.holds_until);
                    if (auto ok = after(later, at, step.where); !ok) return ok;
                    ++at;
                }
            }
        return {};
    }

private:
    Status collect() {
        std::size_t at = 0;
        for (const auto& chapter : guide_.chapters) {
            places_[chapter.id] = {at, at, {}};
            for (const auto& section : chapter.sections) {
                places_[section.id] = {at, at, section.where};
                for (const auto& step : section.steps) {
                    if (!places_.emplace(step.id, Place{at, at, step.where}).second)
                        return fail(ErrorKind::steps,
                            fmt::format("The id {} is used twice, first at {}.", step.id,
                                to_string(places_[step.id].where)),
                            "Ids are unique in the whole guide.", step.where);
                    places_[section.id].last = places_[chapter.id].last = at++;
                }
            }
        }
        return {};
    }

    Result<Place> find(const std::string& name, const SourceLocation& where) const {
        if (const auto found = places_.find(name); found != places_.end()) return found->second;
        std::vector<std::string> names;
        for (const auto& [each, place] : places_)
            names.push_back(each);
        const auto near = nearest(name, names);
        return fail(ErrorKind::steps, fmt::format("Unknown step or section '{}'.", name),
            near.empty() ? "Name a step, chapter/section or chapter."
                         : fmt::format("Did you mean {}?", near),
            where);
    }

    Status before(
        const std::vector<std::string>& names, std::size_t at, const SourceLocation& where) const {
        for (const auto& name : names) {
            const auto place = find(name, where);
            if (!place) return tl::unexpected(place.error());
            if (place->last >= at)
                return fail(ErrorKind::steps,
                    fmt::format("{} is needed here, but comes later in the guide.", name),
                    "Move it up, or let it say needed_by.", where);
        }
        return {};
    }

    Status after(
        const std::vector<std::string>& names, std::size_t at, const SourceLocation& where) const {
        for (const auto& name : names) {
            const auto place = find(name, where);
            if (!place) return tl::unexpected(place.error());
            if (place->first <= at)
                return fail(ErrorKind::steps,
                    fmt::format("{} is to come after this step, but comes earlier.", name),
                    "needed_by and holds_until name what stands further down in the guide.", where);
        }
        return {};
    }

    const Guide& guide_;
    std::map<std::string, Place> places_;
};

/// Everything a selector may be.
class Selectors {
public:
    explicit Selectors(const Guide& guide) {
        for (const auto& [id, platform] : guide.platforms) {
            known_.insert(platform.selectors.begin(), platform.selectors.end());
            for (const auto& [name, value] : platform.values) {
                programs_.insert(name);
                if (name == "network") known_.insert(value);
            }
        }
        for (const auto& [id, consequence] : guide.letters)
            known_.insert(letter_of(id));
        for (const auto& fact : guide.facts)
            known_.insert(fact.one_of.begin(), fact.one_of.end());
    }

    Status check(const std::string& selector, const SourceLocation& where) const {
        const auto at = selector.find_first_of("<>=");
        const bool version =
            at != std::string::npos && programs_.contains(selector.substr(0, at)) &&
            (selector[at] == '<' ? selector.find_first_of(">=", at) == selector.npos
                                 : selector.compare(at, 2, ">=") == 0);
        if (known_.contains(selector) || version) return {};
        const auto near = nearest(selector, {known_.begin(), known_.end()});
        return fail(ErrorKind::steps, fmt::format("{} selects no platform.", selector),
            near.empty() ? "Write a selector of platforms.toml, or pcs<0.10 or pcs>=0.10."
                         : fmt::format("Did you mean {}?", near),
            where);
    }

    Status check(const std::map<std::string, Field>& fields) const {
        for (const auto& [key, field] : fields) {
            std::vector<std::string> used;
            if (const auto* texts = std::get_if<Text>(&field.value))
                for (const auto& [selector, value] : *texts)
                    used.push_back(selector);
            if (const auto* lists = std::get_if<TextList>(&field.value))
                for (const auto& [selector, value] : *lists)
                    used.push_back(selector);
            for (const auto& selector : used)
                if (selector != "default")
                    if (auto ok = check(selector, field.where); !ok) return ok;
        }
        return {};
    }

private:
    std::set<std::string> known_;
    std::set<std::string> programs_;
};

} // namespace

Status check_references(const Guide& guide) {
    return References(guide).check();
}

Status check_selectors(const Guide& guide) {
    const Selectors selectors(guide);
    for (const auto* step : guide.steps()) {
        for (const auto& selector : step->platforms)
            if (auto ok = selectors.check(selector, step->where); !ok) return ok;
        for (const auto* actions : {&step->actions, &step->undo})
            for (const auto& action : *actions)
                if (auto ok = selectors.check(action.fields); !ok) return ok;
        for (const auto* checks : {&step->probe, &step->verify})
            for (const auto& check : *checks)
                if (auto ok = selectors.check(check.fields); !ok) return ok;
    }
    return {};
}

} // namespace ovd
