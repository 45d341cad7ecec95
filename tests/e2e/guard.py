#!/usr/bin/env python3
"""While the data is imported everything goes wrong, one thing after the other, and nobody comes: each time the service is back
by itself within a minute, and a wizard that wakes up changes nothing any more. Then the migration is finished."""

import signal
import time

from harness import (A_WHILE, STATE, UNATTENDED, JournalTail, check, farm, figure, need, on, on_a_farm, phase, start_run,
                     upper, wait_for, wizard, wizard_json)
from killed_import import answers
from resume import fired

PROMISED = 60  # seconds after the last heartbeat, or after the node is up again
ROLLED_BACK = 13  # exit code
ANSWERS = STATE / "answers.toml"
OUTPUT = STATE / "guard.output"
STARTED = "/var/lib/ovd-failover/import-started"


def in_the_import():
    """A wizard that has the data on its way to dbmy, and the service down."""
    on("osm1", f"rm -f {STARTED}")
    OUTPUT.write_text("")
    tail = JournalTail()
    process = start_run("--answers", ANSWERS, "--to", "3-database", log=OUTPUT)
    wait_for("the import is under way", lambda: process.poll() is not None or upper("osm1", STARTED).exists(), A_WHILE, 0.01)
    need("the wizard is alive, and imports", process.poll() is None, OUTPUT.read_text()[-1500:])
    tail.read()
    return process


def back_within(name, since, seconds=PROMISED):
    wait_for(f"the service is back: {name}", answers)
    took = time.monotonic() - since
    figure(f"{name}: back {took:.1f} s later")
    check(f"{name}: the service is back within {seconds} s, without anybody", took < seconds, f"{took:.0f} s")


def ended(process, name):
    try:
        code = process.wait(120)
    finally:
        process.kill()
    said = OUTPUT.read_text()
    check(f"{name}: the wizard says that the section was rolled back, and ends so", code == ROLLED_BACK
          and "What was done in 3-database/30-switch was rolled back." in said, f"exit {code}: {said[-900:]}")
    return said


def suspended():
    process = in_the_import()
    process.send_signal(signal.SIGSTOP)
    back_within("suspended", time.monotonic())
    before = len(JournalTail().read())
    process.send_signal(signal.SIGCONT)
    said = ended(process, "woken up")
    check("woken up: it says why", "nothing was heard of ovd-failover" in said, said[-900:])
    begun = [r["job"] for r in JournalTail().read()[before:] if r.get("kind") in ("sent", "undo")
             and upper("osm1", f"/var/lib/ovd-failover/jobs/{r['job']}").exists()]
    check("woken up: osm1 takes no command of it any more", not begun, f"{begun}")
    check("woken up: the service stays as it is", answers())


def signalled(number, name):
    process = in_the_import()
    process.send_signal(number)
    back_within(name, time.monotonic(), 15)
    ended(process, name)


def powerless():
    """osm1 loses its power during the import, and the wizard is there all the time."""
    process = in_the_import()
    farm("power-off", "osm1")
    farm("power-on", "osm1")
    back_within("osm1 lost its power", time.monotonic())
    code = process.wait(300)
    figure(f"the wizard ended with {code}")
    guards = on("osm1", "ls -d /var/lib/ovd-failover/guard.fired 2>/dev/null")
    check("osm1 remembers, or the wizard knows, what the guard did", guards or fired(), guards)


def another_node_is_off():
    """The laptop dies, pcs4 is switched off meanwhile, and somebody runs the wizard at once."""
    process = in_the_import()
    process.kill()
    process.wait()
    farm("power-off", "pcs4")
    began = time.monotonic()
    done = wizard("run", *UNATTENDED, "--answers", ANSWERS, "--to", "3-database")
    check("with pcs4 off the next run restores the service and goes on", done.returncode == 0
          and "its guard has fired" in done.stdout, f"exit {done.returncode}: {done.stdout[-1500:]}")
    back_within("with pcs4 off", began, 120)
    farm("power-on", "pcs4")


def test():
    first = wizard("run", *UNATTENDED, "--answers", ANSWERS, "--to", "3-database/20-account")
    need("everything before the switch is done", first.returncode == 0, f"exit {first.returncode}: {first.stdout[-1500:]}")
    planned = wizard("plan", "--only", "config-away").stdout
    check("the plan says that the section is guarded", "GUARDED:" in planned, planned[:1500])
    phase("suspended", suspended)
    phase("hung up", signalled, signal.SIGHUP, "hung up")
    phase("Ctrl-C", signalled, signal.SIGINT, "Ctrl-C")
    phase("powerless", powerless)
    phase("another node is off", another_node_is_off)
    check("the service answers with its new database", answers())
    check("each guard that fired stands in the journal", len(fired()) == 5, f"{fired()}")
    check("and none is left", not wizard_json("status")["service"]["guard"], "")


if __name__ == "__main__":
    on_a_farm("guide", test)
