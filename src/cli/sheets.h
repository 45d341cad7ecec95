// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/answers.h"
#include "cli/session.h"
#include "engine/sheets.h"
#include "sheet/result.h"
#include "sheet/sheet.h"

#include <map>

namespace ovd {

/// The farm's sheet.toml, gone through over the session's own connections; questions in it go to
/// hooks, the answers file (by the check's name) or the person at the terminal.
class SessionSheets final : public Sheets {
public:
    /// Reads sheet.toml beside the farm file, or takes the one that init would write; then checks
    /// that each answer is one to a step or to a check of the sheet.
    static Result<std::unique_ptr<SessionSheets>> open(
        Session& session, const Common& common, Answers answers, std::string who);

    Result<SheetChecked> run(const std::string& title, const std::vector<Record>& journal,
        std::stop_token stop) override;
    /// The same, as it was found.
    [[nodiscard]] Result<SheetResult> look(
        const std::vector<Record>& journal, std::stop_token stop);

    [[nodiscard]] const Sheet& sheet() const { return sheet_; }
    [[nodiscard]] const std::map<std::string, std::string>& answers() const { return answers_; }
    /// The URL of [watch] with an address of the service in it; empty when there is none.
    [[nodiscard]] std::string watched_url(const std::string& service) const;

private:
    SessionSheets(Session& session, Common common)
        : session_(session), common_(std::move(common)) {}
    [[nodiscard]] Result<std::optional<Word>> ask(const SheetCheck& check, std::stop_token stop);

    Session& session_;
    Common common_;
    Sheet sheet_;
    std::map<std::string, std::string> answers_;
    std::string who_;
};

/// sheet.toml beside farm.toml, paris.sheet.toml beside paris.toml.
[[nodiscard]] std::string sheet_beside(const std::string& farm_file);

/// Where the farm's sheet is: beside the farm file, unless --sheet says otherwise.
[[nodiscard]] std::string sheet_path(const Common& common);

} // namespace ovd
