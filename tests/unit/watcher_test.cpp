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
    std::vector<Record> records;
    int opened = 0; ///< interruptions that the journal knew of before they were over
    bool told_back = false;
    bool told_live = false;
    bool told_unknown = false;
    std::optional<std::string> crossed;
};

Watched watch(const std::string& script, long limit = 0, const std::vector<Record>& before = {}) {
    const TempDir dir;
    SystemRuntime machine;
    const auto runtime = machine.get();
    const Redactor redactor;
    auto journal = Journal::open(dir.path().string(), runtime.clock, runtime.random, redactor);
    REQUIRE(journal);
    for (const auto& record : before)
        REQUIRE((*journal)->write(record));
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
            watcher.go_on();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!through && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(Millis{1});
        if (before.empty()) watcher.ends("away@osm1");
        seen.crossed = watcher.crossed();
    }
    REQUIRE(through);
    const auto all = (*journal)->records();
    for (std::size_t i = old; i < all.size(); ++i) {
        const auto kind = all[i].value("kind", "");
        const bool opens = kind == "away" && all[i].value("to", "").empty();
        seen.opened += opens ? 1 : 0;
        if ((kind == "away" && !opens) || kind == "watched") seen.records.push_back(all[i]);
    }
    seen.told_live = view.told("service away") && view.told("service there");
    seen.told_unknown = view.told("nobody was watching when it came back");
    seen.told_back = view.told("the service is back");
    return seen;
}

} // namespace

TEST_CASE("an interruption lasts from its first failed probe to the next that succeeds") {
    const auto seen = watch("uuuddddduuu");
    REQUIRE(seen.records.size() == 2);
    CHECK(seen.records[0]["kind"] == "away");
    CHECK(seen.records[0]["task"] == "away@osm1");
    CHECK(seen.records[0]["seconds"].get<double>() == Approx(0.5).margin(0.001));
    CHECK(seen.records[0]["began before"] == false);
    CHECK(seen.records[1]["kind"] == "watched");
    CHECK(seen.records[1]["away"].get<double>() == Approx(0.5).margin(0.001));
    CHECK(seen.told_back);
    CHECK(seen.told_live);
    CHECK(seen.opened == 1);
}

TEST_CASE("maintenance is no interruption, and two interruptions are two") {
    CHECK(watch("uummmmuu").records.size() == 1);
    CHECK(watch("uddmdduu").records.size() == 3);
}

TEST_CASE("a service that was away already, or never comes back, is told as that") {
    const auto before = watch("ddduu");
    REQUIRE(before.records.size() == 2);
    CHECK(before.records[0]["began before"] == true);
}

TEST_CASE("a limit that is crossed is told once, with the section") {
    // What is away is measured by the clock, so the script only has to be away at all.
    const auto long_away = watch("u" + std::string(700, 'd') + "u", 1);
    CHECK(long_away.crossed == "3-database/30-switch");
    CHECK_FALSE(watch("udu", 1).crossed);
}

TEST_CASE("an interruption that a killed wizard had seen begin is gone on with by the next") {
    const Record watching{{"kind", "watching"}, {"task", "away@osm1"},
        {"section", "3-database/30-switch"}, {"limit", 300}, {"from", "2026-01-31T02:00:00.000Z"}};
    const Record away{{"kind", "away"}, {"task", "away@osm1"}, {"from", "2026-01-31T02:00:01.000Z"},
        {"to", ""}, {"seconds", 0.0}};
    const auto still = watch("dddu", 0, {watching, away});
    REQUIRE(still.records.size() == 2);
    CHECK(still.records[0]["task"] == "away@osm1");
    CHECK(still.records[0]["from"] == "2026-01-31T02:00:01.000Z");
    CHECK_FALSE(still.records[0].contains("at most"));
    // It came back while nobody was there to see it: the length is only an upper bound.
    const auto back = watch("uu", 0, {watching, away});
    REQUIRE(back.records.size() == 2);
    CHECK(back.records[0]["at most"] == true);
    CHECK(back.told_unknown);
    // Killed before the first probe that failed: it is looked at all the same.
    const auto early = watch("uu", 0, {watching});
    REQUIRE(early.records.size() == 1);
    CHECK(early.records[0]["kind"] == "watched");
}
