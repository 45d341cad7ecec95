"""What the end-to-end tests share: a practice farm, the wizard in its operator's namespace, and checks
that print one line each: `ok NAME` or `FAILED NAME: why`."""

import argparse
import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FARM = ROOT / "scripts" / "practice-farm"
NODES = ("osm1", "osm2", "pcs3", "pcs4", "dbmy")
SERVERS = ("oas1", "esg1")
EVERYTHING = NODES + SERVERS
MARK = "brought-up-by-the-tests"  # in the state folder of a farm that may be put away again


def _default_binary():
    for build in ("release", "dev"):
        if (ROOT / "build" / build / "ovd-failover").exists():
            return ROOT / "build" / build / "ovd-failover"
    return ROOT / "build" / "release" / "ovd-failover"


def _options():
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--binary", type=Path, help="the program to test",
                        default=os.environ.get("OVD_BINARY") or _default_binary())
    parser.add_argument("--state", type=Path, help="the practice farm's folder",
                        default=os.environ.get("OVD_PRACTICE_STATE", "/var/lib/ovd-practice-e2e"))
    parser.add_argument("--platform", help="what the nodes of the farm present themselves as")
    parser.add_argument("--dbmy-platform", help="the same for the database server alone")
    parser.add_argument("--load", metavar="NAME", help="test on this saved farm instead of a new one")
    parser.add_argument("--save", metavar="NAME", help="keep the farm under this name as it is at the end")
    parser.add_argument("--all", action="store_true", help="also what scripts/test leaves to scripts/test --all")
    parser.add_argument("--keep", action="store_true", help="leave the farm up at the end, to look around")
    return parser.parse_args()


OPTIONS = _options()
BINARY = Path(OPTIONS.binary).resolve()
STATE = Path(OPTIONS.state)
RUN = STATE / "farm.run"
JOURNAL = RUN / "journal.jsonl"
BEGAN = time.monotonic()
# What is waited for is a condition; these only end a wait that would never end, on any machine.
HANGS = 600  # seconds: one thing
A_WHILE = 2700  # a whole run

_passed, _failed = [], []


def check(name, good, why=""):
    """One thing a user would notice. Prints it and counts it."""
    (_passed if good else _failed).append(name)
    print(f"ok {name}" if good else f"FAILED {name}: {why}", flush=True)
    return bool(good)


def figure(text):
    """A number worth reading, that no check depends on."""
    print(f"  {text}", flush=True)


def processor_seconds():
    """What this test and its farm have used of the processors: its own processes that have ended, and the nodes'."""
    used = sum(os.times()[:4])
    for node in EVERYTHING:
        try:
            pid = (STATE / "nodes" / node / "pid").read_text().split()[0]
            group = Path(f"/proc/{pid}/cgroup").read_text().rsplit("0::/", 1)[1].split("/")[0].strip()
            for tree in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
                if (stat := Path(tree, group, "cpu.stat")).exists():
                    used += int(stat.read_text().split()[1]) / 1e6
        except (OSError, ValueError, IndexError):
            pass  # it is off
    return used


def phase(name, work, *words):
    """One part of a test, and what it cost: seconds by the clock, and of the processors (of a node that was rebooted
    in it, since its boot)."""
    began, used = time.monotonic(), processor_seconds()
    try:
        return work(*words)
    finally:
        figure(f"{name}: {time.monotonic() - began:.0f} s, of the processors {max(0, processor_seconds() - used):.0f} s")


def finish():
    figure(f"took {time.monotonic() - BEGAN:.0f} s")
    print(f"{len(_passed)} passed, {len(_failed)} failed", flush=True)
    sys.exit(1 if _failed else 0)


class GiveUp(Exception):
    """What follows makes no sense any more; the check that failed has said why."""


def need(name, good, why=""):
    if not check(name, good, why):
        raise GiveUp(name)


def on_a_farm(plan, test):
    """Brings a farm up, tests on it and puts it away, whatever happens in between."""
    need_binary()
    try:
        if OPTIONS.load:
            load(OPTIONS.load)
        else:
            up(plan)
        test()
        if OPTIONS.save:
            saved = farm("save", OPTIONS.save)
            check(f"the farm is kept as {OPTIONS.save}", saved.returncode == 0, saved.stdout)
    except GiveUp as error:
        print(f"The rest was left out after: {error}", flush=True)
    except Exception as error:  # a test that breaks has failed
        import traceback
        traceback.print_exc()
        check("the test itself runs to its end", False, f"{type(error).__name__}: {error}")
    finally:
        if not OPTIONS.keep:
            down()
    finish()


def need_binary():
    if not check("the program is built", BINARY.exists(), f"{BINARY} is missing"):
        finish()


def run(*words, timeout=HANGS, **more):
    """Runs a program, both outputs in one; never raises for a bad exit status."""
    return subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", timeout=timeout,
                          check=False, **more)


# The farm

def farm(*words, timeout=HANGS):
    return run(FARM, "--state", STATE, *words, timeout=timeout)


def put_away_before():
    if STATE.exists():
        need("no farm of somebody else is in the way", (STATE / MARK).exists(),
             f"{STATE} was not made by these tests; put it away, or say --state")
        down()


def load(name):
    """A farm that another test has saved; with its cluster, if it has one, as it is some time after a power cut."""
    put_away_before()
    began = time.monotonic()
    try:
        loaded = farm("load", name)
    finally:
        if (STATE / "plan").exists():
            (STATE / MARK).touch()
    need(f"the saved farm {name} can be loaded", loaded.returncode == 0, loaded.stdout[-800:])
    figure(f"the farm was up after {time.monotonic() - began:.0f} s")
    if on("osm1", "test -e /etc/corosync/corosync.conf && echo there") == "there":
        wait_for("the cluster has started everything", lambda: on("osm1", "crm_resource --wait --timeout=30 >/dev/null 2>&1 && "
                 "crm_resource --resource lsyncd_cron --locate 2>/dev/null | grep running.on"), every=1)
        wait_for("users are answered", lambda: farm("sheet").returncode == 0, every=1)
    figure(f"and all of it answered after {time.monotonic() - began:.0f} s")


def up(plan):
    put_away_before()
    began = time.monotonic()
    platforms = [word for name in ("platform", "dbmy_platform") if getattr(OPTIONS, name)
                 for word in (f"--{name.replace('_', '-')}", getattr(OPTIONS, name))]
    try:
        made = farm("up", "--plan", plan, *platforms, timeout=A_WHILE)
    finally:
        if (STATE / "plan").exists():  # also of one that came up by half
            (STATE / MARK).touch()
    need(f"the farm comes up by the plan {plan}", made.returncode == 0, made.stdout[-800:])
    figure(f"the farm was up after {time.monotonic() - began:.0f} s")


def down():
    """Only a farm that `up` above has made."""
    if (STATE / MARK).exists():
        done = farm("down")
        if done.returncode != 0:
            print(done.stdout)


def _leader(node):
    """The first process of a node that is on; None otherwise."""
    try:
        nspawn, started = (STATE / "nodes" / node / "pid").read_text().split()
        if Path(f"/proc/{nspawn}/stat").read_text().rsplit(")", 1)[1].split()[19] != started:
            return None
        return Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()[0]
    except (OSError, ValueError, IndexError):
        return None


def on(node, command, timeout=HANGS):
    """A shell command on a node, not over SSH; its output without the last line end. As `practice-farm exec`, which
    is left to say what is wrong with a node that is off, but in one process: the tests look hundreds of times."""
    leader = _leader(node)
    if leader is None:
        return farm("exec", node, command, timeout=timeout).stdout.strip()
    return run("nsenter", "--target", leader, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", "--",
               "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=dumb",
               "LANG=C.UTF-8", "sh", "-c", command, timeout=timeout).stdout.strip()


def upper(node, path=""):
    """Where a file written on a node lies on this machine."""
    return STATE / "nodes" / node / "upper" / str(path).lstrip("/")


def load_farm():
    with open(STATE / "farm.toml", "rb") as file:
        return tomllib.load(file)


def rhel():
    """The Session Managers of this farm present themselves as RHEL."""
    return load_farm()["nodes"]["osm1"]["platform"].startswith("rhel")


def web():
    """What Apache's service is called there."""
    return "httpd" if rhel() else "apache2"


def change_hooks(lines):
    """Gives hooks of the farm file other commands, or takes them out (None)."""
    path = STATE / "farm.toml"
    kept = []
    for line in path.read_text().splitlines(keepends=True):
        name = line.split("=")[0].strip().strip('"') if line.startswith('"') else None
        if name not in lines:
            kept.append(line)
        elif lines[name] is not None:
            kept.append(f'"{name}" = {json.dumps(lines[name])}\n')
    path.write_text("".join(kept))


# The wizard

def wizard_words(verb, *words, farm_file=None):
    return [str(w) for w in (FARM, "--state", STATE, "in", "ctl", BINARY, verb, "--farm",
                             farm_file or STATE / "farm.toml", *words)]


def wizard(verb, *words, timeout=A_WHILE, farm_file=None):
    """Runs the wizard where the operator sits."""
    return run(*wizard_words(verb, *words, farm_file=farm_file), timeout=timeout)


def wizard_json(verb, *words, **more):
    done = wizard(verb, "--json", *words, **more)
    try:
        return json.loads(done.stdout)
    except ValueError:
        check(f"{verb} --json prints JSON", False, done.stdout[-600:])
        raise GiveUp(f"{verb} --json") from None


UNATTENDED = ("--yes", "--no-input")


def start_run(*words, log, verb="run"):
    """Starts `run` or the like and returns the process; every program on the way to the wizard ends in an exec,
    so its pid is the wizard's own."""
    with open(log, "ab") as out:
        return subprocess.Popen(wizard_words(verb, *UNATTENDED, *words), stdout=out,
                                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)


def migrate():
    """The whole guide, without questions; of a saved farm that has it behind it, nothing is left."""
    done = wizard("run", *UNATTENDED, "--answers", STATE / "answers.toml")
    need("the migration is through", done.returncode == 0 and "Nothing is left to do." in done.stdout,
         f"exit {done.returncode}: {done.stdout[-2000:]}")
    if OPTIONS.load:
        check("and was so when the farm was saved", "0 tasks carried out" in done.stdout, done.stdout[-800:])


class JournalTail:
    """The journal as it grows; each line is read once, also of one that takes another's place."""

    def __init__(self, path=None):
        self.path = path or JOURNAL
        self.records = []
        self._offset = 0
        self._file = None

    def read(self):
        if self.path.exists():
            with open(self.path, "rb") as file:
                if self._file != os.fstat(file.fileno()).st_ino:
                    self._file, self._offset, self.records = os.fstat(file.fileno()).st_ino, 0, []
                file.seek(self._offset)
                text = file.read()
            whole = text.rfind(b"\n") + 1  # a line that is being written waits for the next look
            for line in text[:whole].splitlines():
                self.records.append(json.loads(line))
            self._offset += whole
        return self.records

    def chapters(self):
        return {r["task"]: r["chapter"] for r in self.records if r.get("kind") == "task" and "chapter" in r}

    def under_way(self):
        """Records of the jobs that were sent and have not ended."""
        sent = {}
        for record in self.records:
            if record.get("kind") == "sent":
                sent[record["job"]] = record
            elif record.get("kind") == "ended":
                sent.pop(record["job"], None)
        return list(sent.values())


def journal():
    return JournalTail().read()


def wait_for(what, test, seconds=HANGS, every=0.1):
    """Waits until test() is true; an error that names what was waited for otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain until {what}")
        time.sleep(every)


def becomes_true(name, test, seconds=HANGS, every=0.5):
    """A check of something that comes true by itself after a while. test() gives (good, why)."""
    deadline = time.monotonic() + seconds
    while True:
        good, why = test()
        if good or time.monotonic() > deadline:
            return check(name, good, f"{why}, after {seconds} s")
        time.sleep(every)
