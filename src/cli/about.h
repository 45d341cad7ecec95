// SPDX-License-Identifier: Apache-2.0
// What --help says above and below the verbs.
#pragma once

namespace ovd {

/// What the program is for, its verbs in the order in which they are used.
inline constexpr const char* about_program =
    R"(Takes a running Inuvika OVD farm from one Session Manager to an active/passive
pair under Pacemaker, step by step, after Inuvika's Session Manager Failover Guide.

  ovd-failover init      describe the farm: writes farm.toml
  ovd-failover check     check whether everything is ready; changes nothing
  ovd-failover plan      see every command and file before anything happens
  ovd-failover run       carry it out, step by step; stop at any time, run again
  ovd-failover status    where it is, what waits for whom, what is next
  ovd-failover verify    does OVD still behave as before? the verification sheet
  ovd-failover report    what was done, for the change board: one HTML file

and afterwards:
  ovd-failover diagnose       how the pair is, and what would fix it
  ovd-failover failover-test  move the service, check that it works, and back
  ovd-failover update         update OVD, one Session Manager after the other)";

inline constexpr const char* about_exit_codes =
    R"(
Exit codes: 0 done, 2 wrong usage, 3 farm file or secret, 4 steps, 5 a node cannot be
reached, 6 host key, 7 a command failed, 8 outcome unknown, 9 journal, 10 refused,
11 stopped, 12 local file or program, 13 failed and rolled back, 14 failed and the
rollback failed too, 1 a defect of this program.)";

} // namespace ovd
