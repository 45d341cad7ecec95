// SPDX-License-Identifier: Apache-2.0
// How is the pair? Everything is looked at, nothing changed; with --fix the safe remedies are
// offered one by one.
#include "cli/findings.h"
#include "cli/verbs.h"

#include <fmt/format.h>
#include <vector>

namespace ovd {
namespace {

/// Steps that can mend what was found, in the order of the guide.
std::vector<const Step*> remedies(const Guide& guide, const std::vector<CheckResult>& all) {
    std::vector<const Step*> steps;
    for (const auto* step : guide.steps())
        if (!step->actions.empty() && std::ranges::any_of(all, [&](const CheckResult& each) {
                return each.step == step && each.severity != "ok";
            }))
            steps.push_back(step);
    return steps;
}

Done mend(const Common& common, Session& session, const std::vector<CheckResult>& all,
    std::stop_token stop) {
    const auto steps = remedies(session.guide(), all);
    if (steps.empty()) fmt::print("None of this can be mended safely from here.\n");
    RunVerbOptions run;
    run.yes = true;
    run.again = true;
    for (const auto* step : steps) {
        fmt::print("\n");
        auto yes = session.prompter().confirm(
            fmt::format("{} [{}]: {}\nDo it now?", step->title, step->id, step->why), false);
        if (!yes) return tl::unexpected(yes.error());
        if (*yes) run.only.push_back(step->id);
    }
    if (run.only.empty()) return {};
    auto done = run_verb(common, run, std::move(stop));
    if (!done) return tl::unexpected(done.error());
    return {};
}

} // namespace

Result<int> diagnose_verb(Common common, bool fix, std::stop_token stop) {
    common.procedure = "diagnose";
    auto session = Session::open(common, Session::Plans::live, stop);
    if (!session) return tl::unexpected(session.error());
    auto all = look_at_checks(**session, [](const Step&) { return true; });
    if (!all) return tl::unexpected(all.error());
    cause_first(*all, (*session)->guide());
    show_findings(*all, common);
    const auto stops = count_findings(*all, "stop");
    const auto warnings = count_findings(*all, "warn");
    if (!common.json) {
        fmt::print(
            "\n{}\n", stops + warnings == 0
                          ? fmt::format("All is well; {} checks.", count_findings(*all, "ok"))
                          : fmt::format("{} ok, {} warnings, {} faults", count_findings(*all, "ok"),
                                warnings, stops));
        if (fix && stops + warnings > 0)
            if (auto ok = mend(common, **session, *all, stop); !ok)
                return tl::unexpected(ok.error());
        if (!fix && !remedies((*session)->guide(), *all).empty())
            fmt::print("Some of it can be mended: ovd-failover diagnose --fix\n");
    }
    return stops == 0 ? 0 : exit_code(Kind::refused);
}

} // namespace ovd
