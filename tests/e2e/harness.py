"""What the end-to-end tests share: a practice farm, the wizard in its operator's namespace, and checks
that print one line each."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FARM = ROOT / "scripts" / "practice-farm"
BINARY = Path(os.environ.get("OVD_BINARY", ROOT / "build" / "release" / "ovd-failover"))
STATE = Path(os.environ.get("OVD_PRACTICE_STATE", "/var/lib/ovd-practice-farm"))
RUN = STATE / "farm.run"
JOURNAL = RUN / "journal.jsonl"
NODES = ("osm1", "osm2", "pcs3", "pcs4", "dbmy")
EVERYTHING = NODES + ("oas1", "esg1")

failures = 0
passes = 0


def check(name, good, why=""):
    """One thing a user would notice. Prints it and counts it."""
    global failures, passes
    if good:
        passes += 1
        print(f"ok {name}", flush=True)
    else:
        failures += 1
        print(f"FAILED {name}: {why}", flush=True)
    return bool(good)


def finish():
    print(f"{passes} passed, {failures} failed", flush=True)
    sys.exit(1 if failures else 0)


def run(*words, timeout=120, **more):
    """Runs a program; never raises for a bad exit status."""
    return subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", timeout=timeout,
                          check=False, **more)


def farm(*words, timeout=300):
    return run(FARM, "--state", STATE, *words, timeout=timeout)


def on(node, command, timeout=60):
    """A shell command on a node, not over SSH; its output without the last line end."""
    return farm("exec", node, command, timeout=timeout).stdout.strip()


def wizard_words(verb, *words, farm_file=None):
    return [str(w) for w in (FARM, "--state", STATE, "in", "ctl", BINARY, verb, "--farm",
                             farm_file or STATE / "farm.toml", *words)]


def wizard(verb, *words, timeout=900, farm_file=None):
    return run(*wizard_words(verb, *words, farm_file=farm_file), timeout=timeout)


def start_run(*words, log):
    """Starts `run` and returns the process; `ip netns exec` ends in an exec, so its pid is the
    wizard's own."""
    with open(log, "ab") as out:
        return subprocess.Popen(wizard_words("run", "--yes", "--no-input", "--answers",
                                             STATE / "answers.toml", *words),
                                stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)


def journal():
    """The records so far; a last line that is being written is left out."""
    if not JOURNAL.exists():
        return []
    records = []
    for line in JOURNAL.read_text(errors="replace").splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            break
    return records


def wait_for(what, test, seconds=60.0, every=0.1):
    """Waits until test() is true; an error that names what was waited for otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain until {what}")
        time.sleep(every)


def up(plan):
    farm("down")
    made = farm("up", "--plan", plan, timeout=600)
    if made.returncode != 0:
        print(made.stdout)
    check(f"the farm comes up by the plan {plan}", made.returncode == 0, made.stdout[-500:])
    if made.returncode != 0:
        finish()


def overlay(node):
    """Every file of the node's overlay with what would show a change of it."""
    listing = run(sys.executable, ROOT / "tests/farm/lib/listing", STATE / "nodes" / node / "upper")
    return dict(line.split("\t", 1) for line in listing.stdout.splitlines() if "\t" in line)


# What a machine writes while it only lives and is looked at, and why.
LIVES = [
    (r"^/var/log/practice-ssh\.log$", "the farm's own record of logins"),
    (r"^/var/log/(wtmp|lastlog|btmp|auth\.log)$", "sshd records logins"),
    (r"^/var/log/apache2/", "requests are logged"),
    (r"^/var/log/ovd/", "OVD's own log"),
    (r"^/var/log/(journal|mysql|corosync|pacemaker|pcsd|cluster|lsyncd)", "services log"),
    (r"^/var/log/lsyncd\.log$", "services log"),
    (r"^/var/lib/mysql/", "the database writes by itself: farm servers report every 30 s"),
    (r"^/var/lib/php/sessions", "users' sessions; logins of the watcher"),
    (r"^/var/lib/(pacemaker|corosync|pcsd|systemd)/", "cluster daemons keep their state"),
    (r"^/var/lib/logrotate", "rotates by itself"),
    (r"^/run/", "memory, not disk"),
    (r"^/tmp/|^/var/tmp/", "private folders of services"),
    (r"^/(var|var/log|var/lib|var/cache)$", "folders above these"),
    (r"^/etc/(\.pwd\.lock|machine-id|\.updated)$|^/var/\.updated$", "systemd at boot"),
    (r"^/var/cache/(apache2|ldconfig|man)", "caches"),
    (r"^/var/lib/(dhcp|dbus|polkit-1)", "daemons at boot"),
]


def changed(before, after):
    """Paths that differ, without what a living machine writes by itself."""
    paths = [p for p in sorted(before.keys() | after.keys()) if before.get(p) != after.get(p)]
    return [p for p in paths if not any(re.search(rule, p) for rule, _ in LIVES)]


def recorded(node):
    """The commands that came to a node over SSH, by the farm's own record: (epoch, command)."""
    import base64
    text = on(node, "cat /var/log/practice-ssh.log 2>/dev/null || true")
    rows = []
    for line in text.splitlines():
        stamp, _, word = line.partition(" ")
        try:
            rows.append((float(stamp), base64.b64decode(word).decode(errors="replace").rstrip("\n")))
        except ValueError:
            continue
    return rows


def jobs(node):
    """The changes that were started among them: (epoch, job id, command)."""
    import shlex
    found = []
    for stamp, command in recorded(node):
        if " ovd-job " not in command:
            continue
        words = shlex.split(command)
        at = words.index("ovd-job")
        # sh -c SCRIPT ovd-job ID BYTES COMMAND MARK start|attach OFFSET RUN_DIR
        if words[at + 5] == "start":
            found.append((stamp, words[at + 1], words[at + 3]))
    return found
