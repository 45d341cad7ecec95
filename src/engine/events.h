// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "engine/task_outcome.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ovd {

/// What a run tells while it goes on. One implementation for a terminal, one for plain text, one
/// for JSON. Calls come from several threads; implementations order them.
class Events {
public:
    virtual ~Events() = default;
    /// A section is begun; comes before the first of its tasks.
    virtual void section(const std::string& id, const std::string& title) = 0;
    /// A task begins: its id, its title, the id of its section.
    virtual void begins(
        const std::string& task, const std::string& title, const std::string& section) = 0;
    /// An operation of the task begins: what it is, in one line.
    virtual void doing(const std::string& task, const std::string& what) = 0;
    virtual void output(const std::string& task, std::string_view text) = 0;
    virtual void note(const std::string& task, const std::string& text) = 0;
    virtual void ends(const std::string& task, const TaskOutcome& outcome, double seconds) = 0;
    /// The service that is watched: down since that moment, or up again.
    virtual void service(std::optional<std::chrono::system_clock::time_point> down_since) = 0;
    virtual void error(const Error& error) = 0;
    /// Plain lines: headings, summaries.
    virtual void say(const std::string& text) = 0;
    /// Lines with colours of their own, whose other parts are clean already.
    virtual void say_painted(const std::string& text) { say(text); }
    /// Holds back everything while a person is asked.
    virtual void pause() = 0;
    virtual void resume() = 0;
};

} // namespace ovd
