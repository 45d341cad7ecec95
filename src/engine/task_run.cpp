// SPDX-License-Identifier: Apache-2.0
// The course of one task, from wherever the journal says it is to its end.
#include "engine/task_run.h"

#include "base/overloaded.h"
#include "engine/task_admin.h"
#include "engine/task_questions.h"
#include "engine/task_resume.h"

#include <algorithm>

namespace ovd {
namespace {

class TaskRun {
public:
    TaskRun(const Tools& tools, std::size_t task, const TaskRecord& before, std::stop_token stop,
        const std::function<Status()>& before_change)
        : context_(tools, task, before, std::move(stop)), before_change_(before_change) {}

    TaskOutcome run(bool by_hand) {
        const auto& tools = context_.tools;
        const auto& task = context_.task;
        tools.events.begins(task.id, task.step->title, task.step->section);
        if (task.step->disruptive) tools.watch.begins(task.id, *task.step);
        auto ended = by_hand && !only_asks() ? done_by_hand() : carried_out();
        if (task.step->disruptive) tools.watch.ends(task.id);
        const auto outcome = ended ? *ended : outcome_of(ended.error());
        tools.events.ends(task.id, outcome, context_.elapsed());
        return outcome;
    }

private:
    /// A question has its hook, answers file and what to look at, whoever may log in there.
    [[nodiscard]] bool only_asks() const {
        return !context_.plan.ops.empty() &&
               std::ranges::all_of(context_.plan.ops,
                   [](const Operation& op) { return std::holds_alternative<AskOp>(op); });
    }

    TaskOutcome outcome_of(Error error) {
        error.message = context_.tools.redactor.clean(error.message);
        error.hint = context_.tools.redactor.clean(error.hint);
        const auto status = error.kind == ErrorKind::stopped   ? TaskStatus::interrupted
                            : error.kind == ErrorKind::unknown ? TaskStatus::unknown
                                                               : TaskStatus::failed;
        // In the journal an interrupted task is still running: resuming asks its node.
        if (status != TaskStatus::interrupted)
            (void)context_.record_status(status, TaskHow::none, error.message);
        return {status, TaskHow::none, error.message, error};
    }

    Result<TaskOutcome> carried_out() {
        if (auto ok = check_asked(); !ok) return tl::unexpected(ok.error());
        const auto resumed = TaskResume(context_, probes_, jobs_).next();
        if (!resumed) return tl::unexpected(resumed.error());
        std::size_t next = resumed->value_or(0);
        if (!*resumed) {
            // What is half undone begins anew, whatever it looks like.
            if (!context_.before.half_undone) {
                const auto found = probes_.probe();
                if (!found) return tl::unexpected(found.error());
                if (*found == Finding::State::done && !context_.plan.ops.empty())
                    return context_.before.is_fresh() ? already() : found_done();
            }
            if (auto ok = before_change_(); !ok) return tl::unexpected(ok.error());
            // One that is resumed keeps its attempt, and so the names of its jobs.
            if (auto ok = context_.begin(); !ok) return tl::unexpected(ok.error());
            if (context_.task.step->disruptive)
                context_.note("users notice: " + context_.plan.expect);
        } else if (auto ok = before_change_(); !ok) {
            return tl::unexpected(ok.error());
        }
        for (; next < context_.plan.ops.size(); ++next) {
            const auto& op = context_.plan.ops[next];
            if (context_.stop.stop_requested()) return context_.stopped("before " + title_of(op));
            const auto done = perform(next, op);
            if (!done) return tl::unexpected(done.error());
            if (!*done) return recorded({TaskStatus::open, TaskHow::none, context_.message, {}});
        }
        return finish(questions_.asked() ? TaskHow::answered : TaskHow::ran);
    }

    /// A node that never said what it is may not be what the plan was made for.
    Status check_asked() {
        const auto& plan = context_.tools.plan;
        const auto* node = plan.farm.node(context_.task.node);
        if (node == nullptr || !context_.has_node() || !never_asked(plan.guide, *node)) return {};
        return fail(ErrorKind::connect,
            fmt::format("{} did not answer when the plan was made, so the plan may not fit it.",
                context_.task.node),
            "When it can be reached, run again: it is asked first.");
    }

    /// Carries out one operation; false when a person said "not yet".
    Result<bool> perform(std::size_t number, const Operation& op) {
        context_.doing(title_of(op));
        const auto done = [](const Status& ok) -> Result<bool> {
            if (!ok) return tl::unexpected(ok.error());
            return true;
        };
        return std::visit(
            Overloaded{
                [&](const RunOp&) { return done(change(number, op)); },
                [&](const PutOp&) { return done(change(number, op)); },
                [&](const AskOp& ask) { return questions_.ask(ask); },
                [&](const WaitOp& wait) { return done(probes_.wait_until(wait)); },
                [&](const SheetOp& sheet) { return done(questions_.check_sheet(sheet)); },
                [&](const AdminOp& admin) { return ask_admin(number, admin); },
            },
            op);
    }

    Status change(std::size_t number, const Operation& op) {
        const auto state = jobs_.send(number, op);
        if (!state) return tl::unexpected(state.error());
        if (state->status == 0) return {};
        return fail(ErrorKind::remote,
            fmt::format("{}: this command ended with status {}:\n{}\n{}", context_.where(),
                state->status, command_of(op), context_.shown(state->output, 1500)),
            fmt::format("Fix the cause on {} and run again: it resumes here.", context_.where()));
    }

    /// Where the API gives no clear answer a person is asked.
    Result<bool> ask_admin(std::size_t number, const AdminOp& op) {
        const auto why = TaskAdmin(context_, probes_, jobs_).obstacle(number, op);
        if (!why) return tl::unexpected(why.error());
        if (why->empty()) return true;
        context_.found(*why);
        return questions_.ask(op.ask);
    }

    /// After the operations: the probe must say yes now, and the checks must hold.
    Result<TaskOutcome> finish(TaskHow how) {
        if (!context_.plan.probes.empty() && context_.has_node()) {
            const auto found = probes_.probe();
            if (!found) return tl::unexpected(found.error());
            if (*found != Finding::State::done)
                return fail(ErrorKind::remote,
                    fmt::format("{}: {} was carried out, but does not look done. {}",
                        context_.where(), context_.task.step->id, probes_.detail()),
                    fmt::format("Check it yourself: {}", by_hand(context_.plan.probes)));
        }
        for (const auto& check : context_.plan.checks)
            if (auto ok = probes_.hold(check); !ok) return tl::unexpected(ok.error());
        return recorded({TaskStatus::done, how, context_.message, {}});
    }

    /// It was begun before and looks done. Somebody may have done it since it was rolled back, or
    /// fixed what it failed at; but that it waited for something in vain, or did not pass its
    /// checks, is not fixed by the look of it.
    Result<TaskOutcome> found_done() {
        if (auto ok = context_.begin(); !ok) return tl::unexpected(ok.error());
        for (const auto& op : context_.plan.ops) {
            const auto* wait = std::get_if<WaitOp>(&op);
            if (wait == nullptr) continue;
            context_.doing(title_of(op));
            if (auto ok = probes_.wait_until(*wait); !ok) return tl::unexpected(ok.error());
        }
        context_.message = probes_.detail();
        return finish(context_.before.touched ? TaskHow::ran : TaskHow::already);
    }

    Result<TaskOutcome> already() {
        if (auto ok = context_.begin(); !ok) return tl::unexpected(ok.error());
        return recorded({TaskStatus::done, TaskHow::already, probes_.detail(), {}});
    }

    /// A person carries it out; the probe watches, or where there is none the person's word counts.
    Result<TaskOutcome> done_by_hand() {
        if (auto ok = context_.begin(); !ok) return tl::unexpected(ok.error());
        Asker::Seen seen;
        if (!context_.plan.probes.empty() && context_.has_node())
            seen = [this]() -> Result<bool> {
                const auto found = probes_.probe();
                if (!found) return tl::unexpected(found.error());
                return *found == Finding::State::done;
            };
        if (auto ok =
                context_.tools.asker.by_hand(context_.task, by_hand_text(context_.plan), seen);
            !ok)
            return tl::unexpected(ok.error());
        return finish(TaskHow::by_hand);
    }

    Result<TaskOutcome> recorded(TaskOutcome outcome) {
        if (auto ok = context_.record_status(outcome.status, outcome.how, outcome.message); !ok)
            return tl::unexpected(ok.error());
        return outcome;
    }

    TaskContext context_;
    const std::function<Status()>& before_change_;
    TaskProbes probes_{context_};
    TaskJobs jobs_{context_, probes_};
    TaskQuestions questions_{context_};
};

} // namespace

TaskOutcome run_task(const Tools& tools, std::size_t task, const TaskRecord& before, bool by_hand,
    std::stop_token stop, const std::function<Status()>& before_change) {
    return TaskRun(tools, task, before, std::move(stop), before_change).run(by_hand);
}

} // namespace ovd
