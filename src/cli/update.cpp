// SPDX-License-Identifier: Apache-2.0
// The update of OVD on the pair: a procedure of its own.
#include "cli/options.h"
#include "cli/verb.h"

#include <CLI/CLI.hpp>

namespace ovd {
namespace {

class UpdateVerb final : public Verb {
public:
    void add_options(CLI::App& app) override {
        add_common(app, common_);
        add_choice(app, options_.choice);
        add_run(app, options_);
    }
    Result<int> run(Signals& signals) override {
        common_.procedure = common_.called = "update";
        return run_procedure(common_, options_, signals.token());
    }
    bool json() const override { return common_.json; }

private:
    Common common_;
    RunVerbOptions options_;
};

} // namespace

std::unique_ptr<Verb> make_update_verb() {
    return std::make_unique<UpdateVerb>();
}

} // namespace ovd
