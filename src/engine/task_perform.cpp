// SPDX-License-Identifier: Apache-2.0
#include "engine/task_leg.h"

#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {

/// Performs one operation; true when a person said "not yet".
Result<bool> TaskRun::perform(std::size_t number) {
    const auto& op = detail_.ops[number];
    tools_.view.doing(task_.id, title_of(op));
    if (const auto* ask = std::get_if<AskOp>(&op)) return put_question(*ask);
    if (const auto* wait = std::get_if<WaitOp>(&op)) {
        if (auto ok = wait_until(*wait); !ok) return tl::unexpected(ok.error());
        return false;
    }
    if (const auto* admin = std::get_if<AdminOp>(&op)) return ask_admin(number, *admin);
    if (const auto* sheet = std::get_if<SheetOp>(&op)) {
        if (auto ok = go_through_sheet(*sheet); !ok) return tl::unexpected(ok.error());
        return false;
    }
    if (auto ok = change(number, op); !ok) return tl::unexpected(ok.error());
    return false;
}

Result<bool> TaskRun::put_question(AskOp ask) {
    if (!before_.hook.empty() && before_.hook == ask.hook) ask = in_doubt(std::move(ask));
    const bool hook = tools_.plan.farm.hooks.contains(ask.hook);
    if (hook)
        if (auto ok = record_hook(ask.hook, "begins"); !ok) return tl::unexpected(ok.error());
    auto answer = tools_.asker.ask(task_, ask);
    if (!answer && hook) (void)record_hook(ask.hook, "ended");
    if (!answer) return tl::unexpected(answer.error());
    asked_ = true;
    Record record;
    record["kind"] = "answer";
    record["task"] = task_.id;
    record["question"] = ask.question;
    record["answer"] = answer->done ? "done" : "not yet";
    record["text"] = answer->text;
    record["by"] = answer->by;
    record["who"] = answer->who;
    if (auto ok = tools_.journal.write(std::move(record)); !ok) return tl::unexpected(ok.error());
    message_ = answer->done ? "" : "waits for: " + ask.question;
    if (answer->done && !task_.node.empty()) tools_.nodes.drop(task_.node);
    return !answer->done;
}

/// A hook runs on this machine, where nothing asks it afterwards how it got on. A second one must
/// not run beside it: here the asker sees to that, elsewhere only a person can. A person at the
/// terminal is asked in any case.
AskOp TaskRun::in_doubt(AskOp ask) {
    note_found(fmt::format(
        "the hook {} was begun at {}, and how it ended is not known", ask.hook, before_.hook_time));
    const bool elsewhere = before_.hook_who != tools_.journal.state().who;
    if (!tools_.asker.interactive() && !elsewhere) return ask;
    ask.question = fmt::format("The hook {} was begun at {} by {}, and may still be at work: see "
                               "that it has ended. {}",
        ask.hook, before_.hook_time, before_.hook_who, ask.question);
    ask.hook.clear();
    return ask;
}

Done TaskRun::record_hook(const std::string& name, const std::string& state) {
    Record record;
    record["kind"] = "hook";
    record["task"] = task_.id;
    record["hook"] = name;
    record["state"] = state;
    return tools_.journal.write(std::move(record));
}

Done TaskRun::wait_until(const WaitOp& wait) {
    const auto deadline = tools_.clock.mono() + wait.within;
    std::string last;
    std::optional<MonoTime> lost; // since when the node does not answer
    bool seen = false;            // the last look could be made
    for (;;) {
        const Read read{wait.command, {}, Millis{20'000}};
        auto results = tools_.nodes.reader(task_.node).read({&read, 1});
        if (results && results->front().status == 0) return {};
        last = results ? trim(results->front().output) : results.error().message;
        seen = results && !results->front().timed_out;
        if (stop_.stop_requested())
            return tl::unexpected(stopped("while waiting until " + wait.what).error());
        const auto now = tools_.clock.mono();
        if (results) lost.reset();
        if (!results && !lost) lost = now;
        // Out of sight is no answer: a node that was cut off gets the time to come back.
        if (now >= deadline && (!lost || now >= *lost + node_patience)) break;
        tools_.clock.sleep(Millis{500});
    }
    return fail(seen ? Kind::remote : Kind::unknown,
        fmt::format("{}: waited {} until {}, in vain. Last seen: {}", where(),
            human_seconds(static_cast<double>(wait.within.count())), wait.what, tail(last, 300)),
        fmt::format("Look yourself: {}", wait.command));
}

Result<std::string> TaskRun::input_for(const Operation& op) {
    const auto& input = *input_of(op);
    const bool needs_fetch = std::ranges::any_of(
        input.parts(), [](const auto& part) { return part.source == Content::Source::fetched; });
    auto fetched = needs_fetch ? values() : Fetched{};
    if (!fetched) return tl::unexpected(fetched.error());
    return tools_.looker.resolve(input, *fetched);
}

Result<JobState> TaskRun::send(std::size_t number, const Operation& op) {
    auto input = input_for(op);
    if (!input) return tl::unexpected(input.error());
    const Job job{
        fmt::format("{}-{}.{}.{}", tools_.journal.run_id(), plain_id(), attempt_, number + 1),
        command_of(op), std::move(*input), tools_.token};
    Record sent;
    sent["kind"] = "sent";
    sent["task"] = task_.id;
    sent["op"] = number;
    sent["job"] = job.id;
    sent["command"] = job.command;
    if (!input_of(op)->empty()) sent["stdin"] = input_of(op)->display();
    if (auto ok = tools_.journal.write(std::move(sent)); !ok) return tl::unexpected(ok.error());
    auto state = wait_for(job);
    if (!state) return state;
    if (auto ok = record_ended(job.id, *state); !ok) return tl::unexpected(ok.error());
    return state;
}

Done TaskRun::change(std::size_t number, const Operation& op) {
    auto state = send(number, op);
    if (!state) return tl::unexpected(state.error());
    if (state->status == 0) return {};
    return fail(Kind::remote,
        fmt::format("{}: this command ended with status {}:\n{}\n{}", where(), state->status,
            command_of(op), tail(tools_.redactor.clean(trim(state->output)), 1500)),
        fmt::format("Mend the cause on {} and run again: it goes on from here.", where()));
}

/// Sends or re-attaches to a job and waits for its end, or until its node is seen to have gone
/// down.
Result<JobState> TaskRun::follow_job(const Job& job) {
    JobWatch watch;
    watch.stop = stop_;
    watch.output = [this](std::string_view text) { tools_.view.output(task_.id, text); };
    watch.note = [this](const std::string& text) { tools_.view.note(task_.id, text); };
    auto state = tools_.nodes.changer(task_.node).run(job, watch);
    if (!state && state.error().kind == Kind::stopped)
        return tl::unexpected(stopped("before " + lines(job.command).front()).error());
    if (!state) return state;
    if (state->phase == JobState::Phase::running)
        return tl::unexpected(stopped("while its command goes on by itself on the node").error());
    return state;
}

Result<JobState> TaskRun::wait_for(const Job& job) {
    auto state = follow_job(job);
    if (state && state->phase == JobState::Phase::lost)
        return fail(Kind::unknown,
            fmt::format("{}: the node went down while this was under way: {}", where(),
                lines(job.command).front()),
            "Run again: the node is looked at first, and only what is missing is done.");
    return state;
}

} // namespace ovd
