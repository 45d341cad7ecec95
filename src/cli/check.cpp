// SPDX-License-Identifier: Apache-2.0
// The read-only preflight: every check of chapter 0, on every node, in one round trip a node.
#include "cli/beside.h"
#include "cli/findings.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ovd {

namespace {

Result<int> check_verb(const Common& common, std::stop_token stop) {
    auto session = Session::open(common, Session::Plans::live, stop);
    if (!session) return tl::unexpected(session.error());
    if (auto ok = (*session)->check_secrets(); !ok) return tl::unexpected(ok.error());
    auto all =
        look_at_checks(**session, [](const Step& step) { return step.chapter.starts_with("0-"); });
    if (!all) return tl::unexpected(all.error());
    for (auto& each : look_beside(**session))
        all->push_back(std::move(each));
    in_farm_order(*all, (*session)->farm());
    if (stop.stop_requested())
        return fail(ErrorKind::stopped,
            "Stopped while the nodes were checked; nothing was changed.",
            "Type the same command again.");
    show_findings(*all, (*session)->redactor(), common);
    const auto stops = count_findings(*all, "stop");
    if (!common.json) {
        print("\n{} ok, {} warnings, {} that stop the migration\n", count_findings(*all, "ok"),
            count_findings(*all, "warn"), stops);
        if (stops == 0) print("Next: ovd-failover plan, then ovd-failover run\n");
    }
    return stops == 0 ? 0 : exit_code(ErrorKind::refused);
}

class CheckVerb final : public Verb {
public:
    void add_options(CLI::App& app) override { add_common(app, common_); }
    Result<int> run(Signals& signals) override {
        signals.only_looks();
        return check_verb(common_, signals.token());
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
};

} // namespace

std::unique_ptr<Verb> make_check_verb() {
    return std::make_unique<CheckVerb>();
}

} // namespace ovd
