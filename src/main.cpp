// SPDX-License-Identifier: Apache-2.0
// Arguments to objects, errors to exit codes; nothing else.
#include "base/printable.h"
#include "base/process.h"
#include "base/text.h"
#include "cli/init.h"
#include "cli/signals.h"
#include "cli/verbs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <string_view>
#include <system_error>

namespace {

constexpr const char* about =
    R"(Takes a running Inuvika OVD farm from one Session Manager to an active/passive
pair under Pacemaker, step by step, after Inuvika's Session Manager Failover Guide.

  ovd-failover init      describe the farm: writes farm.toml
  ovd-failover check     look whether everything is ready; changes nothing
  ovd-failover plan      see every command and file before anything happens
  ovd-failover run       carry it out, step by step; stop at any time, run again
  ovd-failover status    where it is, what waits for whom, what is next
  ovd-failover verify    does OVD still behave as before? the verification sheet
  ovd-failover report    what was done, for the change board: one HTML file

and afterwards:
  ovd-failover diagnose       how the pair is, and what would mend it
  ovd-failover failover-test  move the service, see that it works, and back
  ovd-failover update         update OVD, one Session Manager after the other)";

constexpr const char* after =
    R"(
Exit codes: 0 done, 2 wrong usage, 3 farm file or secret, 4 steps, 5 a node cannot be
reached, 6 host key, 7 a command failed, 8 outcome unknown, 9 journal, 10 refused,
11 stopped, 12 local file or program, 13 failed and put back, 14 failed and putting
back failed too, 1 a defect of this program.)";

int show_error(const ovd::Error& error, bool json) {
    ovd::Common common;
    common.json = json;
    auto view = ovd::make_view(ovd::view_options(common), ovd::printable);
    view->error(error);
    return ovd::exit_code(error.kind);
}

void add_procedure(CLI::App& verb, ovd::Common& common) {
    verb.add_option("--procedure", common.procedure,
            "what is carried out: migration, or one of what comes after it (see README)")
        ->capture_default_str();
}

void add_common(CLI::App& verb, ovd::Common& common) {
    verb.add_option("-f,--farm", common.farm, "the farm file")->capture_default_str();
    verb.add_option("--run-folder", common.run_folder,
        "journal and generated secrets; the farm file's name with .run when left out");
    verb.add_option(
        "--sheet", common.sheet, "the verification sheet; sheet.toml beside the farm file");
    verb.add_option("--steps", common.steps, "a folder of steps of your own");
    verb.add_option("--templates", common.templates, "a folder of templates of your own");
    verb.add_flag("--json", common.json, "print JSON for programs");
    verb.add_flag("-v,--verbose", common.verbose, "show what commands print on the nodes");
    verb.add_flag("--no-input", common.no_input, "never ask, also on a terminal");
}

void add_choice(CLI::App& verb, ovd::StepChoice& choice) {
    verb.add_option("--from", choice.from, "begin with this chapter, section or step");
    verb.add_option("--to", choice.to, "end with this chapter, section or step");
    verb.add_option("--only", choice.only, "chapter (5 or V), section, step or guide id (V-12)");
}

/// What was probably meant by a word of the command line that is not known; empty: no idea.
std::string meant(const CLI::App& app, int count, char** words) {
    std::vector<std::string> verbs;
    for (const auto* verb : app.get_subcommands(nullptr))
        verbs.push_back(verb->get_name());
    if (count < 2) return {};
    const auto used = std::ranges::find(verbs, std::string(words[1]));
    if (used == verbs.end()) return ovd::nearest(words[1], verbs);
    std::vector<std::string> options{"--help"};
    for (const auto* option : app.get_subcommand(*used)->get_options())
        for (const auto& name : option->get_lnames())
            options.push_back("--" + name);
    for (int i = 2; i < count; ++i) {
        const auto word = std::string(words[i]).substr(0, std::string(words[i]).find('='));
        if (word.starts_with("--") && std::ranges::find(options, word) == options.end())
            return ovd::nearest(word, options);
    }
    return {};
}

void add_run(CLI::App& verb, ovd::RunVerbOptions& run) {
    add_choice(verb, run.choice);
    verb.add_option("--answers", run.answers, "answers for unattended use: step-id = \"done\"");
    verb.add_flag("-y,--yes", run.yes, "do not ask before each step");
    verb.add_flag("--take-over", run.take_over, "take the farm from another run that is gone");
}

int defect(const std::exception& error, bool json) {
    return show_error({ovd::Kind::internal, error.what(),
                          "This is a defect of ovd-failover. Nodes are as the journal says; "
                          "run again after reporting it.",
                          {}},
        json);
}

} // namespace

int main(int count, char** words) {
    ovd::no_core_dumps();
    ovd::Signals signals;
    CLI::App app{about, "ovd-failover"};
    app.footer(after);
    app.require_subcommand(1);
    app.set_version_flag("--version", OVD_VERSION);
    ovd::Common common;
    ovd::PlanOptions plan;
    ovd::RunVerbOptions run;
    ovd::FailoverTestOptions test;
    ovd::InitOptions init;

    auto* init_verb = app.add_subcommand("init", "Describe the farm: writes farm.toml");
    ovd::add_init_options(*init_verb, init);

    auto* check_verb =
        app.add_subcommand("check", "Look whether everything is ready; changes nothing");
    add_common(*check_verb, common);

    auto* plan_verb =
        app.add_subcommand("plan", "Show every command, file and question beforehand");
    add_common(*plan_verb, common);
    add_procedure(*plan_verb, common);
    plan_verb->add_flag("--live", plan.live, "look at the nodes and tell what is done already");
    plan_verb->add_flag("--titles", plan.titles, "one line a step");
    add_choice(*plan_verb, plan.choice);

    auto* run_verb =
        app.add_subcommand("run", "Carry out what is left; safe to stop and run again");
    add_common(*run_verb, common);
    add_procedure(*run_verb, common);
    add_run(*run_verb, run);
    run_verb->add_flag("--again", run.again, "with --only: also what the journal calls done");

    auto* test_verb = app.add_subcommand(
        "failover-test", "Move the service to the other Session Manager and see that it works");
    add_common(*test_verb, common);
    test_verb->add_option("--to", test.to, "osm1 or osm2; the passive one when left out");
    test_verb->add_flag("--back", test.back, "then move it back, with the same checks");
    test_verb->add_option(
        "--answers", test.run.answers, "answers for unattended use: step-id = \"done\"");
    test_verb->add_flag("-y,--yes", test.run.yes, "do not ask before each step");
    test_verb->add_flag(
        "--take-over", test.run.take_over, "take the farm from another run that is gone");

    auto* update_verb =
        app.add_subcommand("update", "Update OVD on the pair, one Session Manager after the other");
    add_common(*update_verb, common);
    add_run(*update_verb, run);

    bool fix = false;
    auto* diagnose_verb = app.add_subcommand(
        "diagnose", "See how the pair is, and what would mend it; changes nothing");
    add_common(*diagnose_verb, common);
    diagnose_verb->add_flag("--fix", fix, "offer what can be mended safely, one by one");

    bool coverage = true;
    bool errata = false;
    auto* guide_verb = app.add_subcommand(
        "guide", "Which step carries out which instruction of the guide, by platform");
    guide_verb->add_option("--steps", common.steps, "a folder of steps of your own");
    guide_verb->add_flag("--json", common.json, "print JSON for programs");
    guide_verb->add_flag(
        "--coverage", coverage, "every instruction on every platform (this is the default)");
    guide_verb->add_flag(
        "--errata", errata, "the guide's mistakes, and what was decided about each");

    ovd::VerifyOptions verify;
    auto* verify_verb = app.add_subcommand(
        "verify", "Go through the verification sheet: what is red, and what is different");
    add_common(*verify_verb, common);
    verify_verb->add_option("--answers", verify.answers,
        "answers for unattended use: \"name of the check\" = \"what was seen\"");
    verify_verb->add_flag("--write", verify.write, "write a sheet.toml for this farm and stop");

    std::string report_to;
    auto* report_verb = app.add_subcommand(
        "report", "What was done, when, and how OVD fared: one HTML file, from the journal alone");
    add_common(*report_verb, common);
    add_procedure(*report_verb, common);
    report_verb->add_option(
        "-o,--output", report_to, "where to; report.html in the run folder, - for stdout");

    auto* status_verb =
        app.add_subcommand("status", "Where it is, what waits for whom, what is next");
    add_common(*status_verb, common);
    add_procedure(*status_verb, common);

    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        if (code == 0) return 0;
        if (const auto word = meant(app, count, words); !word.empty())
            fmt::print(stderr, "Did you mean {}?\n", word);
        return ovd::exit_code(ovd::Kind::usage);
    }
    try {
        ovd::Result<int> done = 0;
        if (init_verb->parsed()) done = ovd::init_verb(init, signals.token());
        if (check_verb->parsed() || plan_verb->parsed()) signals.only_looks();
        if (check_verb->parsed()) done = ovd::check_verb(common, signals.token());
        if (plan_verb->parsed()) done = ovd::plan_verb(common, plan, signals.token());
        if (update_verb->parsed()) common.procedure = common.called = "update";
        if (run_verb->parsed() || update_verb->parsed())
            done = ovd::run_verb(common, run, signals.token());
        if (test_verb->parsed()) done = ovd::failover_test_verb(common, test, signals.token());
        if (diagnose_verb->parsed()) done = ovd::diagnose_verb(common, fix, signals.token());
        if (guide_verb->parsed()) done = ovd::guide_verb(common, errata);
        if (verify_verb->parsed()) done = ovd::verify_verb(common, verify, signals.token());
        if (report_verb->parsed()) done = ovd::report_verb(common, report_to);
        if (status_verb->parsed()) done = ovd::status_verb(common);
        return done ? *done : show_error(done.error(), common.json);
    } catch (const std::system_error& error) {
        // Whoever read the output, less or head, has seen enough: as the shell counts it.
        if (error.code() == std::errc::broken_pipe) return 128 + SIGPIPE;
        return defect(error, common.json);
    } catch (const std::exception& error) {
        return defect(error, common.json);
    }
}
