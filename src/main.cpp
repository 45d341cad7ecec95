// SPDX-License-Identifier: Apache-2.0
// Arguments to objects, errors to exit codes; nothing else.
#include "base/printable.h"
#include "base/process.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <system_error>

namespace {

constexpr const char* about =
    R"(Takes a running Inuvika OVD farm from one Session Manager to an active/passive
pair under Pacemaker, step by step, after Inuvika's Session Manager Failover Guide.

  ovd-failover init      describe the farm: writes farm.toml
  ovd-failover check     check whether everything is ready; changes nothing
  ovd-failover plan      see every command and file before anything happens
  ovd-failover run       carry it out, step by step; stop at any time, run again
  ovd-failover status    where it is, what waits for whom, what is next
  ovd-failover verify    does OVD still behave as before? the verification sheet
  ovd-failover report    what was done, for the change board: one HTML file

and afterwards:
  ovd-failover diagnose       how the pair is, and what would fix it
  ovd-failover failover-test  move the service, check that it works, and back
  ovd-failover update         update OVD, one Session Manager after the other)";

constexpr const char* after =
    R"(
Exit codes: 0 done, 2 wrong usage, 3 farm file or secret, 4 steps, 5 a node cannot be
reached, 6 host key, 7 a command failed, 8 outcome unknown, 9 journal, 10 refused,
11 stopped, 12 local file or program, 13 failed and rolled back, 14 failed and the
rollback failed too, 1 a defect of this program.)";

int show_error(const ovd::Error& error, bool json) {
    ovd::Common common;
    common.json = json;
    ovd::make_view(ovd::view_options(common), ovd::printable)->error(error);
    return ovd::exit_code(error.kind);
}

int carry_out(ovd::Verb& verb, ovd::Signals& signals) {
    const auto defect = [&](const std::exception& error) {
        return show_error({ovd::ErrorKind::internal, error.what(),
                              "This is a defect of ovd-failover. Nodes are as the journal says; "
                              "run again after reporting it.",
                              {}},
            verb.json());
    };
    try {
        const auto done = verb.run(signals);
        return done ? *done : show_error(done.error(), verb.json());
    } catch (const std::system_error& error) {
        // Whoever read the output, less or head, has seen enough: as the shell counts it.
        if (error.code() == std::errc::broken_pipe) return 128 + SIGPIPE;
        return defect(error);
    } catch (const std::exception& error) {
        return defect(error);
    }
}

} // namespace

int main(int count, char** words) {
    ovd::no_core_dumps();
    ovd::Signals signals;
    CLI::App app{about, "ovd-failover"};
    app.footer(after);
    app.require_subcommand(1);
    app.set_version_flag("--version", OVD_VERSION);
    std::vector<std::pair<const CLI::App*, std::unique_ptr<ovd::Verb>>> verbs;
    for (const auto& row : ovd::verbs()) {
        auto* sub = app.add_subcommand(std::string(row.name), std::string(row.help));
        verbs.emplace_back(sub, row.make());
        verbs.back().second->add_options(*sub);
    }
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        if (code == 0) return 0;
        if (const auto word = ovd::nearest_word(app, count, words); !word.empty())
            ovd::print_error("Did you mean {}?\n", word);
        return ovd::exit_code(ovd::ErrorKind::usage);
    }
    for (const auto& [sub, verb] : verbs)
        if (sub->parsed()) return carry_out(*verb, signals);
    return ovd::exit_code(ovd::ErrorKind::usage);
}
