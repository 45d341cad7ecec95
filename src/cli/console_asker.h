// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/asker.h"
#include "ui/prompter.h"
#include "ui/view.h"

#include <functional>
#include <map>
#include <mutex>
#include <stop_token>

namespace ovd {

/// Puts the guide's questions to hooks, to an answers file, or to the person at the terminal; in
/// that order. With none of them a question stays open.
class ConsoleAsker final : public Asker {
public:
    ConsoleAsker(const Farm& farm, std::map<std::string, std::string> answers, Prompter& prompter,
        View& view, std::string who, std::stop_token stop, std::string run_folder,
        std::function<std::string(const Step&)> plan_of)
        : farm_(farm), answers_(std::move(answers)), prompter_(prompter), view_(view),
          who_(std::move(who)), stop_(std::move(stop)), run_folder_(std::move(run_folder)),
          plan_of_(std::move(plan_of)) {}

    Result<Answer> ask(const Task& task, const AskOp& question) override;
    Result<Choice> before(const Step& step, const std::string& what) override;
    Result<Mend> after_failure(const Task& task, const Error& error) override;
    Result<bool> confirm_by_hand(const Task& task, const std::string& commands) override;
    Result<bool> way_back(const std::string& section, const std::string& why) override;
    [[nodiscard]] bool interactive() const override { return prompter_.interactive(); }

private:
    [[nodiscard]] Result<Answer> run_hook(
        const std::string& name, const std::string& command, const Task& task);
    [[nodiscard]] Result<Answer> ask_person(const Task& task, const AskOp& question);

    const Farm& farm_;
    std::map<std::string, std::string> answers_;
    Prompter& prompter_;
    View& view_;
    std::string who_;
    std::stop_token stop_;
    std::string run_folder_; ///< one hook of a name runs at a time: its lock is there
    std::function<std::string(const Step&)> plan_of_; ///< everything a step will do, as text
    std::mutex mutex_;
    std::string shown_by_hand_; ///< the task whose commands were printed last
};

/// Reads an answers file: step id = "done", "not yet", or a text that counts as done.
[[nodiscard]] Result<std::map<std::string, std::string>> load_answers(const std::string& path);

} // namespace ovd
