// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/view.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ovd {

/// A run as lines of text; on a terminal with one line in place that shows what is under way.
class TextView final : public Events {
public:
    TextView(ViewOptions options, std::function<std::string(std::string_view)> clean);
    ~TextView() override;

    void section(const std::string& id, const std::string& title) override;
    void begins(
        const std::string& task, const std::string& title, const std::string& section) override;
    void doing(const std::string& task, const std::string& what) override;
    void output(const std::string& task, std::string_view text) override;
    void note(const std::string& task, const std::string& text) override;
    void ends(const std::string& task, const TaskOutcome& outcome, double seconds) override;
    void service(std::optional<std::chrono::system_clock::time_point> down_since) override;
    void error(const Error& error) override;
    void say(const std::string& text) override;
    void say_painted(const std::string& text) override;
    void pause() override;
    void resume() override;

private:
    struct Running {
        std::string title;
        std::string section;
        std::string doing;
        std::chrono::steady_clock::time_point since;
    };
    void line(const std::string& text); // with the lock held
    void indented(const std::string& text, const std::string& indent);
    void hanging(std::string mark, const std::vector<std::string>& parts);
    [[nodiscard]] std::size_t room() const; ///< columns for text after the mark
    void heading_for(const std::string& task);
    void clear_live();
    void draw_live();
    void tick(std::stop_token stop);
    [[nodiscard]] std::string paint(const std::string& text, const char* color) const;

    ViewOptions options_;
    std::function<std::string(std::string_view)> clean_;
    std::mutex mutex_;
    std::condition_variable_any soon_; ///< ends the ticker's wait
    std::map<std::string, Running> running_;
    std::map<std::string, std::string> sections_; ///< titles by id
    std::string shown_section_;
    std::optional<std::chrono::system_clock::time_point> down_since_;
    bool live_shown_ = false;
    int paused_ = 0; ///< questions that wait for an answer
    std::jthread ticker_;
};

} // namespace ovd
