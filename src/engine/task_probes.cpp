// SPDX-License-Identifier: Apache-2.0
#include "engine/task_probes.h"

#include "engine/verdict.h"

#include <algorithm>

namespace ovd {

Result<Finding::State> TaskProbes::probe() {
    if (context_.plan.probes.empty() || !context_.has_node()) return Finding::State::journal_only;
    const auto values = fetched();
    // What it would be compared with is not there yet, so it cannot be done.
    if (!values && values.error().kind == ErrorKind::remote) return Finding::State::not_done;
    if (!values) return tl::unexpected(values.error());
    const auto found = retry_while_unreachable(context_.task.node, [&]() -> Result<Finding> {
        auto seen = context_.tools.inspector.look_at(context_.index, *values);
        if (seen.unreachable && seen.unreachable->kind == ErrorKind::connect)
            return tl::unexpected(*seen.unreachable);
        return seen;
    });
    if (!found && found.error().kind == ErrorKind::stopped) return tl::unexpected(found.error());
    const auto finding = found.value_or(
        Finding{Finding::State::cannot_tell, found ? "" : found.error().message, false, {}});
    detail_ = finding.detail;
    if (finding.state == Finding::State::cannot_tell)
        return fail(ErrorKind::unknown,
            fmt::format(
                "{}: it is unknown whether this is done: {}", context_.where(), finding.detail),
            fmt::format("Check it yourself: {}", by_hand(context_.plan.probes)));
    return finding.state;
}

Status TaskProbes::hold(const Check& check) {
    if (!context_.has_node()) return {};
    const auto values = fetched();
    if (!values) return tl::unexpected(values.error());
    const auto& tools = context_.tools;
    // The time that its node is out of sight does not count.
    const auto deadline = tools.clock.mono() + check.within - out_of_sight_;
    for (;;) {
        const auto seen = retry_while_unreachable(context_.task.node,
            [&] { return tools.inspector.check(context_.index, check, *values); });
        if (!seen)
            return tl::unexpected(
                seen.error().during(context_.where() + ": a check could not be made"));
        const auto verdict = judge(check, *seen);
        if (verdict == Verdict::holds) {
            if (check.tells) {
                context_.message = tools.redactor.clean(trim(seen->output));
                context_.note(context_.message);
            }
            return {};
        }
        if (context_.stop.stop_requested()) return context_.stopped("while a check was made");
        if (tools.clock.mono() < deadline + out_of_sight_) {
            tools.clock.sleep(Millis{500});
            continue;
        }
        const bool made = verdict == Verdict::violated;
        auto message = fmt::format("{}: {}", context_.where(),
            made ? (check.says.empty() ? "a check failed." : check.says)
                 : "a check could not be made, and so counts as failed: " + check.says);
        if (const auto output = context_.shown(seen->output, 800); !output.empty())
            message += "\n" + output;
        if (!check.stops && made) {
            context_.note("warning: " + message);
            context_.message = message;
            return {};
        }
        // One that takes too long says as little as a cut connection.
        return fail(seen->timed_out ? ErrorKind::unknown : ErrorKind::remote, message,
            check.hint.empty() ? "Check it yourself: " + check.command : check.hint);
    }
}

Status TaskProbes::wait_until(const WaitOp& wait) {
    const auto& tools = context_.tools;
    const auto deadline = tools.clock.mono() + wait.within;
    std::string last;
    std::optional<MonoTime> lost; // since when the node does not answer
    bool seen = false;            // the last look could be made
    for (;;) {
        const Read read{wait.command, {}, Millis{20'000}};
        const auto results = tools.nodes.reader(context_.task.node).read({&read, 1});
        if (results && results->front().status == 0) return {};
        last = results ? trim(results->front().output) : results.error().message;
        seen = results && !results->front().timed_out;
        if (context_.stop.stop_requested())
            return context_.stopped("while waiting until " + wait.what);
        const auto now = tools.clock.mono();
        if (results) lost.reset();
        if (!results && !lost) lost = now;
        // Out of sight is no answer: a node that was cut off gets the time to come back.
        if (now >= deadline && (!lost || now >= *lost + node_patience)) break;
        tools.clock.sleep(Millis{500});
    }
    return fail(seen ? ErrorKind::remote : ErrorKind::unknown,
        fmt::format("{}: timed out after {} waiting until {}. Last output: {}", context_.where(),
            human_seconds(static_cast<double>(wait.within.count())), wait.what, tail(last, 300)),
        fmt::format("Check it yourself: {}", wait.command));
}

Result<Fetched> TaskProbes::fetched() {
    if (fetched_) return *fetched_;
    const auto& wanted = context_.plan.fetch;
    auto values = retry_while_unreachable(wanted.empty() ? context_.task.node : wanted.front().node,
        [&] { return context_.tools.inspector.fetch(context_.index); });
    if (values) fetched_ = *values;
    return values;
}

Result<std::string> TaskProbes::input_for(const Operation& op) {
    return resolved(*input_of(op));
}

Result<std::string> TaskProbes::resolved(const Content& content) {
    const bool needs_fetch = std::ranges::any_of(
        content.parts(), [](const auto& part) { return part.source == Content::Source::fetched; });
    const auto values = needs_fetch ? fetched() : Fetched{};
    if (!values) return tl::unexpected(values.error());
    return context_.tools.inspector.resolve(content, *values);
}

} // namespace ovd
