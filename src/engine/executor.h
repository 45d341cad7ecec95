// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/node_lock.h"

#include <deque>
#include <memory>
#include <mutex>
#include <set>

namespace ovd {

struct RunOptions {
    std::set<std::string> steps; ///< ids of the steps to carry out; empty: all
    bool yes = false;            ///< do not ask before each step
    bool again = false;          ///< carry out chosen steps even if the journal says they are done
    bool take_over = false;      ///< take the locks of another run
    std::string who;             ///< user@host, for the journal and the locks
    std::string process = {};    ///< of this wizard, for people who find its lock
};

struct RunSummary {
    std::size_t carried_out = 0;
    std::size_t already = 0;
    std::size_t left = 0;           ///< chosen tasks that are not done
    std::size_t beyond = 0;         ///< tasks that were not chosen and are not done
    std::vector<std::string> open;  ///< tasks that wait for a person
    std::vector<std::string> drift; ///< tasks the journal calls done and a look contradicts
    std::optional<Error> error;     ///< why it ended early
};

/// Carries out what is left of a plan: whatever the graph allows side by side, one connection a
/// node, one thing at a time on each.
class Executor {
public:
    Executor(const Tools& tools, RunState before, RunOptions options)
        : tools_(tools), state_(std::move(before)), options_(std::move(options)),
          changed_(tools.threads.signal()) {}

    [[nodiscard]] RunSummary run(std::stop_token stop);

private:
    enum class Mark { waiting, running, done, open, failed };
    struct Finished {
        std::size_t task;
        TaskOutcome outcome;
    };

    [[nodiscard]] Done look_first();
    [[nodiscard]] Done check_order() const;
    [[nodiscard]] std::vector<std::size_t> ready() const;
    [[nodiscard]] bool chosen(std::size_t task) const;
    /// Asks before the first task of a step; false when the step is left out or the run stops.
    [[nodiscard]] Result<bool> may_begin(std::size_t task);
    void start(std::size_t task, std::stop_token stop);
    void take_finished(std::stop_token stop);
    void handle(const Finished& finished, std::stop_token stop);
    void announce_section(std::size_t task);
    [[nodiscard]] std::size_t running() const;
    void put_back(const std::string& section);
    [[nodiscard]] bool has_way_back(const std::string& section) const;
    [[nodiscard]] bool rolls_back(std::size_t task, const Error& error) const;
    void put_back_what_failed();
    [[nodiscard]] std::map<std::string, std::string> still_running() const;
    void offer_way_back();

    const Tools& tools_;
    RunState state_;
    RunOptions options_;
    RunSummary summary_;
    std::vector<Mark> marks_;
    std::map<std::size_t, Error> failures_; ///< why each task with the mark failed did
    std::vector<bool> by_hand_;
    std::set<std::string> approved_; ///< steps a person said yes to
    std::set<std::string> skipped_;  ///< steps a person left for later
    std::string approved_section_;
    bool approved_all_ = false;
    std::set<std::string> given_up_;  ///< sections a person wants put back
    std::set<std::string> announced_; ///< sections the view knows
    std::mutex mutex_;
    std::unique_ptr<NodeLocks> locks_; ///< once anything is to be changed
    std::unique_ptr<Signal> changed_;
    std::deque<Finished> finished_;
    /// By task. Last: they use what stands above until they are waited for.
    std::map<std::size_t, std::unique_ptr<Thread>> workers_;
};

/// Notes in the journal that a run begins. home: where the service has to be at the end of a test
/// there and back; empty in all others. token: see Tools.
[[nodiscard]] Done record_begin(Journal& journal, const Farm& farm, const std::string& who,
    const std::string& token, const std::string& home);
/// Notes how it ended. whole: nothing of the plan was left out by the operator's choice.
[[nodiscard]] Done record_end(Journal& journal, const RunSummary& summary, bool whole);

} // namespace ovd
