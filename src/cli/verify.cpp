// SPDX-License-Identifier: Apache-2.0
// The verification sheet at any moment: what failed, what changed since the baseline.
#include "cli/console_asker.h"
#include "cli/options.h"
#include "cli/sheets.h"
#include "cli/verb.h"

#include "base/file.h"
#include "engine/record_json.h"
#include "sheet/defaults.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>

namespace ovd {
namespace {

Result<int> write_default(const Common& common, const Farm& farm) {
    const auto path = sheet_path(common);
    if (std::filesystem::exists(path))
        return fail(ErrorKind::io, path + " exists already.", "Edit it, or move it aside first.");
    if (auto ok = write_file(path, default_sheet(farm)); !ok) return tl::unexpected(ok.error());
    print("Wrote {}: edit it as you like. ovd-failover verify runs it.\n", path);
    return 0;
}

struct VerifyOptions {
    std::string answers; ///< TOML file: name of a check = what was seen, "no" or "not yet"
    bool write = false;  ///< write the sheet that is proposed for this farm, and do nothing else
};

Result<int> verify_verb(const Common& common, const VerifyOptions& options, std::stop_token stop) {
    auto session = Session::open(common, Session::Plans::recorded, stop);
    if (!session) return tl::unexpected(session.error());
    if (options.write) return write_default(common, (*session)->farm());
    auto answers = load_answers(options.answers);
    if (!answers) return tl::unexpected(answers.error());
    auto sheets = SessionSheets::open(**session, common, std::move(*answers), who_we_are());
    if (!sheets) return tl::unexpected(sheets.error());
    // While another wizard is at work it is looked at all the same, and not recorded.
    const auto runtime = (*session)->runtime();
    auto journal = Journal::open(
        (*session)->journal_folder(), runtime.clock, runtime.random, (*session)->redactor());
    if (!journal && journal.error().kind != ErrorKind::journal)
        return tl::unexpected(journal.error());
    auto records = Journal::read((*session)->journal_folder());
    if (!records) return tl::unexpected(records.error());
    auto result = (*sheets)->look(*records, stop);
    if (!result) return tl::unexpected(result.error());
    const auto record = sheet_record(*result, "run by hand");
    if (journal)
        if (auto ok = (*journal)->write(record); !ok) return tl::unexpected(ok.error());
    if (common.json) {
        // What a node printed need not be UTF-8.
        print("{}\n", to_json(Event(record)).dump(2, ' ', false, Json::error_handler_t::replace));
    } else {
        if ((*sheets)->sheet().path.empty())
            print("There is no {} yet: this is the sheet that verify --write would write.\n",
                sheet_path(common));
        print("{} at {} ({} is active)\n", sheet_word(*result), result->service, result->active);
        print("{}\n", sheet_text(*result, view_options(common).color));
        if (!journal) print("Another run has the journal: this was not recorded.\n");
    }
    return result->failed() ? exit_code(ErrorKind::refused) : 0;
}

class VerifyVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        app.add_option("--answers", options_.answers,
            "answers for unattended use: \"name of the check\" = \"what was seen\"");
        app.add_flag("--write", options_.write, "write a sheet.toml for this farm and stop");
    }
    Result<int> run(Signals& signals) override {
        return verify_verb(common_, options_, signals.token());
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    VerifyOptions options_;
};

} // namespace

std::unique_ptr<Verb> make_verify_verb() {
    return std::make_unique<VerifyVerb>();
}

} // namespace ovd
