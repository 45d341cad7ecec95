// SPDX-License-Identifier: Apache-2.0
#include "fake_farm.h"
#include "guide_maker.h"

#include "watch/watcher.h"

#include <atomic>
#include <catch2/catch.hpp>

using namespace ovd;

namespace {

/// Gives what a script says, a probe each time it is asked; afterwards the service is up.
class ScriptProber final : public Prober {
public:
    ScriptProber(std::string script, std::atomic<bool>& through)
        : script_(std::move(script)), through_(through) {}
    std::vector<Probed> collect() override {
        std::this_thread::sleep_for(Millis{2});
        const char now = at_ < script_.size() ? script_[at_++] : 'u';
        if (at_ == script_.size()) through_ = true;
        const auto service = now == 'd'   ? Service::down
                             : now == 'm' ? Service::maintenance
                                          : Service::up;
        // A probe every tenth of a second, ending now.
        return {{start_.after(Millis{100} * static_cast<int>(count_++)), service}};
    }

private:
    std::string script_;
    std::atomic<bool>& through_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
    Moment start_ = SystemClock().now();
};

struct Watched {
    std::vector<Outage> outages; ///< that were over
    std::vector<WatchEnded> stretches;
    int opened = 0; ///< interruptions that the journal knew of before they were over
    bool told_back = false;
    bool told_live = false;
    bool told_unknown = false;
    std::optional<std::string> crossed;
};

Watched watch(const std::string& script, long limit = 0, const std::vector<Event>& before = {}) {
    const TempDir dir;
    SystemRuntime machine;
    const auto runtime = machine.get();
    const Redactor redactor;
    auto journal = Journal::open(dir.path().string(), runtime.clock, runtime.random, redactor);
    REQUIRE(journal);
    for (const auto& event : before)
        REQUIRE((*journal)->write(event));
    const auto old = (*journal)->records().size();
    FakeView view;
    std::atomic<bool> through = false;
    Watched seen;
    {
        Watcher watcher(**journal, view, runtime.clock, runtime.threads,
            [&] { return std::make_unique<ScriptProber>(script, through); });
        Step step;
        step.section = "3-database/30-switch";
        step.limit = limit;
        if (before.empty())
            watcher.begins("away@osm1", step);
        else
            watcher.resume_watching();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!through && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(Millis{1});
        if (before.empty()) watcher.ends("away@osm1");
        seen.crossed = watcher.crossed();
    }
    REQUIRE(through);
    const auto all = (*journal)->records();
    for (std::size_t i = old; i < all.size(); ++i) {
        const auto* outage = all[i].as<Outage>();
        seen.opened += outage != nullptr && outage->to.empty() ? 1 : 0;
        if (outage != nullptr && !outage->to.empty()) seen.outages.push_back(*outage);
        if (const auto* stretch = all[i].as<WatchEnded>()) seen.stretches.push_back(*stretch);
    }
    seen.told_live = view.told("service down") && view.told("service up");
    seen.told_unknown = view.told("nobody was watching when it came up");
    seen.told_back = view.told("the service is up again");
    return seen;
}

} // namespace

TEST_CASE("an interruption lasts from its first failed probe to the next that succeeds") {
    const auto seen = watch("uuuddddduuu");
    REQUIRE(seen.outages.size() == 1);
    CHECK(seen.outages[0].task == "away@osm1");
    CHECK(seen.outages[0].seconds == Approx(0.5).margin(0.001));
    CHECK_FALSE(seen.outages[0].began_before);
    REQUIRE(seen.stretches.size() == 1);
    CHECK(seen.stretches[0].down == Approx(0.5).margin(0.001));
    CHECK(seen.told_back);
    CHECK(seen.told_live);
    CHECK(seen.opened == 1);
}

TEST_CASE("maintenance is no outage, and two outages are two") {
    CHECK(watch("uummmmuu").outages.empty());
    CHECK(watch("uddmdduu").outages.size() == 2);
}

TEST_CASE("a service that was down already, or never comes back, is told as that") {
    const auto before = watch("ddduu");
    REQUIRE(before.outages.size() == 1);
    CHECK(before.outages[0].began_before);
}

TEST_CASE("a limit that is crossed is told once, with the section") {
    // What is away is measured by the clock, so the script only has to be away at all.
    const auto long_away = watch("u" + std::string(700, 'd') + "u", 1);
    CHECK(long_away.crossed == "3-database/30-switch");
    CHECK_FALSE(watch("udu", 1).crossed);
}

TEST_CASE("an interruption that a killed wizard had seen begin is gone on with by the next") {
    const WatchBegan watching{"away@osm1", "3-database/30-switch", 300, "2026-01-31T02:00:00.000Z"};
    const Outage down{.task = "away@osm1", .from = "2026-01-31T02:00:01.000Z"};
    const auto still = watch("dddu", 0, {watching, down});
    REQUIRE(still.outages.size() == 1);
    CHECK(still.outages[0].task == "away@osm1");
    CHECK(still.outages[0].from == "2026-01-31T02:00:01.000Z");
    CHECK_FALSE(still.outages[0].at_most);
    // It came back while nobody was there to see it: the length is only an upper bound.
    const auto back = watch("uu", 0, {watching, down});
    REQUIRE(back.outages.size() == 1);
    CHECK(back.outages[0].at_most);
    CHECK(back.told_unknown);
    // Killed before the first probe that failed: it is watched all the same.
    const auto early = watch("uu", 0, {watching});
    CHECK(early.outages.empty());
    CHECK(early.stretches.size() == 1);
}

TEST_CASE("a prober that throws ends the watching, not the run") {
    class OddProber final : public Prober {
    public:
        std::vector<Probed> collect() override { throw std::runtime_error("no more memory"); }
    };
    const TempDir dir;
    SystemRuntime machine;
    const auto runtime = machine.get();
    const Redactor redactor;
    auto journal = Journal::open(dir.path().string(), runtime.clock, runtime.random, redactor);
    REQUIRE(journal);
    FakeView view;
    {
        Watcher watcher(**journal, view, runtime.clock, runtime.threads,
            [] { return std::make_unique<OddProber>(); });
        watcher.begins("away@osm1", Step{});
        watcher.ends("away@osm1");
        watcher.begins("away@osm1", Step{}); // it is tried anew
    }
    CHECK(view.told("the service is not watched any more: no more memory"));
}
