// SPDX-License-Identifier: Apache-2.0
#include "trial.h"

#include "disk.h"
#include "people.h"
#include "wires.h"

#include "engine/facts.h"
#include "engine/survey.h"

#include <fmt/format.h>

namespace ovd::sim {
namespace {

/// Whatever happens to it, a run ends by then.
constexpr std::chrono::hours longest_run{24};

Result<std::string> secret(const std::string& name) {
    return Model::secret(name);
}

/// What run_verb does, with everything outside the program simulated.
void be_wizard(World& world, Faults& faults, Chance chance, const Start& start, Outcome& outcome) {
    auto& scheduler = *world.scheduler;
    if (start.take_over) world.may_take_over.insert(scheduler.process().id);
    const auto& shipped = world.model().shipped();
    const auto ended = [&](Error error) {
        outcome.killed = false;
        outcome.error = std::move(error);
    };
    Wires wires(world, faults, start.folder);
    auto farm = shipped.farm;
    if (auto ok = read_facts(farm, shipped.guide, wires, scheduler); !ok) return ended(ok.error());
    auto file = open_sim_journal(world, faults, start.folder);
    if (!file) return ended(file.error());
    const Redactor redactor;
    auto numbers = chance.split();
    auto journal = Journal::open(std::move(*file), "journal.jsonl", scheduler, numbers, redactor);
    if (!journal) return ended(journal.error());
    Inspector inspector(shipped.plan, wires, scheduler, secret);
    People people(world, faults, chance.split(), start.at_terminal);
    SimSheets sheets(world, faults, chance.split());
    SimWatch watch(faults);
    SimView view;
    const Tools tools{shipped.plan, wires, inspector, **journal, people, sheets, watch, view,
        scheduler, scheduler, redactor, random_token(numbers)};
    if (auto ok = record_begin(**journal, farm, start.who, tools.token, ""); !ok)
        return ended(ok.error());
    Executor executor(tools, (*journal)->state(),
        {{}, !start.at_terminal, false, start.take_over, start.who,
            fmt::format("process {}", scheduler.process().id)});
    outcome.summary = executor.run(scheduler.process().stop.get_token());
    const auto noted = record_end(**journal, outcome.summary, true);
    outcome.killed = false;
    outcome.error = outcome.summary.error;
    if (!noted && !outcome.error) outcome.error = noted.error();
    outcome.finished = !outcome.error && outcome.summary.left == 0;
}

/// When a run says that a section was rolled back, nothing of what has a way back may stand there.
void judge_rolled_back(World& world, const std::string& message) {
    const auto& plan = world.model().plan();
    for (std::size_t task = 0; task < plan.tasks.size(); ++task)
        if (message.find("What was done in " + plan.tasks[task].step->section + " ") !=
                std::string::npos &&
            !plan.details[task].undo.empty() && world.stands(task))
            world.wrong(plan.tasks[task].id + " still stands in a section that was rolled back");
}

/// A run that ends by itself because something said no, or because nothing can be written down,
/// does not leave the service down.
void judge_service(World& world, const Outcome& outcome) {
    if (!outcome.error ||
        (outcome.error->kind != ErrorKind::remote && outcome.error->kind != ErrorKind::journal))
        return;
    const auto& plan = world.model().plan();
    for (std::size_t task = 0; task < plan.tasks.size(); ++task) {
        if (!plan.tasks[task].step->disruptive || plan.details[task].undo.empty() ||
            !is_rolled_back(plan.guide, plan.tasks[task].step->section))
            continue;
        const auto& over = world.model().taken_over_by(task);
        const bool over_yet =
            std::ranges::all_of(over, [&](std::size_t each) { return world.done(each); });
        const auto& why = outcome.summary.error;
        const bool unfinished = std::ranges::any_of(plan.tasks, [&](const Task& other) {
            return other.step->section == plan.tasks[task].step->section &&
                   !world.holds(static_cast<std::size_t>(&other - plan.tasks.data()));
        });
        const auto guard = world.machines.at(plan.tasks[task].node).guard.state.phase;
        if (guard == GuardState::Phase::armed) continue; // it goes back by itself
        if (unfinished && world.stands(task) && !over.empty() && !over_yet && why)
            world.wrong(fmt::format("{} stands, and the run has ended: {}", plan.tasks[task].id,
                outcome.error->message));
    }
}

/// However a run ends, the service is up, unless its node was out of sight.
void judge_restored(World& world, const Outcome& outcome) {
    const auto& plan = world.model().plan();
    for (const auto fault : {Fault::refused, Fault::cut, Fault::long_cut, Fault::reboot,
             Fault::node_gone, Fault::late, Fault::command_fails})
        if (world.disturbed.contains(std::string(to_string(fault)))) return;
    for (std::size_t task = 0; task < plan.tasks.size(); ++task)
        if (world.is_down_by(task))
            world.wrong(fmt::format("the run has ended, and {} keeps the service down: {}",
                plan.tasks[task].id, outcome.error ? outcome.error->message : "no error"));
}

/// A full disk under the journal is no obstacle to a rollback.
void judge_rollback(World& world, const Outcome& outcome) {
    const std::set<std::string> only_full{std::string(to_string(Fault::journal_full))};
    if (outcome.error && outcome.error->kind == ErrorKind::rollback_failed &&
        world.disturbed == only_full)
        world.wrong(
            "nothing but the journal was full, and the rollback failed: " + outcome.error->message);
}

void judge_outcome(World& world, const Outcome& outcome, bool alone) {
    if (outcome.killed) return;
    if (alone) judge_rollback(world, outcome);
    if (alone) judge_restored(world, outcome);
    const auto& plan = world.model().plan();
    if (alone) judge_service(world, outcome);
    if (outcome.error && outcome.error->hint.empty() && outcome.error->kind != ErrorKind::stopped)
        world.wrong("an error without a hint: " + outcome.error->message);
    if (outcome.error && outcome.error->kind == ErrorKind::internal)
        world.wrong("a defect of the program: " + outcome.error->message);
    if (alone && outcome.error && outcome.error->kind == ErrorKind::rolled_back)
        judge_rolled_back(world, outcome.error->message);
    if (!outcome.finished) return;
    for (std::size_t task = 0; task < plan.tasks.size(); ++task)
        if (!world.holds(task))
            world.wrong(fmt::format(
                "the run says that nothing is left, and {} is not done", plan.tasks[task].id));
}

} // namespace

Moment first_moment() {
    // A Tuesday night; the monotonic clock begins with it.
    return {WallTime(Millis{1'769'825'640'000}), MonoTime(Seconds{1})};
}

Outcome run_once(World& world, Chance& chance, Moment& now, const Start& start,
    const std::optional<Second>& second) {
    Scheduler scheduler(chance.split(), now);
    auto* keeper = std::exchange(world.scheduler, &scheduler);
    scheduler.set_events(&world);
    world.may_take_over.clear(); // processes are counted anew
    Outcome outcome;
    Faults faults(world, chance.split(), start.faults);
    faults.on_moment = start.on_moment;
    scheduler.spawn(
        now.mono, [&, own = chance.split()] { be_wizard(world, faults, own, start, outcome); });
    Outcome other;
    Start other_start;
    Faults no_faults(world, chance.split(), {});
    if (second) {
        world.several = true;
        other_start.who = second->who;
        other_start.folder = "other";
        scheduler.spawn(now.mono + second->after, [&, own = chance.split()] {
            if (second->copy) {
                world.disks["other"] = world.disks[start.folder];
                world.disks["other"].locked_by = 0;
            }
            be_wizard(world, no_faults, own, other_start, other);
        });
    }
    if (!scheduler.run(now.mono + longest_run)) world.wrong("a run that does not come to an end");
    outcome.moments = faults.count();
    outcome.struck = faults.struck;
    for (auto& [folder, disk] : world.disks)
        disk.locked_by = 0;
    world.history.add(scheduler.now(), "the run ended: {}",
        outcome.killed  ? "killed"
        : outcome.error ? std::string(outcome.error->message)
                        : fmt::format("{} left", outcome.summary.left));
    judge_outcome(world, outcome, !second);
    now = scheduler.now();
    world.scheduler = keeper;
    return outcome;
}

World killed(const World& world) {
    auto copy = world;
    copy.disturbed.insert("killed");
    for (auto& [folder, disk] : copy.disks)
        disk.locked_by = 0;
    return copy;
}

void bring_to_the_end(World& world, Chance& chance, Moment now, int most_runs) {
    // The faults have ended: what was broken is mended, as far as it can be.
    for (auto& [folder, disk] : world.disks)
        disk.full = 0;
    world.fail_next = world.slow_next = world.refuse_checks = 0;
    world.idle_next = world.unclear_looks = world.stuck_waits = 0;
    Start start;
    std::string last;
    int refused_copies = 0;
    for (int run = 0; run < most_runs; ++run) {
        // The next one comes at once, or some hours later.
        const auto gap = chance.once_in(3) ? Millis{100} : chance.between(1'000, 10'000'000);
        now = now.after(gap);
        const auto outcome = run_once(world, chance, now, start);
        if (!world.wrongs.empty() || outcome.finished) return;
        last = outcome.error ? outcome.error->message : "no error";
        // People do what they are told.
        if (!outcome.error) continue;
        const bool stale = outcome.error->message.find("another copy") != std::string::npos;
        if (stale) start.folder = start.folder == "run" ? "other" : "run";
        // Each copy knows a part of what was done: whoever goes on with one was told so.
        if (stale && ++refused_copies > 2) world.forced = true;
        start.take_over = (!stale || world.forced) &&
                          outcome.error->hint.find("--take-over") != std::string::npos;
    }
    Scheduler clock(chance.split(), now);
    world.scheduler = &clock;
    world.wrong(fmt::format("{} runs without faults did not come to the end: {}", most_runs, last));
    world.scheduler = nullptr;
}

void judge_looks(World& world, Chance& chance, Moment now) {
    Scheduler scheduler(chance.split(), now);
    auto* keeper = std::exchange(world.scheduler, &scheduler);
    scheduler.set_events(&world);
    scheduler.spawn(now.mono, [&] {
        Faults faults(world, chance.split(), {});
        const auto& plan = world.model().plan();
        const auto before = world.changes();
        const auto bytes = world.disks["run"].bytes;
        Wires wires(world, faults, "run");
        Connections& readers = wires;
        Inspector inspector(plan, readers, scheduler, secret);
        const auto text = parse_journal(bytes, "journal.jsonl");
        if (!text) return world.wrong("the journal cannot be read: " + text.error().message);
        const auto state = replay(text->records);
        const auto found = inspector.look(tasks_to_look_at(plan));
        (void)settle(plan, state, found);
        if (world.disks["run"].bytes != bytes) world.wrong("a look has changed the journal");
        if (world.changes() != before) world.wrong("a look has changed a node");
    });
    if (!scheduler.run(now.mono + longest_run)) world.wrong("a look that does not come to an end");
    world.scheduler = keeper;
}

} // namespace ovd::sim
