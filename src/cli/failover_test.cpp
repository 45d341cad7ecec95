// SPDX-License-Identifier: Apache-2.0
// The switch to the other Session Manager as a test of its own, and back again if wanted.
#include "cli/there_and_back.h"
#include "cli/verbs.h"

#include "engine/state.h"

namespace ovd {

Result<int> failover_test_verb(
    Common common, const FailoverTestOptions& options, std::stop_token stop) {
    common.procedure = "failover-test";
    common.called = options.back ? "failover-test --back" : "failover-test";
    auto run = options.run;
    run.towards = options.to;
    run.back = options.back;
    auto done = run_verb(common, run, stop);
    if (!done || *done != 0 || !options.back) return done;
    // What was gone on with may have been the way back already.
    const auto records = Journal::read(journal_folder_of(common));
    if (!records) return tl::unexpected(records.error());
    if (!replay(*records).finished || is_home(*records)) return done;
    run.towards.clear();
    return run_verb(common, run, stop);
}

} // namespace ovd
