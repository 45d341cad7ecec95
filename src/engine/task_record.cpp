// SPDX-License-Identifier: Apache-2.0
#include "engine/task_leg.h"

#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

constexpr std::size_t journaled_output = 4000; ///< bytes of a command's output kept in the journal

} // namespace

Done TaskRun::hold(const Check& check) {
    if (!reachable()) return {};
    auto fetched = values();
    if (!fetched) return tl::unexpected(fetched.error());
    // The time that its node is out of sight does not count.
    const auto deadline = tools_.clock.mono() + check.within - away_;
    for (;;) {
        const auto seen_now =
            patiently(task_.node, [&] { return tools_.looker.check(index_, check, *fetched); });
        if (!seen_now)
            return tl::unexpected(seen_now.error().during(where() + ": a check could not be made"));
        const auto& result = *seen_now;
        if (result.status == 0 && found_in(result.output, check.expect)) {
            if (check.tells) {
                message_ = tools_.redactor.clean(trim(result.output));
                tools_.view.note(task_.id, message_);
            }
            return {};
        }
        if (stop_.stop_requested())
            return tl::unexpected(stopped("while a check was made").error());
        if (tools_.clock.mono() < deadline + away_) {
            tools_.clock.sleep(Millis{500});
            continue;
        }
        const bool judged = result.status == 0 || (result.status == 1 && !result.timed_out);
        const auto seen = tail(tools_.redactor.clean(trim(result.output)), 800);
        auto message = fmt::format("{}: {}", where(),
            judged ? (check.says.empty() ? "a check does not hold." : check.says)
                   : "a check could not be made, and that is no pass: " + check.says);
        if (!seen.empty()) message += "\n" + seen;
        if (!check.stops && judged) {
            tools_.view.note(task_.id, "warning: " + message);
            message_ = message;
            return {};
        }
        // One that takes too long says as little as a cut connection.
        return fail(result.timed_out ? Kind::unknown : Kind::remote, message,
            check.hint.empty() ? "Look yourself: " + check.command : check.hint);
    }
}

Result<Finding::State> TaskRun::look() {
    if (detail_.probes.empty() || !reachable()) return Finding::State::journal_only;
    auto fetched = values();
    // What it would be compared with is not there yet, so it cannot be done.
    if (!fetched && fetched.error().kind == Kind::remote) return Finding::State::not_done;
    if (!fetched) return tl::unexpected(fetched.error());
    const auto found = patiently(task_.node, [&]() -> Result<Finding> {
        auto seen = tools_.looker.look_at(index_, *fetched);
        if (seen.unreachable && seen.unreachable->kind == Kind::connect)
            return tl::unexpected(*seen.unreachable);
        return seen;
    });
    if (!found && found.error().kind == Kind::stopped) return tl::unexpected(found.error());
    const auto finding = found.value_or(
        Finding{Finding::State::cannot_tell, found ? "" : found.error().message, false, {}});
    found_detail_ = finding.detail;
    if (finding.state == Finding::State::cannot_tell)
        return fail(Kind::unknown,
            fmt::format("{}: it cannot be told whether this is done: {}", where(), finding.detail),
            fmt::format("Look yourself: {}", detail_.probes.front().command));
    return finding.state;
}

Result<Fetched> TaskRun::values() {
    if (fetched_) return *fetched_;
    const auto from = detail_.fetch.empty() ? task_.node : detail_.fetch.front().node;
    auto fetched = patiently(from, [&] { return tools_.looker.fetch(index_); });
    if (fetched) fetched_ = *fetched;
    return fetched;
}

void TaskRun::note_found(const std::string& text) {
    Record record;
    record["kind"] = "looked";
    record["task"] = task_.id;
    record["found"] = text;
    (void)tools_.journal.write(std::move(record));
    tools_.view.note(task_.id, "found: " + text);
}

Done TaskRun::record_ended(const std::string& job, const JobState& state) {
    Record record;
    record["kind"] = "ended";
    record["task"] = task_.id;
    record["job"] = job;
    record["status"] = state.status;
    record["started"] = state.started;
    record["finished"] = state.ended;
    if (task_.step->disruptive) record["disruptive"] = true;
    // Cleaned before it is cut: half a secret is not known again.
    record["output"] = tail(tools_.redactor.clean(state.output), journaled_output);
    return note(std::move(record));
}

Record TaskRun::task_record(const std::string& state) const {
    Record record;
    record["kind"] = "task";
    record["task"] = task_.id;
    record["state"] = state;
    record["chapter"] = task_.step->chapter;
    return record;
}

Done TaskRun::record_state(
    const std::string& state, const std::string& how, const std::string& message) {
    auto record = task_record(state);
    if (!how.empty()) record["how"] = how;
    if (!message.empty()) record["message"] = message;
    record["digest"] = detail_.digest;
    record["seconds"] = elapsed();
    return tools_.journal.write(std::move(record));
}

Result<Ended> TaskRun::stopped(const std::string& when) const {
    return fail(Kind::stopped, fmt::format("Stopped at {} {}.", task_.id, when),
        "Go on with: ovd-failover run");
}

double TaskRun::elapsed() const {
    return seconds_between(started_, tools_.clock.mono());
}

std::string TaskRun::where() const {
    return task_.node.empty() ? task_.step->id : task_.node;
}

std::string TaskRun::plain_id() const {
    auto id = task_.id;
    std::ranges::replace(id, '@', '.');
    return id;
}

bool TaskRun::reachable() const {
    if (task_.node.empty()) return false;
    const auto* node = tools_.plan.farm.node(task_.node);
    const auto* server = tools_.plan.farm.server(task_.node);
    return !((node != nullptr && node->by_hand) || (server != nullptr && server->by_hand));
}

} // namespace ovd
