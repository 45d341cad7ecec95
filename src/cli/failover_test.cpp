// SPDX-License-Identifier: Apache-2.0
// The switch to the other Session Manager as a test of its own, and back again if wanted.
#include "cli/verbs.h"

namespace ovd {

Result<int> failover_test_verb(
    Common common, const FailoverTestOptions& options, std::stop_token stop) {
    common.procedure = "failover-test";
    auto run = options.run;
    run.towards = options.to;
    auto done = run_verb(common, run, stop);
    if (!done || *done != 0 || !options.back) return done;
    run.towards.clear();
    return run_verb(common, run, stop);
}

} // namespace ovd
