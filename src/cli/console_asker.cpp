// SPDX-License-Identifier: Apache-2.0
#include "cli/console_asker.h"

#include "base/text.h"
#include "cli/hook.h"

#include <condition_variable>
#include <fmt/format.h>
#include <optional>
#include <thread>

namespace ovd {
namespace {

/// A step's title and id, in lines that fit a terminal.
std::string heading_of(const Step& step) {
    return "\n" + join(wrap(fmt::format("{}  [{}]", step.title, step.id), 78), "\n") + "\n";
}

/// Looks at a task again and again, beside the person who is at work on it, until it is done or
/// cannot be looked at.
class LookingOn {
public:
    explicit LookingOn(const Asker::Seen& seen) {
        if (seen)
            watcher_ = std::jthread([this, &seen](std::stop_token stop) { look(stop, seen); });
    }
    [[nodiscard]] bool ended() const {
        const std::scoped_lock lock(mutex_);
        return found_.has_value();
    }
    /// What the last look found; nothing when there is no end to it yet. Ends the looking.
    [[nodiscard]] std::optional<Result<bool>> end() {
        watcher_ = {};
        return found_;
    }

private:
    void look(std::stop_token stop, const Asker::Seen& seen) {
        std::unique_lock lock(mutex_);
        while (!often_.wait_for(lock, stop, std::chrono::seconds(2), [] { return false; }) &&
               !stop.stop_requested()) {
            lock.unlock();
            auto found = look_once(seen);
            lock.lock();
            if (found && !*found) continue;
            found_ = std::move(found);
            return;
        }
    }

    /// What is thrown must not end the program, as it would from a thread.
    static Result<bool> look_once(const Asker::Seen& seen) {
        try {
            return seen();
        } catch (const std::exception& error) {
            return fail(ErrorKind::internal, error.what(), "This is a defect of ovd-failover.");
        }
    }

    mutable std::mutex mutex_;
    std::condition_variable_any often_;
    std::optional<Result<bool>> found_;
    std::jthread watcher_; // the last member: it uses the others
};

} // namespace

Result<Answer> ConsoleAsker::ask_hook(
    const std::string& name, const std::string& command, const Task& task) {
    view_.doing(task.id, "hook " + name);
    auto ran = run_hook(
        run_folder_, name, command, {{"OVD_TASK", task.id}, {"OVD_NODE", task.node}}, stop_);
    if (!ran) return tl::unexpected(ran.error());
    if (ran->status == 0) return Answer{true, trim(ran->output), "hook " + name, who_};
    return fail(ErrorKind::remote,
        fmt::format("The hook {} ended with status {}:\n{}\n{}", name, ran->status, command,
            trim(ran->output)),
        "OnFailure the hook in farm.toml or what it does, then run again.");
}

Result<Answer> ConsoleAsker::ask_person(const Task& task, const AskOp& question) {
    view_.pause();
    std::string text = fmt::format("\n{}\n", task.step->title);
    for (const auto& line : wrap(task.step->why, 76))
        text += "  " + line + "\n";
    if (const auto before = tells_.last_answer(task.id); !before.empty())
        text += fmt::format("(last time: {})\n", before);
    for (const auto& line : wrap(question.question, 76))
        text += line + "\n";
    if (!question.look.empty())
        for (const auto& line : wrap("Check: " + question.look, 76))
            text += line + "\n";
    text += "[d]one, [n]ot yet, [s]top";
    auto said = prompter_.ask(text, "n", [](const std::string& word) -> Status {
        if (word == "d" || word == "n" || word == "s" || word == "done" || word == "not yet")
            return {};
        return fail(ErrorKind::usage, "Type d, n or s.");
    });
    view_.resume();
    if (!said) return tl::unexpected(said.error());
    if (*said == "s")
        return fail(ErrorKind::stopped, "Stopped at " + task.id, "Resume with: ovd-failover run");
    return Answer{said->front() == 'd', *said, "person", who_};
}

Result<Answer> ConsoleAsker::ask(const Task& task, const AskOp& question) {
    if (const auto hook = farm_.hooks.find(question.hook);
        !question.hook.empty() && hook != farm_.hooks.end())
        return ask_hook(hook->first, hook->second, task);
    const std::scoped_lock lock(mutex_);
    if (const auto known = answers_.find(task.step->id); known != answers_.end())
        return Answer{known->second != "not yet", known->second, "answers file", who_};
    if (prompter_.interactive()) return ask_person(task, question);
    return Answer{false, "nobody answered", "nobody", who_};
}

Result<Asker::Choice> ConsoleAsker::before(const Step& step, const std::string& what) {
    if (!prompter_.interactive())
        return fail(ErrorKind::refused,
            fmt::format("{} would change nodes, and nobody is there to confirm.", step.id),
            "Run on a terminal, or say yes to everything with --yes.");
    std::string text;
    for (const auto& line : wrap(what, 78))
        text += line + "\n";
    text += heading_of(step);
    for (const auto& line : wrap(step.why, 76))
        text += "  " + line + "\n";
    if (step.disruptive)
        for (const auto& line : wrap("USERS NOTICE: " + step.expect, 76))
            text += "  " + line + "\n";
    text += "[y]es, rest of this [s]ection, [a]ll, by [h]and, [l]ater, [p]lan of it, [q]uit";
    const auto one_letter = [](const std::string& word) -> Status {
        if (word.size() == 1 && std::string("ysahlpq").find(word) != std::string::npos) return {};
        return fail(ErrorKind::usage, "Type one of the letters in brackets.");
    };
    auto said = prompter_.ask(text, "y", one_letter);
    while (said && *said == "p") {
        said = prompter_.ask(tells_.plan_of(step) + text, "y", one_letter);
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

Result<Asker::OnFailure> ConsoleAsker::after_failure(const Task& task, const Error&) {
    auto said = prompter_.ask(fmt::format("{}: [r]etry, finish it by [h]and, [q]uit", task.id), "q",
        [](const std::string& word) -> Status {
            if (word == "r" || word == "h" || word == "q") return {};
            return fail(ErrorKind::usage, "Type r, h or q.");
        });
    if (!said) return tl::unexpected(said.error());
    if (*said == "r") return OnFailure::retry;
    return *said == "h" ? OnFailure::by_hand : OnFailure::stop;
}

Result<bool> ConsoleAsker::roll_back(const std::string& section, const std::string& why) {
    return prompter_.confirm(
        fmt::format(
            "\n{}\nRoll back what was done in \"{}\"? What is running ends first.", why, section),
        false);
}

/// Where a person finds the secrets that stand in the commands by name only.
std::string ConsoleAsker::secrets_in(const std::string& commands) const {
    std::string text;
    for (const auto& [name, source] : farm_.secrets)
        if (commands.find("<secret " + name + ">") != std::string::npos)
            text += fmt::format("<secret {}>: {}\n", name, place_of(name, source));
    return text;
}

std::string ConsoleAsker::place_of(const std::string& name, const SecretSource& source) const {
    using From = SecretSource::From;
    switch (source.from) {
    case From::env:
        return "in the variable " + source.what;
    case From::file:
        return "in the file " + source.what;
    case From::command:
        return "printed by the command " + source.what;
    case From::generate:
        return fmt::format("in the file {}/secrets/{} on this machine", run_folder_, name);
    case From::prompt:
        break;
    }
    return "you know it: farm.toml says that it is asked for";
}

Status ConsoleAsker::by_hand(const Task& task, const std::string& commands, const Seen& seen) {
    if (!prompter_.interactive())
        return fail(ErrorKind::refused,
            fmt::format("{} has to be done by hand, and nobody is there.", task.id),
            "Run on a terminal.");
    const std::scoped_lock one_task(mutex_); // shown, done and answered before the next is shown
    if (stop_.stop_requested())
        return fail(ErrorKind::stopped, fmt::format("Stopped before {} was done by hand.", task.id),
            "Resume with: ovd-failover run");
    if (seen) { // while another task was done by hand this one may have been done too
        auto found = seen();
        if (!found) return tl::unexpected(found.error());
        if (*found) return {};
    }
    std::string text = fmt::format("{}By hand, as root{}:\n\n{}{}\n", heading_of(*task.step),
        task.node.empty() ? "" : " on " + task.node, commands, secrets_in(commands));
    const std::string key = seen ? "Press Enter when it is done (it is also noticed by itself): "
                                 : "Press Enter when it is done: ";
    for (;;) {
        view_.pause();
        LookingOn looking(seen);
        auto said = prompter_.wait_for_enter(text + key, [&] { return looking.ended(); });
        auto found = looking.end();
        view_.resume();
        if (!said) return tl::unexpected(said.error());
        if (!seen) return {};
        if (!found) found = seen();
        if (!*found) return tl::unexpected(found->error());
        if (**found) return {};
        text = "It does not look done yet. ";
    }
}

} // namespace ovd
