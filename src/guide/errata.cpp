// SPDX-License-Identifier: Apache-2.0
#include "guide/errata.h"

#include "base/list.h"
#include "base/pattern.h"
#include "base/text.h"
#include "base/toml.h"
#include "guide/read_step.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace ovd {
namespace fs = std::filesystem;
namespace {

Result<Erratum> read_erratum(const std::string& id, const toml::node& node, const fs::path& path) {
    const auto* table = node.as_table();
    if (table == nullptr)
        return fail(
            ErrorKind::steps, "An erratum is a table.", "Write [C7].", where_of(node, path));
    if (auto known = only_keys(*table, path,
            {"severity", "says", "decision", "steps", "reason", "letter"}, ErrorKind::steps);
        !known)
        return tl::unexpected(known.error());
    const auto text = [table](const char* key) { return (*table)[key].value_or(std::string{}); };
    Erratum erratum{id, text("severity"), text("says"), text("decision"), {}, text("reason"),
        text("letter"), where_of(node, path)};
    auto steps = read_list(*table, "steps", path);
    if (!steps) return tl::unexpected(steps.error());
    erratum.steps = std::move(*steps);
    return erratum;
}

bool guards(const Step& step) {
    return !step.verify.empty() || std::ranges::any_of(step.actions, [](const ActionSpec& action) {
        return action.fields.contains("ask") || action.fields.contains("sheet");
    });
}

Status check_erratum(const Erratum& erratum, const Guide& guide) {
    const auto wrong = [&](const std::string& what, const std::string& hint) -> Status {
        return fail(ErrorKind::steps, fmt::format("{}: {}", erratum.id, what), hint, erratum.where);
    };
    if (!has({"A", "B"}, erratum.severity) || erratum.says.empty())
        return wrong("it needs a severity, A or B, and must say what goes wrong.",
            "Nits are not listed here.");
    if (erratum.decision == "declined")
        return erratum.reason.empty() || !erratum.steps.empty()
                   ? wrong("what is declined has a reason and no steps.", "Write reason = \"...\".")
                   : Status{};
    if (!has({"corrected", "guarded"}, erratum.decision))
        return wrong("nothing is decided.", "Write corrected, guarded or declined.");
    if (erratum.steps.empty())
        return wrong("no step is named.", "Name the steps that do something about it.");
    bool told = false;
    for (const auto& id : erratum.steps) {
        const auto* step = guide.step(id);
        if (step == nullptr)
            return wrong(fmt::format("there is no step {}.", id), "Name a step by its id.");
        const bool tells = has(errata_in(step->differs), erratum.id);
        told = told || tells;
        if (erratum.decision == "guarded" && !guards(*step))
            return wrong(fmt::format("{} guards nothing.", id),
                "A guard has a [[step.verify]], or asks a person.");
        // What only looks may stand guard beside; what changes a node says why it is otherwise.
        if (erratum.decision == "corrected" && !tells && !step->actions.empty())
            return wrong(fmt::format("{} does not tell the user.", id),
                fmt::format("Let its `differs` begin with ({}).", erratum.id));
    }
    if (erratum.decision == "corrected" && !told)
        return wrong("none of its steps tells the user.",
            fmt::format("Let the `differs` of one begin with ({}).", erratum.id));
    return {};
}

/// What a step says of a mistake that is on the list, the list says of the step. Nits are not
/// listed, and what was declined may be told where it shows.
Status check_claims(const std::vector<Erratum>& errata, const Guide& guide) {
    for (const auto* step : guide.steps())
        for (const auto& id : errata_in(step->differs)) {
            const auto erratum = std::ranges::find(errata, id, &Erratum::id);
            if (erratum == errata.end() || erratum->decision == "declined" ||
                has(erratum->steps, step->id))
                continue;
            return fail(ErrorKind::steps,
                fmt::format(
                    "{} says that it differs for {}, and is not among its steps.", step->id, id),
                fmt::format("Add it to the steps of [{}].", id), erratum->where);
        }
    return {};
}

} // namespace

std::vector<std::string> errata_in(const std::string& differs) {
    std::vector<std::string> ids;
    for (const auto& list : groups_in(differs, "\\(([A-Z][0-9]+[a-z]?(, [A-Z][0-9]+[a-z]?)*)\\)"))
        for (const auto& id : split(list, ','))
            ids.push_back(trim(id));
    return ids;
}

Result<std::vector<Erratum>> load_errata(const Guide& guide) {
    std::vector<Erratum> errata;
    const auto path = fs::path(guide.dir) / "errata.toml";
    if (!fs::exists(path)) return errata;
    auto table = load_toml(path, ErrorKind::steps);
    if (!table) return tl::unexpected(table.error());
    for (const auto& [key, node] : *table) {
        auto erratum = read_erratum(std::string(key.str()), node, path);
        if (!erratum) return tl::unexpected(erratum.error());
        if (auto ok = check_erratum(*erratum, guide); !ok) return tl::unexpected(ok.error());
        errata.push_back(std::move(*erratum));
    }
    if (auto ok = check_claims(errata, guide); !ok) return tl::unexpected(ok.error());
    return errata;
}

} // namespace ovd
