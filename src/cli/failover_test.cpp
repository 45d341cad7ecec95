// SPDX-License-Identifier: Apache-2.0
// The switch to the other Session Manager as a test of its own, and back again if wanted.
#include "cli/options.h"
#include "cli/there_and_back.h"
#include "cli/verb.h"

#include "engine/state.h"

#include <CLI/CLI.hpp>

namespace ovd {

namespace {

struct FailoverTestOptions {
    std::string to;
    bool back = false; ///< then once more, the other way
    RunVerbOptions run;
};

Result<int> failover_test_verb(
    Common common, const FailoverTestOptions& options, std::stop_token stop) {
    common.procedure = "failover-test";
    common.called = options.back ? "failover-test --back" : "failover-test";
    auto run = options.run;
    run.towards = options.to;
    run.back = options.back;
    auto done = run_procedure(common, run, stop);
    if (!done || *done != 0 || !options.back) return done;
    // What was resumed may have been the move back already.
    const auto records = Journal::read(journal_folder_of(common));
    if (!records) return tl::unexpected(records.error());
    if (!replay(*records).finished || is_home(*records)) return done;
    run.towards.clear();
    return run_procedure(common, run, stop);
}

class FailoverTestVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        app.add_option("--to", options_.to, "osm1 or osm2; the passive one when left out");
        app.add_flag("--back", options_.back, "then move it back, with the same checks");
        add_run(app, options_.run);
    }
    Result<int> run(Signals& signals) override {
        return failover_test_verb(common_, options_, signals.token());
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    FailoverTestOptions options_;
};

} // namespace

std::unique_ptr<Verb> make_failover_test_verb() {
    return std::make_unique<FailoverTestVerb>();
}

} // namespace ovd
