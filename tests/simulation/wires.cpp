// SPDX-License-Identifier: Apache-2.0
#include "wires.h"

#include "../unit/plain_reader.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd::sim {
namespace {

/// As in src/ssh: how long a change tries to connect again.
constexpr Seconds reconnect_deadline{180};

} // namespace

class Wires::Wire final : public PlainReader, public Changer, public NodeGuard {
public:
    using PlainReader::look;
    Wire(World& world, Faults& faults, std::string node, std::string folder)
        : world_(world), faults_(faults), node_(std::move(node)), folder_(std::move(folder)) {}

    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        auto& scheduler = *world_.scheduler;
        scheduler.yield();
        faults_.moment(Moment_of::read, node_);
        if (!world_.reachable(node_)) return not_there();
        traffic.connects = std::max(traffic.connects, 1);
        ++traffic.round_trips;
        scheduler.sleep(Millis{3});
        if (!world_.reachable(node_)) return not_there();
        std::vector<ReadResult> results;
        results.reserve(reads.size());
        for (const auto& one : reads)
            results.push_back(world_.read(node_, one));
        return results;
    }

    Result<std::string> get(const std::string& path) override {
        world_.scheduler->yield();
        faults_.moment(Moment_of::read, node_);
        if (!world_.reachable(node_)) return not_there();
        traffic.connects = std::max(traffic.connects, 1);
        return world_.get(node_, path);
    }

    Result<JobState> run(const Job& job, const JobWatch& watch) override;

    Result<JobState> look(const std::string& job_id) override {
        world_.scheduler->yield();
        faults_.moment(Moment_of::read, node_);
        if (!world_.reachable(node_)) return not_there();
        traffic.connects = std::max(traffic.connects, 1);
        const auto* job = world_.find_job(node_, job_id);
        return job == nullptr ? JobState{} : job->state;
    }

    Result<GuardState> arm(
        const std::string& token, Seconds limit, std::span<const TaskUndo> undos) override {
        return guarded([&] { return world_.guard_arm(node_, token, limit, undos); });
    }
    Result<GuardState> renew(const std::string& token) override {
        return guarded([&] { return Result<GuardState>(world_.guard_renew(node_, token)); });
    }
    Result<GuardState> fire(const std::string& token) override {
        return guarded([&] { return world_.guard_fire(node_, token); });
    }
    Result<GuardState> disarm(const std::string& token) override {
        return guarded([&] { return world_.guard_disarm(node_, token); });
    }
    Result<GuardState> forget() override {
        return guarded([&] { return Result<GuardState>(world_.guard_forget(node_)); });
    }
    Result<GuardState> look() override {
        return guarded([&] { return Result<GuardState>(world_.machines.at(node_).guard.state); });
    }

    Traffic traffic;
    Millis patience = reconnect_deadline;

private:
    /// The order may arrive, and its answer not.
    Result<GuardState> guarded(const std::function<Result<GuardState>()>& order) {
        world_.scheduler->yield();
        faults_.moment(Moment_of::read, node_);
        if (!world_.reachable(node_)) return not_there();
        world_.scheduler->sleep(Millis{5});
        if (!world_.reachable(node_)) return not_there();
        auto state = order();
        faults_.moment(Moment_of::reply, node_);
        if (!world_.reachable(node_)) return not_there();
        return state;
    }
    /// What is sent stands in the journal, on disk.
    void judge_announced(const Job& job) const {
        if (!world_.model().job(job.id)) return;
        const auto& disk = world_.disks[folder_];
        // The way back does not wait for room on the disk.
        if (world_.journal_failed && world_.model().job(job.id)->undo) return;
        const auto at = disk.bytes.rfind(job.id, disk.durable);
        if (at == std::string::npos || at + job.id.size() > disk.durable)
            world_.wrong(job.id + " is sent before the journal has it on disk");
    }
    [[nodiscard]] tl::unexpected<Error> not_there() const {
        return fail(ErrorKind::connect, node_ + " does not answer", "Look whether it is up.");
    }

    World& world_;
    Faults& faults_;
    std::string node_;
    std::string folder_;
};

Result<JobState> Wires::Wire::run(const Job& job, const JobWatch& watch) {
    auto& scheduler = *world_.scheduler;
    scheduler.yield();
    faults_.moment(Moment_of::send, node_, &job);
    const auto stopping = [&] { return watch.stop.stop_requested(); };
    if (stopping())
        return fail(ErrorKind::stopped, node_ + ": stopped before anything was sent", "Run again.");
    judge_announced(job);
    bool sent = false;
    bool begun = false;
    std::optional<MonoTime> until;
    const auto stopped_meanwhile = [&]() -> Result<JobState> {
        if (!sent)
            return fail(
                ErrorKind::stopped, node_ + ": stopped before anything was sent", "Run again.");
        if (begun) {
            JobState state;
            state.phase = JobState::Phase::running;
            return state;
        }
        return fail(
            ErrorKind::unknown, node_ + ": stopped while the connection was cut", "Run again.");
    };
    for (;;) {
        if (!world_.reachable(node_)) {
            if (traffic.connects == 0 && !sent) return not_there();
            if (!until) until = scheduler.mono() + patience;
            if (scheduler.mono() >= *until)
                return sent ? Result<JobState>(fail(ErrorKind::unknown,
                                  node_ + ": the connection was cut while this was under way",
                                  "When the node can be reached, run again."))
                            : Result<JobState>(not_there());
            if (stopping()) return stopped_meanwhile();
            scheduler.sleep(std::min(Millis{5000}, patience));
            continue;
        }
        traffic.connects = std::max(traffic.connects, 1);
        ++traffic.round_trips;
        const auto epoch = world_.machines.at(node_).epoch;
        sent = true;
        const auto delivered = world_.deliver(node_, job, scheduler.process(), !begun);
        if (delivered == World::Delivered::absent)
            return fail(ErrorKind::unknown, node_ + ": its record is gone", "Look yourself.");
        if (delivered == World::Delivered::fenced)
            return fail(ErrorKind::refused, node_ + ": another run has taken over this farm",
                "To go on from here, type: ovd-failover run --take-over");
        faults_.moment(Moment_of::begun, node_, &job);
        const auto cut = [&] {
            return !world_.reachable(node_) || world_.machines.at(node_).epoch != epoch;
        };
        if (cut()) {
            scheduler.sleep(Millis{250});
            continue;
        }
        begun = true;
        until.reset();
        std::optional<MonoTime> grace;
        const NodeJob* known = world_.find_job(node_, job.id);
        while (!cut() && known->state.phase == JobState::Phase::running) {
            if (stopping() && !grace) grace = scheduler.mono() + watch.grace;
            if (grace && scheduler.mono() >= *grace) return stopped_meanwhile();
            const auto left =
                std::chrono::duration_cast<Millis>(known->ends - scheduler.mono()) + Millis{1};
            scheduler.sleep(std::clamp(left, Millis{1}, Millis{3000}));
            known = world_.find_job(node_, job.id);
        }
        if (!cut()) faults_.moment(Moment_of::reply, node_, &job);
        if (!cut()) return world_.find_job(node_, job.id)->state;
        if (stopping()) return stopped_meanwhile();
        scheduler.sleep(Millis{250});
    }
}

Wires::Wires(World& world, Faults& faults, std::string folder)
    : world_(world), faults_(faults), folder_(std::move(folder)) {}
Wires::~Wires() = default;

Wires::Wire& Wires::wire(const std::string& node) {
    auto& known = wires_[node];
    if (!known) known = std::make_unique<Wire>(world_, faults_, node, folder_);
    return *known;
}

Reader& Wires::reader(const std::string& node) {
    return wire(node);
}

Changer& Wires::changer(const std::string& node) {
    return wire(node);
}

NodeGuard& Wires::guard(const std::string& node) {
    return wire(node);
}

Traffic Wires::traffic(const std::string& node) const {
    const auto known = wires_.find(node);
    return known == wires_.end() ? Traffic{} : known->second->traffic;
}

void Wires::give_up_after(const std::string& node, Millis most) {
    wire(node).patience = most;
}

void Wires::drop(const std::string& node) {
    ++world_.machines.at(node).epoch;
}

} // namespace ovd::sim
