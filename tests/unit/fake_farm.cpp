// SPDX-License-Identifier: Apache-2.0
#include "fake_farm.h"

#include "base/text.h"
#include "plain_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ovd {

namespace {

std::string next_answer(FakeMachine& machine) {
    auto answer = machine.api.front();
    if (machine.api.size() > 1) machine.api.erase(machine.api.begin());
    return answer;
}

bool is_lease(const std::string& command) {
    return command.find("/var/lib/ovd-failover/lease") != std::string::npos;
}

} // namespace

class FakeFarm::Node final : public PlainReader, public Changer, public NodeGuard {
public:
    using PlainReader::look;
    Node(FakeFarm& farm, std::string name) : farm_(farm), name_(std::move(name)) {}

    Result<std::vector<ReadResult>> read(std::span<const Read> reads) override {
        const std::scoped_lock lock(farm_.mutex_);
        farm_.moment();
        if (away()) return not_seen();
        std::vector<ReadResult> results;
        for (const auto& one : reads)
            results.push_back(look_at(one.command));
        return results;
    }

    Result<std::string> get(const std::string& path) override {
        const std::scoped_lock lock(farm_.mutex_);
        const auto file = machine().files.find(path);
        if (file != machine().files.end()) return file->second;
        return fail(ErrorKind::remote, path + " is not there");
    }

    Result<JobState> run(const Job& job, const JobWatch&) override {
        if (seen_away()) return fail(ErrorKind::unknown, name_ + " is out of sight");
        if (auto told = begin(job)) return *told;
        if (farm_.on_job) farm_.on_job(name_, job.command);
        std::this_thread::sleep_for(std::chrono::microseconds(300)); // lets others run beside it
        return end(job);
    }

    Result<JobState> look(const std::string& job_id) override {
        const std::scoped_lock lock(farm_.mutex_);
        farm_.moment();
        if (away()) return not_seen();
        const auto job = machine().jobs.find(job_id);
        if (job == machine().jobs.end()) return JobState{};
        return job->second.state;
    }

    Result<GuardState> arm(
        const std::string& token, Seconds, std::span<const TaskUndo> undos) override {
        return guarded([&](FakeMachine& machine) {
            machine.guard.phase = GuardState::Phase::armed;
            machine.guard.token = token;
            machine.undos.insert(machine.undos.end(), undos.begin(), undos.end());
        });
    }
    Result<GuardState> renew(const std::string&) override {
        return guarded([](FakeMachine&) {});
    }
    Result<GuardState> fire(const std::string&) override {
        return guarded([](FakeMachine& machine) {
            if (machine.guard.phase == GuardState::Phase::armed) go_off(machine, "asked");
        });
    }
    Result<GuardState> disarm(const std::string&) override {
        return guarded([](FakeMachine& machine) {
            if (machine.guard.phase != GuardState::Phase::fired) forget_guard(machine);
        });
    }
    Result<GuardState> forget() override {
        return guarded([](FakeMachine& machine) { forget_guard(machine); });
    }
    static void forget_guard(FakeMachine& machine) {
        machine.guard = {};
        machine.undos.clear();
    }
    Result<GuardState> look() override {
        return guarded([](FakeMachine&) {});
    }

    /// The guard of a machine fires.
    static void go_off(FakeMachine& machine, const std::string& why) {
        machine.guard.phase = GuardState::Phase::fired;
        machine.guard.why = why;
        for (auto part = machine.undos.rbegin(); part != machine.undos.rend(); ++part) {
            JobState state;
            work(machine, part->command, state);
            machine.guard.undone.push_back({part->name, state.status});
        }
    }

private:
    Result<GuardState> guarded(const std::function<void(FakeMachine&)>& change) {
        const std::scoped_lock lock(farm_.mutex_);
        farm_.moment();
        if (away()) return not_seen();
        change(machine());
        return machine().guard;
    }
    [[nodiscard]] bool away() const { return farm_.out_of_sight && farm_.out_of_sight(name_); }
    [[nodiscard]] bool seen_away() const {
        const std::scoped_lock lock(farm_.mutex_);
        return away();
    }
    [[nodiscard]] tl::unexpected<Error> not_seen() const {
        return fail(ErrorKind::connect, name_ + " does not answer");
    }
    FakeMachine& machine() { return farm_.world.machines[name_]; }

    /// An answer when it had begun before and there is nothing to wait for.
    std::optional<Result<JobState>> begin(const Job& job) {
        const std::scoped_lock lock(farm_.mutex_);
        farm_.moment();
        auto& jobs = machine().jobs;
        if (const auto known = jobs.find(job.id); known != jobs.end()) {
            if (known->second.state.phase != JobState::Phase::running)
                return Result<JobState>(known->second.state);
        } else {
            auto& fresh = jobs[job.id];
            fresh.command = job.command;
            fresh.state.phase = JobState::Phase::running;
            ++machine().ran[job.command];
            if (!is_lease(job.command)) farm_.world.log.push_back(name_ + ": " + job.command);
        }
        ++farm_.running_;
        farm_.most_at_once = std::max(farm_.most_at_once, farm_.running_);
        farm_.moment();
        return {};
    }

    Result<JobState> end(const Job& job) {
        const std::scoped_lock lock(farm_.mutex_);
        --farm_.running_;
        auto& known = machine().jobs.at(job.id);
        if (known.command == "cut") return fail(ErrorKind::unknown, name_ + " is out of sight");
        if (known.command.starts_with("slow ") && !std::exchange(known.left, true))
            return fail(ErrorKind::unknown, name_ + " is out of sight");
        work(machine(), known.command, known.state);
        known.state.started = known.state.ended = static_cast<double>(farm_.world.millis) / 1000;
        farm_.moment();
        return known.state;
    }

    ReadResult look_at(const std::string& command) {
        const auto words = split(command, ' ');
        if (words.front() == "has")
            return {machine().facts.contains(words.at(1)) ? 0 : 1, false, ""};
        if (!machine().api.empty() && command.find("curl -q") != std::string::npos)
            return {0, false, next_answer(machine())};
        if (words.front() == "true") return {0, false, "all is well"};
        return {2, false, "cannot look"};
    }

public:
    static void work(FakeMachine& machine, const std::string& command, JobState& state) {
        state.phase = JobState::Phase::ended;
        state.status = 0;
        const auto words = split(command, ' ');
        if (is_lease(command)) {
            if (machine.leased_by_other) {
                state.status = 75;
                state.output = "held by 1234 eve@laptop";
            }
        } else if (!machine.api.empty() && command.find("curl -q") != std::string::npos) {
            state.output = next_answer(machine);
        } else if (words.front() == "spill") {
            state.output = words.at(1) + std::string(3995, '.');
        } else if (words.front() == "unset" && machine.facts.contains("jam")) {
            state.status = 1;
        } else if (words.front() == "set" || words.front() == "slow") {
            machine.facts.insert(words.begin() + 1, words.end());
        } else if (words.front() == "unset") {
            for (const auto& word : words)
                machine.facts.erase(word);
        } else if (command == "exit 125") { // called off before it began
            state.status = 125;
        } else if (words.front() != "nothing") {
            state.status = 1;
            state.output = "no such luck";
        }
    }

private:
    FakeFarm& farm_;
    std::string name_;
};

FakeFarm::Node& FakeFarm::node(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    auto& known = nodes_[name];
    if (!known) known = std::make_shared<Node>(*this, name);
    return *known;
}

Reader& FakeFarm::reader(const std::string& name) {
    return node(name);
}

Changer& FakeFarm::changer(const std::string& name) {
    return node(name);
}

NodeGuard& FakeFarm::guard(const std::string& name) {
    return node(name);
}

void FakeFarm::moment() const {
    if (on_moment) on_moment(world);
}

WallTime FakeFarm::wall() const {
    const std::scoped_lock lock(mutex_);
    moment();
    return WallTime(Millis(++world.millis));
}

MonoTime FakeFarm::mono() const {
    return MonoTime(wall().time_since_epoch());
}

void FakeFarm::sleep(Millis time) {
    const std::scoped_lock lock(mutex_);
    world.millis += time.count();
}

FakeWorld FakeFarm::copy() const {
    const std::scoped_lock lock(mutex_);
    return world;
}

void FakeFarm::cut_power(FakeWorld& world, bool work_done) {
    for (auto& [name, machine] : world.machines)
        for (auto& [id, job] : machine.jobs) {
            if (job.state.phase != JobState::Phase::running) continue;
            if (work_done) Node::work(machine, job.command, job.state);
            job.state = {};
            job.state.phase = JobState::Phase::lost;
        }
}

Result<Answer> FakeAsker::ask(const Task&, const AskOp& question) {
    const std::scoped_lock lock(mutex_);
    if (hook && !question.hook.empty()) return hook(question);
    asked.push_back("ask " + question.question);
    return Answer{!not_yet.contains(question.question), "", "person", "tester"};
}

Result<Asker::Choice> FakeAsker::before(const Step& step, const std::string& what) {
    const std::scoped_lock lock(mutex_);
    asked.push_back("before " + step.id);
    if (on_before) return on_before(step, what);
    const auto choice = choices.find(step.id);
    return choice == choices.end() ? Choice::run : choice->second;
}

Result<Asker::OnFailure> FakeAsker::after_failure(const Task& task, const Error&) {
    const std::scoped_lock lock(mutex_);
    asked.push_back("failed " + task.id);
    const auto mend = on_failure.front();
    if (on_failure.size() > 1) on_failure.erase(on_failure.begin());
    return mend;
}

Status FakeAsker::by_hand(const Task& task, const std::string& commands, const Seen& seen) {
    for (;;) {
        if (seen) {
            const auto found = seen();
            if (!found) return tl::unexpected(found.error());
            if (*found) return {};
        }
        const std::scoped_lock lock(mutex_);
        asked.push_back("by hand " + task.id + ": " + trim(commands));
        if (does_it() && !seen) return {};
    }
}

bool FakeView::told(const std::string& part) const {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(
        lines_, [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

void FakeView::add(const std::string& line) {
    const std::scoped_lock lock(mutex_);
    lines_.push_back(line);
}

} // namespace ovd
