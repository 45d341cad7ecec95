// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/task_run.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace ovd {

/// Its node undoes this task by itself when nobody goes on: its section says so, and the node may
/// be logged in to.
[[nodiscard]] bool is_guarded(const Plan& plan, std::size_t task);

/// The guards of the nodes while a run goes on: armed before what users notice begins in a section
/// that says so, told of each further task before it begins, held off by a heartbeat, disarmed when
/// the section is done. Journals each.
class Guards {
public:
    /// limit: see NodeGuard::arm().
    Guards(const Tools& tools, Seconds limit);
    ~Guards();
    Guards(const Guards&) = delete;
    Guards& operator=(const Guards&) = delete;

    /// What became of a section whose guard has fired.
    struct Restored {
        bool fired = false;          ///< one of its guards has; the rest likewise
        bool kept = false;           ///< nothing was undone there
        std::set<std::size_t> tasks; ///< those that were undone
        std::vector<Error> left;     ///< why others could not be
        std::string why;             ///< for people: "nothing was heard of ovd-failover for 45 s"
    };

    /// Has what earlier starts of this run left armed restore the service now, before anybody is
    /// asked anything, and takes note of what has fired since. The locks of those nodes must be
    /// held. An error when one of them cannot be asked.
    [[nodiscard]] Status settle_earlier();
    /// The same of guards that this journal knows nothing of: an error that tells when there was
    /// one, since the plan was made for nodes that stand otherwise.
    [[nodiscard]] Status settle_unknown();

    /// Before a task begins. Safe from any thread.
    [[nodiscard]] Status cover(std::size_t task);
    /// Sections that are guarded now.
    [[nodiscard]] std::set<std::string> armed() const;
    [[nodiscard]] bool is_armed(const std::string& section) const;
    /// The section is done. When one of its guards has fired all the same, that is told as by
    /// restore().
    [[nodiscard]] Result<Restored> disarm(const std::string& section);
    /// Restores the service now; or takes note when that was done already.
    [[nodiscard]] Result<Restored> restore(const std::string& section);

private:
    /// Users notice it, or something that was done before it in its section: an earlier version of
    /// this program may have begun that without a guard.
    [[nodiscard]] bool is_noticed(std::size_t task) const;
    /// What the guard does not know yet when this task begins.
    [[nodiscard]] std::vector<TaskUndo> new_undos(std::size_t task) const;
    [[nodiscard]] std::vector<std::string> nodes_of(const std::string& section) const;
    [[nodiscard]] std::set<std::string> guarded_nodes() const;
    /// Asks a guard again while its node does not answer, for a while.
    using Order = std::function<Result<GuardState>(NodeGuard&)>;
    [[nodiscard]] Result<GuardState> ask(const std::string& node, const Order& order) const;
    [[nodiscard]] Result<Restored> settle(const std::string& section, const Order& order);
    Restored note(const std::string& node, const std::string& section, const GuardState& state);
    void forget(const std::string& node);
    static void add(Restored& all, const std::string& node, Restored more);
    void beat(const std::stop_token& stop);
    void beat_once(const std::string& node);

    const Tools& tools_;
    const Seconds limit_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> armed_;           ///< node -> section
    std::map<std::string, std::set<std::string>> known_; ///< node -> tasks it can undo
    std::map<std::string, MonoTime> last_heard_;         ///< of these nodes
    std::set<std::string> told_; ///< nodes whose silence, or firing, was told
    bool beats_ = false;         ///< heart_ was started
    std::unique_ptr<Signal> wake_;
    std::unique_ptr<Thread> heart_; ///< last: it uses what stands above
};

} // namespace ovd
