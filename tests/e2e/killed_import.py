#!/usr/bin/env python3
"""The wizard is killed while the data is being imported, and nobody comes: osm1 restores the service by itself. Then it is run
again: on whatever platform's turn it is. The end is that of a run nobody disturbed."""

import re
import time

import end_state
from harness import STATE, UNATTENDED, check, figure, journal, need, on, on_a_farm, phase, wait_for, wizard, wizard_json
from resume import check_once, fired, kill_in

PROMISED = 60  # seconds after the last heartbeat at the latest


def answers():
    """The Session Manager answers as before, with its own database."""
    return on("osm1", "[ -s /var/spool/ovd/session-manager/config ] && /var/lib/ovd-failover/osm-answers >/dev/null 2>&1 "
                      "&& echo yes")


def nobody_comes():
    check("while the data is imported the service is down", not answers())
    killed = time.monotonic()
    first = wizard("status").stdout.splitlines()[0]
    check("status says first that the service is or may be down, since when, and that osm1 restores it by itself",
          re.match(r"The service (is|may be) down since \S+ \(.*3-database/30-switch is half done\. osm1 restores it by itself", first),
          first)
    check("status --json too", wizard_json("status")["service"]["guard"] == "osm1", f"{wizard_json('status')['service']}")
    wait_for("the service is back by itself", answers)
    took = time.monotonic() - killed
    figure(f"killed, and nobody came: the service was back {took:.0f} s later")
    check(f"the service is back within {PROMISED} s, without anybody", took < PROMISED, f"{took:.0f} s")
    check("nothing of the killed run is at work on osm1 any more",
          not on("osm1", "pgrep -f '[m]ysql --default-character-set=utf8mb4' || true"))


def check_noted():
    guards = [r for r in journal() if r.get("kind") == "guard"]
    check("the journal knows of the guard from its arming to its end",
          [r["state"] for r in guards] == ["armed", "fired", "armed", "disarmed"], f"{guards}")
    check("and what it undid, the last first",
          fired()[0]["undone"] == ["import-database@osm1", "export-database@osm1", "config-away@osm1", "stage-config@osm1"]
          and "nothing was heard" in fired()[0]["why"], f"{fired()}")
    away = [r for r in journal() if r.get("kind") == "outage" and r["task"].startswith("config-away@") and r["to"]]
    check("the journal has the interruption of the run that was killed, and that of the one that went well",
          1 <= len(away) <= 2 and "at most" not in away[-1], f"{away}")
    check("nothing of the guard is left on osm1",
          not on("osm1", "ls -d /var/lib/ovd-failover/guard.[af]* /etc/systemd/system/ovd-failover-guard* "
                         "/etc/systemd/system/*.wants/ovd-failover-guard* 2>/dev/null || true"))


def test():
    caught = phase("until the kill", kill_in, "3-database", "import-database")
    check("the import was under way", "import-database@osm1" in caught, f"{caught}")
    phase("nobody comes", nobody_comes)
    done = phase("to the end", wizard, "run", *UNATTENDED, "--answers", STATE / "answers.toml")
    need("run again, it carries out the rest", done.returncode == 0 and "Nothing is left to do." in done.stdout,
         f"exit {done.returncode}: {done.stdout[-1500:]}")
    said = done.stdout.find("its guard has fired")
    check("and says first what the guard did", 0 <= said < done.stdout.find("Prepare the new configuration"), done.stdout[:1500])
    check_noted()
    check_once()
    phase("end state", end_state.check_all, journal())


if __name__ == "__main__":
    on_a_farm("guide", test)
