// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/guards.h"
#include "engine/node_lock.h"
#include "engine/run_summary.h"

#include <deque>
#include <memory>
#include <mutex>
#include <set>

namespace ovd {

/// Carries out what is left of a plan: whatever the graph allows side by side, one connection a
/// node, one thing at a time on each.
class Executor {
public:
    Executor(const Tools& tools, RunState before, RunOptions options)
        : tools_(tools), state_(std::move(before)), options_(std::move(options)),
          changed_(tools.threads.signal()), guards_(tools, options_.guard) {}

    [[nodiscard]] RunSummary run(std::stop_token stop);

private:
    struct Finished {
        std::size_t task;
        TaskOutcome outcome;
    };

    [[nodiscard]] Status prepare();
    [[nodiscard]] Status check_order() const;
    [[nodiscard]] bool begin_what_is_ready(std::stop_token stop);
    [[nodiscard]] std::vector<std::size_t> ready() const;
    [[nodiscard]] bool is_chosen(std::size_t task) const;
    /// Asks before the first task of a step; false when the step is left out or the run stops.
    [[nodiscard]] Result<bool> may_begin(std::size_t task);
    [[nodiscard]] Status take_locks();
    void start(std::size_t task, std::stop_token stop);
    [[nodiscard]] TaskOutcome carry_out(
        std::size_t task, const TaskRecord& before, bool by_hand, std::stop_token stop);
    void take_finished(std::stop_token stop);
    void handle(const Finished& finished, std::stop_token stop);
    [[nodiscard]] bool is_tried_again(std::size_t task, const Error& error, std::stop_token stop);
    void announce_section(std::size_t task);
    [[nodiscard]] std::size_t running() const;
    void roll_back(const std::string& section);
    [[nodiscard]] bool rolls_back(std::size_t task, const Error& error) const;
    void roll_back_what_failed();
    [[nodiscard]] bool is_section_done(const std::string& section) const;
    [[nodiscard]] bool is_section_running(const std::string& section) const;
    void disarm_when_done(const std::string& section);
    void restore_service(const std::stop_token& stop);
    void take_restored(const std::string& section, const Guards::Restored& restored);
    void take_rolled_back(
        const std::string& section, const std::set<std::size_t>& tasks, std::vector<Error> left);
    [[nodiscard]] std::map<std::string, std::string> still_running() const;
    void offer_rollback();

    const Tools& tools_;
    RunState state_;
    RunOptions options_;
    RunSummary summary_;
    std::vector<TaskStatus> status_;        ///< by task
    std::vector<bool> by_hand_;             ///< by task
    std::map<std::size_t, Error> failures_; ///< why each task that failed did
    std::set<std::string> approved_;        ///< steps a person said yes to
    std::set<std::string> skipped_;         ///< steps a person left for later
    std::string approved_section_;
    bool approved_all_ = false;
    std::set<std::string> given_up_;  ///< sections a person wants rolled back
    std::set<std::string> announced_; ///< sections the view knows
    std::mutex mutex_;
    std::unique_ptr<NodeLocks> locks_; ///< once anything is to be changed
    std::unique_ptr<Signal> changed_;
    std::deque<Finished> finished_;
    Guards guards_;
    std::set<std::string> restore_tried_;
    std::set<std::string> restored_; ///< sections whose guard has fired
    /// By task. Last: they use what stands above until they are waited for.
    std::map<std::size_t, std::unique_ptr<Thread>> workers_;
};

/// Notes in the journal that a run begins. home: where the service has to be at the end of a test
/// there and back; empty in all others. token: see Tools.
[[nodiscard]] Status record_begin(Journal& journal, const Farm& farm, const std::string& who,
    const std::string& token, const std::string& home);
/// Notes how it ended. whole: nothing of the plan was left out by the operator's choice.
[[nodiscard]] Status record_end(Journal& journal, const RunSummary& summary, bool whole);

} // namespace ovd
