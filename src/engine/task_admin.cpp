// SPDX-License-Identifier: Apache-2.0
#include "engine/task_admin.h"

#include "base/text.h"
#include "ovd/admin.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// What is still not as it should be, or nothing. changed: when the service was last interrupted;
/// what the Session Manager says of its servers is old until they have reported again.
std::string obstacle_in(const AdminOp& op, const AdminOverview& overview, double changed) {
    if (op.what == "answers") return {};
    std::vector<std::string> all;
    if (op.what == "no-sessions") {
        if (!overview.maintenance) return "the farm is not in Maintenance Mode";
        for (const auto& session : overview.sessions)
            all.push_back(session);
        return all.empty() ? "" : "still logged in: " + join(all, ", ");
    }
    for (const auto& server : overview.servers) {
        if (!server.registered) continue;
        if (server.status != "ready")
            all.push_back(fmt::format("{} is {}", server.name, server.status));
        else if (auto old = stale(server, changed); !old.empty())
            all.push_back(std::move(old));
    }
    return join(all, ", ");
}

} // namespace

Result<std::string> TaskAdmin::obstacle(std::size_t number, const AdminOp& op) {
    if (op.command.empty()) return wait_for(op);
    auto state = jobs_.send(number, op);
    if (!state) return tl::unexpected(state.error());
    return judge_maintenance(*state, op.what == "maintenance-on");
}

/// Nothing when the farm is in the mode that was asked for, as it says itself.
std::string TaskAdmin::judge_maintenance(const JobState& state, bool on) {
    const auto calls = maintenance_calls(on);
    const auto answers = admin_answers({state.status, false, state.output}, calls);
    if (!answers) return answers.error().message;
    const auto& now = answers->back();
    if (!now.is_object() || !now.contains("system_in_maintenance"))
        return "the Session Manager does not say whether it is in Maintenance Mode";
    if (means_yes(now["system_in_maintenance"]) == on) return {};
    return fmt::format(
        "the Session Manager took the call and is {} Maintenance Mode", on ? "not in" : "still in");
}

Result<std::string> TaskAdmin::wait_for(const AdminOp& op) {
    const auto& tools = context_.tools;
    const auto& node = context_.task.node;
    auto input = probes_.resolved(op.input);
    if (!input) return tl::unexpected(input.error());
    const auto deadline = tools.clock.mono() + op.within;
    for (;;) {
        const Read read{op.look, *input, Millis{90'000}};
        auto seen = probes_.retry_while_unreachable(
            node, [&] { return tools.nodes.reader(node).read({&read, 1}); });
        if (!seen) return tl::unexpected(seen.error());
        auto answers = admin_answers(seen->front(), overview_calls());
        auto overview = answers ? admin_overview(*answers)
                                : Result<AdminOverview>(tl::unexpected(answers.error()));
        const auto why = overview ? obstacle_in(op, *overview, tools.journal.last_disruption())
                                  : overview.error().message;
        if (why.empty()) return why;
        context_.doing(why);
        if (context_.stop.stop_requested())
            return context_.stopped("while the Session Manager was asked");
        const bool hopeless = !overview && overview.error().kind == ErrorKind::refused;
        if (hopeless || tools.clock.mono() >= deadline) return tools.redactor.clean(why);
        tools.clock.sleep(Millis{1000});
    }
}

} // namespace ovd
