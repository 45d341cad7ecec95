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
    /// What it tells a person besides the question itself.
    struct Tells {
        std::function<std::string(const Step&)> plan_of; ///< everything a step will do, as text
        /// What was last said to a task's question, by whom and when; empty when nothing was.
        std::function<std::string(const std::string& task)> last_answer;
    };
    ConsoleAsker(const Farm& farm, std::string run_folder,
        std::map<std::string, std::string> answers, Prompter& prompter, Events& view,
        std::string who, std::stop_token stop, Tells tells)
        : farm_(farm), run_folder_(std::move(run_folder)), answers_(std::move(answers)),
          prompter_(prompter), view_(view), who_(std::move(who)), stop_(std::move(stop)),
          tells_(std::move(tells)) {}

    Result<Answer> ask(const Task& task, const AskOp& question) override;
    Result<Choice> before(const Step& step, const std::string& what) override;
    Result<OnFailure> after_failure(const Task& task, const Error& error) override;
    Status by_hand(const Task& task, const std::string& commands, const Seen& seen) override;
    Result<bool> roll_back(const std::string& section, const std::string& why) override;
    [[nodiscard]] bool interactive() const override { return prompter_.interactive(); }

private:
    [[nodiscard]] Result<Answer> ask_hook(
        const std::string& name, const std::string& command, const Task& task);
    [[nodiscard]] Result<Answer> ask_person(const Task& task, const AskOp& question);

    [[nodiscard]] std::string secrets_in(const std::string& commands) const;
    [[nodiscard]] std::string place_of(const std::string& name, const SecretSource& source) const;

    const Farm& farm_;
    std::string run_folder_;
    std::map<std::string, std::string> answers_;
    Prompter& prompter_;
    Events& view_;
    std::string who_;
    std::stop_token stop_;
    Tells tells_;
    std::mutex mutex_; ///< one question of the guide, or one task by hand, at a time
};

} // namespace ovd
