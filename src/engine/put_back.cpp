// SPDX-License-Identifier: Apache-2.0
// How what a task did is undone.
#include "engine/task_run.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {

Done put_back_task(const Tools& tools, std::size_t task, int attempt) {
    const auto& detail = tools.plan.details[task];
    const auto& name = tools.plan.tasks[task];
    auto fetched = tools.looker.fetch(task);
    for (std::size_t i = 0; i < detail.undo.size(); ++i) {
        const auto& op = detail.undo[i];
        tools.view.doing(name.id, "put back: " + title_of(op));
        if (input_of(op) == nullptr)
            return fail(Kind::internal,
                fmt::format("Putting back {} cannot ask or wait.", name.step->id),
                "Put it back by hand, then run again.");
        auto input = tools.looker.resolve(
            *input_of(op), fetched.value_or(std::map<std::string, std::string>{}));
        if (!input) return tl::unexpected(input.error());
        auto id = name.id;
        std::ranges::replace(id, '@', '.');
        const Job job{fmt::format("{}-{}.{}.undo{}", tools.journal.run_id(), id, attempt, i + 1),
            command_of(op), std::move(*input)};
        Record sent;
        sent["kind"] = "put back";
        sent["task"] = name.id;
        sent["job"] = job.id;
        sent["command"] = job.command;
        if (auto ok = tools.journal.write(std::move(sent)); !ok) return ok;
        auto state = tools.nodes.changer(name.node).run(job, {});
        if (!state) return tl::unexpected(state.error());
        if (state->phase == JobState::Phase::lost)
            return fail(Kind::unknown,
                fmt::format(
                    "{}: the node went down while {} was put back.", name.node, name.step->id),
                "Run again: the node is looked at first, and only what is missing is done.");
        if (state->status != 0)
            return fail(Kind::remote,
                fmt::format("{}: putting back {} ended with status {}:\n{}\n{}", name.node,
                    name.step->id, state->status, job.command,
                    tail(tools.redactor.clean(trim(state->output)), 1500)),
                "Put it back by hand with the command above, then run again.");
    }
    if (!detail.probes.empty()) { // the state counts, not the exit status
        const auto finding =
            tools.looker.look_at(task, fetched.value_or(std::map<std::string, std::string>{}));
        if (finding.state != Finding::State::not_done)
            return fail(Kind::remote,
                fmt::format("{}: {} was put back, but {} {}", name.node, name.step->id,
                    finding.state == Finding::State::done ? "still looks done."
                                                          : "that cannot be seen:",
                    finding.detail),
                fmt::format("Look yourself: {}", detail.probes.front().command));
    }
    Record record;
    record["kind"] = "task";
    record["task"] = name.id;
    record["state"] = "put back";
    return tools.journal.write(std::move(record));
}

} // namespace ovd
