// SPDX-License-Identifier: Apache-2.0
// engine/record_json alone knows this: the fields of each kind of record, for any archive.
#pragma once

#include "engine/record.h"

#include <concepts>

namespace ovd::disk {

template <class R, class Kind>
concept Of = std::same_as<std::remove_const_t<R>, Kind>;

// What each record has, in the order in which it is written. `optional` is left out when it holds
// nothing; a third argument is what an earlier version called the field.

void fields(auto& a, Of<JournalHeader> auto& r) {
    a("ovd-failover-journal", r.version);
    a("run", r.run);
}

void fields(auto& a, Of<RunBegan> auto& r) {
    a("who", r.who);
    a("farm", r.farm);
    a("token", r.token);
    a("facts", r.facts);
    a.optional("home", r.home);
}

void fields(auto& a, Of<TaskChanged> auto& r) {
    a("task", r.task);
    a("state", r.status);
    a("chapter", r.chapter);
    a.optional("title", r.title);
    a.optional("how", r.how);
    a.optional("message", r.message);
    a.optional("digest", r.digest);
    a.optional("seconds", r.seconds);
}

void fields(auto& a, Of<CommandSent> auto& r) {
    a("task", r.task);
    a("op", r.op);
    a("job", r.job);
    a("command", r.command);
    a.optional("stdin", r.stdin_shown);
}

void fields(auto& a, Of<CommandEnded> auto& r) {
    a("task", r.task);
    a("job", r.job);
    a("status", r.status);
    a("started", r.started);
    a("finished", r.finished);
    a.optional("disruptive", r.disruptive);
    a("output", r.output);
}

void fields(auto& a, Of<HookChanged> auto& r) {
    a("task", r.task);
    a("hook", r.hook);
    a.either("state", r.begins, "begins", "ended");
}

void fields(auto& a, Of<QuestionAnswered> auto& r) {
    a("task", r.task);
    a("question", r.question);
    a.either("answer", r.done, "done", "not yet");
    a("text", r.text);
    a("by", r.by);
    a("who", r.who);
}

void fields(auto& a, Of<TaskInspected> auto& r) {
    a("task", r.task);
    a("found", r.found);
}

void fields(auto& a, Of<UndoSent> auto& r) {
    a("task", r.task);
    a("op", r.op);
    a("job", r.job);
    a("command", r.command);
}

void fields(auto& a, Of<PlanOutline::Section> auto& r) {
    a("id", r.id);
    a("title", r.title);
    a("chapter", r.chapter);
    a("chapter_title", r.chapter_title);
}

void fields(auto& a, Of<PlanOutline::Row> auto& r) {
    a("task", r.task);
    a("step", r.step);
    a("title", r.title);
    a("section", r.section);
    a("node", r.node);
    a("guide", r.guide);
    a.optional("differs", r.differs);
    a.optional("expect", r.expect);
}

void fields(auto& a, Of<PlanOutline> auto& r) {
    a("farm", r.farm);
    a("sections", r.sections);
    a("tasks", r.tasks);
    a("digest", r.digest);
}

void fields(auto& a, Of<SheetValue> auto& r) {
    a("is", r.text);
    a("compare", r.compare);
}

void fields(auto& a, Of<ChangedValue> auto& r) {
    a("value", r.value);
    a("before", r.before);
    a("now", r.now);
}

void fields(auto& a, Of<Word> auto& r) {
    a("good", r.good);
    a("text", r.text);
    a("who", r.who);
    a("time", r.time);
}

void fields(auto& a, Of<SheetCheckResult> auto& r) {
    a("name", r.name);
    a("check", r.kind);
    a("state", r.state);
    a("says", r.says);
    a("hint", r.hint);
    a("seconds", r.seconds);
    a("values", r.values);
    a("changed", r.changed, "moved");
    a.optional("troubled", r.troubled);
    a.optional("word", r.word);
}

void fields(auto& a, Of<SheetChecked> auto& r) {
    a("title", r.title);
    a.optional("task", r.task);
    a("failed", r.failed, "red");
    a("seconds", r.seconds);
    a("budget", r.budget);
    a("active", r.active);
    a("service", r.service);
    a("checks", r.checks);
}

void fields(auto& a, Of<WatchBegan> auto& r) {
    a("task", r.task);
    a("section", r.section);
    a("limit", r.limit);
    a("from", r.from);
}

void fields(auto& a, Of<Outage> auto& r) {
    a("task", r.task);
    a("section", r.section);
    a("from", r.from);
    a("to", r.to);
    a("seconds", r.seconds);
    a("limit", r.limit);
    a("began before", r.began_before);
    a.optional("at most", r.at_most);
}

void fields(auto& a, Of<WatchEnded> auto& r) {
    a("task", r.task);
    a("from", r.from);
    a("to", r.to);
    a("probes", r.probes);
    a("down", r.down, "away");
    a("seen", r.seen);
}

void fields(auto& a, Of<GuardChanged> auto& r) {
    a("node", r.node);
    a("state", r.status);
    a("section", r.section);
    a.optional("limit", r.limit);
    a.optional("why", r.why);
    a.optional("at", r.at);
    a.optional("kept", r.kept);
    a.optional("undone", r.undone);
    a.optional("left", r.left);
    a.optional("output", r.output);
}

void fields(auto& a, Of<RunEnded> auto& r) {
    a("why", r.why);
    a("done", r.done);
    a("left", r.left);
    a("finished", r.finished);
}

} // namespace ovd::disk
