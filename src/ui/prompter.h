// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <functional>
#include <string>

namespace ovd {

/// Asks the person. An end of input or Ctrl-C is an error of kind stopped; a question that nobody
/// may be asked is one of kind refused. Safe from any thread: one question at a time.
class Prompter {
public:
    /// Judges an answer. Its message and hint are shown before the question is put again.
    using Validator = std::function<Status(const std::string&)>;

    virtual ~Prompter() = default;
    /// An answer without white space around it; an empty one means default_value. Puts the question
    /// again until the validator, when there is one, is content.
    [[nodiscard]] virtual Result<std::string> ask(const std::string& question,
        const std::string& default_value = {}, const Validator& validator = {}) = 0;
    /// y or n; an empty answer means default_value.
    [[nodiscard]] virtual Result<bool> confirm(const std::string& question, bool default_value) = 0;
    /// An answer that is not shown while it is typed, exactly as typed.
    [[nodiscard]] virtual Result<std::string> secret(const std::string& question) = 0;
    /// Shows a text and waits for Enter: true; or false as soon as enough() is true, which is asked
    /// several times a second and must not ask anything itself.
    [[nodiscard]] virtual Result<bool> wait_for_enter(
        const std::string& text, const std::function<bool()>& enough) = 0;
    /// True when a person at a terminal can be asked.
    [[nodiscard]] virtual bool interactive() const = 0;
};

} // namespace ovd
