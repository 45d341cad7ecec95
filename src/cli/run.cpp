// SPDX-License-Identifier: Apache-2.0
#include "cli/console_asker.h"
#include "cli/options.h"
#include "cli/sheets.h"
#include "cli/there_and_back.h"
#include "cli/verb.h"

#include "base/text.h"
#include "engine/executor.h"
#include "engine/service_state.h"
#include "report/outline.h"
#include "ui/plan_text.h"
#include "watch/watcher.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>

namespace ovd {
namespace {

/// A failover test can only go to the Session Manager that is passive now.
Status check_direction(const Farm& farm, const std::string& towards) {
    if (towards.empty()) return {};
    const auto* node = farm.node(towards);
    if (node == nullptr || (node->id != "osm1" && node->id != "osm2"))
        return fail(
            ErrorKind::usage, towards + " is no Session Manager.", "Write --to osm1 or osm2.");
    if (node->id != farm.active) return {};
    return fail(ErrorKind::refused, fmt::format("The service is on {} already.", towards),
        fmt::format("Test the other way: --to {}.", towards == "osm1" ? "osm2" : "osm1"));
}

/// Connections to ask for the service with, where [watch] says from which node. They are made
/// before anything is down: that is no time to ask for a passphrase.
std::shared_ptr<Connections> connect_to_watch(Session& session, const WatchTarget& target) {
    if (target.from.empty()) return {};
    std::shared_ptr<Connections> nodes = session.connect_again();
    const Read read{"true", {}, Millis{10'000}};
    if (const auto seen = nodes->reader(target.from).read({&read, 1}); !seen)
        session.view().say(fmt::format(
            "The service cannot be watched from {} yet: {}", target.from, seen.error().message));
    return nodes;
}

/// What was last said to the question of a task: "not yet, ann@ops1, 2026-01-31T02:14:07Z".
std::string last_answer(const std::vector<Record>& records, const std::string& task) {
    for (auto record = records.rbegin(); record != records.rend(); ++record)
        if (const auto* answer = record->as<QuestionAnswered>();
            answer != nullptr && answer->task == task)
            return fmt::format(
                "{}, {}, {}", answer->done ? "done" : "not yet", answer->who, record->time);
    return {};
}

void summarize(
    Session& session, const Common& common, const RunSummary& summary, const Journal& journal) {
    auto& view = session.view();
    view.say("");
    const auto service =
        describe(service_state(session.plan(), journal.state(), journal.records()), again(common));
    if (!service.empty()) view.say(service);
    view.say(fmt::format("{} tasks carried out, {} were so already, {} left.", summary.carried_out,
        summary.already, summary.left));
    for (const auto& task : summary.open)
        view.say(fmt::format("Waits for a person: {}", task));
    if (summary.error) return;
    if (summary.left == 0 && summary.beyond > 0) {
        view.say(
            fmt::format("Nothing of what was chosen is left; of the rest {} {}. Resume with: {}",
                summary.beyond, summary.beyond == 1 ? "task is" : "tasks are", again(common)));
        return;
    }
    if (summary.left == 0) {
        view.say("Nothing is left to do.");
        return;
    }
    view.say((summary.open.empty() ? "Resume with: " : "When that is done, resume with: ") +
             again(common));
}

} // namespace

Result<int> run_procedure(
    const Common& common, const RunVerbOptions& options, std::stop_token stop) {
    auto opened = Session::open(common, Session::Plans::live, stop);
    if (!opened) return tl::unexpected(opened.error());
    auto& session = **opened;
    if (auto ok = check_direction(session.farm(), options.towards); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = session.check_secrets(); !ok) return tl::unexpected(ok.error());
    auto steps = chosen_steps(session.guide(), options.choice);
    if (!steps) return tl::unexpected(steps.error());
    const bool whole = steps->empty();
    auto answers = load_answers(options.answers);
    if (!answers) return tl::unexpected(answers.error());
    const auto who = who_we_are();
    auto sheets = SessionSheets::open(session, common, std::move(*answers), who);
    if (!sheets) return tl::unexpected(sheets.error());
    const auto runtime = session.runtime();
    auto last_time = Journal::read(session.journal_folder());
    if (!last_time) return tl::unexpected(last_time.error());
    // The migration is done once; other procedures begin anew, each time with a journal of its own.
    const bool migration = common.procedure == "migration";
    const auto& folder = session.journal_folder();
    auto journal =
        migration ? Journal::open(folder, runtime.clock, runtime.random, session.redactor())
                  : Journal::open_next(folder, runtime.clock, runtime.random, session.redactor());
    if (!journal) return tl::unexpected(journal.error());
    ConsoleAsker asker(session.farm(), session.run_folder(), (*sheets)->answers(),
        session.prompter(), session.view(), who, stop,
        {[&session](const Step& step) {
             PlanShow show;
             show.steps = {step.id};
             return session.redactor().clean(plan_text(session.plan(), show));
         },
            [&journal](
                const std::string& task) { return last_answer((*journal)->records(), task); }});
    const auto beside = connect_to_watch(session, (*sheets)->sheet().watch);
    auto watcher = std::make_unique<Watcher>(**journal, session.view(), runtime.clock,
        runtime.threads, [&session, &sheets, &beside, runtime, migration] {
            const auto& target = (*sheets)->sheet().watch;
            const auto& farm = session.farm();
            const auto before =
                migration ? (*sheets)->watched_url(farm.node("osm1")->address) : std::string();
            const auto after = (*sheets)->watched_url(farm.vip);
            return target.from.empty()
                       ? make_prober(target, before, after, runtime.clock)
                       : make_node_prober(target, before, after, beside, runtime.clock);
        });
    const Tools tools{session.plan(), session.nodes(), session.inspector(), **journal, asker,
        **sheets, *watcher, session.view(), runtime.clock, runtime.threads, session.redactor(),
        random_token(runtime.random)};
    const auto home = options.back ? home_of_test(*last_time, session.farm().active) : "";
    if (auto ok = record_begin(**journal, session.farm(), who, tools.token, home); !ok)
        return tl::unexpected(ok.error());
    if (auto outline = new_outline(session.plan(), (*journal)->records()))
        if (auto ok = (*journal)->write(std::move(*outline)); !ok)
            return tl::unexpected(ok.error());
    watcher->resume_watching();
    for (const auto& id : session.farm().to_the_letter)
        session.view().say(
            fmt::format("To the letter, {}: {}", id, session.guide().letters.at(id)));
    if (const auto outside = outside_guide(session.plan()); !outside.empty())
        session.view().say(join(wrap(outside, view_options(common).width), "\n"));
    Executor executor(tools, (*journal)->state(),
        {std::move(*steps), options.yes, options.again, options.take_over, who,
            fmt::format("process {}", ::getpid()), Seconds{options.guard}});
    const auto summary = executor.run(stop);
    watcher.reset(); // what it still has to say comes before the end
    if (auto ok = record_end(**journal, summary, whole); !ok) return tl::unexpected(ok.error());
    summarize(session, common, summary, **journal);
    if (summary.error) {
        auto error = *summary.error;
        const std::string plain = "ovd-failover run";
        if (const auto at = error.hint.find(plain); at != std::string::npos)
            error.hint.replace(at, plain.size(), again(common));
        return tl::unexpected(std::move(error));
    }
    return 0;
}

namespace {

class RunVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        add_procedure(app, common_);
        add_choice(app, options_.choice);
        add_run(app, options_);
        app.add_flag("--again", options_.again, "with --only: also what the journal calls done");
    }
    Result<int> run(Signals& signals) override {
        return run_procedure(common_, options_, signals.token());
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    RunVerbOptions options_;
};

} // namespace

std::unique_ptr<Verb> make_run_verb() {
    return std::make_unique<RunVerb>();
}

} // namespace ovd
