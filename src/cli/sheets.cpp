// SPDX-License-Identifier: Apache-2.0
#include "cli/sheets.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/hook.h"
#include "guide/values.h"
#include "sheet/defaults.h"
#include "sheet/runner.h"

#include <filesystem>
#include <fmt/format.h>

namespace ovd {

std::string sheet_beside(const std::string& farm_file) {
    const std::filesystem::path path(farm_file);
    const auto stem = path.stem().string();
    return (path.parent_path() / (stem == "farm" ? "sheet.toml" : stem + ".sheet.toml")).string();
}

std::string sheet_path(const Common& common) {
    if (!common.sheet.empty()) return common.sheet;
    return sheet_beside(common.farm);
}

Result<std::unique_ptr<SessionSheets>> SessionSheets::open(
    Session& session, const Common& common, Answers answers, std::string who) {
    std::unique_ptr<SessionSheets> sheets(new SessionSheets(session, common));
    const auto path = sheet_path(common);
    auto sheet = common.sheet.empty() && !std::filesystem::exists(path)
                     ? read_sheet(default_sheet(session.farm()), "")
                     : load_sheet(path);
    if (!sheet) return tl::unexpected(sheet.error());
    const auto& from = sheet->watch.from;
    if (!from.empty() && session.farm().node(from) == nullptr &&
        session.farm().server(from) == nullptr)
        return fail(ErrorKind::farm, fmt::format("[watch]: {} is not a node of this farm.", from),
            "Write osm1, osm2, pcs3, pcs4, dbmy or the name of a server, or leave it out.",
            sheet->watch.where);
    sheets->sheet_ = std::move(*sheet);
    std::vector<std::string> names;
    for (const auto& check : sheets->sheet_.checks)
        names.push_back(check.name);
    if (auto ok = check_answers(answers, session.asking(), names); !ok)
        return tl::unexpected(ok.error());
    sheets->answers_ = std::move(answers.said);
    sheets->who_ = std::move(who);
    return sheets;
}

Result<std::optional<Word>> SessionSheets::ask(const SheetCheck& check, std::stop_token stop) {
    if (const auto hook = session_.farm().hooks.find(check.hook);
        !check.hook.empty() && hook != session_.farm().hooks.end()) {
        auto ran = run_hook(
            session_.run_folder(), hook->first, hook->second, {{"OVD_CHECK", check.name}}, stop);
        if (!ran) return tl::unexpected(ran.error());
        return Word{ran->status == 0, session_.redactor().clean(trim(ran->output)),
            "hook " + hook->first, ""};
    }
    if (const auto known = answers_.find(check.name); known != answers_.end()) {
        if (known->second == "not yet") return std::nullopt;
        return Word{known->second != "no", known->second, who_ + ", answers file", ""};
    }
    auto& prompter = session_.prompter();
    if (!prompter.interactive()) return std::nullopt;
    session_.view().pause();
    std::string text = fmt::format("\n{}\n{}\n", check.name, check.target);
    if (!check.look.empty()) text += fmt::format("Check: {}\n", check.look);
    auto yes = prompter.confirm(text + "Is it so?", false);
    auto evidence =
        yes ? prompter.ask("What did you see? A sentence, or the name of a file", "",
                  [](const std::string& said) -> Status {
                      if (!said.empty()) return {};
                      return fail(ErrorKind::usage, "The report needs something to show.");
                  })
            : Result<std::string>(tl::unexpected(yes.error()));
    session_.view().resume();
    if (!evidence) return tl::unexpected(evidence.error());
    if (std::filesystem::is_regular_file(*evidence))
        if (const auto content = read_file(*evidence))
            *evidence += fmt::format(" (SHA-256 {})", sha256(*content));
    return Word{*yes, *evidence, who_, ""};
}

std::string SessionSheets::watched_url(const std::string& service) const {
    if (service.empty()) return {};
    const auto names = names_for(session_.guide(), session_.farm(), Step{}, "osm1");
    if (!names) return {};
    auto with_service = *names;
    with_service.values["service"] = service;
    const auto url = fill(sheet_.watch.url, with_service, Encoding::raw, {});
    return url && url->plain() ? url->display() : "";
}

Result<SheetResult> SessionSheets::look(const std::vector<Record>& journal, std::stop_token stop) {
    // What holds after the migration is compared with what held before it.
    auto records = journal;
    if (session_.journal_folder() != session_.run_folder()) {
        auto before = Journal::read(session_.run_folder());
        if (!before) return tl::unexpected(before.error());
        before->insert(before->end(), journal.begin(), journal.end());
        records = std::move(*before);
    }
    const SheetTools tools{sheet_, session_.farm(), session_.guide(), session_.nodes(),
        session_.runtime().clock, session_.runtime().threads,
        [this](const std::string& name) { return session_.secret(name); },
        [this](std::string_view text) { return session_.redactor().clean(text); },
        [this, stop](const SheetCheck& check) { return ask(check, stop); }, {}};
    return run_sheet(tools, SheetHistory(records), stop);
}

Result<SheetChecked> SessionSheets::run(
    const std::string& title, const std::vector<Record>& journal, std::stop_token stop) {
    auto result = look(journal, stop);
    if (!result) return tl::unexpected(result.error());
    session_.view().say(fmt::format("Verification sheet, {}: {}", title, sheet_word(*result)));
    const bool color = !common_.json && view_options(common_).color;
    session_.view().say_painted(sheet_text(*result, color));
    return sheet_record(*result, title);
}

} // namespace ovd
