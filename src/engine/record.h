// SPDX-License-Identifier: Apache-2.0
// The records of a journal: one struct a kind. README.md says when each is written; record_json.cpp
// is the only place that knows how they look on disk.
#pragma once

#include "engine/facts.h"
#include "engine/sheet_record.h"
#include "engine/task_status.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ovd {

using Json = nlohmann::ordered_json;

/// The first line of a journal.
struct JournalHeader {
    int version = 1;
    std::string run = {}; ///< names this run in jobs on the nodes, for ever
};

/// A run begins.
struct RunBegan {
    std::string who = {}; ///< user@host
    std::string farm = {};
    std::string token = {}; ///< of this start of the wizard; see Tools
    Facts facts = {};       ///< what the nodes said of themselves
    std::string home = {};  ///< in a test there and back: where the service has to be at its end
};

/// A task changes its status: running, done, open, failed, unknown or rolled_back.
struct TaskChanged {
    std::string task = {};
    TaskStatus status = TaskStatus::running;
    std::string chapter = {};
    std::string title = {}; ///< with running
    TaskHow how = TaskHow::none;
    std::string message = {};
    std::string digest = {}; ///< of what it will do
    double seconds = 0;      ///< since it began, at its end
};

/// Before a command goes to a node.
struct CommandSent {
    std::string task = {};
    std::size_t op = 0; ///< from 0
    std::string job = {};
    std::string command = {};
    std::string stdin_shown = {}; ///< as people see it; "stdin" on disk
};

/// A command has ended, also one that undid something.
struct CommandEnded {
    std::string task = {};
    std::string job = {};
    int status = -1;
    double started = 0;  ///< epoch seconds, the node's clock
    double finished = 0; ///< likewise
    bool disruptive = false;
    std::string output = {}; ///< the end of what it printed
};

/// Before a hook of farm.toml begins, and when it failed; one that went well is followed by its
/// answer.
struct HookChanged {
    std::string task = {};
    std::string hook = {};
    bool begins = true;
};

/// Somebody answered a question.
struct QuestionAnswered {
    std::string task = {};
    std::string question = {};
    bool done = false; ///< false: not yet
    std::string text = {};
    std::string by = {}; ///< person, hook NAME, answers file, nobody
    std::string who = {};
};

/// A node was asked what became of a task.
struct TaskInspected {
    std::string task = {};
    std::string found = {};
};

/// Before a command that undoes a task.
struct UndoSent {
    std::string task = {};
    std::size_t op = 0; ///< from 0: each 0 begins the rollback once more
    std::string job = {};
    std::string command = {};
};

/// What a report needs of the plan; written when it differs from the last one.
struct PlanOutline {
    struct Section {
        std::string id = {};
        std::string title = {};
        std::string chapter = {};
        std::string chapter_title = {};
    };
    struct Row {
        std::string task = {};
        std::string step = {};
        std::string title = {};
        std::string section = {};
        std::string node = {}; ///< empty: the operator's machine
        std::vector<std::string> guide = {};
        std::string differs = {};
        std::string expect = {}; ///< what users notice; empty: nothing
    };
    Json farm = Json::object(); ///< machines and addresses, as report/outline writes them
    std::vector<Section> sections = {};
    std::vector<Row> tasks = {};
    std::string digest = {}; ///< of all of the above
};

/// The verification sheet was run.
struct SheetChecked {
    std::string title = {};
    std::string task = {}; ///< empty: by hand
    bool failed = true;    ///< not to be passed over without somebody's word
    double seconds = 0;
    long budget = 0; ///< seconds
    std::string active = {};
    std::string service = {}; ///< the address at which users reach it
    std::vector<SheetCheckResult> checks = {};
};

/// The service begins to be watched, or another task may interrupt it from now on.
struct WatchBegan {
    std::string task = {};
    std::string section = {};
    long limit = 0; ///< seconds
    std::string from = {};
};

/// The service is down; again with the same `from` when it is up or the run ended.
struct Outage {
    std::string task = {}; ///< the cause
    std::string section = {};
    std::string from = {};
    std::string to = {}; ///< empty: not up yet
    double seconds = 0;
    long limit = 0;            ///< seconds
    bool began_before = false; ///< it was down when watching began
    bool at_most = false;      ///< nobody was watching when it came up
};

/// A stretch of watching ended.
struct WatchEnded {
    std::string task = {};
    std::string from = {};
    std::string to = {};
    long probes = 0;
    double down = 0;   ///< seconds in all
    bool seen = false; ///< it answered at all
};

/// The guard of a node: before it is armed, and when it is known to have been disarmed or to have
/// fired.
struct GuardChanged {
    std::string node = {};
    GuardStatus status = GuardStatus::armed;
    std::string section = {};
    long limit = 0;       ///< armed: seconds without a heartbeat after which it fires
    std::string why = {}; ///< it fired; the rest likewise
    std::string at = {};  ///< ISO 8601, UTC, by the node's clock
    bool kept = false;    ///< nothing was undone, since the service answered with what was done
    std::vector<std::string> undone = {}; ///< tasks
    std::vector<std::string> left = {};   ///< tasks of which the way back failed
    std::string output = {};
};

/// A run ends.
struct RunEnded {
    std::string why = {};
    std::size_t done = 0;
    std::size_t left = 0;
    bool finished = false; ///< nothing of the whole plan is left
};

using Event = std::variant<JournalHeader, RunBegan, TaskChanged, CommandSent, CommandEnded,
    HookChanged, QuestionAnswered, TaskInspected, UndoSent, PlanOutline, SheetChecked, WatchBegan,
    Outage, WatchEnded, GuardChanged, RunEnded>;

/// One line of the journal.
struct Record {
    long seq = 0;
    std::string time = {}; ///< ISO 8601, UTC, by the operator's machine
    Event event;

    /// The event when it is of this kind, or nothing.
    template <class Kind>
    [[nodiscard]] const Kind* as() const {
        return std::get_if<Kind>(&event);
    }
};

} // namespace ovd
