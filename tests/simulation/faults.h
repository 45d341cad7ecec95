// SPDX-License-Identifier: Apache-2.0
// What goes wrong, and at which moment of a run. Moments are counted: the n-th is the same in every
// run of the same seed.
#pragma once

#include "world.h"

#include <string_view>

namespace ovd::sim {

/// Where in the program a moment is.
enum class Moment_of {
    append,   ///< before a record is written
    sync,     ///< written, not yet on disk
    recorded, ///< on disk
    send,     ///< before a job is sent to a node
    begun,    ///< the node has it, the operator does not know yet
    reply,    ///< it has ended, the operator does not know yet
    read,     ///< before a look at a node
    ask,      ///< before a person is asked
    answer    ///< the person has answered, nothing is written down
};

enum class Fault {
    crash,          ///< SIGKILL of the wizard
    operator_power, ///< the operator's machine loses power
    interrupt,      ///< Ctrl-C
    hang_up,        ///< the terminal is gone
    refused,        ///< the node refuses connections for a while
    cut,            ///< the connection is cut, and can be made again at once
    long_cut,       ///< for longer than anybody waits
    late,           ///< what was sent arrives when its sender is long dead
    twice,          ///< what was sent arrives twice
    reboot,         ///< the node goes down and comes back
    node_gone,      ///< for good
    clock_forward,  ///< somebody sets the operator's clock an hour
    clock_back,
    node_clock,    ///< somebody sets the node's clock
    command_fails, ///< also: the node's disk is full
    command_hangs, ///< it takes ten minutes
    check_fails,
    command_idle, ///< it ends well and has done nothing
    look_unclear, ///< a look cannot be made
    wait_stuck,   ///< what is waited for does not come
    journal_full, ///< the disk under the journal
    not_yet,      ///< a person says so
    slow_person,  ///< twenty minutes
    red_sheet,
    too_long, ///< the service is down for longer than its limit
};

[[nodiscard]] std::string_view to_string(Fault fault);
[[nodiscard]] std::vector<Fault> all_faults();

/// The faults of one run of a wizard.
class Faults {
public:
    struct Planned {
        std::uint64_t at = 0; ///< the n-th moment of that run, from 1
        Fault fault = Fault::crash;
    };
    Faults(World& world, Chance chance, std::vector<Planned> planned)
        : world_(world), chance_(chance), planned_(std::move(planned)) {}

    /// A moment of the run. May throw Killed. node: whose, or empty.
    void moment(Moment_of where, const std::string& node = {}, const Job* job = nullptr);
    /// True once, when that fault was planned for a moment that has come.
    [[nodiscard]] bool take(Fault fault);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// Called at each moment, before anything goes wrong at it.
    std::function<void(std::uint64_t)> on_moment;
    bool hung_up = false;                        ///< nobody can be asked any more
    std::map<std::string, std::uint64_t> struck; ///< what went wrong, and how often

private:
    /// False: not here; it waits for a moment at which it can happen.
    [[nodiscard]] bool strike(
        Fault fault, Moment_of where, const std::string& node, const Job* job);

    World& world_;
    Chance chance_;
    std::vector<Planned> planned_;
    std::vector<Fault> due_;
    std::uint64_t count_ = 0;
};

} // namespace ovd::sim
