// SPDX-License-Identifier: Apache-2.0
#include "people.h"

namespace ovd::sim {
namespace {

constexpr Millis twenty_minutes{1'200'000};

} // namespace

Status People::think() {
    auto& scheduler = *world_.scheduler;
    scheduler.yield();
    faults_.moment(Moment_of::ask);
    if (!faults_.hung_up)
        scheduler.sleep(
            faults_.take(Fault::slow_person) ? twenty_minutes : chance_.between(300, 8'000));
    faults_.moment(Moment_of::answer);
    if (faults_.hung_up || scheduler.process().stop.stop_requested())
        return fail(ErrorKind::stopped, "Stopped at the question", "Resume with: ovd-failover run");
    return {};
}

Result<Answer> People::ask(const Task& task, const AskOp& question) {
    const auto index = world_.model().plan().find(task.id).value();
    const auto& ops = world_.model().plan().details[index].ops;
    std::size_t op = 0;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const auto* ask = std::get_if<AskOp>(&ops[i]);
        const auto* admin = std::get_if<AdminOp>(&ops[i]);
        if (admin != nullptr) ask = &admin->ask;
        // One in doubt has more words before it.
        if (ask != nullptr && question.question.ends_with(ask->question)) op = i;
    }
    const auto& hooks = world_.model().plan().farm.hooks;
    if (hooks.contains(question.hook)) {
        world_.scheduler->yield();
        faults_.moment(Moment_of::ask);
        world_.scheduler->sleep(chance_.between(50, 20'000));
        world_.answered(index, op);
        faults_.moment(Moment_of::answer);
        world_.history.add(world_.scheduler->now(), "hook did {}", task.id);
        return Answer{true, "", "hook " + question.hook, "ann@ops1"};
    }
    if (at_terminal_) {
        if (auto ok = think(); !ok) return tl::unexpected(ok.error());
    } else {
        world_.scheduler->yield();
        faults_.moment(Moment_of::ask);
    }
    if (faults_.take(Fault::not_yet)) {
        world_.history.add(world_.scheduler->now(), "not yet: {}", task.id);
        return Answer{false, "n", "person", "ann@ops1"};
    }
    world_.answered(index, op);
    world_.history.add(world_.scheduler->now(), "a person says done: {}", task.id);
    return Answer{true, "d", at_terminal_ ? "person" : "answers file", "ann@ops1"};
}

Result<Asker::Choice> People::before(const Step& step, const std::string&) {
    if (!interactive())
        return fail(ErrorKind::refused, step.id + " would change nodes, and nobody is there.",
            "Run on a terminal, or say yes to everything with --yes.");
    if (auto ok = think(); !ok) return tl::unexpected(ok.error());
    if (faults_.take(Fault::not_yet)) {
        const std::array odd{Choice::skip, Choice::stop, Choice::by_hand};
        return odd[chance_.below(odd.size())];
    }
    return chance_.once_in(3) ? Choice::run_section : Choice::run;
}

Result<Asker::OnFailure> People::after_failure(const Task& task, const Error& error) {
    if (auto ok = think(); !ok) return tl::unexpected(ok.error());
    if (error.hint.empty()) world_.wrong(task.id + ": an error without a hint: " + error.message);
    const std::array all{OnFailure::retry, OnFailure::stop, OnFailure::by_hand};
    const auto choice = all[chance_.below(all.size())];
    // Whoever tries once more has mended the cause first.
    if (const auto index = world_.model().plan().find(task.id)) world_.excuse(*index);
    return choice;
}

Status People::by_hand(const Task& task, const std::string&, const Seen& seen) {
    if (!interactive())
        return fail(ErrorKind::refused, task.id + " has to be done by hand, and nobody is there.",
            "Run on a terminal.");
    if (auto ok = think(); !ok) return ok;
    world_.done_by_hand(world_.model().plan().find(task.id).value());
    int looks = 0;
    while (seen) {
        const auto found = seen();
        if (!found) return tl::unexpected(found.error());
        if (*found) break;
        if (world_.scheduler->process().stop.stop_requested())
            return fail(ErrorKind::stopped, "Stopped while " + task.id + " was done by hand.",
                "Resume with: ovd-failover run");
        // Whoever sees nothing come of it for long enough gives up.
        if (++looks > 300) world_.scheduler->process().stop.request_stop();
        world_.scheduler->sleep(Millis{2000});
    }
    return {};
}

Result<bool> People::roll_back(const std::string&, const std::string&) {
    if (auto ok = think(); !ok) return tl::unexpected(ok.error());
    const bool back = chance_.once_in(2);
    world_.way_back_chosen = world_.way_back_chosen || back;
    return back;
}

Result<SheetChecked> SimSheets::run(
    const std::string& title, const std::vector<Record>&, std::stop_token stop) {
    world_.scheduler->sleep(chance_.between(500, 5'000));
    if (stop.stop_requested())
        return fail(ErrorKind::stopped, "Stopped at the verification sheet.",
            "Resume with: ovd-failover run");
    faults_.moment(Moment_of::ask);
    return SheetChecked{.title = title, .failed = faults_.take(Fault::red_sheet)};
}

void SimWatch::begins(const std::string&, const Step& step) {
    ++running_;
    section_ = step.section;
}

std::optional<std::string> SimWatch::crossed() {
    if (running_ > 0 && faults_.take(Fault::too_long)) return section_;
    return {};
}

} // namespace ovd::sim
