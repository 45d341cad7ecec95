// SPDX-License-Identifier: Apache-2.0
// How is the pair? Everything is looked at, nothing changed; with --fix the safe remedies are
// offered one by one.
#include "cli/findings.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <vector>

namespace ovd {
namespace {

/// Steps that can fix what was found, in the order of the guide.
std::vector<const Step*> remedies(const Guide& guide, const std::vector<CheckResult>& all) {
    std::vector<const Step*> steps;
    for (const auto* step : guide.steps())
        if (!step->actions.empty() && std::ranges::any_of(all, [&](const CheckResult& each) {
                return each.step == step && each.severity != "ok";
            }))
            steps.push_back(step);
    return steps;
}

/// True when something was done.
Result<bool> offer_fixes(const Common& common, Session& session,
    const std::vector<CheckResult>& all, std::stop_token stop) {
    const auto steps = remedies(session.guide(), all);
    if (steps.empty()) print("None of this can be fixed safely from here.\n");
    RunVerbOptions run;
    run.yes = true;
    run.again = true;
    for (const auto* step : steps) {
        print("\n");
        auto yes = session.prompter().confirm(
            fmt::format("{} [{}]: {}\nDo it now?", step->title, step->id, step->why), false);
        if (!yes) return tl::unexpected(yes.error());
        if (*yes) run.choice.only.push_back(step->id);
    }
    if (run.choice.only.empty()) return false;
    auto done = run_procedure(common, run, std::move(stop));
    if (!done) return tl::unexpected(done.error());
    return true;
}

/// What is wrong, for people: in the order from causes to effects, with a line that counts.
void tell(const std::vector<CheckResult>& all, const Redactor& redactor, const Common& common) {
    show_findings(all, redactor, common);
    const auto ok = count_findings(all, "ok");
    if (ok == all.size())
        print("\nAll is well; {} checks.\n", ok);
    else
        print("\n{} ok, {} warnings, {} faults\n", ok, count_findings(all, "warn"),
            count_findings(all, "stop"));
}

Result<std::vector<CheckResult>> look_at_pair(Session& session) {
    auto all = look_at_checks(session, [](const Step&) { return true; });
    if (all) cause_first(*all, session.guide());
    return all;
}

/// How the pair is, with the remedies offered when fix is set.
Result<int> diagnose_verb(Common common, bool fix, std::stop_token stop) {
    common.procedure = "diagnose";
    if (fix && common.json)
        return fail(ErrorKind::usage,
            "--fix asks before it does anything, and --json is for programs.",
            "Leave one of them out.");
    auto session = Session::open(common, Session::Plans::live, stop);
    if (!session) return tl::unexpected(session.error());
    auto all = look_at_pair(**session);
    if (!all) return tl::unexpected(all.error());
    if (common.json)
        show_findings(*all, (*session)->redactor(), common);
    else
        tell(*all, (*session)->redactor(), common);
    const bool fixable = !remedies((*session)->guide(), *all).empty();
    if (!common.json && !fix && fixable)
        print("Some of it can be fixed: ovd-failover diagnose --fix\n");
    if (fix && count_findings(*all, "ok") < all->size()) {
        auto done = offer_fixes(common, **session, *all, std::move(stop));
        if (!done) return tl::unexpected(done.error());
        if (*done) { // what counts is how the pair is now
            all = look_at_pair(**session);
            if (!all) return tl::unexpected(all.error());
            print("\nChecked again:\n");
            tell(*all, (*session)->redactor(), common);
        }
    }
    return count_findings(*all, "stop") == 0 ? 0 : exit_code(ErrorKind::refused);
}

class DiagnoseVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        app.add_flag("--fix", fix_, "offer what can be fixed safely, one by one");
    }
    Result<int> run(Signals& signals) override {
        return diagnose_verb(common_, fix_, signals.token());
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    bool fix_ = false;
};

} // namespace

std::unique_ptr<Verb> make_diagnose_verb() {
    return std::make_unique<DiagnoseVerb>();
}

} // namespace ovd
