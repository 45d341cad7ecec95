// SPDX-License-Identifier: Apache-2.0
// The simulation as a program: see scripts/simulate.
#include "campaign.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <thread>

namespace {

using namespace ovd;
using namespace ovd::sim;

struct Options {
    std::uint64_t seeds = 0;
    std::uint64_t from = 1;
    std::uint64_t seed = 0;
    bool crash_points = false;
    bool roll_back_points = false;
    bool clock_points = false;
    std::uint64_t every = 1;
    std::uint64_t moment = 0;
    std::string platform;
    std::string procedure;
    std::string active;
    std::string task;
    unsigned workers = 0;
    bool verbose = false;
};

std::vector<ShippedCase> chosen_cases(const Options& options) {
    std::vector<ShippedCase> cases;
    for (const auto& each : shipped_cases())
        if ((options.platform.empty() || each.platform == options.platform) &&
            (options.procedure.empty() || each.procedure == options.procedure) &&
            (options.active.empty() || each.active == options.active))
            cases.push_back(each);
    return cases;
}

/// Runs work on each worker and adds up what they found.
Tally on_all(unsigned workers, const std::function<Tally(const Share&)>& work) {
    std::vector<Tally> tallies(workers);
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < workers; ++i)
            threads.emplace_back([&, i] { tallies[i] = work({i, workers}); });
    }
    Tally all;
    for (const auto& each : tallies)
        all.add(each);
    return all;
}

/// A line a part, and what failed; true when nothing did.
bool tell(const std::string& part, const Tally& tally, double seconds, bool verbose) {
    for (const auto& failure : tally.failures) {
        fmt::print("FAILED simulation: scripts/simulate {}\n", failure.repeat);
        for (const auto& wrong : failure.wrongs)
            fmt::print("    {}\n", wrong);
        if (verbose) fmt::print("{}\n", failure.history);
        if (&failure - tally.failures.data() >= 9) {
            fmt::print("... and {} more\n", tally.failures.size() - 10);
            break;
        }
    }
    fmt::print("{} {}: {} trials, {} moments, {:.0f} virtual hours, {:.1f} s\n",
        tally.failures.empty() ? "ok" : "--", part, tally.trials, tally.moments,
        tally.virtual_hours, seconds);
    if (verbose || tally.by_fault.size() > 1) {
        std::vector<std::string> all;
        for (const auto& [fault, times] : tally.by_fault)
            all.push_back(fmt::format("{} {}", times, fault));
        fmt::print("   {}\n", fmt::join(all, ", "));
    }
    std::fflush(stdout);
    return tally.failures.empty();
}

class Run {
public:
    explicit Run(Options options) : options_(std::move(options)), cases_(chosen_cases(options_)) {}

    int go() {
        if (cases_.empty()) {
            fmt::print(
                stderr, "No such plan. Platforms: {}\n", fmt::join(shipped_platforms(), " "));
            return 2;
        }
        if (options_.seed != 0) return one_seed();
        bool well = true;
        if (options_.crash_points || options_.roll_back_points || options_.clock_points)
            for (const auto& each : cases_)
                well = points(each) && well;
        if (options_.seeds != 0) well = seeds() && well;
        return well ? 0 : 1;
    }

private:
    template <class Work>
    bool timed(const std::string& part, const Work& work) {
        const auto began = std::chrono::steady_clock::now();
        const Tally tally = work();
        return tell(part, tally, seconds_between(began, std::chrono::steady_clock::now()),
            options_.verbose);
    }

    int one_seed() {
        const auto tally = seed_trial(scenes_, cases_, options_.seed, true);
        fmt::print("{}", tally.history);
        return tell(fmt::format("seed {}", options_.seed), tally, 0, false) ? 0 : 1;
    }

    bool points(const ShippedCase& what) {
        const auto scene = scenes_.get(what);
        if (!scene->wrongs().empty()) {
            for (const auto& wrong : scene->wrongs())
                fmt::print("FAILED simulation of {} without faults: {}\n", what.title(), wrong);
            return false;
        }
        const CrashOptions how{options_.every, options_.moment, options_.verbose};
        bool well = true;
        if (options_.crash_points)
            well = timed(fmt::format("killed at each moment: {}", what.title()), [&] {
                return on_all(options_.workers,
                    [&](const Share& share) { return crash_points(*scene, share, how); });
            }) && well;
        if (options_.roll_back_points)
            well = timed(fmt::format("killed while rolling back: {}", what.title()), [&] {
                return on_all(options_.workers,
                    [&](const Share& share) { return roll_back_points(*scene, share, how); });
            }) && well;
        if (options_.clock_points)
            well = timed(fmt::format("clock set at each wait: {}", what.title()), [&] {
                return on_all(options_.workers,
                    [&](const Share& share) { return clock_points(*scene, share); });
            }) && well;
        return well;
    }

    bool seeds() {
        return timed(
            fmt::format("seeds {} to {}", options_.from, options_.from + options_.seeds - 1), [&] {
                return on_all(options_.workers, [&](const Share& share) {
                    Tally tally;
                    for (auto seed = options_.from; seed < options_.from + options_.seeds; ++seed)
                        if (share.mine(seed)) tally.add(seed_trial(scenes_, cases_, seed, false));
                    return tally;
                });
            });
    }

    Options options_;
    std::vector<ShippedCase> cases_;
    Scenes scenes_;
};

} // namespace

int main(int count, char** words) {
    Options options;
    CLI::App app{
        "Runs the shipped plan against simulated nodes, with everything that can go wrong.",
        "simulate"};
    app.add_option("--seeds", options.seeds, "so many seeds, from --from on");
    app.add_option("--from", options.from, "the first seed")->capture_default_str();
    app.add_option("--seed", options.seed, "one seed again, with its whole history");
    app.add_flag("--crash-points", options.crash_points, "kill the wizard at each moment of a run");
    app.add_flag(
        "--roll-back-points", options.roll_back_points, "and at each moment of rolling back");
    app.add_flag(
        "--clock-points", options.clock_points, "set the clock whenever something is awaited");
    app.add_option("--every", options.every, "only each n-th moment")->capture_default_str();
    app.add_option("--moment", options.moment, "this moment alone");
    app.add_option("--platform", options.platform, "these plans alone");
    app.add_option("--procedure", options.procedure, "migration, update, failover-test ...");
    app.add_option("--active", options.active, "osm1 or osm2");
    app.add_option("--task", options.task, "with --roll-back-points: this task alone");
    app.add_option("--workers", options.workers, "side by side; as many as there are processors");
    app.add_flag("-v,--verbose", options.verbose, "the history of what failed");
    CLI11_PARSE(app, count, words);
    if (options.workers == 0) options.workers = std::max(1U, std::thread::hardware_concurrency());
    return Run(std::move(options)).go();
}
