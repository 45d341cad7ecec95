// SPDX-License-Identifier: Apache-2.0
#include "engine/state.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ovd {
namespace {

constexpr std::array state_names = {
    std::pair{TaskState::untouched, std::string_view{"untouched"}},
    std::pair{TaskState::under_way, std::string_view{"under way"}},
    std::pair{TaskState::ok, std::string_view{"ok"}},
    std::pair{TaskState::open, std::string_view{"open"}},
    std::pair{TaskState::failed, std::string_view{"failed"}},
    std::pair{TaskState::unknown, std::string_view{"unknown"}},
};

TaskState state_from(const std::string& name) {
    for (const auto& [state, text] : state_names)
        if (text == name) return state;
    return TaskState::unknown;
}

void take_task(TaskRecord& task, const Record& record) {
    const std::string state = record.value("state", "");
    if (state == "intended") {
        task.state = TaskState::under_way;
        task.digest = record.value("digest", "");
        task.began = record.value("time", "");
        task.attempts += 1;
        task.half_undone = false;
        task.undo_job.clear();
        task.how.clear();
        task.message.clear();
        if (task.open_job() != nullptr) task.ran = true; // it may have; nobody knows any more
        task.jobs.clear();
        return;
    }
    if (state == "put back") {
        task.state = TaskState::untouched;
        task.touched = false;
        task.ran = false;
        task.half_undone = false;
        task.jobs.clear(); // what was still running was waited for
        return;
    }
    task.state = state_from(state);
    task.digest = record.value("digest", task.digest);
    task.how = record.value("how", "");
    task.message = record.value("message", "");
    task.ended = record.value("time", "");
    task.seconds = record.value("seconds", 0.0);
}

void take_end(TaskRecord& task, const Record& record) {
    const std::string id = record.value("job", "");
    if (task.undo_job == id) task.undo_job.clear();
    for (auto& job : task.jobs)
        if (job.id == id) {
            job.ended = true;
            task.ran = true;
            job.status = record.value("status", -1);
        }
}

} // namespace

std::string_view to_string(TaskState state) {
    for (const auto& [each, text] : state_names)
        if (each == state) return text;
    return "unknown";
}

void RunState::take(const Record& record) {
    ++records;
    last_time = record.value("time", last_time);
    const std::string kind = record.value("kind", "");
    const std::string name = record.value("task", "");
    if (kind == "task") {
        take_task(tasks[name], record);
    } else if (kind == "sent") {
        tasks[name].touched = true;
        tasks[name].jobs.push_back({record.value("job", ""), record.value("op", std::size_t{0}),
            record.value("time", ""), false, -1});
    } else if (kind == "put back") {
        // From here on it may be half undone: it is not done, and has to begin anew.
        auto& task = tasks[name];
        task.state = TaskState::failed;
        task.how.clear();
        task.message = "putting it back was begun";
        task.half_undone = true;
        task.undo_job = record.value("job", "");
        if (record.value("op", 0) == 0) ++task.put_backs;
    } else if (kind == "ended") {
        take_end(tasks[name], record);
        if (record.value("disruptive", false))
            last_disruption =
                std::max(last_disruption, record.value("finished", record.value("started", 0.0)));
    } else if (kind == "hook") {
        auto& task = tasks[name];
        task.hook = record.value("state", "") == "begins" ? record.value("hook", "") : "";
        task.hook_time = record.value("time", "");
        task.hook_who = who;
    } else if (kind == "answer") {
        // Nobody was there: it is still not known what the hook did.
        if (record.value("by", "") != "nobody") tasks[name].hook.clear();
    } else if (kind == "begin") {
        facts = record.value("facts", Facts{});
        who = record.value("who", "");
        if (record.contains("token")) tokens.push_back(record.value("token", ""));
        finished = false;
        last_stop.clear(); // how the one before ended says nothing of this one
    } else if (kind == "stop") {
        last_stop = record.value("why", "");
        finished = record.value("finished", false);
    }
}

RunState replay(const std::vector<Record>& records) {
    RunState run;
    for (const auto& record : records)
        run.take(record);
    return run;
}

} // namespace ovd
