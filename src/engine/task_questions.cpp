// SPDX-License-Identifier: Apache-2.0
#include "engine/task_questions.h"

#include <fmt/format.h>

namespace ovd {

Result<bool> TaskQuestions::ask(AskOp question) {
    const auto& tools = context_.tools;
    const auto& before = context_.before;
    if (!before.hook.empty() && before.hook == question.hook)
        question = in_doubt(std::move(question));
    const bool hook = tools.plan.farm.hooks.contains(question.hook);
    if (hook)
        if (auto ok = context_.record(HookChanged{context_.task.id, question.hook, true}); !ok)
            return tl::unexpected(ok.error());
    auto answer = tools.asker.ask(context_.task, question);
    if (!answer && hook) (void)context_.record(HookChanged{context_.task.id, question.hook, false});
    if (!answer) return tl::unexpected(answer.error());
    asked_ = true;
    if (auto ok = context_.record(QuestionAnswered{context_.task.id, question.question,
            answer->done, answer->text, answer->by, answer->who});
        !ok)
        return tl::unexpected(ok.error());
    context_.message = answer->done ? "" : "waits for: " + question.question;
    if (answer->done && !context_.task.node.empty()) tools.nodes.drop(context_.task.node);
    return answer->done;
}

/// A hook begun by a run that did not live to see its end. It runs on this machine, where nothing
/// asks it afterwards how it got on. A second one must not run beside it: here the asker sees to
/// that, elsewhere only a person can. A person at the terminal is asked in any case.
AskOp TaskQuestions::in_doubt(AskOp question) {
    const auto& before = context_.before;
    context_.found(fmt::format("the hook {} was begun at {}, and how it ended is not known",
        question.hook, before.hook_time));
    const bool elsewhere = before.hook_who != context_.tools.journal.state().who;
    if (!context_.tools.asker.interactive() && !elsewhere) return question;
    question.question = fmt::format("The hook {} was begun at {} by {}, and may still be running: "
                                    "check that it has ended. {}",
        question.hook, before.hook_time, before.hook_who, question.question);
    question.hook.clear();
    return question;
}

Status TaskQuestions::check_sheet(const SheetOp& op) {
    auto checked =
        context_.tools.sheets.run(op.title, context_.tools.journal.records(), context_.stop);
    if (!checked) return tl::unexpected(checked.error());
    const bool failed = checked->failed;
    checked->task = context_.task.id;
    if (auto ok = context_.record(std::move(*checked)); !ok) return ok;
    if (!failed) return {};
    auto go_on = ask({std::string(failed_sheet_question),
        "What failed stands above. Fix it and answer not yet: the next run checks again.", ""});
    if (!go_on) return tl::unexpected(go_on.error());
    if (*go_on) return {};
    return fail(ErrorKind::refused,
        fmt::format("{}: the verification sheet failed.", context_.task.step->id),
        "Fix what failed and run again: the sheet is run anew. ovd-failover verify runs it at any "
        "time.");
}

} // namespace ovd
