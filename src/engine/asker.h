// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan.h"

#include <functional>
#include <string>

namespace ovd {

/// What a person, a hook or an answers file said to a question of the guide.
struct Answer {
    bool done = false; ///< false: not yet
    std::string text;  ///< what they said
    std::string by;    ///< "person", "hook NAME", "answers file"
    std::string who;
};

/// Asks the operator. Safe to call from several threads; one question at a time.
class Asker {
public:
    virtual ~Asker() = default;
    /// A question of the guide.
    [[nodiscard]] virtual Result<Answer> ask(const Task& task, const AskOp& question) = 0;
    /// What to do about a step before it runs.
    enum class Choice { run, run_section, run_all, by_hand, skip, stop };
    [[nodiscard]] virtual Result<Choice> before(const Step& step, const std::string& what) = 0;
    /// What to do about a failure.
    enum class OnFailure { retry, by_hand, stop };
    [[nodiscard]] virtual Result<OnFailure> after_failure(const Task& task, const Error& error) = 0;
    /// Looks whether a task is done.
    using Seen = std::function<Result<bool>()>;
    /// Someone does the task by hand, by these commands. Comes back when seen() says that it is
    /// done; where nothing can be looked at (seen is empty), when the person says so.
    [[nodiscard]] virtual Status by_hand(
        const Task& task, const std::string& commands, const Seen& seen) = 0;
    /// The service is down for longer than it should be: roll back? why says for how long.
    [[nodiscard]] virtual Result<bool> roll_back(
        const std::string& section, const std::string& why) = 0;
    [[nodiscard]] virtual bool interactive() const = 0;
};

} // namespace ovd
