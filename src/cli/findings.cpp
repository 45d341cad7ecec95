// SPDX-License-Identifier: Apache-2.0
#include "cli/findings.h"

#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <thread>

namespace ovd {
namespace {

/// Time for one check: a package source may be slow.
constexpr Millis patience{60'000};

struct Batch {
    std::vector<Read> reads;
    std::vector<std::pair<std::size_t, const Check*>> made; ///< task and check of each read
};

CheckResult judge(
    const Plan& plan, std::size_t task, const Check& check, const ReadResult& result) {
    CheckResult judged{plan.tasks[task].node, plan.tasks[task].step, "ok", "", ""};
    const auto seen = trim(result.output);
    if (result.status == 0 && found_in(result.output, check.expect)) return judged;
    const bool made = (result.status == 0 || result.status == 1) && !result.timed_out;
    // A check that could not be made is a blocker whatever its severity: it proved nothing.
    judged.severity = made && !check.stops ? "warn" : "stop";
    judged.says = made ? check.says : "This could not be looked at: " + check.says;
    if (!seen.empty()) judged.says += (judged.says.empty() ? "" : "\n") + seen;
    judged.hint = check.hint.empty() ? "Look yourself: " + check.command : check.hint;
    return judged;
}

std::vector<CheckResult> look(Session& session, std::map<std::string, Batch>& batches) {
    std::mutex mutex;
    std::vector<CheckResult> all;
    {
        std::vector<std::jthread> readers;
        for (auto& [node, batch] : batches)
            readers.emplace_back([&, name = node, work = &batch] {
                const auto results = session.nodes().reader(name).read(work->reads);
                const std::scoped_lock lock(mutex);
                if (!results) {
                    all.push_back(
                        {name, nullptr, "stop", results.error().message, results.error().hint});
                    return;
                }
                for (std::size_t i = 0; i < work->made.size(); ++i)
                    all.push_back(judge(
                        session.plan(), work->made[i].first, *work->made[i].second, (*results)[i]));
            });
    }
    // In the farm's order, so that two runs read alike.
    std::map<std::string, std::size_t> order;
    for (const auto& node : session.farm().nodes)
        order[node.id] = order.size();
    for (const auto& server : session.farm().servers)
        order[server.name] = order.size();
    std::ranges::stable_sort(
        all, {}, [&order](const CheckResult& each) { return order[each.node]; });
    return all;
}

} // namespace

Result<std::vector<CheckResult>> look_at_checks(
    Session& session, const std::function<bool(const Step&)>& wanted) {
    const auto& plan = session.plan();
    std::map<std::string, Batch> batches;
    for (const auto task : tasks_to_look_at(plan)) {
        auto& batch = batches[plan.tasks[task].node]; // every node is reached, checks or not
        if (!wanted(*plan.tasks[task].step)) continue;
        for (const auto& check : plan.details[task].checks) {
            auto input = session.looker().resolve(check.input, {});
            if (!input) return tl::unexpected(input.error());
            batch.reads.push_back({check.command, *input, patience});
            batch.made.emplace_back(task, &check);
        }
    }
    for (auto& [node, batch] : batches)
        if (batch.reads.empty()) batch.reads.push_back({"true", {}, Millis{10'000}});
    return look(session, batches);
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

void show_findings(const std::vector<CheckResult>& all, const Common& common) {
    if (common.json) {
        auto json = nlohmann::ordered_json::array();
        for (const auto& each : all)
            json.push_back({{"node", each.node}, {"step", each.step ? each.step->id : "reach"},
                {"title", each.step ? each.step->title : "Reach the node"},
                {"severity", each.severity}, {"says", each.says}, {"hint", each.hint}});
        fmt::print("{}\n", json.dump(2));
        return;
    }
    const auto width = view_options(common).width;
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
        if (each.severity == "ok" && !common.verbose) continue;
        fmt::print("{:<5} {:<6} {}\n", each.severity, each.node,
            each.step ? each.step->title : "Reach the node");
        for (const auto& [label, text] : {std::pair{"", each.says}, {"-> ", each.hint}}) {
            std::string lead = std::string(13, ' ') + label;
            for (const auto& part : wrap(text, width - 17)) {
                fmt::print("{}{}\n", lead, part);
                lead = std::string(lead.size(), ' ');
            }
        }
    }
    for (const auto& [node, count] : good)
        fmt::print("ok    {:<6} {} checks\n", node, count);
}

} // namespace ovd
