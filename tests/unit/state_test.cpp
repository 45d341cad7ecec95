// SPDX-License-Identifier: Apache-2.0
#include "engine/state.h"

#include <catch2/catch.hpp>

using namespace ovd;

namespace {

Record at(const std::string& time, Event event) {
    return {0, time, std::move(event)};
}

Record task(TaskStatus status, TaskHow how = TaskHow::none) {
    TaskChanged change{.task = "a@osm1", .status = status, .how = how};
    if (status == TaskStatus::running) change.digest = "d1";
    return at("T", change);
}

Record sent(const std::string& job, std::size_t op) {
    return at("T", CommandSent{"a@osm1", op, job, "", ""});
}

Record ended(const std::string& job, int status) {
    return at("T", CommandEnded{.task = "a@osm1", .job = job, .status = status});
}

const auto intended = task(TaskStatus::running);

TaskRecord after(const std::vector<Record>& records) {
    return replay(records).tasks["a@osm1"];
}

} // namespace

TEST_CASE("a task that was begun and says no more is running") {
    CHECK(after({}).is_fresh());
    const auto begun = after({intended, sent("j1", 0)});
    CHECK(begun.status == TaskStatus::running);
    CHECK(begun.attempts == 1);
    CHECK(begun.digest == "d1");
    REQUIRE(begun.jobs.size() == 1);
    CHECK_FALSE(begun.jobs[0].ended);
}

TEST_CASE("the end of a job is kept with its status, and of no other job") {
    const auto run =
        after({intended, sent("j1", 0), ended("j1", 0), sent("j2", 1), ended("j9", 3)});
    REQUIRE(run.jobs.size() == 2);
    CHECK(run.jobs[0].ended);
    CHECK(run.jobs[0].status == 0);
    CHECK_FALSE(run.jobs[1].ended);
}

TEST_CASE("a second attempt forgets the jobs of the first and counts on") {
    const auto run = after({intended, sent("j1", 0), ended("j1", 1), task(TaskStatus::failed),
        intended, sent("j2", 0)});
    CHECK(run.attempts == 2);
    REQUIRE(run.jobs.size() == 1);
    CHECK(run.jobs[0].id == "j2");
}

TEST_CASE("each end of a task is told apart") {
    CHECK(after({intended, task(TaskStatus::done, TaskHow::by_hand)}).how == TaskHow::by_hand);
    CHECK(after({intended, task(TaskStatus::failed)}).status == TaskStatus::failed);
    CHECK(after({intended, task(TaskStatus::open)}).status == TaskStatus::open);
    CHECK(after({intended, task(TaskStatus::unknown)}).status == TaskStatus::unknown);
}

TEST_CASE("only what was sent and not rolled back counts as touched") {
    CHECK_FALSE(after({intended, task(TaskStatus::done, TaskHow::already)}).touched);
    CHECK(after({intended, sent("j1", 0)}).touched);
    // Killed after sending, found done by the next run: still this run's work.
    CHECK(after({intended, sent("j1", 0), intended, task(TaskStatus::done, TaskHow::already)})
            .touched);
    const auto back = after({intended, sent("j1", 0), task(TaskStatus::done, TaskHow::ran),
        task(TaskStatus::rolled_back)});
    CHECK_FALSE(back.touched);
    CHECK(back.is_fresh());
    CHECK(back.attempts == 1); // so that no job's id is ever used again
}

TEST_CASE("a task whose rollback was begun is no longer done") {
    const auto half = after({intended, sent("j1", 0), task(TaskStatus::done, TaskHow::ran),
        at("T", UndoSent{"a@osm1", 0, "u1", ""})});
    CHECK(half.status == TaskStatus::failed);
    CHECK(half.touched);
}

TEST_CASE("the last words of a run are kept until the next begins") {
    std::vector<Record> records{
        at("T1", JournalHeader{}), at("T2", RunEnded{.why = "Stopped before b."})};
    const auto run = replay(records);
    CHECK(run.records == 2);
    CHECK(run.last_time == "T2");
    CHECK(run.last_stop == "Stopped before b.");
    records.push_back(at("T3", RunBegan{}));
    CHECK(replay(records).last_stop.empty());
}

TEST_CASE("the last disruption is the end of the last command that users may notice") {
    CHECK(replay({}).last_disruption == 0);
    CHECK(replay({at("T", CommandEnded{.started = 5, .finished = 7, .disruptive = true}),
                     at("T", CommandEnded{.started = 9, .finished = 9.5})})
              .last_disruption == 7.0);
}
