// SPDX-License-Identifier: Apache-2.0
// The nodes of a farm and the run folders of its operators: what is left when a wizard is killed.
// A copy of it is another world that goes on from the same moment.
#pragma once

#include "history.h"
#include "model.h"
#include "scheduler.h"

#include <map>
#include <set>

namespace ovd::sim {

/// A job on a node, as its supervisor keeps it.
struct NodeJob {
    enum class Kind { op, undo, lock, nothing };
    Kind kind = Kind::nothing;
    JobName name;
    Effect effect = 0;
    JobState state;
    MonoTime ends;
    bool fails = false; ///< it will end with status 1 and do nothing
    bool idle = false;  ///< it will end with status 0 and do nothing
    int by = 0;         ///< the process that sent it
};

/// The guard of a machine, as its own program keeps it.
struct MachineGuard {
    GuardState state;
    std::string run; ///< whose jobs it ends
    Millis limit{0};
    MonoTime heard;                           ///< the last heartbeat
    std::map<std::string, std::size_t> undos; ///< name -> task
};

struct Machine {
    /// As its supervisor decides whether a job may begin.
    [[nodiscard]] bool takes(const Job& job) const {
        return job.token.empty() || (!lock.empty() && job.token == token);
    }

    bool up = true;
    bool gone = false;                    ///< for good
    MonoTime cut_until = MonoTime::min(); ///< the network between it and the operator
    int epoch = 0;                        ///< connections of an older one are cut
    std::map<std::string, NodeJob> jobs;  ///< by id
    std::string lock;                     ///< whose it is; empty: nobody's
    std::string token;                    ///< of who took it last
    int lock_process = 0;                 ///< likewise
    std::string last_run;                 ///< the run that took it last
    Millis clock_off{0};                  ///< its clock beside the right time
    MachineGuard guard;
    bool fenced_by_guard = false; ///< it took the lock away, and nobody has taken it since
};

/// A run folder.
struct Disk {
    std::string bytes;
    std::size_t durable = 0; ///< so many of them survive a power cut
    int full = 0;            ///< so many appends find no room from now on
    int locked_by = 0;       ///< a process; 0: nobody
};

class World final : public TimedEvents {
public:
    World(const Model& model, Chance chance, Moment start);

    // The nodes.
    enum class Delivered { begun, known, absent, fenced };
    /// A job arrives at a node: it begins, unless one of that name has before. may_start false:
    /// it is only attached to. Its token must be that of the lock.
    Delivered deliver(
        const std::string& node, const Job& job, const Process& process, bool may_start);
    [[nodiscard]] const NodeJob* find_job(const std::string& node, const std::string& id) const;
    [[nodiscard]] bool reachable(const std::string& node) const;
    [[nodiscard]] ReadResult read(const std::string& node, const Read& read);
    [[nodiscard]] Result<std::string> get(const std::string& node, const std::string& path) const;
    /// It goes down now and is up again after that time; what runs there is lost, done or not.
    void power_loss(const std::string& node, Millis down);
    void cut(const std::string& node, Millis time);
    /// A job that was on its way when its sender died, or a second copy of one.
    void deliver_later(const std::string& node, const Job& job, int process, Millis time);

    // The guard of a node; see NodeGuard.
    [[nodiscard]] Result<GuardState> guard_arm(const std::string& node, const std::string& token,
        Seconds limit, std::span<const TaskUndo> undos);
    [[nodiscard]] GuardState guard_renew(const std::string& node, const std::string& token);
    [[nodiscard]] Result<GuardState> guard_fire(const std::string& node, const std::string& token);
    [[nodiscard]] Result<GuardState> guard_disarm(
        const std::string& node, const std::string& token);
    GuardState guard_forget(const std::string& node);
    /// What users need is taken away by the task, and nothing has taken its place.
    [[nodiscard]] bool is_down_by(std::size_t task) const;

    // The people.
    void answered(std::size_t task, std::size_t op);
    /// A person carries a task out with their own hands.
    void done_by_hand(std::size_t task);

    // What is so.
    /// Everything that the task does to its node is done, and what it asks for too.
    [[nodiscard]] bool done(std::size_t task) const;
    /// done(), or a later step has taken over.
    [[nodiscard]] bool holds(std::size_t task) const;
    /// A job of it was begun, ever.
    [[nodiscard]] bool touched(std::size_t task) const;
    /// Something that a job of it did is still so.
    [[nodiscard]] bool stands(std::size_t task) const;
    /// The task may have to be done once more: something of it was lost, failed or taken back.
    void excuse(std::size_t task) { ++excuses_[task]; }

    // Events.
    [[nodiscard]] MonoTime next() const override;
    void happen(MonoTime now) override;

    /// Time and place of everything that must not be.
    void wrong(const std::string& what);

    /// All that may change on nodes, as a number.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }
    [[nodiscard]] const Model& model() const { return *model_; }

    History history;
    std::vector<std::string> wrongs;
    std::map<std::string, Machine> machines;
    std::map<std::string, Disk> disks;
    Scheduler* scheduler = nullptr; ///< who keeps the time at present
    bool maintenance = false;
    int fail_next = 0;               ///< so many commands end with status 1 from now on
    int refuse_checks = 0;           ///< so many checks say no from now on
    int slow_next = 0;               ///< so many commands take ten minutes
    bool slow_where_guarded = false; ///< each command takes minutes there
    int idle_next = 0;               ///< so many commands end well and do nothing
    int unclear_looks = 0;           ///< so many probes and checks cannot be made
    int stuck_waits = 0;             ///< so many looks of waits say no
    bool way_back_chosen = false;
    std::set<int> may_take_over;     ///< processes that were told to take the locks of others
    bool journal_failed = false;     ///< the disk under one was full
    std::set<std::string> disturbed; ///< the kinds of what went wrong, ever
    bool forced = false; ///< a stale copy of a run folder was gone on with, against good advice
    bool several =
        false; ///< more than one run has worked on it: one does not know what another saw
    /// Called when something is not so yet and will be looked at again.
    std::function<void()> on_not_yet;
    /// The first operation of this task that changes a node fails, once.
    std::optional<std::size_t> fail_task;
    bool failed_task = false;

    /// The farm file was edited: from now on this plan of the same tasks is carried out. What was
    /// done by the other one counts as done.
    void edit(const Model& model);
    /// Other numbers from here on.
    void set_chance(Chance chance) { chance_ = chance; }

private:
    struct Event {
        MonoTime at;
        std::uint64_t order = 0;
        enum class Kind { job_ends, arrives, up, guard_looks } kind = Kind::up;
        std::string node;
        Job job;
        int process = 0;
    };
    void add(Event event);
    void begin(const std::string& node, Machine& machine, const Job& job, NodeJob fresh,
        const Process* process);
    void end(const std::string& node, const std::string& id);
    void judge_begin(const std::string& node, const Machine& machine, const Job& job,
        const NodeJob& fresh, int process);
    void judge_op(const std::string& node, const Job& job, const NodeJob& fresh);
    void judge_undo(const Job& job, const NodeJob& fresh);
    void judge_covered(
        const std::string& node, const Machine& machine, const Job& job, std::size_t task);
    void judge_guarded(const std::string& node);
    void go_off_alone(const std::string& node, const std::string& why);
    void go_off(const std::string& node, const std::string& why);
    [[nodiscard]] bool is_guarded(std::size_t task) const;
    void change_lock(
        const std::string& node, Machine& machine, const Job& job, NodeJob& fresh, int process);
    void undo(const JobName& name);
    [[nodiscard]] bool asks_answered(std::size_t task) const;
    /// Something said no, and the program knows.
    void bad_news(std::size_t task);
    [[nodiscard]] bool applied(const Model& model, std::size_t task) const;
    [[nodiscard]] ReadResult answer(const std::string& node, const Meaning& meaning, bool& decided);
    [[nodiscard]] std::string admin_answers(bool overview) const;
    [[nodiscard]] double node_time(const Machine& machine) const;
    [[nodiscard]] MonoTime now() const { return scheduler->mono(); }

    const Model* model_;
    const Model* before_edit_ = nullptr;
    Chance chance_;
    Moment start_;
    std::vector<Event> events_; ///< a heap, the next at its top
    std::uint64_t order_ = 0;
    std::uint64_t changes_ = 0;
    std::vector<Effect> applied_;      ///< by operation of all tasks; 0: not done
    std::vector<bool> answered_;       ///< likewise, for questions
    std::vector<int> begun_;           ///< likewise: how often it was begun by one run
    std::vector<std::string> by_;      ///< likewise: by which run
    std::vector<int> excuses_;         ///< by task
    std::set<std::size_t> undo_tried_; ///< tasks of which undoing was begun, and not the task since
    std::set<std::size_t> idled_;      ///< tasks of which an operation did nothing
    std::vector<bool> said_no_;        ///< by task: the last answer to one of its checks or waits
    int bad_news_ = 0;                 ///< commands and checks that said no: reasons to roll back
};

} // namespace ovd::sim
