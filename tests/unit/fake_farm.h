// SPDX-License-Identifier: Apache-2.0
// A simulated farm: nodes with facts, jobs by id and a clock of its own. Commands are words:
//   set X ...    makes X a fact of the node      unset X     takes it away
//   fail         ends with status 1              cut         the node is lost sight of
//   slow X       lost sight of at first, sets X when it is waited for again
//   spill X      prints X and a lot after it       unset fails where jam is a fact
//   has X        a look: 0 when X is a fact, 1 when not      blur   a look that cannot be made
#pragma once

#include "engine/executor.h"

#include <functional>
#include <map>
#include <mutex>
#include <set>

namespace ovd {

struct FakeJob {
    std::string command;
    JobState state;
    bool left = false; ///< of a slow one: it was lost sight of once
};

/// What a node remembers, power loss or not.
struct FakeMachine {
    std::set<std::string> facts;
    std::map<std::string, FakeJob> jobs;
    std::map<std::string, int> ran; ///< how often each command was begun
    std::map<std::string, std::string> files;
    /// What the Session Manager's API answers to one curl after the other; the last one stays.
    std::vector<std::string> api;
    bool leased_by_other = false;
    GuardState guard;
    std::vector<TaskUndo> undos; ///< of its guard
};

/// Everything outside the wizard's own process: what is left when it is killed.
struct FakeWorld {
    std::map<std::string, FakeMachine> machines;
    std::vector<std::string> log; ///< node: command, in the order in which jobs were begun
    long long millis = 1'700'000'000'000;
};

/// The nodes of a world. Every moment at which something could go wrong is told to on_moment.
class FakeFarm final : public ChangingConnections, public Clock {
public:
    explicit FakeFarm(FakeWorld start = {}) : world(std::move(start)) {}

    Reader& reader(const std::string& node) override;
    Changer& changer(const std::string& node) override;
    NodeGuard& guard(const std::string& node) override;
    Traffic traffic(const std::string&) const override { return {1, 1}; }
    void drop(const std::string& node) override { dropped.push_back(node); }
    void give_up_after(const std::string& node, Millis most) override {
        given_up_after[node] = most;
    }

    /// One second hand for both kinds of clock.
    WallTime wall() const override;
    MonoTime mono() const override;
    void sleep(Millis time) override;

    /// A copy of the world, as it is at this moment.
    [[nodiscard]] FakeWorld copy() const;
    /// The power of every node goes: what was running is lost, its work done or not.
    static void cut_power(FakeWorld& world, bool work_done);

    mutable FakeWorld world;
    /// Called with the world locked: it stands still.
    std::function<void(const FakeWorld&)> on_moment;
    /// Called when a job begins, outside the lock.
    std::function<void(const std::string& node, const std::string& command)> on_job;
    /// True: this node does not answer now. Called with the world locked.
    std::function<bool(const std::string& node)> out_of_sight;
    std::vector<std::string> dropped;             ///< connections that must be made anew
    std::map<std::string, Millis> given_up_after; ///< and how long they get
    int most_at_once = 0;                         ///< jobs that ran at the same time

private:
    class Node;
    friend class Node;
    Node& node(const std::string& name);
    void moment() const;

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Node>> nodes_;
    int running_ = 0;
};

/// A person who says yes to everything, unless told otherwise.
class FakeAsker final : public Asker {
public:
    Result<Answer> ask(const Task& task, const AskOp& question) override;
    Result<Choice> before(const Step& step, const std::string& what) override;
    Result<OnFailure> after_failure(const Task& task, const Error& error) override;
    Status by_hand(const Task& task, const std::string& commands, const Seen& seen) override;
    Result<bool> roll_back(const std::string&, const std::string&) override { return back; }
    bool interactive() const override { return there || !on_failure.empty() || back; }

    std::set<std::string> not_yet;         ///< questions that are answered with "not yet"
    std::map<std::string, Choice> choices; ///< by step
    std::function<Choice(const Step&, const std::string&)> on_before; ///< goes before those
    /// A hook that is run in place of asking; false: it fails.
    std::function<Result<Answer>(const AskOp&)> hook;
    bool there = false;                ///< at a terminal, also when nothing fails
    std::vector<OnFailure> on_failure; ///< what to do about one failure after the other
    std::function<bool()> does_it = [] { return true; };
    std::vector<std::string> asked; ///< what was asked, in order
    bool back = false;              ///< takes the way back when it is offered

private:
    std::mutex mutex_;
};

/// A verification sheet that passes until told otherwise.
class FakeSheets final : public Sheets {
public:
    Result<SheetChecked> run(
        const std::string& title, const std::vector<Record>&, std::stop_token) override {
        ran.push_back(title);
        return SheetChecked{.title = title, .failed = fails};
    }
    bool fails = false;
    std::vector<std::string> ran;
};

/// A watch that sees what it is told to see.
class FakeWatch final : public ServiceWatch {
public:
    void begins(const std::string& task, const Step&) override { began.push_back(task); }
    void ends(const std::string& task) override { ended.push_back(task); }
    std::optional<std::string> crossed() override { return std::exchange(cross, std::nullopt); }
    std::optional<std::string> cross;
    std::vector<std::string> began;
    std::vector<std::string> ended;
};

/// Keeps what it is told.
class FakeView final : public Events {
public:
    void section(const std::string& id, const std::string&) override { add("section " + id); }
    void begins(const std::string&, const std::string&, const std::string&) override {}
    void doing(const std::string&, const std::string&) override {}
    void output(const std::string&, std::string_view) override {}
    void note(const std::string& task, const std::string& text) override {
        add(task + " note: " + text);
    }
    void ends(const std::string& task, const TaskOutcome& outcome, double) override {
        add(task + " " + std::string(to_string(outcome)));
    }
    void service(std::optional<WallTime> down_since) override {
        add(down_since ? "service down" : "service up");
    }
    void error(const Error& error) override { add("error " + error.message); }
    void say(const std::string& text) override { add(text); }
    void pause() override {}
    void resume() override {}

    /// True when something was told that has this in it.
    [[nodiscard]] bool told(const std::string& part) const;

private:
    void add(const std::string& line);
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

} // namespace ovd
