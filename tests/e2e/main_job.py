#!/usr/bin/env python3
"""The main job: one command migrates a real farm, and every promise about it is looked at."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import end_state  # noqa: E402
from harness import (BINARY, EVERYTHING, FARM, JOURNAL, NODES, ROOT, RUN, STATE, changed,  # noqa: E402
                     check, farm, finish, jobs, journal, on, overlay, run, up, wait_for, wizard)
from secrets_watch import ProcessWatch, in_files, known_secrets, readable_by_others  # noqa: E402


def host_keys():
    """An unknown key is refused when nobody can be asked, a changed one always."""
    text = (STATE / "farm.toml").read_text()
    known = (STATE / "ssh" / "known_hosts").read_text()
    lines = known.splitlines()
    for name, content, said in (
            ("unknown", "", "SHA256:"),
            ("changed", known.replace(lines[0].split()[2], lines[1].split()[2]), "ssh-keygen")):
        (STATE / "ssh" / "other_hosts").write_text(content)
        other = STATE / "other.toml"
        other.write_text(text.replace("ssh/known_hosts", "ssh/other_hosts"))
        done = wizard("run", "--yes", "--no-input", farm_file=other)
        check(f"a host key that is {name} is refused", done.returncode == 6 and said in done.stdout,
              f"exit {done.returncode}: {done.stdout[-500:]}")
        path = STATE / "other.run" / "journal.jsonl"
        sent = path.exists() and '"sent"' in path.read_text()
        check(f"nothing was sent to a machine whose key is {name}", not sent)
        shutil.rmtree(STATE / "other.run", ignore_errors=True)
        other.unlink()


def looking_changes_nothing():
    before = {node: overlay(node) for node in EVERYTHING}
    looked = wizard("check")
    check("check finds nothing that stops the migration", looked.returncode == 0, looked.stdout[-600:])
    plan = wizard("plan", "--live", "--json")
    check("plan --live works on the untouched farm", plan.returncode == 0, plan.stdout[-400:])
    for node in EVERYTHING:
        wrong = changed(before[node], overlay(node))
        check(f"check and plan --live change no file on {node}", not wrong, str(wrong))
    return json.loads(plan.stdout)


class User:
    """alice, on her own machine: logs in once and keeps her cookie."""

    def __init__(self, at):
        self.jar = STATE / "alice.cookies"
        self.jar.unlink(missing_ok=True)
        done = self._curl(f"https://{at}/ovd/client/start", "--data-urlencode", "login=alice",
                          "--data-urlencode", f"password@{STATE / 'alice-password'}")
        self.said = done.stdout
        self.logged_in = "session" in done.stdout and "error" not in done.stdout

    def _curl(self, url, *words):
        return run(FARM, "--state", STATE, "in", "client", "curl", "-sk", "--max-time", "5", "-b",
                   self.jar, "-c", self.jar, "-w", " %{http_code}", *words, url)

    def still_there(self, at):
        done = self._curl(f"https://{at}/ovd/client/session")
        return done.stdout.strip().endswith("200") and "alice" in done.stdout

    def log_out(self, at):
        self._curl(f"https://{at}/ovd/client/logout", "-X", "POST")


def check_database(plan):
    """The dump that was imported, loaded again on osm1 beside the old database: every table that
    nobody writes to while the farm lives is on dbmy what it was then."""
    name = plan["database"]["name"]
    tables = on("dbmy", f"mysql -N -e \"SELECT table_name FROM information_schema.tables "
                        f"WHERE table_schema='{name}' ORDER BY 1\"").split()
    check("the tables are on dbmy", len(tables) >= 12, str(tables))
    living = {"ovd_servers", "ovd_sessions", "ovd_sessions_history", "ovd_servers_history",
              "ovd_cron_runs", "ovd_actions", "ovd_tokens", "ovd_certificates", "ovd_keys",
              "ovd_servers_properties"}
    still = [t for t in tables if t not in living]
    on("osm1", "systemctl start mariadb", timeout=90)
    try:
        question = "mysql -N -e \"CHECKSUM TABLE " + ", ".join(f"{name}.{t}" for t in still) + "\""
        count = "mysql -N -e \"" + "; ".join(f"SELECT '{t}', COUNT(*) FROM {name}.{t}" for t in still) + "\""
        for what, command in (("content", question), ("number of rows", count)):
            here, there = on("osm1", command), on("dbmy", command)
            check(f"the {what} of {len(still)} tables is the same on dbmy", here == there and here,
                  f"{here}\n{there}")
        find = ("mysqldump --skip-comments --skip-extended-insert --default-character-set=utf8mb4 "
                f"{name} " + " ".join(still) + " | grep -cP '[\\x{10000}-\\x{10FFFF}]'")
        here, there = on("osm1", "LC_ALL=C.UTF-8 " + find), on("dbmy", "LC_ALL=C.UTF-8 " + find)
        check("four-byte characters are all there", here == there and int(there or 0) > 0,
              f"{here} {there}")
    finally:
        on("osm1", "systemctl stop mariadb mariadb.socket 2>/dev/null; systemctl stop mariadb", timeout=90)


def check_commands(before):
    """What ran on the nodes, by their own record, is what the plan showed, in an order it allows."""
    tasks = {t["task"]: t for t in before["tasks"]}
    by_task = {}
    strange, wrong = [], []
    times = {}
    for node in NODES + ("oas1", "esg1"):
        for stamp, job, command in jobs(node):
            rest = job.split("-", 1)[1]
            if rest.startswith(("lease.", "release.")):
                continue
            name, _, number = rest.rsplit(".", 2)
            step, _, place = name.rpartition(".")
            task = f"{step}@{place}"
            if task not in tasks:
                strange.append(job)
                continue
            planned = tasks[task]["operations"][int(number) - 1]["command"]
            if planned != command:
                wrong.append(f"{task} {number}")
            by_task.setdefault(task, []).append(int(number))
            times.setdefault(task, []).append(stamp)
    check("no change reached a node that the plan did not show", not strange, str(strange))
    check("each change is, byte for byte, what the plan showed", not wrong and len(by_task) > 60,
          f"{wrong} {len(by_task)}")
    how = {r["task"]: r.get("how") for r in journal() if r.get("kind") == "task" and r["state"] == "ok"}
    missing = []
    for task, row in tasks.items():
        numbers = [i + 1 for i, op in enumerate(row["operations"]) if op["kind"] in ("run", "put")]
        if how.get(task) in ("done", "answered") and by_task.get(task, []) != numbers:
            missing.append(f"{task}: {by_task.get(task)} of {numbers}")
    check("each planned change ran once, in its order", not missing, str(missing))
    early = [f"{task} before {other}" for task in times for other in tasks[task]["after"]
             if other in times and min(times[task]) < max(times[other])]
    check("nothing ran before what it depends on", not early, str(early))


def check_secrets(watch, output):
    check("processes were watched during the run", watch.samples > 100 and watch.read > 10_000,
          f"{watch.samples} {watch.read}")
    check("no secret in any argument list or environment", not watch.seen, str(sorted(watch.seen)))
    logs = [p for node in EVERYTHING for p in (STATE / "nodes" / node / "upper/var/log").rglob("*")]
    ours = [p for node in EVERYTHING
            for p in (STATE / "nodes" / node / "upper/var/lib/ovd-failover").rglob("*")]
    found = in_files([JOURNAL, output, *logs, *ours])
    check("no secret in the journal, the output, the nodes' logs or our folder there", not found, str(found))
    open_files = [f for node in EVERYTHING for f in readable_by_others(node)]
    check("no secret in a file that others may read", not open_files, str(open_files))
    modes = [f"{p}: {p.stat().st_mode & 0o777:o}" for p in (RUN / "secrets").glob("*")
             if p.stat().st_mode & 0o077]
    check("generated secrets are for their owner only", known_secrets() and not modes, str(modes))


def migrate(plan):
    """The run itself, watched from a user's machine and from beside."""
    osm1, vip = plan["nodes"]["osm1"]["address"], plan["ovd_srv"]["vip"]
    alice = User(osm1)
    check("alice can log in before the migration", alice.logged_in and alice.still_there(osm1), alice.said)
    log = STATE / "watch.log"
    watcher = subprocess.Popen(
        [str(w) for w in (FARM, "--state", STATE, "in", "client", sys.executable,
                          ROOT / "tests/farm/watch-service", "--out", log,
                          "--target", f"osm1=https://{osm1}/ovd/client/start",
                          "--target", f"vip=https://{vip}/ovd/client/start")], stdin=subprocess.DEVNULL)
    said = []

    def part(*words):
        done = wizard("run", "--yes", "--no-input", "--answers", STATE / "answers.toml", *words,
                      timeout=1500)
        said.append(done.stdout)
        if done.returncode != 0:
            check(f"run {' '.join(words)} works", False, done.stdout[-1500:])
            finish()
        return done
    try:
        with ProcessWatch() as watch:
            part("--to", "III")
            check("alice's session lives through the change of the database", alice.still_there(osm1))
            # The guide wants nobody logged in for Chapter IV: farm servers restart there.
            alice.log_out(osm1)
            part("--to", "IV")
            alice = User(vip)
            check("alice can log in through the virtual address", alice.logged_in, alice.said)
            done = part()
    finally:
        watcher.terminate()
        watcher.wait(20)
    output = STATE / "run.output"
    output.write_text("".join(said))
    check("the run ends with nothing left to do", done.returncode == 0
          and "Nothing is left to do." in done.stdout, done.stdout[-1500:])
    print(run(sys.executable, ROOT / "tests/farm/chapters", JOURNAL, log).stdout)
    check("alice's session, begun before the cluster, survives the failover", alice.still_there(vip))
    return watch, output


def second_run_changes_nothing():
    before = {node: overlay(node) for node in EVERYTHING}
    ran = {node: len(jobs(node)) for node in EVERYTHING}
    again = wizard("run", "--yes", "--no-input")
    check("a second run says that nothing is left to do",
          again.returncode == 0 and "Nothing is left to do." in again.stdout
          and "0 tasks carried out" in again.stdout, again.stdout[-400:])
    check("a second run sends no command that changes anything",
          ran == {node: len(jobs(node)) for node in EVERYTHING})
    for node in EVERYTHING:
        wrong = changed(before[node], overlay(node))
        wrong = [p for p in wrong if not p.startswith("/var/spool/ovd/")]
        check(f"a second run changes no file on {node}", not wrong, str(wrong))


def main():
    check("the program is built", BINARY.exists(), str(BINARY))
    up("guide")
    plan = end_state.load_farm()
    host_keys()
    before = looking_changes_nothing()
    watch, output = migrate(plan)
    end_state.check_all()
    check_database(plan)
    check_commands(before)
    check_secrets(watch, output)
    second_run_changes_nothing()
    farm("down")
    finish()


if __name__ == "__main__":
    main()
