// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "base/text.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace ovd {

void add_procedure(CLI::App& app, Common& common) {
    app.add_option("--procedure", common.procedure,
           "what is carried out: migration, or one of what comes after it (see README)")
        ->capture_default_str();
}

void add_common(CLI::App& app, Common& common) {
    app.add_option("-f,--farm", common.farm, "the farm file")->capture_default_str();
    app.add_option("--run-folder", common.run_folder,
        "journal and generated secrets; the farm file's name with .run when left out");
    app.add_option(
        "--sheet", common.sheet, "the verification sheet; sheet.toml beside the farm file");
    app.add_option("--steps", common.steps, "a folder of steps of your own");
    app.add_option("--templates", common.templates, "a folder of templates of your own");
    app.add_flag("--json", common.json, "print JSON for programs");
    app.add_flag("-v,--verbose", common.verbose, "show what commands print on the nodes");
    app.add_flag("--no-input", common.no_input, "never ask, also on a terminal");
}

void add_choice(CLI::App& app, StepChoice& choice) {
    app.add_option("--from", choice.from, "begin with this chapter, section or step");
    app.add_option("--to", choice.to, "end with this chapter, section or step");
    app.add_option("--only", choice.only, "chapter (5 or V), section, step or guide id (V-12)");
}

void add_run(CLI::App& app, RunVerbOptions& run) {
    app.add_option("--answers", run.answers, "answers for unattended use: step-id = \"done\"");
    app.add_flag("-y,--yes", run.yes, "do not ask before each step");
    app.add_flag("--take-over", run.take_over, "take the locks of another run that is gone");
    app.add_option("--guard", run.guard,
           "seconds after which a node restores the service by itself when nothing is heard of "
           "this "
           "program")
        ->type_name("SECONDS")
        ->check(CLI::Range(30L, 3600L))
        ->capture_default_str();
}

std::string nearest_word(const CLI::App& app, int count, char** words) {
    std::vector<std::string> verbs;
    for (const auto* verb : app.get_subcommands(nullptr))
        verbs.push_back(verb->get_name());
    if (count < 2) return {};
    const auto used = std::ranges::find(verbs, std::string(words[1]));
    if (used == verbs.end()) return nearest(words[1], verbs);
    std::vector<std::string> options{"--help"};
    for (const auto* option : app.get_subcommand(*used)->get_options())
        for (const auto& name : option->get_lnames())
            options.push_back("--" + name);
    for (int i = 2; i < count; ++i) {
        const auto word = std::string(words[i]).substr(0, std::string(words[i]).find('='));
        if (word.starts_with("--") && std::ranges::find(options, word) == options.end())
            return nearest(word, options);
    }
    return {};
}

} // namespace ovd
