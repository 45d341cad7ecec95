// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/view.h"

#include <mutex>
#include <nlohmann/json.hpp>

namespace ovd {

/// A run as one JSON object a line, for programs.
class JsonView final : public Events {
public:
    explicit JsonView(std::function<std::string(std::string_view)> clean)
        : clean_(std::move(clean)) {}

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
    void pause() override;
    void resume() override;

private:
    void put(nlohmann::ordered_json event);

    std::function<std::string(std::string_view)> clean_;
    std::mutex mutex_;
};

} // namespace ovd
