// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"
#include "cli/verb.h"

#include "base/text.h"
#include "engine/journal.h"
#include "ui/plan_text.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>

namespace ovd {

namespace {

struct PlanOptions {
    bool live = false;
    bool titles = false;
    StepChoice choice;
};

Result<int> plan_verb(const Common& common, const PlanOptions& options, std::stop_token stop) {
    auto session =
        Session::open(common, options.live ? Session::Plans::live : Session::Plans::offline, stop);
    if (!session) return tl::unexpected(session.error());
    const auto& plan = (*session)->plan();
    PlanShow show;
    show.live = options.live;
    show.titles = options.titles;
    show.width = view_options(common).width;
    auto steps = chosen_steps((*session)->guide(), options.choice);
    if (!steps) return tl::unexpected(steps.error());
    show.steps = std::move(*steps);
    std::set<std::string> unreachable;
    if (options.live) {
        auto records = Journal::read((*session)->journal_folder());
        if (!records) return tl::unexpected(records.error());
        show.journal = replay(*records);
        auto found = (*session)->inspector().look(tasks_to_look_at(plan));
        if (auto ok = all_known(found); !ok) return tl::unexpected(ok.error());
        show.findings = settle(plan, show.journal, found);
        for (const auto& [task, finding] : found)
            if (finding.unreachable) unreachable.insert(plan.tasks[task].node);
        if (stop.stop_requested())
            return fail(ErrorKind::stopped,
                "Stopped while the nodes were checked; nothing was changed.",
                "Type the same command again.");
    }
    if (common.json) {
        auto json = plan_json(plan, show);
        if (options.live)
            for (const auto& node : (*session)->farm().nodes)
                if (!node.by_hand)
                    json["round_trips"][node.id] = (*session)->nodes().traffic(node.id).round_trips;
        const auto replace = nlohmann::ordered_json::error_handler_t::replace;
        print("{}\n", (*session)->redactor().clean(json.dump(2, ' ', false, replace)));
    } else {
        print("{}", (*session)->redactor().clean(plan_text(plan, show)));
        if (!unreachable.empty())
            print("Not reached: {}.\n",
                join(std::vector<std::string>(unreachable.begin(), unreachable.end()), ", "));
    }
    // The plan is worth showing all the same; but nobody must take it for a look at the whole farm.
    return unreachable.empty() ? 0 : exit_code(ErrorKind::connect);
}

class PlanVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        add_procedure(app, common_);
        app.add_flag("--live", options_.live, "probe the nodes and show what is done already");
        app.add_flag("--titles", options_.titles, "one line a step");
        add_choice(app, options_.choice);
    }
    Result<int> run(Signals& signals) override {
        signals.only_looks();
        return plan_verb(common_, options_, signals.token());
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    PlanOptions options_;
};

} // namespace

std::unique_ptr<Verb> make_plan_verb() {
    return std::make_unique<PlanVerb>();
}

} // namespace ovd
