// SPDX-License-Identifier: Apache-2.0
#include "engine/section_rollback.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// How long a rollback waits for a node that users do not notice.
constexpr Seconds short_patience{15};

/// The nodes that users notice: they are waited for; the others must not keep users waiting.
std::set<std::string> noticed_nodes(const Plan& plan, const std::string& section) {
    std::set<std::string> nodes;
    for (const auto& task : plan.tasks)
        if (task.step->section == section && task.step->disruptive) nodes.insert(task.node);
    return nodes;
}

} // namespace

RolledBack roll_back_section(const Tools& tools, const std::string& section) {
    const auto& plan = tools.plan;
    const auto now = tools.journal.state();
    const auto noticed = noticed_nodes(plan, section);
    RolledBack result;
    bool announced = false;
    for (std::size_t i = plan.tasks.size(); i-- > 0;) {
        const auto& task = plan.tasks[i];
        const auto& record = now.task(task.id);
        if (task.step->section != section || plan.details[i].undo.empty()) continue;
        if (record.how == TaskHow::by_hand) {
            result.left.push_back({ErrorKind::refused,
                task.id + " was done by hand: undo it by hand.",
                fmt::format("How to undo it stands in: ovd-failover plan --only {}", task.step->id),
                {}});
            continue;
        }
        if (!record.touched) continue;
        if (!std::exchange(announced, true))
            tools.events.say("Rolling back what was done in " + section + ":");
        tools.events.begins(task.id, task.step->title, section);
        const bool patient = noticed.contains(task.node);
        if (!patient) tools.nodes.give_up_after(task.node, short_patience);
        const auto done =
            roll_back_task(tools, i, record, patient ? node_patience : short_patience);
        tools.events.ends(task.id,
            done ? TaskOutcome{TaskStatus::rolled_back}
                 : TaskOutcome{TaskStatus::failed, TaskHow::none, done.error().message,
                       done.error()},
            0);
        if (done)
            result.tasks.insert(i);
        else
            result.left.push_back(done.error());
    }
    return result;
}

} // namespace ovd
