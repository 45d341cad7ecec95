// SPDX-License-Identifier: Apache-2.0
#include "engine/survey.h"

#include <algorithm>

namespace ovd {
namespace {

class Surveyor {
public:
    Surveyor(const Tools& tools, const RunState& state, const RunOptions& options,
        const std::map<std::size_t, Finding>& findings)
        : tools_(tools), state_(state), options_(options), findings_(findings) {}

    Survey take() {
        const auto& tasks = tools_.plan.tasks;
        find_unfinished_sections();
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            survey_.by_hand.push_back(tools_.plan.farm.is_by_hand(tasks[i].node));
            survey_.status.push_back(status_of(i));
        }
        for (const auto& task : tasks)
            survey_.harmless.insert(task.step->id);
        for (std::size_t i = 0; i < tasks.size(); ++i)
            if (changes_node(tools_.plan.details[i]) &&
                findings_.at(i).state != Finding::State::done)
                survey_.harmless.erase(tasks[i].step->id);
        for (const auto& id : survey_.drift)
            tools_.events.note(id,
                "was done by this run, but its probe says no now; it is not touched again "
                "unless you say: run --only STEP --again");
        return std::move(survey_);
    }

private:
    TaskStatus status_of(std::size_t i) {
        const auto& task = tools_.plan.tasks[i];
        const auto& finding = findings_.at(i);
        const auto& record = state_.task(task.id);
        const bool undone =
            finding.state == Finding::State::not_done && !finding.superseded && record.is_done();
        if (options_.again && options_.steps.contains(task.step->id)) return TaskStatus::pending;
        // A section that has not come to its end may have been rolled back where no journal could
        // be written: what can be undone and does not look done is done again.
        if (undone && !tools_.plan.details[i].undo.empty() &&
            unfinished_.contains(task.step->section)) {
            tools_.events.note(
                task.id, "was done by this run, but its probe says no now: it is done again");
            return TaskStatus::pending;
        }
        if (finding.state == Finding::State::not_done && record.is_done() &&
            !is_being_ended(*task.step))
            survey_.drift.push_back(task.id);
        if (record.is_done() && !is_same_plan(tools_.plan.details[i], record))
            tools_.events.note(
                task.id, "was done by an older plan than this one; plan --live shows it");
        return record.is_done() || finding.superseded ? TaskStatus::done : TaskStatus::pending;
    }

    void find_unfinished_sections() {
        for (std::size_t i = 0; i < tools_.plan.tasks.size(); ++i) {
            const auto& task = tools_.plan.tasks[i];
            if (!state_.task(task.id).is_done() && !findings_.at(i).superseded &&
                is_rolled_back(tools_.plan.guide, task.step->section))
                unfinished_.insert(task.step->section);
        }
    }

    /// What a later step was about to end need not look done: that step finishes first.
    bool is_being_ended(const Step& step) const {
        return std::ranges::any_of(tools_.plan.tasks, [&](const Task& other) {
            if (other.step->id != step.holds_until) return false;
            const auto status = state_.task(other.id).status;
            return status == TaskStatus::running || status == TaskStatus::unknown;
        });
    }

    const Tools& tools_;
    const RunState& state_;
    const RunOptions& options_;
    const std::map<std::size_t, Finding>& findings_;
    std::set<std::string> unfinished_; ///< sections that are rolled back when they fail
    Survey survey_;
};

} // namespace

Result<Survey> survey(const Tools& tools, const RunState& state, const RunOptions& options) {
    const auto found = tools.inspector.look(tasks_to_look_at(tools.plan));
    if (auto ok = all_known(found); !ok) return tl::unexpected(ok.error());
    const auto findings = settle(tools.plan, state, found);
    return Surveyor(tools, state, options, findings).take();
}

bool changes_node(const TaskPlan& plan) {
    return std::ranges::any_of(
        plan.ops, [](const Operation& op) { return !command_of(op).empty(); });
}

bool is_rolled_back(const Guide& guide, const std::string& section) {
    const auto* found = guide.section(section);
    return found != nullptr && found->rollback;
}

} // namespace ovd
