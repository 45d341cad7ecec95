// SPDX-License-Identifier: Apache-2.0
#include "engine/inspect.h"

#include "base/text.h"
#include "node/fan_out.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>

namespace ovd {
namespace {

bool needs_fetched(const Probe& probe) {
    const auto* shell = std::get_if<ShellProbe>(&probe);
    return shell != nullptr && std::ranges::any_of(shell->input.parts(), [](const auto& part) {
        return part.source == Content::Source::fetched;
    });
}

} // namespace

Result<std::string> Inspector::resolve(
    const Content& content, const std::map<std::string, std::string>& fetched) const {
    return content.resolve([&](const Content::Part& part) -> Result<std::string> {
        if (part.source == Content::Source::secret) return secrets_(part.value);
        const auto found = fetched.find(part.value);
        if (found != fetched.end()) return found->second;
        return fail(ErrorKind::internal, fmt::format("{} was not fetched.", part.value));
    });
}

Result<std::map<std::string, std::string>> Inspector::fetch(std::size_t task) {
    std::map<std::string, std::string> fetched;
    for (const auto& want : plan_.details[task].fetch) {
        auto text = nodes_.reader(want.node).get(want.path);
        if (!text)
            return tl::unexpected(
                text.error().during(fmt::format("reading {} on {}", want.path, want.node)));
        fetched[want.name] = trim(*text);
    }
    return fetched;
}

void Inspector::add_probes(Batch& batch, std::size_t task, std::map<std::size_t, Finding>& findings,
    const std::map<std::string, std::string>& fetched) const {
    for (const auto& probe : plan_.details[task].probes) {
        auto look =
            look_of(probe, [&](const Content& content) { return resolve(content, fetched); });
        if (!look) {
            findings[task] = {Finding::State::cannot_tell, look.error().message, false};
            return;
        }
        batch.looks.push_back(std::move(*look));
        batch.owner.push_back(task);
    }
}

void Inspector::take_results(const Batch& batch, const Result<std::vector<ReadResult>>& results,
    std::map<std::size_t, Finding>& findings) const {
    for (std::size_t i = 0; i < batch.owner.size(); ++i) {
        auto& finding = findings[batch.owner[i]];
        if (finding.state == Finding::State::cannot_tell) continue;
        if (!results) {
            finding = {
                Finding::State::cannot_tell, results.error().message, false, results.error()};
            continue;
        }
        const auto& result = (*results)[i];
        if (result.timed_out)
            finding = {Finding::State::cannot_tell, "the look took too long", false};
        else if (result.status == 1)
            finding = {Finding::State::not_done, trim(result.output), false};
        else if (result.status != 0)
            finding = {Finding::State::cannot_tell,
                std::holds_alternative<Read>(batch.looks[i])
                    ? fmt::format(
                          "the look ended with status {}: {}", result.status, trim(result.output))
                    : result.output,
                false};
        else if (finding.state == Finding::State::journal_only)
            finding = {Finding::State::done, trim(result.output), false};
    }
}

std::map<std::size_t, Finding> Inspector::look(const std::set<std::size_t>& tasks) {
    std::map<std::size_t, Finding> findings;
    std::map<std::string, Batch> batches;
    for (const auto task : tasks) {
        findings[task]; // journal_only until something is found
        std::map<std::string, std::string> fetched;
        if (std::ranges::any_of(plan_.details[task].probes, needs_fetched)) {
            auto values = fetch(task);
            if (!values) { // what it would be compared with is not there yet
                findings[task] = {values.error().kind == ErrorKind::remote
                                      ? Finding::State::not_done
                                      : Finding::State::cannot_tell,
                    values.error().message, false};
                continue;
            }
            fetched = std::move(*values);
        }
        add_probes(batches[plan_.tasks[task].node], task, findings, fetched);
    }
    std::erase_if(batches, [](const auto& each) { return each.second.looks.empty(); });
    std::mutex mutex;
    const std::vector<std::pair<std::string, Batch>> all(batches.begin(), batches.end());
    fan_out(threads_, all.size(), most_nodes_at_once, [&](std::size_t index) {
        const auto& [node, batch] = all[index];
        const auto results = nodes_.reader(node).look(batch.looks);
        const std::scoped_lock lock(mutex);
        take_results(batch, results, findings);
    });
    return findings;
}

Finding Inspector::look_at(std::size_t task, const std::map<std::string, std::string>& fetched) {
    std::map<std::size_t, Finding> findings;
    Batch batch;
    add_probes(batch, task, findings, fetched);
    if (!batch.looks.empty())
        take_results(batch, nodes_.reader(plan_.tasks[task].node).look(batch.looks), findings);
    return findings[task];
}

Result<ReadResult> Inspector::check(
    std::size_t task, const Check& check, const std::map<std::string, std::string>& fetched) {
    auto input = resolve(check.input, fetched);
    if (!input) return tl::unexpected(input.error());
    const Read read{check.command, *input, Millis{60'000}};
    auto results = nodes_.reader(plan_.tasks[task].node).read({&read, 1});
    if (!results) return tl::unexpected(results.error());
    return results->front();
}

std::map<std::size_t, Finding> settle(
    const Plan& plan, const RunState& journal, const std::map<std::size_t, Finding>& findings) {
    std::map<std::size_t, Finding> settled = findings;
    const auto recorded_ok = [&](std::size_t task) {
        return journal.task(plan.tasks[task].id).is_done();
    };
    // A step is done when all its tasks are.
    const auto step_done = [&](const std::string& id) {
        bool any = false;
        for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
            if (plan.tasks[i].step->id != id) continue;
            const auto found = settled.find(i);
            const bool seen = found != settled.end() && found->second.state == Finding::State::done;
            const bool pure =
                found == settled.end() || found->second.state == Finding::State::journal_only;
            if (!seen && !(pure && recorded_ok(i))) return false;
            any = true;
        }
        return any;
    };
    // Backwards, because a step is superseded by a later one, which may itself be superseded.
    for (std::size_t i = plan.tasks.size(); i-- > 0;) {
        const auto& step = *plan.tasks[i].step;
        auto& finding = settled[i];
        if (step.holds_until.empty() || finding.state == Finding::State::done) continue;
        if (step_done(step.holds_until)) finding = {Finding::State::done, finding.detail, true};
    }
    return settled;
}

Status all_known(const std::map<std::size_t, Finding>& findings) {
    for (const auto& [task, finding] : findings)
        if (finding.unreachable && finding.unreachable->kind == ErrorKind::host_key)
            return tl::unexpected(*finding.unreachable);
    return {};
}

std::set<std::size_t> tasks_to_look_at(const Plan& plan) {
    std::set<std::size_t> tasks;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        if (plan.tasks[i].node.empty()) continue;
        const auto* node = plan.farm.node(plan.tasks[i].node);
        const auto* server = plan.farm.server(plan.tasks[i].node);
        if ((node != nullptr && node->by_hand) || (server != nullptr && server->by_hand)) continue;
        tasks.insert(i);
    }
    return tasks;
}

} // namespace ovd
