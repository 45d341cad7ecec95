// SPDX-License-Identifier: Apache-2.0
#include "cli/verb.h"

namespace ovd {

std::unique_ptr<Verb> make_init_verb();
std::unique_ptr<Verb> make_check_verb();
std::unique_ptr<Verb> make_plan_verb();
std::unique_ptr<Verb> make_run_verb();
std::unique_ptr<Verb> make_status_verb();
std::unique_ptr<Verb> make_verify_verb();
std::unique_ptr<Verb> make_report_verb();
std::unique_ptr<Verb> make_diagnose_verb();
std::unique_ptr<Verb> make_failover_test_verb();
std::unique_ptr<Verb> make_update_verb();
std::unique_ptr<Verb> make_guide_verb();

std::span<const VerbRow> verbs() {
    static constexpr VerbRow rows[] = {
        {"init", "Describe the farm: writes farm.toml", make_init_verb},
        {"check", "Check whether everything is ready; changes nothing", make_check_verb},
        {"plan", "Show every command, file and question beforehand", make_plan_verb},
        {"run", "Carry out what is left; safe to stop and run again", make_run_verb},
        {"status", "Where it is, what waits for whom, what is next", make_status_verb},
        {"verify", "Run the verification sheet: what failed, and what changed since the baseline",
            make_verify_verb},
        {"report", "What was done, when, and how OVD fared: one HTML file, from the journal alone",
            make_report_verb},
        {"diagnose", "Check how the pair is, and what would fix it; changes nothing",
            make_diagnose_verb},
        {"failover-test", "Move the service to the other Session Manager and check that it works",
            make_failover_test_verb},
        {"update", "Update OVD on the pair, one Session Manager after the other", make_update_verb},
        {"guide", "Which step carries out which instruction of the guide, by platform",
            make_guide_verb},
    };
    return rows;
}

} // namespace ovd
