// SPDX-License-Identifier: Apache-2.0
#include "cli/console_asker.h"

#include "base/process.h"
#include "base/quote.h"
#include "base/text.h"
#include "base/toml.h"

#include <cstdio>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace ovd {

Result<std::map<std::string, std::string>> load_answers(const std::string& path) {
    std::map<std::string, std::string> answers;
    if (path.empty()) return answers;
    auto table = load_toml(path, Kind::farm);
    if (!table) return tl::unexpected(table.error());
    for (const auto& [key, node] : *table) {
        const auto text = node.value_exact<std::string>();
        if (!text)
            return fail(Kind::farm, fmt::format("The answer {} must be a text.", key.str()),
                "Write step-id = \"done\" or \"not yet\".", where_of(node, path));
        answers[std::string(key.str())] = *text;
    }
    return answers;
}

Result<Answer> ConsoleAsker::run_hook(
    const std::string& name, const std::string& command, const Task& task) {
    view_.doing(task.id, "hook " + name);
    // Also when this program is killed: the next run's hook of that name waits for the end of this
    // one. What the hook leaves behind does not hold the lock.
    const auto alone = fmt::format("exec flock -o {} sh -c {}",
        shell_quote(run_folder_ + "/hook-" + name + ".lock"), shell_quote(command));
    auto ran = run_local(alone, {{"OVD_TASK", task.id}, {"OVD_NODE", task.node}}, stop_);
    if (!ran) return tl::unexpected(ran.error());
    if (ran->status == 0) return Answer{true, trim(ran->output), "hook " + name, who_};
    return fail(Kind::remote,
        fmt::format("The hook {} ended with status {}:\n{}\n{}", name, ran->status, command,
            trim(ran->output)),
        "Mend the hook in farm.toml or what it does, then run again.");
}

Result<Answer> ConsoleAsker::ask_person(const Task& task, const AskOp& question) {
    view_.pause();
    std::string text = fmt::format("\n{}\n", task.step->title);
    for (const auto& line : wrap(task.step->why, 76))
        text += "  " + line + "\n";
    for (const auto& line : wrap(question.question, 76))
        text += line + "\n";
    if (!question.look.empty())
        for (const auto& line : wrap("Look at: " + question.look, 76))
            text += line + "\n";
    text += "[d]one, [n]ot yet, [s]top";
    auto said = prompter_.ask(text, "n", [](const std::string& word) -> Done {
        if (word == "d" || word == "n" || word == "s" || word == "done" || word == "not yet")
            return {};
        return fail(Kind::usage, "Type d, n or s.");
    });
    view_.resume();
    if (!said) return tl::unexpected(said.error());
    if (*said == "s")
        return fail(Kind::stopped, "Stopped at " + task.id, "Go on with: ovd-failover run");
    return Answer{said->front() == 'd', *said, "person", who_};
}

Result<Answer> ConsoleAsker::ask(const Task& task, const AskOp& question) {
    if (const auto hook = farm_.hooks.find(question.hook);
        !question.hook.empty() && hook != farm_.hooks.end())
        return run_hook(hook->first, hook->second, task);
    const std::scoped_lock lock(mutex_);
    if (const auto known = answers_.find(task.step->id); known != answers_.end())
        return Answer{known->second != "not yet", known->second, "answers file", who_};
    if (prompter_.interactive()) return ask_person(task, question);
    return Answer{false, "nobody was there to answer", "nobody", who_};
}

Result<Asker::Choice> ConsoleAsker::before(const Step& step, const std::string&) {
    if (!prompter_.interactive())
        return fail(Kind::refused,
            fmt::format("{} would change nodes, and nobody is there to say yes.", step.id),
            "Run on a terminal, or say yes to everything with --yes.");
    std::string text = fmt::format("\n{}  [{}]\n", step.title, step.id);
    for (const auto& line : wrap(step.why, 76))
        text += "  " + line + "\n";
    if (step.disruptive)
        for (const auto& line : wrap("USERS NOTICE: " + step.expect, 76))
            text += "  " + line + "\n";
    text += "[y]es, rest of this [s]ection, [a]ll, by [h]and, [l]ater, [p]lan of it, [q]uit";
    const auto one_letter = [](const std::string& word) -> Done {
        if (word.size() == 1 && std::string("ysahlpq").find(word) != std::string::npos) return {};
        return fail(Kind::usage, "Type one of the letters in brackets.");
    };
    auto said = prompter_.ask(text, "y", one_letter);
    while (said && *said == "p") {
        (void)std::fputs(plan_of_(step).c_str(), stdout);
        said = prompter_.ask(text, "y", one_letter);
    }
    if (!said) return tl::unexpected(said.error());
    switch (said->front()) {
    case 'y':
        return Choice::run;
    case 's':
        return Choice::run_section;
    case 'a':
        return Choice::run_all;
    case 'h':
        return Choice::by_hand;
    case 'l':
        return Choice::skip;
    default:
        return Choice::stop;
    }
}

Result<Asker::Mend> ConsoleAsker::after_failure(const Task& task, const Error&) {
    auto said = prompter_.ask(fmt::format("{}: [r]etry, finish it by [h]and, [q]uit", task.id), "q",
        [](const std::string& word) -> Done {
            if (word == "r" || word == "h" || word == "q") return {};
            return fail(Kind::usage, "Type r, h or q.");
        });
    if (!said) return tl::unexpected(said.error());
    if (*said == "r") return Mend::retry;
    return *said == "h" ? Mend::by_hand : Mend::stop;
}

Result<bool> ConsoleAsker::way_back(const std::string& section, const std::string& why) {
    return prompter_.confirm(
        fmt::format(
            "\n{}\nPut back what was done in \"{}\"? What is under way ends first.", why, section),
        false);
}

Result<bool> ConsoleAsker::confirm_by_hand(const Task& task, const std::string& commands) {
    const std::scoped_lock lock(mutex_);
    if (!prompter_.interactive())
        return fail(Kind::refused,
            fmt::format("{} has to be done by hand, and nobody is there.", task.id),
            "Run on a terminal.");
    if (shown_by_hand_ != task.id) {
        shown_by_hand_ = task.id;
        view_.pause();
        const auto text =
            fmt::format("\nBy hand, as root{}:\n\n{}\nPress Enter when it is done "
                        "(where the node can be looked at, it is noticed by itself).\n",
                task.node.empty() ? "" : " on " + task.node, commands);
        (void)std::fputs(text.c_str(), stdout);
        std::fflush(stdout);
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, 2000) <= 0) return false;
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n') {
    }
    view_.resume();
    return true;
}

} // namespace ovd
