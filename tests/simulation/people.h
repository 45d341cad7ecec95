// SPDX-License-Identifier: Apache-2.0
// Who and what a wizard talks to beside the nodes: the person at the terminal, hooks, the
// verification sheet, the watch over the service, and the screen.
#pragma once

#include "engine/asker.h"
#include "engine/service_watch.h"
#include "engine/sheets.h"
#include "faults.h"
#include "ui/view.h"

namespace ovd::sim {

class People final : public Asker {
public:
    People(World& world, Faults& faults, Chance chance, bool at_terminal)
        : world_(world), faults_(faults), chance_(chance), at_terminal_(at_terminal) {}
    Result<Answer> ask(const Task& task, const AskOp& question) override;
    Result<Choice> before(const Step& step, const std::string& what) override;
    Result<OnFailure> after_failure(const Task& task, const Error& error) override;
    Status by_hand(const Task& task, const std::string& commands, const Seen& seen) override;
    Result<bool> roll_back(const std::string& section, const std::string& why) override;
    [[nodiscard]] bool interactive() const override { return at_terminal_ && !faults_.hung_up; }

private:
    /// A person thinks it over. An error when the terminal is gone or Ctrl-C was pressed.
    [[nodiscard]] Status think();
    World& world_;
    Faults& faults_;
    Chance chance_;
    bool at_terminal_;
};

class SimSheets final : public Sheets {
public:
    SimSheets(World& world, Faults& faults, Chance chance)
        : world_(world), faults_(faults), chance_(chance) {}
    Result<SheetChecked> run(const std::string& title, const std::vector<Record>& journal,
        std::stop_token stop) override;

private:
    World& world_;
    Faults& faults_;
    Chance chance_;
};

class SimWatch final : public ServiceWatch {
public:
    explicit SimWatch(Faults& faults) : faults_(faults) {}
    void begins(const std::string& task, const Step& step) override;
    void ends(const std::string&) override { --running_; }
    [[nodiscard]] std::optional<std::string> crossed() override;

private:
    Faults& faults_;
    std::string section_;
    int running_ = 0;
};

/// A screen that nobody reads.
class SimView final : public Events {
public:
    void section(const std::string&, const std::string&) override {}
    void begins(const std::string&, const std::string&, const std::string&) override {}
    void doing(const std::string&, const std::string&) override {}
    void output(const std::string&, std::string_view) override {}
    void note(const std::string&, const std::string&) override {}
    void ends(const std::string&, const TaskOutcome&, double) override {}
    void service(std::optional<std::chrono::system_clock::time_point>) override {}
    void error(const Error&) override {}
    void say(const std::string&) override {}
    void pause() override {}
    void resume() override {}
};

} // namespace ovd::sim
