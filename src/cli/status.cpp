// SPDX-License-Identifier: Apache-2.0
// Where a run is, from its journal alone: no node is reached.
#include "cli/options.h"
#include "cli/verb.h"

#include "base/printable.h"
#include "base/text.h"
#include "engine/inspect.h"
#include "engine/journal.h"
#include "engine/service_state.h"
#include "engine/state.h"
#include "ui/print.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace ovd {
namespace {

using Json = nlohmann::ordered_json;

struct Overview {
    std::size_t done = 0;
    std::vector<bool> is_done; ///< by task
    std::vector<std::size_t> open;
    std::vector<std::size_t> troubled; ///< failed, unknown or running
    std::vector<std::size_t> next;     ///< ready to begin
};

Overview look_over(const Plan& plan, const RunState& state) {
    Overview view;
    // As run counts: what a later step has taken over is done too.
    const auto settled = settle(plan, state, {});
    const auto ok = [&](std::size_t task) {
        return settled.at(task).superseded || state.task(plan.tasks[task].id).is_done();
    };
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        view.is_done.push_back(ok(i));
        if (ok(i)) {
            ++view.done;
            continue;
        }
        const auto& record = state.task(plan.tasks[i].id);
        if (record.status == TaskStatus::open)
            view.open.push_back(i);
        else if (!record.is_fresh())
            view.troubled.push_back(i);
        else if (std::ranges::all_of(plan.tasks[i].after, ok))
            view.next.push_back(i);
    }
    return view;
}

/// How many tasks cannot begin before this one is done.
std::size_t waiting_for(const Plan& plan, const Overview& view, std::size_t task) {
    std::set<std::size_t> held{task};
    for (std::size_t i = task + 1; i < plan.tasks.size(); ++i)
        if (!view.is_done[i] && std::ranges::any_of(plan.tasks[i].after,
                                    [&](std::size_t before) { return held.contains(before); }))
            held.insert(i);
    return held.size() - 1;
}

void print_text(const Plan& plan, const RunState& state, const ServiceState& service,
    const Overview& view, const Common& common) {
    if (const auto text = describe(service, again(common)); !text.empty()) print("{}\n", text);
    print("Farm {}: {} of {} tasks done.\n", plan.farm.name, view.done, plan.tasks.size());
    if (!state.last_time.empty())
        print("Last entry {}{}\n", state.last_time,
            state.last_stop.empty() ? "" : ": " + printable(lines(state.last_stop).front()));
    std::string chapter;
    double seconds = 0;
    std::size_t done = 0;
    std::size_t all = 0;
    const auto flush = [&] {
        if (!chapter.empty())
            print("  {:<22} {:>3} of {:>3} done, {}\n", chapter, done, all, human_seconds(seconds));
        seconds = 0;
        done = all = 0;
    };
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        const auto& task = plan.tasks[i];
        if (task.step->chapter != chapter) {
            flush();
            chapter = task.step->chapter;
        }
        ++all;
        if (!view.is_done[i]) continue;
        ++done;
        seconds += state.task(task.id).seconds;
    }
    flush();
    if (common.verbose)
        for (const auto& task : plan.tasks) {
            const auto& record = state.task(task.id);
            if (record.ended.empty()) continue;
            print("  {} {:>12}  {} ({})\n", record.ended, human_seconds(record.seconds), task.id,
                record.is_done() ? to_string(record.how) : to_string(record.status));
        }
    for (const auto task : view.troubled) {
        const auto& record = state.task(plan.tasks[task].id);
        print("{}: {} ({}). {}\n", to_string(record.status), plan.tasks[task].id,
            plan.tasks[task].step->title,
            record.message.empty() ? "" : printable(lines(record.message).front()));
    }
    for (const auto task : view.open)
        print("Waits for a person: {} ({}); {} other tasks wait for it\n", plan.tasks[task].id,
            plan.tasks[task].step->title, waiting_for(plan, view, task));
    if (!view.next.empty())
        print("Next: {} ({})\n", plan.tasks[view.next.front()].id,
            plan.tasks[view.next.front()].step->title);
    print("{}\n", view.done == plan.tasks.size() ? "Nothing is left to do."
                                                 : "Resume with: " + again(common));
}

void print_json(
    const Plan& plan, const RunState& state, const ServiceState& service, const Overview& view) {
    Json json{{"farm", plan.farm.name}, {"tasks", plan.tasks.size()}, {"done", view.done},
        {"last", state.last_time}, {"stopped", state.last_stop},
        {"service",
            {{"state", to_string(service.kind)}, {"since", service.since}, {"task", service.task},
                {"section", service.section}, {"guard", service.guard}}}};
    for (const auto& [name, list] :
        {std::pair{"next", &view.next}, {"open", &view.open}, {"troubled", &view.troubled}}) {
        json[name] = Json::array();
        for (const auto task : *list)
            json[name].push_back(plan.tasks[task].id);
    }
    json["each"] = Json::array();
    for (const auto& task : plan.tasks) {
        const auto& record = state.task(task.id);
        json["each"].push_back({{"task", task.id}, {"state", to_string(record.status)},
            {"done", static_cast<bool>(view.is_done[json["each"].size()])},
            {"how", to_string(record.how)}, {"began", record.began}, {"ended", record.ended},
            {"seconds", record.seconds}, {"message", record.message}});
    }
    print("{}\n", json.dump(2));
}

Result<int> status_verb(const Common& common) {
    auto session = Session::open(common, Session::Plans::recorded);
    if (!session) return tl::unexpected(session.error());
    auto records = Journal::read((*session)->journal_folder());
    if (!records) return tl::unexpected(records.error());
    const auto state = replay(*records);
    const auto service = service_state((*session)->plan(), state, *records);
    const auto view = look_over((*session)->plan(), state);
    if (common.json)
        print_json((*session)->plan(), state, service, view);
    else
        print_text((*session)->plan(), state, service, view, common);
    return 0;
}

class StatusVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        add_procedure(app, common_);
    }
    Result<int> run(Signals& signals) override {
        (void)signals;
        return status_verb(common_);
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
};

} // namespace

std::unique_ptr<Verb> make_status_verb() {
    return std::make_unique<StatusVerb>();
}

} // namespace ovd
