// SPDX-License-Identifier: Apache-2.0
#include "engine/task_context.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {

Status TaskContext::begin() {
    ++attempt;
    return tools.journal.write(TaskChanged{task.id, TaskStatus::running, task.step->chapter,
        task.step->title, TaskHow::none, "", plan.digest, 0});
}

Status TaskContext::record_status(TaskStatus status, TaskHow how, const std::string& text) {
    return record(
        TaskChanged{task.id, status, task.step->chapter, "", how, text, plan.digest, elapsed()});
}

Status TaskContext::record(Event event) {
    const auto written = tools.journal.write(std::move(event));
    if (written || !rolling_back) return written;
    note(written.error().message + " It is rolled back anyway.");
    return {};
}

void TaskContext::found(const std::string& text) {
    (void)tools.journal.write(TaskInspected{task.id, text});
    note("found: " + text);
}

bool TaskContext::has_node() const {
    return !task.node.empty() && !tools.plan.farm.is_by_hand(task.node);
}

std::string TaskContext::where() const {
    return task.node.empty() ? task.step->id : task.node;
}

double TaskContext::elapsed() const {
    return seconds_between(started_, tools.clock.mono());
}

tl::unexpected<Error> TaskContext::stopped(const std::string& when) const {
    return fail(ErrorKind::stopped, fmt::format("Stopped at {} {}.", task.id, when),
        "Resume with: ovd-failover run");
}

std::string TaskContext::shown(const std::string& output, std::size_t most) const {
    // Cleaned before it is cut: half a secret is not known again.
    return tail(tools.redactor.clean(trim(output)), most);
}

std::string TaskContext::job_name(std::size_t op) const {
    return fmt::format("{}-{}.{}.{}", tools.journal.run_id(), plain_id(), attempt, op + 1);
}

std::string TaskContext::undo_name(const std::string& token, std::size_t op) const {
    // Each rollback has names of its own: an old result must not stand for a new one.
    return fmt::format("{}-{}.{}.undo{}-{}-{}", tools.journal.run_id(), plain_id(), attempt,
        before.rollbacks + 1, token, op + 1);
}

std::string TaskContext::plain_id() const {
    auto id = task.id;
    std::ranges::replace(id, '@', '.');
    return id;
}

} // namespace ovd
