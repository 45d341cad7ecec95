// SPDX-License-Identifier: Apache-2.0
#include "cli/findings.h"

#include "base/text.h"
#include "engine/verdict.h"
#include "node/fan_out.h"
#include "ui/print.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <thread>

namespace ovd {
namespace {

/// Time for one check: a package source may be slow.
constexpr Millis patience{60'000};

/// Of what a check printed: nobody reads more on a screen.
constexpr std::size_t most_shown = 4000;

struct Batch {
    std::vector<Read> reads;
    std::vector<std::pair<std::size_t, const Check*>> made; ///< task and check of each read
};

CheckResult result_of(
    const Plan& plan, std::size_t task, const Check& check, const ReadResult& result) {
    const auto* step = plan.tasks[task].step;
    CheckResult judged{plan.tasks[task].node, step, "ok", "", "", step->title};
    const auto seen = tail(trim(result.output), most_shown);
    const auto verdict = judge(check, result);
    if (verdict == Verdict::holds) {
        if (check.tells) judged.says = seen;
        return judged;
    }
    const bool made = verdict == Verdict::violated;
    // A check that could not be made is a blocker whatever its severity: it proved nothing.
    judged.severity = made && !check.stops ? "warn" : "stop";
    judged.says = made ? check.says : "This could not be checked: " + check.says;
    if (!seen.empty()) judged.says += (judged.says.empty() ? "" : "\n") + seen;
    judged.hint = check.hint.empty() ? "Check it yourself: " + check.command : check.hint;
    return judged;
}

std::vector<CheckResult> look(Session& session, std::map<std::string, Batch>& batches) {
    std::mutex mutex;
    std::vector<CheckResult> all;
    const std::vector<std::pair<std::string, Batch>> work(batches.begin(), batches.end());
    fan_out(session.runtime().threads, work.size(), most_nodes_at_once, [&](std::size_t at) {
        const auto& [name, batch] = work[at];
        const auto results = session.nodes().reader(name).read(batch.reads);
        const std::scoped_lock lock(mutex);
        if (!results) {
            all.push_back({name, nullptr, "stop", results.error().message, results.error().hint,
                "Reach the node"});
            return;
        }
        for (std::size_t i = 0; i < batch.made.size(); ++i)
            all.push_back(result_of(
                session.plan(), batch.made[i].first, *batch.made[i].second, (*results)[i]));
    });
    return all;
}

/// What is done by hand is not looked at, and must not pass for looked at.
std::vector<CheckResult> left_to_people(
    const Session& session, const std::function<bool(const Step&)>& wanted) {
    std::vector<CheckResult> all;
    for (const auto& node : session.farm().nodes) {
        if (!node.by_hand) continue;
        std::vector<std::string> titles;
        for (std::size_t i = 0; i < session.plan().tasks.size(); ++i) {
            const auto& task = session.plan().tasks[i];
            if (task.node == node.id && wanted(*task.step) &&
                !session.plan().details[i].checks.empty())
                titles.push_back(task.step->title);
        }
        if (titles.empty()) continue;
        all.push_back({node.id, nullptr, "warn",
            "Nothing was checked: farm.toml names no login, so this is yours:\n" +
                join(titles, "\n"),
            "run shows you each command and asks. ovd-failover plan prints them beforehand.",
            "Done by hand: look yourself"});
    }
    return all;
}

} // namespace

void in_farm_order(std::vector<CheckResult>& all, const Farm& farm) {
    std::map<std::string, std::size_t> order;
    for (const auto& node : farm.nodes)
        order.try_emplace(node.id, order.size());
    for (const auto& server : farm.servers)
        order.try_emplace(server.name, order.size());
    std::ranges::stable_sort(
        all, {}, [&order](const CheckResult& each) { return order[each.node]; });
}

Result<std::vector<CheckResult>> look_at_checks(
    Session& session, const std::function<bool(const Step&)>& wanted) {
    const auto& plan = session.plan();
    std::map<std::string, Batch> batches;
    for (const auto task : tasks_to_look_at(plan)) {
        auto& batch = batches[plan.tasks[task].node]; // every node is reached, checks or not
        if (!wanted(*plan.tasks[task].step)) continue;
        for (const auto& check : plan.details[task].checks) {
            auto input = session.inspector().resolve(check.input, {});
            if (!input) return tl::unexpected(input.error());
            batch.reads.push_back({check.command, *input, patience});
            batch.made.emplace_back(task, &check);
        }
    }
    for (auto& [node, batch] : batches)
        if (batch.reads.empty()) batch.reads.push_back({"true", {}, Millis{10'000}});
    auto all = look(session, batches);
    for (auto& each : left_to_people(session, wanted))
        all.push_back(std::move(each));
    in_farm_order(all, session.farm()); // so that two runs read alike
    return all;
}

std::size_t count_findings(const std::vector<CheckResult>& all, const std::string& severity) {
    return static_cast<std::size_t>(std::ranges::count(all, severity, &CheckResult::severity));
}

void cause_first(std::vector<CheckResult>& all, const Guide& guide) {
    std::map<const Step*, std::size_t> order{{nullptr, 0}};
    for (const auto* step : guide.steps())
        order.try_emplace(step, order.size());
    std::ranges::stable_sort(
        all, {}, [&order](const CheckResult& each) { return order[each.step]; });
}

std::string findings_json(const std::vector<CheckResult>& all, const Redactor& redactor) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& each : all)
        json.push_back({{"node", each.node}, {"step", each.step ? each.step->id : "reach"},
            {"title", each.title}, {"severity", each.severity}, {"says", redactor.clean(each.says)},
            {"hint", redactor.clean(each.hint)}});
    // What a node printed need not be UTF-8.
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string findings_text(
    const std::vector<CheckResult>& all, const Redactor& redactor, std::size_t width, bool every) {
    std::string shown;
    std::vector<std::pair<std::string, std::size_t>> good;
    for (const auto& each : all) {
        if (each.severity == "ok") {
            const auto found =
                std::ranges::find(good, each.node, &decltype(good)::value_type::first);
            if (found == good.end())
                good.emplace_back(each.node, 1);
            else
                ++found->second;
        }
        if (each.severity == "ok" && each.says.empty() && !every) continue;
        std::string mark = fmt::format("{:<5} {:<6} ", each.severity, each.node);
        for (const auto& part : wrap(each.title, width - mark.size())) {
            shown += mark + part + "\n";
            mark = std::string(mark.size(), ' ');
        }
        for (const auto& [label, text] : {std::pair{"", each.says}, {"-> ", each.hint}}) {
            std::string lead = std::string(13, ' ') + label;
            // Cleaned first: a secret that was broken at a space would not be known any more.
            for (const auto& part : wrap(redactor.clean(text), width - 17)) {
                shown += lead + part + "\n";
                lead = std::string(lead.size(), ' ');
            }
        }
    }
    for (const auto& [node, count] : good)
        shown += fmt::format("ok    {:<6} {} checks\n", node, count);
    return shown;
}

void show_findings(
    const std::vector<CheckResult>& all, const Redactor& redactor, const Common& common) {
    print("{}", common.json
                    ? findings_json(all, redactor)
                    : findings_text(all, redactor, view_options(common).width, common.verbose));
}

} // namespace ovd
