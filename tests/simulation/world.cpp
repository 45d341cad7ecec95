// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace ovd::sim {
namespace {

/// As the engine calls a job off that must never run.
const std::string called_off = "exit 125";

bool is_lock(const Job& job) {
    return job.command.find("/var/lib/ovd-failover/lease") != std::string::npos;
}

/// The word in single quotes behind this beginning of a line.
std::string word_behind(const std::string& script, const std::string& begin) {
    const auto at = script.find(begin);
    if (at == std::string::npos) return {};
    const auto from = at + begin.size();
    const auto to = script.find('\n', from);
    auto word = script.substr(from, to - from);
    if (word.size() >= 2 && word.front() == '\'') word = word.substr(1, word.rfind('\'') - 1);
    return word;
}

} // namespace

World::World(const Model& model, Chance chance, Moment start)
    : model_(&model), chance_(chance), start_(start), applied_(model.ops(), 0),
      answered_(model.ops(), false), begun_(model.ops(), 0), by_(model.ops()),
      excuses_(model.plan().tasks.size(), 0), said_no_(model.plan().tasks.size(), false) {
    for (const auto& node : model.plan().farm.nodes)
        machines[node.id];
    for (const auto& server : model.plan().farm.servers)
        machines[server.name];
}

void World::wrong(const std::string& what) {
    history.add(scheduler->now(), "WRONG: {}", what);
    wrongs.push_back(what);
}

bool World::asks_answered(std::size_t task) const {
    const auto& ops = model_->plan().details[task].ops;
    for (std::size_t op = 0; op < ops.size(); ++op)
        if (std::holds_alternative<AskOp>(ops[op]) && !answered_[model_->first_op(task) + op])
            return false;
    return true;
}

bool World::applied(const Model& model, std::size_t task) const {
    const auto& ops = model.plan().details[task].ops;
    for (std::size_t op = 0; op < ops.size(); ++op) {
        // Where the Session Manager's API was asked, a person may have answered instead.
        const auto at = model.first_op(task) + op;
        const bool by_person = std::holds_alternative<AdminOp>(ops[op]) && answered_[at];
        if (model.effect(task, op) != 0 && applied_[at] != model.effect(task, op) && !by_person)
            return false;
    }
    return true;
}

bool World::done(std::size_t task) const {
    return asks_answered(task) &&
           (applied(*model_, task) || (before_edit_ != nullptr && applied(*before_edit_, task)));
}

void World::edit(const Model& model) {
    const auto& now = model_->plan();
    const auto& then = model.plan();
    for (std::size_t task = 0; task < now.tasks.size(); ++task)
        if (now.tasks.size() != then.tasks.size() || now.tasks[task].id != then.tasks[task].id ||
            now.details[task].ops.size() != then.details[task].ops.size())
            throw std::logic_error("an edited farm of other tasks");
    before_edit_ = std::exchange(model_, &model);
    for (auto& times : excuses_)
        times += 100;
}

bool World::holds(std::size_t task) const {
    if (done(task)) return true;
    const auto& over = model_->taken_over_by(task);
    return !over.empty() && std::ranges::all_of(over, [this](auto each) { return done(each); });
}

void World::bad_news(std::size_t task) {
    excuse(task);
    ++bad_news_;
}

bool World::touched(std::size_t task) const {
    const auto first = model_->first_op(task);
    const auto count = model_->plan().details[task].ops.size();
    return std::any_of(begun_.begin() + static_cast<long>(first),
        begun_.begin() + static_cast<long>(first + count), [](int times) { return times > 0; });
}

bool World::stands(std::size_t task) const {
    const auto first = model_->first_op(task);
    for (std::size_t op = 0; op < model_->plan().details[task].ops.size(); ++op)
        if (applied_[first + op] != 0) return true;
    return false;
}

void World::answered(std::size_t task, std::size_t op) {
    answered_[model_->first_op(task) + op] = true;
    ++changes_;
}

void World::done_by_hand(std::size_t task) {
    for (std::size_t op = 0; op < model_->plan().details[task].ops.size(); ++op) {
        applied_[model_->first_op(task) + op] = model_->effect(task, op);
        answered_[model_->first_op(task) + op] = true;
    }
    excuse(task);
    said_no_[task] = false; // they have seen it themselves
    ++changes_;
    history.add(scheduler->now(), "a person did {}", model_->plan().tasks[task].id);
}

bool World::reachable(const std::string& node) const {
    const auto& machine = machines.at(node);
    return machine.up && !machine.gone && now() >= machine.cut_until;
}

const NodeJob* World::find_job(const std::string& node, const std::string& id) const {
    const auto& jobs = machines.at(node).jobs;
    const auto found = jobs.find(id);
    return found == jobs.end() ? nullptr : &found->second;
}

double World::node_time(const Machine& machine) const {
    const auto since = std::chrono::duration<double>(now() - start_.mono + machine.clock_off);
    return std::chrono::duration<double>(start_.wall.time_since_epoch()).count() + since.count();
}

World::Delivered World::deliver(
    const std::string& node, const Job& job, const Process& process, bool may_start) {
    auto& machine = machines.at(node);
    if (machine.jobs.contains(job.id)) return Delivered::known;
    if (!may_start) return Delivered::absent;
    if (process.stopped && *process.stopped + Seconds{5} < now() && !is_lock(job) &&
        job.command != called_off)
        wrong(fmt::format("{} is begun long after a stop was asked for", job.id));
    if (!machine.takes(job)) {
        history.add(scheduler->now(), "{} is fenced off {}", job.id, node);
        if (!several && !machine.fenced_by_guard)
            wrong(fmt::format("{} is fenced off {}, and nobody else is there", job.id, node));
        return Delivered::fenced;
    }
    begin(node, machine, job, {}, &process);
    return Delivered::begun;
}

void World::begin(const std::string& node, Machine& machine, const Job& job, NodeJob fresh,
    const Process* process) {
    const int by = process == nullptr ? machine.lock_process : process->id;
    fresh.state.phase = JobState::Phase::running;
    fresh.state.started = node_time(machine);
    auto takes = chance_.between(30, 3000);
    if (is_lock(job)) {
        fresh.kind = NodeJob::Kind::lock;
        change_lock(node, machine, job, fresh, by);
        takes = chance_.between(1, 50);
    } else if (const auto name = model_->job(job.id); name && job.command != called_off) {
        fresh.kind = name->undo ? NodeJob::Kind::undo : NodeJob::Kind::op;
        fresh.name = *name;
        fresh.effect = Model::effect_of(job.command, job.input);
        if (!name->undo) {
            // What another run did is not this one's to know.
            const auto at = model_->first_op(name->task) + name->op;
            const auto run = job.id.substr(0, job.id.find('-'));
            if (std::exchange(by_.at(at), run) != run) begun_[at] = 0;
        }
        judge_begin(node, machine, job, fresh, by);
        if (!name->undo && fail_task == name->task) {
            fail_task.reset();
            failed_task = fresh.fails = true;
        }
        if (fail_next > 0) {
            --fail_next;
            fresh.fails = true;
        }
        const auto* admin =
            !name->undo && name->op < model_->plan().details[name->task].ops.size()
                ? std::get_if<AdminOp>(&model_->plan().details[name->task].ops[name->op])
                : nullptr;
        if (idle_next > 0 && !name->undo && admin == nullptr) {
            --idle_next;
            fresh.idle = true;
        }
        if (slow_where_guarded && is_guarded(name->task)) takes += Millis{240'000};
        if (slow_next > 0) {
            --slow_next;
            takes = Millis{600'000};
        }
        if (!name->undo) ++begun_[model_->first_op(name->task) + name->op];
    } else if (name && name->undo) {
        // It was announced and never ran; whoever announced it cannot know, and begins anew.
        excuse(name->task);
    } else if (job.command != called_off) {
        wrong(fmt::format("{}: a job of no task: {}", node, job.id));
    }
    fresh.ends = now() + takes;
    fresh.by = by;
    ++changes_;
    history.add(scheduler->now(), "{} begins {}", node, job.id);
    machine.jobs[job.id] = fresh;
    add({fresh.ends, 0, Event::Kind::job_ends, node, {job.id, {}, {}}, by});
}

void World::change_lock(
    const std::string& node, Machine& machine, const Job& job, NodeJob& fresh, int process) {
    const auto mine = word_behind(job.command, "mine=");
    const auto token = word_behind(job.command, "token=");
    if (mine.empty()) { // released
        if (token != machine.token) return;
        machine.lock.clear();
        for (const auto& [id, other] : machine.jobs)
            if (other.state.phase == JobState::Phase::running && other.by == process &&
                (other.kind == NodeJob::Kind::op || other.kind == NodeJob::Kind::undo))
                wrong(fmt::format("{}: the lock is released while {} runs", node, id));
        return;
    }
    const bool take_over = job.command.find("[ yes = no ]") != std::string::npos;
    if (!machine.lock.empty() && machine.lock != mine && !take_over) {
        fresh.state.status = 75;
        fresh.state.output = "held by " + machine.lock;
        return;
    }
    if (!machine.lock.empty() && machine.lock != mine && !may_take_over.contains(process))
        wrong(fmt::format("{}: process {} takes the lock of {} without being told to", node,
            process, machine.lock));
    const auto run = mine.substr(0, mine.find(' '));
    if (machine.last_run == run && !take_over &&
        word_behind(job.command, "known=").find(machine.token) == std::string::npos) {
        fresh.state.status = 76;
        fresh.state.output = machine.lock;
        return;
    }
    machine.last_run = run;
    machine.lock = mine;
    machine.fenced_by_guard = false;
    machine.token = token;
    machine.lock_process = process;
    history.add(scheduler->now(), "{} is locked by {} (process {})", node, mine, process);
}

void World::end(const std::string& node, const std::string& id) {
    auto& machine = machines.at(node);
    const auto found = machine.jobs.find(id);
    if (found == machine.jobs.end() || found->second.state.phase != JobState::Phase::running)
        return; // it was lost meanwhile
    auto& job = found->second;
    job.state.phase = JobState::Phase::ended;
    job.state.ended = node_time(machine);
    if (job.kind == NodeJob::Kind::lock) {
        if (job.state.status == -1) job.state.status = 0;
        return;
    }
    job.state.status = job.kind == NodeJob::Kind::nothing ? 125 : job.fails ? 1 : 0;
    history.add(scheduler->now(), "{} ended {} with {}", node, id, job.state.status);
    if (job.kind == NodeJob::Kind::nothing) return;
    if (job.fails) {
        job.state.output = "it could not be done";
        bad_news(job.name.task);
        return;
    }
    if (job.kind == NodeJob::Kind::undo) {
        undo(job.name);
        return judge_guarded(node);
    }
    if (job.idle) {
        idled_.insert(job.name.task);
        return bad_news(job.name.task); // when it is looked at
    }
    applied_[model_->first_op(job.name.task) + job.name.op] = job.effect;
    // Done once more by who did not know of it, it undoes what took it over.
    if (forced)
        for (const auto over : model_->taken_over_by(job.name.task))
            undo({over, 0, true});
    judge_guarded(node);
    const auto& op = model_->plan().details[job.name.task].ops[job.name.op];
    if (const auto* admin = std::get_if<AdminOp>(&op)) {
        maintenance = admin->what == "maintenance-on";
        job.state.output = admin_answers(false);
    }
}

/// The last effect first: what undoes a task goes the way back.
void World::undo(const JobName& name) {
    const auto& detail = model_->plan().details[name.task];
    const auto first = model_->first_op(name.task);
    const bool last = name.op + 1 >= detail.undo.size(); // also where there is no undo at all
    const auto left = detail.ops.size() > name.op + 1 ? detail.ops.size() - name.op - 1 : 0;
    for (std::size_t op = last ? 0 : left; op < detail.ops.size(); ++op)
        applied_[first + op] = 0;
    excuse(name.task);
}

void World::power_loss(const std::string& node, Millis down) {
    auto& machine = machines.at(node);
    history.add(scheduler->now(), "{} loses power for {} s", node, down.count() / 1000);
    for (auto& [id, job] : machine.jobs) {
        if (job.state.phase != JobState::Phase::running) continue;
        // What it was about to do may be done or not; how it ended nobody knows.
        if (chance_.once_in(2)) end(node, id);
        job.state = {};
        job.state.phase = JobState::Phase::lost;
        if (job.kind == NodeJob::Kind::op || job.kind == NodeJob::Kind::undo) excuse(job.name.task);
    }
    machine.up = false;
    ++machine.epoch;
    ++changes_;
    add({now() + down, 0, Event::Kind::up, node, {}, 0});
}

void World::cut(const std::string& node, Millis time) {
    auto& machine = machines.at(node);
    history.add(scheduler->now(), "{} is cut off for {:.1f} s", node,
        static_cast<double>(time.count()) / 1000);
    machine.cut_until = std::max(machine.cut_until, now() + time);
    ++machine.epoch;
}

void World::deliver_later(const std::string& node, const Job& job, int process, Millis time) {
    add({now() + time, 0, Event::Kind::arrives, node, job, process});
}

void World::add(Event event) {
    event.order = order_++;
    events_.push_back(std::move(event));
    std::ranges::push_heap(events_, [](const Event& one, const Event& other) {
        return std::tie(one.at, one.order) > std::tie(other.at, other.order);
    });
}

MonoTime World::next() const {
    return events_.empty() ? MonoTime::max() : events_.front().at;
}

void World::happen(MonoTime now) {
    while (!events_.empty() && events_.front().at <= now) {
        std::ranges::pop_heap(events_, [](const Event& one, const Event& other) {
            return std::tie(one.at, one.order) > std::tie(other.at, other.order);
        });
        const auto event = std::move(events_.back());
        events_.pop_back();
        auto& machine = machines.at(event.node);
        switch (event.kind) {
        case Event::Kind::job_ends:
            end(event.node, event.job.id);
            break;
        case Event::Kind::arrives:
            if (machine.up && !machine.jobs.contains(event.job.id) && machine.takes(event.job)) {
                Process sender;
                sender.id = event.process;
                begin(event.node, machine, event.job, {}, &sender);
            }
            break;
        case Event::Kind::up:
            machine.up = !machine.gone;
            history.add(scheduler->now(), "{} is up", event.node);
            if (machine.up && machine.guard.state.phase == GuardState::Phase::armed)
                go_off_alone(event.node, "the node has restarted");
            break;
        case Event::Kind::guard_looks:
            if (machine.up && machine.guard.state.phase == GuardState::Phase::armed &&
                event.at - machine.guard.heard > machine.guard.limit)
                go_off_alone(event.node, "nothing was heard");
            break;
        }
    }
}

// What must not be.

void World::judge_begin(const std::string& node, const Machine& machine, const Job& job,
    const NodeJob& fresh, int process) {
    if (machine.lock.empty())
        wrong(fmt::format("{}: {} begins though nobody holds the lock", node, job.id));
    else if (machine.lock_process != process)
        wrong(fmt::format("{}: {} is begun by process {}, the lock is process {}'s", node, job.id,
            process, machine.lock_process));
    for (const auto& [id, other] : machine.jobs)
        if (other.state.phase == JobState::Phase::running &&
            (other.kind == NodeJob::Kind::op || other.kind == NodeJob::Kind::undo) &&
            other.name.task == fresh.name.task)
            wrong(fmt::format("{}: {} begins beside {} of the same task", node, job.id, id));
    if (fresh.name.undo) {
        judge_undo(job, fresh);
        undo_tried_.insert(fresh.name.task);
    } else {
        judge_op(node, job, fresh);
        judge_covered(node, machine, job, fresh.name.task);
        undo_tried_.erase(fresh.name.task);
    }
}

void World::judge_op(const std::string& node, const Job& job, const NodeJob& fresh) {
    const auto& plan = model_->plan();
    const auto task = fresh.name.task;
    const auto first = model_->first_op(task);
    if (plan.tasks[task].node != node) wrong(fmt::format("{} was sent to {}", job.id, node));
    // One that was on its way when the farm file was edited is still the other plan's.
    const bool shown =
        model_->effect(task, fresh.name.op) == fresh.effect ||
        (before_edit_ != nullptr && before_edit_->effect(task, fresh.name.op) == fresh.effect);
    if (fresh.name.op >= plan.details[task].ops.size() || !shown)
        return wrong(fmt::format("{} is not what the plan shows", job.id));
    for (const auto before : plan.tasks[task].after) {
        if (!holds(before) && !forced)
            wrong(fmt::format("{} begins before {} is done", job.id, plan.tasks[before].id));
        if (said_no_[before] && !several)
            wrong(fmt::format(
                "{} begins though a check of {} said no", job.id, plan.tasks[before].id));
    }
    for (std::size_t op = 0; op < fresh.name.op; ++op) {
        const bool asks = std::holds_alternative<AskOp>(plan.details[task].ops[op]);
        const auto wanted = model_->effect(task, op);
        const bool said = answered_[first + op]; // by a person, also where the API gave no answer
        // One that did nothing and said that it did is seen when the task is looked at.
        const bool as_planned =
            applied_[first + op] == wanted || before_edit_ != nullptr || idled_.contains(task);
        if ((asks && !said) || (wanted != 0 && !as_planned && !said))
            wrong(fmt::format("{} begins before operation {} of it is done", job.id, op + 1));
    }
    const bool harmless = std::holds_alternative<AdminOp>(plan.details[task].ops[fresh.name.op]);
    if (!harmless && begun_[first + fresh.name.op] > excuses_[task])
        wrong(fmt::format("{} was done {} times before, and nothing was wrong with it", job.id,
            begun_[first + fresh.name.op]));
}

void World::judge_undo(const Job& job, const NodeJob& fresh) {
    const auto& plan = model_->plan();
    const auto task = fresh.name.task;
    if (!touched(task)) wrong(fmt::format("{} undoes what was never done", job.id));
    const auto& section = plan.tasks[task].step->section;
    if (bad_news_ == 0 && !way_back_chosen)
        wrong(fmt::format(
            "{} rolls {} back, where no command and no check had said no", job.id, section));
    if (fresh.name.op >= plan.details[task].undo.size() ||
        fresh.effect !=
            Model::effect_of(command_of(plan.details[task].undo[fresh.name.op]),
                model_->resolved(task, *input_of(plan.details[task].undo[fresh.name.op]))))
        return wrong(fmt::format("{} is not the way back that the plan shows", job.id));
    // What came after it in its section, and can be undone, has to be undone by now.
    for (std::size_t later = task + 1; later < plan.tasks.size(); ++later) {
        if (plan.tasks[later].step->section != plan.tasks[task].step->section) continue;
        if (plan.details[later].undo.empty() || !touched(later)) continue;
        const auto& after = plan.tasks[later].after;
        const bool depends = std::ranges::find(after, task) != after.end();
        // Going on past what cannot be undone is meant.
        if (depends && stands(later) && !undo_tried_.contains(later))
            wrong(fmt::format("{} is undone before {}", job.id, plan.tasks[later].id));
    }
}

// What looks see.

ReadResult World::answer(const std::string& node, const Meaning& meaning, bool& decided) {
    const auto& plan = model_->plan();
    const auto yes_or_no = [](bool yes, std::string says) -> ReadResult {
        return {yes ? 0 : 1, false, yes ? "" : std::move(says)};
    };
    switch (meaning.kind) {
    case Meaning::Kind::fact:
        decided = true;
        return {0, false, meaning.says + "\n"};
    case Meaning::Kind::probe: {
        // What a later step has taken over does not look done any more.
        const auto& over = model_->taken_over_by(meaning.task);
        const bool taken = std::ranges::any_of(over, [this](auto each) {
            return before_edit_ == nullptr ? stands(each) : applied(*model_, each);
        });
        // What the farm file says now is what is looked for.
        const bool done_here =
            applied(*model_, meaning.task) && asks_answered(meaning.task) && !taken;
        decided = done_here;
        // Whoever carries it out where a later step stands already finds that it does not look
        // done.
        if (taken && !done_here) bad_news(meaning.task);
        if (unclear_looks > 0) {
            --unclear_looks;
            excuse(meaning.task);
            return {2, chance_.once_in(2), "it cannot be looked at"};
        }
        return yes_or_no(done_here, "not done");
    }
    case Meaning::Kind::check: {
        decided = true;
        const auto& after = plan.tasks[meaning.task].after;
        if (refuse_checks > 0 && plan.details[meaning.task].checks[meaning.index].stops) {
            --refuse_checks;
            bad_news(meaning.task);
            said_no_[meaning.task] = true;
            return yes_or_no(false, "it is not so");
        }
        if (unclear_looks > 0) {
            --unclear_looks;
            bad_news(meaning.task);
            said_no_[meaning.task] = true;
            return {2, chance_.once_in(2), "it cannot be looked at"};
        }
        // What may take a while does.
        if (plan.details[meaning.task].checks[meaning.index].within.count() > 0 &&
            chance_.once_in(3)) {
            said_no_[meaning.task] = true;
            if (on_not_yet) on_not_yet();
            return yes_or_no(false, "not yet");
        }
        const bool well =
            done(meaning.task) && std::ranges::all_of(after, [this](auto t) { return holds(t); });
        if (!well) bad_news(meaning.task);
        said_no_[meaning.task] = !well;
        return yes_or_no(well, "what came before is not done");
    }
    case Meaning::Kind::wait:
        decided = true;
        said_no_[meaning.task] = stuck_waits > 0 || chance_.once_in(3);
        if (stuck_waits > 0) { // its time may be over with this look
            --stuck_waits;
            bad_news(meaning.task);
        }
        if (said_no_[meaning.task] && on_not_yet) on_not_yet();
        return yes_or_no(!said_no_[meaning.task], "not yet");
    case Meaning::Kind::admin:
        decided = true;
        return {0, false, admin_answers(true)};
    }
    throw std::logic_error("a look of no kind on " + node);
}

ReadResult World::read(const std::string& node, const Read& read) {
    if (read.command == "true") return {0, false, ""}; // does it answer at all?
    const auto& meanings = model_->meaning(node, read.command, read.input);
    if (meanings.empty()) {
        wrong(fmt::format("{}: a look that the plan does not have: {}", node, read.command));
        return {127, false, "unknown"};
    }
    ReadResult result;
    bool decided = false;
    const auto is_fact = [](const Meaning& each) { return each.kind == Meaning::Kind::fact; };
    const bool all_facts = std::ranges::all_of(meanings, is_fact);
    for (const auto& meaning : meanings) {
        if (is_fact(meaning) && !all_facts) continue;
        result = answer(node, meaning, decided);
        if (decided) break;
    }
    // A package tells its version where its task has installed it.
    if (const auto fact = std::ranges::find_if(meanings, is_fact);
        fact != meanings.end() && result.status == 0)
        result.output = fact->says;
    // Whose it was cannot be told where several tasks ask the same.
    if (meanings.size() > 1)
        for (const auto& meaning : meanings)
            said_no_[meaning.task] = false;
    return result;
}

/// It is there when those who read it may: what makes it comes before them.
Result<std::string> World::get(const std::string& node, const std::string& path) const {
    for (const auto task : model_->readers_of(node, path)) {
        const auto& after = model_->plan().tasks[task].after;
        if (std::ranges::all_of(after, [this](auto t) { return holds(t); }))
            return Model::content(node, path);
    }
    return fail(
        ErrorKind::remote, fmt::format("{}: {} is not there", node, path), "Look yourself.");
}

std::string World::admin_answers(bool overview) const {
    const auto now_there = node_time(machines.at("osm1"));
    const auto config = fmt::format(R"({{"system_in_maintenance":{}}})", maintenance);
    const auto servers = fmt::format(
        R"({{"1":{{"fqdn":"oas1","status":"ready","registered":true,"timestamp":{:.0f}}}}})",
        now_there + 1);
    std::vector<std::string> bodies{"true", config};
    if (overview) {
        bodies.push_back(servers);
        bodies.emplace_back("[]");
    }
    std::string all;
    for (const auto& body : bodies)
        all += fmt::format("{}\n@@ovd-answer 200 0.01 {} \n", body, body.size());
    return all;
}

} // namespace ovd::sim
