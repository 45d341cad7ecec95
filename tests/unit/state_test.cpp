// SPDX-License-Identifier: Apache-2.0
#include "engine/state.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

Record task(const std::string& state, const std::string& how = "") {
    Record record{{"kind", "task"}, {"task", "a@osm1"}, {"state", state}, {"time", "T-" + state}};
    if (state == "intended") record["digest"] = "d1";
    if (!how.empty()) record["how"] = how;
    return record;
}

Record sent(const std::string& job, std::size_t op) {
    return {{"kind", "sent"}, {"task", "a@osm1"}, {"job", job}, {"op", op}, {"time", "T"}};
}

Record ended(const std::string& job, int status) {
    return {{"kind", "ended"}, {"task", "a@osm1"}, {"job", job}, {"status", status}};
}

TaskRecord after(const std::vector<Record>& records) {
    return replay(records).tasks["a@osm1"];
}

} // namespace

TEST_CASE("a task that was begun and says no more is under way") {
    CHECK(after({}).state == TaskState::untouched);
    const auto begun = after({task("intended"), sent("j1", 0)});
    CHECK(begun.state == TaskState::under_way);
    CHECK(begun.attempts == 1);
    CHECK(begun.digest == "d1");
    REQUIRE(begun.jobs.size() == 1);
    CHECK_FALSE(begun.jobs[0].ended);
}

TEST_CASE("the end of a job is kept with its status, and of no other job") {
    const auto run =
        after({task("intended"), sent("j1", 0), ended("j1", 0), sent("j2", 1), ended("j9", 3)});
    REQUIRE(run.jobs.size() == 2);
    CHECK(run.jobs[0].ended);
    CHECK(run.jobs[0].status == 0);
    CHECK_FALSE(run.jobs[1].ended);
}

TEST_CASE("a second attempt forgets the jobs of the first and counts on") {
    const auto run = after({task("intended"), sent("j1", 0), ended("j1", 1), task("failed"),
        task("intended"), sent("j2", 0)});
    CHECK(run.attempts == 2);
    REQUIRE(run.jobs.size() == 1);
    CHECK(run.jobs[0].id == "j2");
}

TEST_CASE("each end of a task is told apart") {
    CHECK(after({task("intended"), task("ok", "by hand")}).how == "by hand");
    CHECK(after({task("intended"), task("failed")}).state == TaskState::failed);
    CHECK(after({task("intended"), task("open")}).state == TaskState::open);
    CHECK(after({task("intended"), task("unknown")}).state == TaskState::unknown);
    // What a later version may write is never taken for done.
    CHECK(after({task("intended"), task("polished")}).state == TaskState::unknown);
    for (const auto state : {TaskState::ok, TaskState::under_way, TaskState::unknown})
        CHECK_FALSE(to_string(state).empty());
}

TEST_CASE("only what was sent and not put back counts as touched") {
    CHECK_FALSE(after({task("intended"), task("ok", "already")}).touched);
    CHECK(after({task("intended"), sent("j1", 0)}).touched);
    // Killed after sending, found done by the next run: still this run's work.
    CHECK(
        after({task("intended"), sent("j1", 0), task("intended"), task("ok", "already")}).touched);
    const auto back =
        after({task("intended"), sent("j1", 0), task("ok", "done"), task("put back")});
    CHECK_FALSE(back.touched);
    CHECK(back.state == TaskState::untouched);
    CHECK(back.attempts == 1); // so that no job's id is ever used again
}

TEST_CASE("a task whose putting back was begun is no longer done") {
    const auto half = after({task("intended"), sent("j1", 0), task("ok", "done"),
        Record{{"kind", "put back"}, {"task", "a@osm1"}, {"job", "u1"}}});
    CHECK(half.state == TaskState::failed);
    CHECK(half.touched);
}

TEST_CASE("the last words of a run are kept until the next begins") {
    std::vector<Record> records{Record{{"seq", 1}, {"time", "T1"}},
        Record{{"kind", "stop"}, {"why", "Stopped before b."}, {"time", "T2"}}};
    const auto run = replay(records);
    CHECK(run.records == 2);
    CHECK(run.last_time == "T2");
    CHECK(run.last_stop == "Stopped before b.");
    records.push_back({{"kind", "begin"}});
    CHECK(replay(records).last_stop.empty());
}

TEST_CASE("the last disruption is the end of the last command that users may notice") {
    CHECK(replay({}).last_disruption == 0);
    CHECK(replay({{{"kind", "ended"}, {"started", 5.0}, {"finished", 7.0}, {"disruptive", true}},
                     {{"kind", "ended"}, {"started", 9.0}, {"finished", 9.5}}})
              .last_disruption == 7.0);
}
