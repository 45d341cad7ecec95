// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/prompter.h"

#include <mutex>
#include <optional>
#include <stop_token>

namespace ovd {

/// Asks on the terminal; when stdin is not one, answers are the lines of stdin. Questions go to
/// stderr, so that stdout stays for what the program is asked to print.
class TerminalPrompter final : public Prompter {
public:
    /// may_ask false: every question is refused. A stop ends a question that waits for its answer.
    explicit TerminalPrompter(bool may_ask, std::stop_token stop = {});

    Result<std::string> ask(const std::string& question, const std::string& default_value = {},
        const Validator& validator = {}) override;
    Result<bool> confirm(const std::string& question, bool default_value) override;
    Result<std::string> secret(const std::string& question) override;
    Result<bool> wait_for_enter(
        const std::string& text, const std::function<bool()>& enough) override;
    [[nodiscard]] bool interactive() const override { return may_ask_ && terminal_; }

private:
    /// Nothing when enough() ended the wait before a line was typed.
    [[nodiscard]] Result<std::optional<std::string>> read_line(
        const std::string& question, bool echo,
        const std::function<bool()>& enough = [] { return false; });

    std::mutex mutex_; ///< held while a question waits for its answer
    bool may_ask_;
    bool terminal_;
    std::stop_token stop_;
};

} // namespace ovd
