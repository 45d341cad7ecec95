// SPDX-License-Identifier: Apache-2.0
// What is done through the Session Manager's own API, and the verification sheet.
#include "engine/task_leg.h"

#include "base/text.h"
#include "ovd/admin.h"

#include <fmt/format.h>

namespace ovd {
namespace {

/// What still stands in the way, or nothing. changed: when the service was last interrupted; what
/// the Session Manager says of its servers is old until they have reported again.
std::string in_the_way(const AdminOp& op, const AdminOverview& overview, double changed) {
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

/// Where the API gives no clear answer a person is asked; true when they said "not yet".
Result<bool> TaskRun::ask_admin(std::size_t number, const AdminOp& op) {
    std::string why;
    if (op.command.empty()) {
        auto waited = wait_for_admin(op);
        if (!waited) return tl::unexpected(waited.error());
        why = *waited;
    } else {
        auto state = send(number, op);
        if (!state) return tl::unexpected(state.error());
        why = judge_maintenance(*state, op.what == "maintenance-on");
    }
    if (why.empty()) return false;
    note_found(why);
    return put_question(op.ask);
}

/// Nothing when the farm is in the mode that was asked for, as it says itself.
std::string TaskRun::judge_maintenance(const JobState& state, bool on) const {
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

/// Looks until it is so or the time is up; then says what stands in the way.
Result<std::string> TaskRun::wait_for_admin(const AdminOp& op) {
    auto fetched = values();
    if (!fetched) return tl::unexpected(fetched.error());
    auto input = tools_.looker.resolve(op.input, *fetched);
    if (!input) return tl::unexpected(input.error());
    const auto deadline = tools_.clock.mono() + op.within;
    for (;;) {
        const Read read{op.look, *input, Millis{90'000}};
        auto seen =
            patiently(task_.node, [&] { return tools_.nodes.reader(task_.node).read({&read, 1}); });
        if (!seen) return tl::unexpected(seen.error());
        std::string why;
        auto answers = admin_answers(seen->front(), overview_calls());
        auto overview = answers ? admin_overview(*answers)
                                : Result<AdminOverview>(tl::unexpected(answers.error()));
        why = overview ? in_the_way(op, *overview, tools_.journal.state().last_disruption)
                       : overview.error().message;
        if (why.empty()) return why;
        tools_.view.doing(task_.id, why);
        if (stop_.stop_requested())
            return tl::unexpected(stopped("while the Session Manager was asked").error());
        const bool hopeless = !overview && overview.error().kind == Kind::refused;
        if (hopeless || tools_.clock.mono() >= deadline) return tools_.redactor.clean(why);
        tools_.clock.sleep(Millis{1000});
    }
}

/// A red sheet stops the run, unless somebody says in so many words to go on.
Done TaskRun::go_through_sheet(const SheetOp& op) {
    auto record = tools_.sheets.run(op.title, tools_.journal.records(), stop_);
    if (!record) return tl::unexpected(record.error());
    const bool red = record->value("red", true);
    (*record)["task"] = task_.id;
    if (auto ok = tools_.journal.write(std::move(*record)); !ok) return ok;
    if (!red) return {};
    const AskOp question{std::string(red_sheet_question),
        "What is red stands above. Mend it and answer not yet: the next run looks again.", ""};
    auto open = put_question(question);
    if (!open) return tl::unexpected(open.error());
    if (!*open) return {};
    return fail(Kind::refused, fmt::format("{}: the verification sheet is red.", task_.step->id),
        "Mend what is red and run again: the sheet is gone through anew. ovd-failover verify looks "
        "at it at any time.");
}

} // namespace ovd
