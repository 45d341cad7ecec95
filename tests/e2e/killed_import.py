#!/usr/bin/env python3
"""The wizard is killed while the data is being imported, and run again: on whatever platform's turn it is. The end is that
of a run nobody disturbed."""

import re

import end_state
from harness import STATE, UNATTENDED, check, journal, need, on_a_farm, phase, wizard
from resume import check_found, check_kill_left_no_gap, check_once, kill_in


def test():
    caught = phase("until the kill", kill_in, "3-database", "import-database")
    check("the import was under way", "import-database@osm1" in caught, f"{caught}")
    first = wizard("status").stdout.splitlines()[0]
    check("status says first that the service is or may be down, since when, and what brings it back",
          re.match(r"The service (is|may be) down since \S+ \(.*3-database/30-switch is half done\. To bring it back: ovd-failover run", first), first)
    done = phase("to the end", wizard, "run", *UNATTENDED, "--answers", STATE / "answers.toml")
    need("run again, it carries out the rest", done.returncode == 0 and "Nothing is left to do." in done.stdout,
         f"exit {done.returncode}: {done.stdout[-1500:]}")
    check_found(caught)
    check_once()
    check_kill_left_no_gap()
    phase("end state", end_state.check_all, journal())


if __name__ == "__main__":
    on_a_farm("guide", test)
