// SPDX-License-Identifier: Apache-2.0
// Arguments to objects, errors to exit codes; nothing else.
#include "base/printable.h"
#include "base/process.h"
#include "cli/about.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <sstream>
#include <system_error>

namespace {

int show_error(const ovd::Error& error, bool json) {
    ovd::Common common;
    common.json = json;
    ovd::make_view(ovd::view_options(common), ovd::printable)->error(error);
    return ovd::exit_code(error.kind);
}

/// The exit code of some work, whatever it throws.
int carry_out(const std::function<ovd::Result<int>()>& work, bool json) {
    const auto defect = [&](const std::exception& error) {
        return show_error({ovd::ErrorKind::internal, error.what(),
                              "This is a defect of ovd-failover. Nodes are as the journal says; "
                              "run again after reporting it.",
                              {}},
            json);
    };
    try {
        const auto done = work();
        return done ? *done : show_error(done.error(), json);
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
    CLI::App app{ovd::about_program, "ovd-failover"};
    app.footer(ovd::about_exit_codes);
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
        std::ostringstream asked; // --help and --version
        std::ostringstream wrong;
        const int code = app.exit(error, asked, wrong);
        if (code == 0)
            return carry_out(
                [&] {
                    ovd::print_text(asked.str());
                    return 0;
                },
                false);
        ovd::print_error_text(wrong.str());
        if (const auto word = ovd::nearest_word(app, count, words); !word.empty())
            ovd::print_error("Did you mean {}?\n", word);
        return ovd::exit_code(ovd::ErrorKind::usage);
    }
    for (const auto& [sub, verb] : verbs)
        if (sub->parsed()) return carry_out([&] { return verb->run(signals); }, verb->json());
    return ovd::exit_code(ovd::ErrorKind::usage);
}
