// SPDX-License-Identifier: Apache-2.0
// The report, from the journal alone: no node is reached, and the farm file is not needed for more
// than the name of the run folder.
#include "cli/options.h"
#include "cli/verb.h"

#include "base/file.h"
#include "engine/journal.h"
#include "report/report.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>

namespace ovd {

namespace {

/// Writes the HTML report to a file; empty: report.html in the run folder, "-": stdout.
Result<int> report_verb(const Common& common, const std::string& output) {
    namespace fs = std::filesystem;
    const auto run_folder = common.run_folder.empty()
                                ? fs::path(common.farm).replace_extension(".run")
                                : fs::path(common.run_folder);
    const auto folder =
        common.procedure == "migration" ? run_folder : run_folder / common.procedure;
    if (!fs::exists(folder / "journal.jsonl"))
        return fail(ErrorKind::journal, (folder / "journal.jsonl").string() + " is not there.",
            "Name the farm file with --farm; what was never run has no report.");
    auto journal = Journal::read(folder.string());
    if (!journal) return tl::unexpected(journal.error());
    auto data = report_data(*journal, std::chrono::system_clock::now());
    if (!data) return tl::unexpected(data.error());
    if (common.json) {
        print("{}\n", data->dump(2));
        return 0;
    }
    auto text = read_file(fs::path(templates_folder(common)) / "report.html");
    if (!text) return tl::unexpected(text.error());
    auto page = report_html(*data, *text);
    if (!page) return tl::unexpected(page.error());
    const auto to = output.empty() ? (folder / "report.html").string() : output;
    if (to == "-") {
        print("{}", *page);
        return 0;
    }
    if (auto ok = write_file(to, *page); !ok) return tl::unexpected(ok.error());
    print("Wrote {}: {}. {}\n", to, (*data)["verdict"]["title"].get<std::string>(),
        (*data)["verdict"]["text"].get<std::string>());
    return 0;
}

class ReportVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        add_procedure(app, common_);
        app.add_option(
            "-o,--output", output_, "where to; report.html in the run folder, - for stdout");
    }
    Result<int> run(Signals& signals) override {
        (void)signals;
        return report_verb(common_, output_);
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    std::string output_;
};

} // namespace

std::unique_ptr<Verb> make_report_verb() {
    return std::make_unique<ReportVerb>();
}

} // namespace ovd
