// SPDX-License-Identifier: Apache-2.0
#include "cli/console_asker.h"
#include "cli/verbs.h"

#include "base/text.h"
#include "engine/executor.h"
#include "ui/plan_text.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

namespace ovd {
namespace {

std::string who_we_are() {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    const char* sudo = std::getenv("SUDO_USER");
    const char* user = sudo != nullptr ? sudo : std::getenv("USER");
    return fmt::format("{}@{}", user != nullptr ? user : std::to_string(::getuid()), host);
}

/// The steps that --from, --to and --only mean together; empty for all.
Result<std::set<std::string>> chosen_steps(const Guide& guide, const RunVerbOptions& options) {
    std::set<std::string> only;
    for (const auto& word : options.only) {
        auto steps = select_steps(guide, word);
        if (!steps) return steps;
        only.insert(steps->begin(), steps->end());
    }
    std::set<std::string> first;
    std::set<std::string> last;
    for (const auto& [word, into] : {std::pair{&options.from, &first}, {&options.to, &last}}) {
        if (word->empty()) continue;
        auto steps = select_steps(guide, *word);
        if (!steps) return steps;
        *into = std::move(*steps);
    }
    if (first.empty() && last.empty()) return only;
    std::set<std::string> range;
    bool inside = first.empty();
    std::vector<const Step*> steps = guide.steps();
    std::size_t end = steps.size();
    if (!last.empty())
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (last.contains(steps[i]->id)) end = i + 1;
    for (std::size_t i = 0; i < end; ++i) {
        if (first.contains(steps[i]->id)) inside = true;
        if (inside && (only.empty() || only.contains(steps[i]->id))) range.insert(steps[i]->id);
    }
    if (range.empty()) return fail(Kind::usage, "--from comes after --to.", "Change one of them.");
    return range;
}

void summarize(Session& session, const RunSummary& summary) {
    auto& view = session.view();
    view.say("");
    view.say(fmt::format("{} tasks carried out, {} were so already, {} left.", summary.carried_out,
        summary.already, summary.left));
    for (const auto& task : summary.open)
        view.say(fmt::format("Waits for a person: {}", task));
    if (summary.error) return;
    if (summary.left == 0) {
        view.say("Nothing is left to do.");
        return;
    }
    view.say(summary.open.empty() ? "Go on with: ovd-failover run"
                                  : "When that is done, go on with: ovd-failover run");
}

} // namespace

Result<int> run_verb(const Common& common, const RunVerbOptions& options, std::stop_token stop) {
    auto opened = Session::open(common, Session::Plans::live, stop);
    if (!opened) return tl::unexpected(opened.error());
    auto& session = **opened;
    if (auto ok = session.check_secrets(); !ok) return tl::unexpected(ok.error());
    auto steps = chosen_steps(session.guide(), options);
    if (!steps) return tl::unexpected(steps.error());
    auto answers = load_answers(options.answers);
    if (!answers) return tl::unexpected(answers.error());
    SystemClock clock;
    auto journal = Journal::open(session.run_folder(), clock, session.redactor());
    if (!journal) return tl::unexpected(journal.error());
    const auto who = who_we_are();
    ConsoleAsker asker(session.farm(), std::move(*answers), session.prompter(), session.view(), who,
        stop, [&session](const Step& step) {
            PlanShow show;
            show.steps = {step.id};
            return session.redactor().clean(plan_text(session.plan(), show));
        });
    const Tools tools{session.plan(), session.nodes(), session.looker(), **journal, asker,
        session.view(), clock, session.redactor()};
    Record begin{{"kind", "begin"}, {"who", who}, {"farm", session.farm().name},
        {"facts", facts_of(session.farm())}};
    if (auto ok = (*journal)->write(std::move(begin)); !ok) return tl::unexpected(ok.error());
    Executor executor(tools, replay((*journal)->records()),
        {std::move(*steps), options.yes, options.again, options.take_over, who});
    const auto summary = executor.run(stop);
    Record end{{"kind", "stop"},
        {"why", summary.error ? summary.error->message : "end of the plan"},
        {"done", summary.carried_out}, {"left", summary.left}};
    if (auto ok = (*journal)->write(std::move(end)); !ok) return tl::unexpected(ok.error());
    summarize(session, summary);
    if (summary.error) return tl::unexpected(*summary.error);
    return 0;
}

} // namespace ovd
