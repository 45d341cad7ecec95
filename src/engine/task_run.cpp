// SPDX-License-Identifier: Apache-2.0
#include "engine/task_run.h"

#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd {
namespace {

using Fetched = std::map<std::string, std::string>;

constexpr std::size_t journaled_output = 4000; ///< bytes of a command's output kept in the journal

/// One task on its way. Each member does one leg of it; the first error ends it.
class TaskRun {
public:
    TaskRun(const Tools& tools, std::size_t task, const TaskRecord& before, std::stop_token stop)
        : tools_(tools), task_(tools.plan.tasks[task]), detail_(tools.plan.details[task]),
          index_(task), before_(before), attempt_(before.attempts), stop_(std::move(stop)) {}

    TaskOutcome go(bool by_hand) {
        started_ = tools_.clock.now();
        tools_.view.begins(task_.id, task_.step->title, task_.step->section);
        auto ended = by_hand ? follow_by_hand() : follow();
        const double seconds = elapsed();
        if (!ended) {
            const auto& error = ended.error();
            const bool stopped = error.kind == Kind::stopped;
            const bool unknown = error.kind == Kind::unknown;
            if (!stopped) (void)record_state(unknown ? "unknown" : "failed", "", error.message);
            const auto how = stopped ? Ended::stopped : unknown ? Ended::unknown : Ended::failed;
            tools_.view.ends(task_.id, how, error.message, seconds);
            return {how, error};
        }
        tools_.view.ends(task_.id, *ended, message_, seconds);
        return {*ended, {}};
    }

private:
    Result<Ended> follow() {
        bool from_start = true;
        std::size_t next = 0;
        if (before_.state == TaskState::under_way || before_.state == TaskState::unknown) {
            auto resumed = pick_up();
            if (!resumed) return tl::unexpected(resumed.error());
            from_start = !resumed->has_value();
            next = resumed->value_or(0);
        }
        if (from_start) {
            auto finding = look();
            if (!finding) return tl::unexpected(finding.error());
            if (*finding == Finding::State::done && !detail_.ops.empty()) return already();
        }
        // One that goes on keeps its attempt, and so the names of its jobs: also before its first
        // operation.
        if (from_start) {
            if (auto ok = begin(); !ok) return tl::unexpected(ok.error());
        }
        for (; next < detail_.ops.size(); ++next) {
            if (stop_.stop_requested()) return stopped("before " + title_of(detail_.ops[next]));
            auto open = perform(next);
            if (!open) return tl::unexpected(open.error());
            if (*open) {
                if (auto ok = record_state("open", "", message_); !ok)
                    return tl::unexpected(ok.error());
                return Ended::open;
            }
        }
        return finish(asked_ ? "answered" : "done", Ended::done);
    }

    /// A person carries it out; the probe watches, or where there is none the person's word counts.
    Result<Ended> follow_by_hand() {
        if (auto ok = begin(); !ok) return tl::unexpected(ok.error());
        std::string commands;
        for (const auto& op : detail_.ops) {
            const auto* input = input_of(op);
            commands += command_of(op).empty() ? title_of(op) : command_of(op);
            if (input != nullptr && !input->empty()) commands += "\n# stdin:\n" + input->display();
            commands += "\n";
        }
        const bool can_look = !detail_.probes.empty() && reachable();
        while (!stop_.stop_requested()) {
            if (can_look) {
                auto finding = look();
                if (!finding) return tl::unexpected(finding.error());
                if (*finding == Finding::State::done) return finish("by hand", Ended::by_hand);
            }
            auto said = tools_.asker.confirm_by_hand(task_, commands);
            if (!said) return tl::unexpected(said.error());
            if (*said && !can_look) return finish("by hand", Ended::by_hand);
        }
        return stopped("while it was done by hand");
    }

    /// A task that was under way: asks the node what became of it. Returns the operation to go on
    /// with, or nothing when it has to start over.
    Result<std::optional<std::size_t>> pick_up() {
        if (before_.jobs.empty()) {
            note_found("begun, but nothing had been sent to the node");
            return std::optional<std::size_t>{};
        }
        const auto& job = before_.jobs.back();
        if (before_.digest != detail_.digest) {
            if (auto ok = let_end(job); !ok) return tl::unexpected(ok.error());
            note_found("begun by an older plan than this one; starting it over");
            return std::optional<std::size_t>{};
        }
        if (job.ended && job.status == 0) {
            note_found(fmt::format("operation {} had ended well", job.op + 1));
            return std::optional{job.op + 1};
        }
        auto state = tools_.nodes.changer(task_.node).look(job.id);
        if (!state) return tl::unexpected(state.error());
        switch (state->phase) {
        case JobState::Phase::absent:
            note_found(fmt::format("{} was announced at {}, but never reached the node",
                title_of(detail_.ops[job.op]), job.time));
            // Sent now under the same name: should the first sending still be on its way, the node
            // takes only one of them. What came before it had ended well, or it would not have
            // been announced.
            return std::optional{job.op};
        case JobState::Phase::running:
            note_found("it is still running on the node; waiting for it");
            return attach(job);
        case JobState::Phase::ended:
            note_found(fmt::format("it ended with status {} on the node, {} after it began there",
                state->status, human_seconds(state->ended - state->started)));
            if (state->status != 0) return std::optional<std::size_t>{};
            if (auto ok = record_ended(job.id, *state); !ok) return tl::unexpected(ok.error());
            return std::optional{job.op + 1};
        case JobState::Phase::lost:
            note_found("the node went down before it ended; looking at what is there");
            return std::optional<std::size_t>{};
        }
        return std::optional<std::size_t>{};
    }

    /// Two plans at work on one node at once would be worse than waiting.
    Done let_end(const SentJob& job) {
        if (job.ended) return {};
        auto state = tools_.nodes.changer(task_.node).look(job.id);
        if (!state) return tl::unexpected(state.error());
        if (state->phase != JobState::Phase::running) return {};
        note_found("a command of an older plan is still running on the node; waiting for its end");
        auto ended = wait_for({job.id, ":", {}}); // it has begun, so it is attached to
        if (!ended) return tl::unexpected(ended.error());
        return record_ended(job.id, *ended);
    }

    Result<std::optional<std::size_t>> attach(const SentJob& job) {
        auto state = wait_for({job.id, command_of(detail_.ops[job.op]), {}});
        if (!state) return tl::unexpected(state.error());
        if (auto ok = record_ended(job.id, *state); !ok) return tl::unexpected(ok.error());
        if (state->status != 0) return std::optional<std::size_t>{};
        return std::optional{job.op + 1};
    }

    Done begin() {
        ++attempt_;
        auto record = task_record("intended");
        record["digest"] = detail_.digest;
        record["title"] = task_.step->title;
        return tools_.journal.write(std::move(record));
    }

    /// Performs one operation; true when a person said "not yet".
    Result<bool> perform(std::size_t number) {
        const auto& op = detail_.ops[number];
        tools_.view.doing(task_.id, title_of(op));
        if (const auto* ask = std::get_if<AskOp>(&op)) return put_question(*ask);
        if (const auto* wait = std::get_if<WaitOp>(&op)) {
            if (auto ok = wait_until(*wait); !ok) return tl::unexpected(ok.error());
            return false;
        }
        if (auto ok = change(number, op); !ok) return tl::unexpected(ok.error());
        return false;
    }

    Result<bool> put_question(const AskOp& ask) {
        auto answer = tools_.asker.ask(task_, ask);
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
        if (auto ok = tools_.journal.write(std::move(record)); !ok)
            return tl::unexpected(ok.error());
        message_ = answer->done ? "" : "waits for: " + ask.question;
        if (answer->done && !task_.node.empty()) tools_.nodes.drop(task_.node);
        return !answer->done;
    }

    Done wait_until(const WaitOp& wait) {
        const auto deadline = tools_.clock.now() + wait.within;
        std::string last = "it was never looked at";
        for (;;) {
            const Read read{wait.command, {}, Millis{20'000}};
            auto results = tools_.nodes.reader(task_.node).read({&read, 1});
            if (results && results->front().status == 0) return {};
            last = results ? trim(results->front().output) : results.error().message;
            if (stop_.stop_requested())
                return tl::unexpected(stopped("while waiting until " + wait.what).error());
            if (tools_.clock.now() >= deadline) break;
            tools_.clock.sleep(Millis{500});
        }
        return fail(Kind::remote,
            fmt::format("{}: waited {} until {}, in vain. Last seen: {}", where(),
                human_seconds(static_cast<double>(wait.within.count())), wait.what,
                tail(last, 300)),
            fmt::format("Look yourself: {}", wait.command));
    }

    Done change(std::size_t number, const Operation& op) {
        auto fetched = values();
        if (!fetched) return tl::unexpected(fetched.error());
        auto input = tools_.looker.resolve(*input_of(op), *fetched);
        if (!input) return tl::unexpected(input.error());
        const Job job{
            fmt::format("{}-{}.{}.{}", tools_.journal.run_id(), plain_id(), attempt_, number + 1),
            command_of(op), std::move(*input)};
        Record sent;
        sent["kind"] = "sent";
        sent["task"] = task_.id;
        sent["op"] = number;
        sent["job"] = job.id;
        sent["command"] = job.command;
        if (!input_of(op)->empty()) sent["stdin"] = input_of(op)->display();
        if (auto ok = tools_.journal.write(std::move(sent)); !ok) return ok;
        auto state = wait_for(job);
        if (!state) return tl::unexpected(state.error());
        if (auto ok = record_ended(job.id, *state); !ok) return ok;
        if (state->status == 0) return {};
        return fail(Kind::remote,
            fmt::format("{}: this command ended with status {}:\n{}\n{}", where(), state->status,
                job.command, tail(tools_.redactor.clean(trim(state->output)), 1500)),
            fmt::format("Mend the cause on {} and run again: it goes on from here.", where()));
    }

    /// Sends or re-attaches to a job and waits for its end.
    Result<JobState> wait_for(const Job& job) {
        JobWatch watch;
        watch.stop = stop_;
        watch.output = [this](std::string_view text) { tools_.view.output(task_.id, text); };
        watch.note = [this](const std::string& text) { tools_.view.note(task_.id, text); };
        auto state = tools_.nodes.changer(task_.node).run(job, watch);
        if (!state && state.error().kind == Kind::stopped)
            return tl::unexpected(stopped("before " + lines(job.command).front()).error());
        if (!state) return state;
        if (state->phase == JobState::Phase::running)
            return tl::unexpected(
                stopped("while its command goes on by itself on the node").error());
        if (state->phase == JobState::Phase::lost)
            return fail(Kind::unknown,
                fmt::format("{}: the node went down while this was under way: {}", where(),
                    lines(job.command).front()),
                "Run again: the node is looked at first, and only what is missing is done.");
        return state;
    }

    /// After the operations: the probe must say yes now, and the checks must hold.
    Result<Ended> finish(const std::string& how, Ended ended) {
        if (!detail_.probes.empty() && reachable()) {
            auto finding = look();
            if (!finding) return tl::unexpected(finding.error());
            if (*finding != Finding::State::done)
                return fail(Kind::remote,
                    fmt::format("{}: {} was carried out, but does not look done. {}", where(),
                        task_.step->id, found_detail_),
                    fmt::format("Look yourself: {}", detail_.probes.front().command));
        }
        for (const auto& check : detail_.checks)
            if (auto ok = hold(check); !ok) return tl::unexpected(ok.error());
        if (auto ok = record_state("ok", how, message_); !ok) return tl::unexpected(ok.error());
        return ended;
    }

    Result<Ended> already() {
        if (auto ok = begin(); !ok) return tl::unexpected(ok.error());
        if (auto ok = record_state("ok", "already", found_detail_); !ok)
            return tl::unexpected(ok.error());
        return Ended::already;
    }

    Done hold(const Check& check) {
        if (!reachable()) return {};
        const auto deadline = tools_.clock.now() + check.within;
        auto fetched = values();
        if (!fetched) return tl::unexpected(fetched.error());
        for (;;) {
            const auto result = tools_.looker.check(index_, check, *fetched);
            if (result.status == 0 && found_in(result.output, check.expect)) return {};
            if (stop_.stop_requested())
                return tl::unexpected(stopped("while a check was made").error());
            if (tools_.clock.now() < deadline) {
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
            return fail(Kind::remote, message,
                check.hint.empty() ? "Look yourself: " + check.command : check.hint);
        }
    }

    Result<Finding::State> look() {
        if (detail_.probes.empty() || !reachable()) return Finding::State::journal_only;
        auto fetched = values();
        // What it would be compared with is not there yet, so it cannot be done.
        if (!fetched && fetched.error().kind == Kind::remote) return Finding::State::not_done;
        if (!fetched) return tl::unexpected(fetched.error());
        const auto finding = tools_.looker.look_at(index_, *fetched);
        found_detail_ = finding.detail;
        if (finding.state == Finding::State::cannot_tell)
            return fail(Kind::unknown,
                fmt::format(
                    "{}: it cannot be told whether this is done: {}", where(), finding.detail),
                fmt::format("Look yourself: {}", detail_.probes.front().command));
        return finding.state;
    }

    Result<Fetched> values() {
        if (fetched_) return *fetched_;
        auto fetched = tools_.looker.fetch(index_);
        if (fetched) fetched_ = *fetched;
        return fetched;
    }

    void note_found(const std::string& text) {
        Record record;
        record["kind"] = "looked";
        record["task"] = task_.id;
        record["found"] = text;
        (void)tools_.journal.write(std::move(record));
        tools_.view.note(task_.id, "found: " + text);
    }

    Done record_ended(const std::string& job, const JobState& state) {
        Record record;
        record["kind"] = "ended";
        record["task"] = task_.id;
        record["job"] = job;
        record["status"] = state.status;
        record["started"] = state.started;
        record["finished"] = state.ended;
        record["output"] = tail(state.output, journaled_output);
        return tools_.journal.write(std::move(record));
    }

    [[nodiscard]] Record task_record(const std::string& state) const {
        Record record;
        record["kind"] = "task";
        record["task"] = task_.id;
        record["state"] = state;
        record["chapter"] = task_.step->chapter;
        return record;
    }

    Done record_state(
        const std::string& state, const std::string& how, const std::string& message) {
        auto record = task_record(state);
        if (!how.empty()) record["how"] = how;
        if (!message.empty()) record["message"] = message;
        record["digest"] = detail_.digest;
        record["seconds"] = elapsed();
        return tools_.journal.write(std::move(record));
    }

    [[nodiscard]] Result<Ended> stopped(const std::string& when) const {
        return fail(Kind::stopped, fmt::format("Stopped at {} {}.", task_.id, when),
            "Go on with: ovd-failover run");
    }

    [[nodiscard]] double elapsed() const {
        return std::chrono::duration<double>(tools_.clock.now() - started_).count();
    }

    [[nodiscard]] std::string where() const {
        return task_.node.empty() ? task_.step->id : task_.node;
    }

    [[nodiscard]] std::string plain_id() const {
        auto id = task_.id;
        std::ranges::replace(id, '@', '.');
        return id;
    }

    [[nodiscard]] bool reachable() const {
        if (task_.node.empty()) return false;
        const auto* node = tools_.plan.farm.node(task_.node);
        const auto* server = tools_.plan.farm.server(task_.node);
        return !((node != nullptr && node->by_hand) || (server != nullptr && server->by_hand));
    }

    const Tools& tools_;
    const Task& task_;
    const TaskPlan& detail_;
    std::size_t index_;
    const TaskRecord& before_;
    int attempt_;
    std::stop_token stop_;
    WallTime started_;
    std::optional<Fetched> fetched_;
    std::string found_detail_;
    std::string message_;
    bool asked_ = false;
};

} // namespace

TaskOutcome run_task(const Tools& tools, std::size_t task, const TaskRecord& before, bool by_hand,
    std::stop_token stop) {
    return TaskRun(tools, task, before, std::move(stop)).go(by_hand);
}

} // namespace ovd
