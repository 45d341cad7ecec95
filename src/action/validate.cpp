// SPDX-License-Identifier: Apache-2.0
#include "action/validate.h"

#include "action/action.h"
#include "action/step_probe.h"
#include "base/text.h"
#include "guide/values.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

bool fits(const FieldValue& value, FieldType type) {
    switch (type) {
    case FieldType::text:
        return std::holds_alternative<Text>(value);
    case FieldType::list:
        return std::holds_alternative<TextList>(value);
    case FieldType::text_or_list:
        return std::holds_alternative<Text>(value) || std::holds_alternative<TextList>(value);
    case FieldType::flag:
        return std::holds_alternative<bool>(value);
    case FieldType::number:
        return std::holds_alternative<long>(value);
    }
    return false;
}

std::string_view type_name(FieldType type) {
    switch (type) {
    case FieldType::text:
        return "a text";
    case FieldType::list:
        return "a list of texts";
    case FieldType::text_or_list:
        return "a text or a list of texts";
    case FieldType::flag:
        return "true or false";
    case FieldType::number:
        return "a whole number";
    }
    return "";
}

Status settle_verb(ActionSpec& action) {
    std::vector<std::string> verbs;
    for (const auto& kind : action_kinds())
        if (action.fields.contains(std::string(kind.verb))) verbs.emplace_back(kind.verb);
    if (verbs.size() == 1) {
        action.verb = verbs.front();
        return {};
    }
    if (verbs.size() > 1)
        return fail(ErrorKind::steps,
            fmt::format("An action has one verb; this one has {}.", join(verbs, " and ")),
            "Make it one [[step.action]] a verb.", action.where);
    std::vector<std::string> known;
    for (const auto& kind : action_kinds())
        known.emplace_back(kind.verb);
    for (const auto& [key, field] : action.fields)
        if (const auto near = nearest(key, known); !near.empty())
            return fail(ErrorKind::steps, fmt::format("The verb {} is not known.", key),
                fmt::format("Did you mean {}?", near), field.where);
    return fail(ErrorKind::steps, "An action needs a verb.",
        fmt::format("One of: {}.", join(known, ", ")), action.where);
}

/// What is written against the rules for it; name: of what the fields are.
Status check_fields(const std::string& name, const std::map<std::string, Field>& fields,
    std::span<const FieldRule> rules, const SourceLocation& where) {
    std::vector<std::string> known;
    for (const auto& rule : rules)
        known.emplace_back(rule.name);
    for (const auto& [key, field] : fields) {
        const auto rule = std::ranges::find(rules, key, &FieldRule::name);
        if (rule == rules.end()) {
            const auto near = nearest(key, known);
            return fail(ErrorKind::steps, fmt::format("{} has no field {}.", name, key),
                near.empty() ? fmt::format("It has: {}.", join(known, ", "))
                             : fmt::format("Did you mean {}?", near),
                field.where);
        }
        if (!fits(field.value, rule->type))
            return fail(ErrorKind::steps,
                fmt::format("{} of {} must be {}.", key, name, type_name(rule->type)),
                fmt::format("It is {}.", rule->help), field.where);
    }
    for (const auto& rule : rules)
        if (rule.required && !fields.contains(std::string(rule.name)))
            return fail(ErrorKind::steps, fmt::format("{} needs {}.", name, rule.name),
                fmt::format("It is {}.", rule.help), where);
    return {};
}

Status check_action(ActionSpec& action) {
    if (auto ok = settle_verb(action); !ok) return ok;
    return check_fields(action.verb, action.fields, action_kind(action.verb)->fields, action.where);
}

Status check_parameters(const Step& step, const Guide& guide) {
    auto known = parameters(Farm{});
    for (const auto& [id, consequence] : guide.letters)
        known[letter_of(id)] = false;
    for (const auto* name : {&step.when, &step.unless})
        if (!name->empty() && !known.contains(*name)) {
            std::vector<std::string> names;
            for (const auto& [each, value] : known)
                names.push_back(each);
            return fail(ErrorKind::steps,
                fmt::format("{} is not a yes/no parameter of a farm.", *name),
                fmt::format("There are: {}.", join(names, ", ")), step.where);
        }
    return {};
}

} // namespace

Status check_actions(Guide& guide) {
    for (auto& chapter : guide.chapters)
        for (auto& section : chapter.sections)
            for (auto& step : section.steps) {
                if (auto ok = check_parameters(step, guide); !ok) return ok;
                for (auto& action : step.actions)
                    if (auto ok = check_action(action); !ok) return ok;
                for (auto& action : step.undo)
                    if (auto ok = check_action(action); !ok) return ok;
                for (const auto& probe : step.probe)
                    if (auto ok = check_fields("probe", probe.fields, probe_keys(), probe.where);
                        !ok)
                        return ok;
                if (step.actions.empty() && step.verify.empty())
                    return fail(ErrorKind::steps, fmt::format("The step {} does nothing.", step.id),
                        "Give it an action or a check.", step.where);
            }
    return {};
}

} // namespace ovd
