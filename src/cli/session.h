// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/redact.h"
#include "base/runtime.h"
#include "engine/inspect.h"
#include "engine/plan.h"
#include "farm/secrets.h"
#include "ssh/ssh.h"
#include "ui/prompter.h"
#include "ui/view.h"

#include <memory>
#include <stop_token>
#include <string>

namespace ovd {

/// What every verb takes.
struct Common {
    std::string farm = "farm.toml";
    std::string steps;      ///< folder; empty: the one that came with the program
    std::string templates;  ///< likewise
    std::string sheet;      ///< the verification sheet; empty: sheet.toml beside the farm file
    std::string run_folder; ///< empty: the farm file's name with .run in place of .toml
    std::string called;     ///< the verb and what it cannot go on without, when it is not run
    std::string procedure = "migration"; ///< which chapters: see `procedure` in their chapter.toml
    bool json = false;
    bool verbose = false;
    bool no_input = false; ///< never ask, even on a terminal
};

/// A farm and its plan, loaded and checked whole, with the means to reach the nodes.
class Session {
public:
    /// What the plan is made from besides the files: nothing, what the last run had read from the
    /// nodes, or what they say now (steps/facts.toml).
    enum class Plans { offline, recorded, live };
    /// A stop ends a question that waits for its answer.
    static Result<std::unique_ptr<Session>> open(
        const Common& options, Plans plans, std::stop_token stop = {});
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] const Farm& farm() const { return farm_; }
    [[nodiscard]] const Guide& guide() const { return guide_; }
    [[nodiscard]] const Plan& plan() const { return *plan_; }
    [[nodiscard]] const std::string& run_folder() const { return run_folder_; }
    /// The ids of the steps that ask something, of every procedure.
    [[nodiscard]] const std::vector<std::string>& asking() const { return asking_; }
    /// Where the journal of this procedure is: the migration's in the run folder itself.
    [[nodiscard]] const std::string& journal_folder() const { return journal_folder_; }
    [[nodiscard]] const Redactor& redactor() const { return redactor_; }
    [[nodiscard]] Events& view() { return *view_; }
    [[nodiscard]] Prompter& prompter() { return *prompter_; }
    [[nodiscard]] ChangingConnections& nodes() { return *nodes_; }
    /// Connections beside those of nodes(), for what must not wait for others. What a person was
    /// asked for those is not asked again.
    [[nodiscard]] std::unique_ptr<ChangingConnections> connect_again() { return connect_(); }
    [[nodiscard]] Inspector& inspector() { return *inspector_; }
    [[nodiscard]] Runtime runtime() { return runtime_.get(); }
    /// The value of a secret of the farm.
    [[nodiscard]] Result<std::string> secret(const std::string& name) {
        return secrets_->get(name);
    }
    /// Every secret can be had, or can be asked for; an error names the first that cannot.
    [[nodiscard]] Status check_secrets() { return secrets_->check(); }

private:
    Session() = default;
    Status plan_with(Plans plans);
    void connect_later(const Common& options, std::stop_token stop);

    SystemRuntime runtime_;
    Farm farm_;
    Guide guide_;
    std::vector<std::string> asking_;
    std::string run_folder_;
    std::string journal_folder_;
    Redactor redactor_;
    std::unique_ptr<Plan> plan_;
    std::unique_ptr<Events> view_;
    std::unique_ptr<Prompter> prompter_;
    std::unique_ptr<Secrets> secrets_;
    std::function<std::unique_ptr<ChangingConnections>()> connect_;
    std::unique_ptr<ChangingConnections> nodes_;
    std::unique_ptr<Inspector> inspector_;
};

/// Steps of all procedures, checked as far as they can be without a farm.
[[nodiscard]] Result<Guide> load_whole_guide(const Common& options);

/// The folder of templates.
[[nodiscard]] std::string templates_folder(const Common& options);

/// Where the journal of this procedure is, whether it is there or not.
[[nodiscard]] std::string journal_folder_of(const Common& options);

/// Who is at work: user@host.
[[nodiscard]] std::string who_we_are();

/// What to type to go on with what was begun.
[[nodiscard]] std::string again(const Common& options);

/// How this process prints: a terminal or not, NO_COLOR, the width.
[[nodiscard]] ViewOptions view_options(const Common& options);

} // namespace ovd
