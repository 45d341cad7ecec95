// SPDX-License-Identifier: Apache-2.0
#include "campaign.h"

#include <algorithm>
#include <fmt/format.h>

namespace ovd::sim {
namespace {

constexpr std::uint64_t seed_of_scenes = 1;
constexpr std::size_t kept_failures = 5;

double hours_between(Moment from, Moment to) {
    return seconds_between(from.mono, to.mono) / 3600;
}

/// The migration is what most is at stake in: a third of all.
const ShippedCase& drawn(const std::vector<ShippedCase>& cases, Chance& chance) {
    for (;;) {
        const auto& each = cases[chance.below(cases.size())];
        const bool one_kind = each.procedure == cases.front().procedure &&
                              cases.back().procedure == cases.front().procedure;
        if (one_kind || each.procedure == "migration" || chance.once_in(5)) return each;
    }
}

/// What came of a world in the end.
void take(Tally& tally, const World& world, const std::string& repeat) {
    ++tally.trials;
    tally.history = world.history.text();
    if (world.wrongs.empty()) return;
    if (tally.failures.size() < kept_failures)
        tally.failures.push_back({repeat, world.wrongs, world.history.text()});
    else
        tally.failures.push_back({repeat, {world.wrongs.front()}, {}});
}

std::string words_of(const ShippedCase& what) {
    return fmt::format("--platform {} --procedure {}{}", what.platform, what.procedure,
        what.active.empty() ? "" : " --active " + what.active);
}

/// The wizard of this world is killed now; the next one is too, at some moment; the third comes to
/// the end.
void kill_twice_and_resume(World world, Moment now, Chance chance, const std::string& repeat,
    std::uint64_t usual_moments, Tally& tally) {
    Start resumed;
    // Half of them near its beginning, where it finds out what became of the first.
    const auto at = 1 + chance.below(chance.once_in(2) ? 60 : usual_moments);
    resumed.faults = {{at, chance.once_in(4) ? Fault::operator_power : Fault::crash}};
    const auto began = now;
    now = now.after(chance.once_in(2) ? Millis{50} : chance.between(500, 400'000));
    const auto outcome = run_once(world, chance, now, resumed);
    tally.moments += outcome.moments;
    if (!outcome.finished) bring_to_the_end(world, chance, now);
    tally.virtual_hours += hours_between(began, now);
    take(tally, world, repeat);
}

/// Goes on from each moment of a run as if the wizard were killed there.
class EachMoment {
public:
    EachMoment(const World& world, const Share& share, const CrashOptions& options,
        std::string repeat, Tally& tally)
        : world_(world), share_(share), options_(options), repeat_(std::move(repeat)),
          tally_(tally) {}
    std::uint64_t from = 0; ///< not before this moment
    std::uint64_t usual_moments = 1000;

    void operator()(std::uint64_t number) {
        if (number < from) return;
        const bool wanted = options_.only != 0 ? number == options_.only
                                               : number % options_.every == 0 &&
                                                     share_.mine(number / options_.every);
        if (!wanted || !world_.wrongs.empty()) return;
        auto copy = killed(world_);
        copy.history = {};
        copy.history.keep = options_.keep_history;
        kill_twice_and_resume(std::move(copy), world_.scheduler->now(), Chance(number),
            fmt::format("{} --moment {}", repeat_, number), usual_moments, tally_);
    }

private:
    const World& world_;
    Share share_;
    CrashOptions options_;
    std::string repeat_;
    Tally& tally_;
};

/// Some questions are answered by commands of the operator's machine.
void with_hooks(Farm& farm) {
    for (const char* name : {"shutdown-osm1", "add-nic-osm1", "request-key"})
        farm.hooks[name] = "true";
}

std::set<std::string> rolled_back_sections(const Guide& guide) {
    std::set<std::string> ids;
    for (const auto& chapter : guide.chapters)
        for (const auto& section : chapter.sections)
            if (section.rollback) ids.insert(section.id);
    return ids;
}

} // namespace

void Tally::add(const Tally& other) {
    trials += other.trials;
    moments += other.moments;
    virtual_hours += other.virtual_hours;
    for (const auto& [fault, count] : other.by_fault)
        by_fault[fault] += count;
    failures.insert(failures.end(), other.failures.begin(), other.failures.end());
}

Scene::Scene(const ShippedCase& what)
    : shipped_(shipped_plan(what, with_hooks)), model_(*shipped_),
      shipped_after_edit_(shipped_plan(what,
          [](Farm& farm) {
              with_hooks(farm);
              farm.vip = "10.20.1.99";
              farm.database_user = "ovd2";
              farm.cluster_name = "other";
          })),
      edited_(*shipped_after_edit_) {
    // Once to count, once to keep what it was like on the way.
    for (const bool counting : {true, false}) {
        World world(model_, Chance(seed_of_scenes), first_moment());
        Chance chance(seed_of_scenes);
        auto now = first_moment();
        Start start;
        if (!counting)
            start.on_moment = [&](std::uint64_t number) {
                while (tenths_.size() < 10 && number >= tenths_.size() * moments_ / 10)
                    tenths_.emplace_back(
                        std::make_shared<World>(killed(world)), world.scheduler->now());
            };
        const auto outcome = run_once(world, chance, now, start);
        moments_ = outcome.moments;
        wrongs_ = world.wrongs;
        hours_ = hours_between(first_moment(), now);
        if (!outcome.finished)
            wrongs_.push_back("a run without faults did not come to the end: " +
                              (outcome.error ? outcome.error->message : "things are left"));
        if (!wrongs_.empty()) return;
    }
    for (auto& [world, when] : tenths_) {
        world->scheduler = nullptr;
        world->history = {};
    }
}

std::shared_ptr<const Scene> Scenes::get(const ShippedCase& what) {
    const std::scoped_lock lock(mutex_);
    auto& known = known_[what.title()];
    if (!known) known = std::make_shared<const Scene>(what);
    return known;
}

namespace {

/// However long what is guarded takes, the guard is held off.
void run_slowly(const Scene& scene, Tally& tally) {
    World world(scene.model(), Chance(seed_of_scenes), first_moment());
    world.slow_where_guarded = true;
    Chance chance(seed_of_scenes);
    auto now = first_moment();
    const auto outcome = run_once(world, chance, now, {});
    tally.moments += outcome.moments;
    if (!outcome.finished)
        world.wrongs.push_back("a run of slow commands did not come to its end: " +
                               (outcome.error ? outcome.error->message : "things are left"));
    take(tally, world, "--crash-points " + words_of(scene.model().shipped().what));
}

/// At each moment at which a guard is armed its node is out of sight for longer than it waits.
void cut_where_guarded(
    const Scene& scene, const Share& share, const CrashOptions& options, Tally& tally) {
    std::uint64_t moments = 1;
    for (std::uint64_t at = 1; at <= moments; ++at) {
        if (at > 1 && (at % options.every != 0 || !share.mine(at / options.every))) continue;
        World world(scene.model(), Chance(seed_of_scenes), first_moment());
        Chance chance(seed_of_scenes);
        auto now = first_moment();
        Start start;
        std::uint64_t seen = 0;
        start.on_moment = [&](std::uint64_t) {
            for (const auto& [node, machine] : world.machines) {
                if (machine.guard.state.phase != GuardState::Phase::armed || ++seen != at) continue;
                world.disturbed.insert(std::string(to_string(Fault::long_cut)));
                world.cut(node, Millis{80'000});
            }
        };
        const auto outcome = run_once(world, chance, now, start);
        tally.moments += outcome.moments;
        if (!outcome.finished) bring_to_the_end(world, chance, now);
        moments = std::max(moments, seen);
        take(tally, world, "--crash-points " + words_of(scene.model().shipped().what));
    }
}

} // namespace

Tally crash_points(const Scene& scene, const Share& share, const CrashOptions& options) {
    Tally tally;
    World world(scene.model(), Chance(seed_of_scenes), first_moment());
    Chance chance(seed_of_scenes);
    auto now = first_moment();
    Start start;
    EachMoment each(
        world, share, options, "--crash-points " + words_of(scene.model().shipped().what), tally);
    each.usual_moments = scene.moments();
    start.on_moment = std::ref(each);
    tally.moments += run_once(world, chance, now, start).moments;
    run_slowly(scene, tally);
    if (options.only == 0) cut_where_guarded(scene, share, options, tally);
    return tally;
}

namespace {

/// The task fails, and from then on nothing can be written down any more.
void roll_back_without_journal(const Scene& scene, std::size_t task, Tally& tally) {
    World world(scene.model(), Chance(seed_of_scenes), first_moment());
    world.fail_task = task;
    Chance chance(seed_of_scenes);
    auto now = first_moment();
    Start start;
    start.on_moment = [&](std::uint64_t) {
        if (!world.failed_task || world.journal_failed) return;
        world.disks["run"].full = 1'000'000;
        world.way_back_chosen = world.journal_failed = true;
        world.disturbed.insert(std::string(to_string(Fault::journal_full)));
    };
    tally.moments += run_once(world, chance, now, start).moments;
    bring_to_the_end(world, chance, now);
    take(tally, world,
        fmt::format("--roll-back-points {} --task {}", words_of(scene.model().shipped().what),
            scene.model().plan().tasks[task].id));
}

} // namespace

Tally roll_back_points(const Scene& scene, const Share& share, const CrashOptions& options) {
    Tally tally;
    const auto& plan = scene.model().plan();
    const auto sections = rolled_back_sections(plan.guide);
    for (std::size_t task = 0; task < plan.tasks.size(); ++task) {
        if (!sections.contains(plan.tasks[task].step->section)) continue;
        World world(scene.model(), Chance(seed_of_scenes), first_moment());
        world.fail_task = task;
        Chance chance(seed_of_scenes);
        auto now = first_moment();
        Start start;
        EachMoment each(world, share, options,
            fmt::format("--roll-back-points {} --task {}", words_of(scene.model().shipped().what),
                plan.tasks[task].id),
            tally);
        each.usual_moments = scene.moments();
        // Until it fails all is as in the run without faults.
        start.on_moment = [&](std::uint64_t number) {
            if (world.failed_task) each(number);
        };
        tally.moments += run_once(world, chance, now, start).moments;
        if (!world.failed_task) continue; // it does nothing that could fail
        roll_back_without_journal(scene, task, tally);
        bring_to_the_end(world, chance, now);
        take(tally, world,
            fmt::format("--roll-back-points {} --task {}", words_of(scene.model().shipped().what),
                plan.tasks[task].id));
    }
    return tally;
}

Tally clock_points(const Scene& scene, const Share& share) {
    Tally tally;
    std::uint64_t waits = 1;
    for (std::uint64_t at = 1; at <= waits; ++at) {
        if (!share.mine(at) && at > 1) continue; // the first tells how many there are
        World world(scene.model(), Chance(seed_of_scenes), first_moment());
        Chance chance(seed_of_scenes);
        auto now = first_moment();
        std::uint64_t seen = 0;
        world.on_not_yet = [&] {
            constexpr std::chrono::hours hour{1};
            if (++seen == at) world.scheduler->jump(at % 2 == 0 ? -hour : hour);
        };
        const auto outcome = run_once(world, chance, now, {});
        if (!outcome.finished)
            world.wrongs.push_back("a clock that was set ends the run: " +
                                   (outcome.error ? outcome.error->message : "things are left"));
        waits = std::max(waits, seen);
        tally.moments += outcome.moments;
        tally.virtual_hours += hours_between(first_moment(), now);
        take(
            tally, world, fmt::format("--clock-points {}", words_of(scene.model().shipped().what)));
    }
    return tally;
}

Tally seed_trial(
    Scenes& scenes, const std::vector<ShippedCase>& cases, std::uint64_t seed, bool keep_history) {
    Tally tally;
    Chance chance(seed);
    const auto scene = scenes.get(drawn(cases, chance));
    if (!scene->wrongs().empty()) {
        tally.failures.push_back(
            {"--crash-points " + words_of(scene->model().shipped().what), scene->wrongs(), {}});
        return tally;
    }
    const auto tenth = chance.once_in(5) ? 0 : chance.below(10);
    auto world = scene->at_tenth(tenth);
    auto now = scene->time_of_tenth(tenth);
    world.history.keep = keep_history;
    world.set_chance(chance.split());
    const auto began = now;
    const auto faults = all_faults();
    const auto left = std::max<std::uint64_t>(1, scene->moments() * (10 - tenth) / 10);
    const auto runs = 1 + chance.below(3);
    bool finished = false;
    bool by_others = false; // somebody else did a part of it, or it is another plan by now
    for (std::size_t run = 0; run < runs && !finished && world.wrongs.empty(); ++run) {
        Start start;
        start.at_terminal = chance.once_in(2);
        const auto count = 1 + chance.below(4);
        for (std::size_t i = 0; i < count; ++i) {
            const auto fault = faults[chance.below(faults.size())];
            start.faults.push_back({1 + chance.below(left), fault});
        }
        std::optional<Second> second;
        if (chance.once_in(8)) {
            by_others = true;
            second = Second{chance.between(0, 600'000), chance.once_in(2),
                chance.once_in(2) ? "ann@ops1" : "bob@ops2"};
            ++tally.by_fault[second->copy ? "second wizard, copied folder" : "second wizard"];
        }
        if (run == 1 && chance.once_in(6)) {
            by_others = true;
            world.edit(scene->edited());
            ++tally.by_fault["farm file edited"];
        }
        now = now.after(chance.between(100, 3'000'000));
        const auto outcome = run_once(world, chance, now, start, second);
        tally.moments += outcome.moments;
        for (const auto& [fault, times] : outcome.struck)
            tally.by_fault[fault] += times;
        finished = outcome.finished;
        if (chance.once_in(8) && world.wrongs.empty()) judge_looks(world, chance, now);
    }
    // A node that is gone for good is a case of its own: nobody can come to the end then.
    const bool gone = std::ranges::any_of(
        world.machines, [](const auto& machine) { return machine.second.gone; });
    if (!finished && !gone && world.wrongs.empty())
        bring_to_the_end(world, chance, now, by_others ? 60 : 8);
    tally.virtual_hours += hours_between(began, now);
    take(tally, world, fmt::format("--seed {}", seed));
    return tally;
}

} // namespace ovd::sim
