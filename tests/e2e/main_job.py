#!/usr/bin/env python3
"""The main job: one command migrates a real farm, and every promise about it is looked at."""

import json
import re
import shutil
import subprocess
import sys

import end_state
import guides_way
from alice import Alice, AliceAtWork
from database import check_database
from harness import (EVERYTHING, FARM, HANGS, JOURNAL, OPTIONS, ROOT, RUN, STATE, UNATTENDED, check, figure,
                     journal, load_farm, need, on, on_a_farm, phase, run, wizard, wizard_json)
from node_side import ALIVE, CLUSTER_ALIVE, check_unchanged, jobs, overlays, recorded
from promises import check_commands
from report_looks import check_report
from secrets_watch import ProcessWatch, files_with_secrets, in_text, known_secrets

# The longest the service may be down, by chapter.
AWAY_AT_MOST = {"3-database": 30, "4-virtual-ip": 30, "6-cluster": 15, "7-failover-test": 15}


def host_keys():
    """An unknown key is refused when nobody can be asked; a changed one always."""
    known = (STATE / "ssh" / "known_hosts").read_text().splitlines()
    before = {node: len(recorded(node)) for node in EVERYTHING}
    other = STATE / "other.toml"
    hosts = STATE / "ssh" / "other_hosts"
    other.write_text((STATE / "farm.toml").read_text().replace("ssh/known_hosts", "ssh/other_hosts"))
    address, kind, key = known[0].split()
    hosts.write_text(known[0] + "\n")
    fingerprint = run("ssh-keygen", "-lf", hosts).stdout.split()[1]
    swapped = f"{address} {kind} {known[1].split()[2]}"
    for name, lines, said in (("unknown", known[1:], fingerprint), ("changed", [swapped, *known[1:]], address)):
        for verb, words in (("run", UNATTENDED), ("plan", ("--live", "--no-input"))):
            hosts.write_text("\n".join(lines) + "\n")
            done = wizard(verb, *words, farm_file=other)
            check(f"{verb}: a host key that is {name} is refused, and the refusal says which",
                  done.returncode == 6 and said in done.stdout and "Hint:" in done.stdout,
                  f"exit {done.returncode}: {done.stdout[-500:]}")
            check(f"{verb}: a key that is {name} is not written down as known",
                  hosts.read_text() == "\n".join(lines) + "\n")
        check(f"no run is begun past a key that is {name}", not (STATE / "other.run" / "journal.jsonl").exists())
        shutil.rmtree(STATE / "other.run", ignore_errors=True)
    check("no change came to any node", not any(jobs(node) for node in EVERYTHING))
    check("nothing at all came to the node with the other key", len(recorded("osm1")) == before["osm1"])
    other.unlink()


def looking():
    """check and plan --live look at everything and change nothing."""
    before = overlays()
    looked = wizard("check")
    check("check finds nothing that stops the migration", looked.returncode == 0, looked.stdout[-800:])
    plan = wizard_json("plan", "--live")
    check_unchanged("check and plan --live change no file", before, ALIVE)
    check("they leave no run folder", not RUN.exists())
    check("nothing of the plan is done yet that matters", plan["left"] > 150, f"{plan['left']}")
    return plan


def check_that_cannot_run():
    """A check that cannot be made is a blocker, never a pass."""
    steps = STATE / "other-steps"
    shutil.copytree(ROOT / "steps", steps)
    path = steps / "0-prerequisites/20-machines.toml"
    text = path.read_text()
    assert "severity = \"warn\"" in text
    path.write_text(re.sub(r"(\[\[step\.verify\]\]\ncommand *= *)'''.*?'''", r"\1'''exit 3'''", text, count=1, flags=re.S))
    looked = wizard("check", "--steps", steps)
    check("a check that cannot run stops the migration", looked.returncode == 10
          and "could not be checked" in looked.stdout, f"exit {looked.returncode}: {looked.stdout[-500:]}")
    shutil.rmtree(steps)


def migrate(plan):
    """One command from beginning to end, watched from a user's machine and from beside."""
    osm1, vip = plan["nodes"]["osm1"]["address"], plan["ovd_srv"]["vip"]
    watcher = subprocess.Popen(
        [str(w) for w in (FARM, "--state", STATE, "in", "client", sys.executable, ROOT / "tests/farm/watch-service",
                          "--out", STATE / "watch.log", "--target", f"osm1=https://{osm1}/ovd/client/start",
                          "--target", f"vip=https://{vip}/ovd/client/start")], stdin=subprocess.DEVNULL)
    try:
        with ProcessWatch() as watch, AliceAtWork():
            done = wizard("run", *UNATTENDED, "--answers", STATE / "answers.toml")
    finally:
        watcher.terminate()
        watcher.wait(HANGS)
    (STATE / "run.output").write_text(done.stdout)
    need("one command carries out the whole guide", done.returncode == 0
         and "Nothing is left to do." in done.stdout, f"exit {done.returncode}: {done.stdout[-2000:]}")
    return watch, done.stdout


def check_alice():
    alice = Alice()
    told = [json.loads(line) for line in alice.log.read_text().splitlines()] if alice.log.exists() else []
    wanted = ["came before Chapter III", "still there after Chapter III", "left before Chapter IV",
              "came after Chapter IV"]
    check("alice was asked at each point", [row["what"] for row in told] == wanted, f"{told}")
    for row in told:
        check(f"alice {row['what']}", row["good"], row["said"])
    good, said = alice.look(alice.vip)
    check("alice's session outlived the building of the cluster and the failover", good, said)


def check_interruptions():
    """How long the service was down in each chapter; a user may come by osm1's own address or the virtual one."""
    tool = ROOT / "tests/farm"
    print(run(sys.executable, tool / "chapters", JOURNAL, STATE / "watch.log").stdout, end="")
    times = {}
    for record in journal():
        if record.get("kind") == "task" and "chapter" in record:
            times.setdefault(record["chapter"], []).append(record["time"])
    for chapter, most in AWAY_AT_MOST.items():
        span = [run("date", "-d", moment, "+%s.%N").stdout.strip() for moment in (times[chapter][0], times[chapter][-1])]
        seen = run(sys.executable, tool / "interruptions", STATE / "watch.log", "--any", "--from", span[0], "--to", span[1])
        report = json.loads(seen.stdout)["any"]
        check(f"in {chapter} the service was down for less than {most} s",
              report["down_seconds"] < most and report["blind_seconds"] < 2,
              f"{report['down_seconds']} s, not watched for {report['blind_seconds']} s")


def answer_time(moments):
    """Seconds that answers took around these moments, at most: nobody knows more exactly when an interruption began or
    ended. Milliseconds, unless the machine is busy."""
    rows = [line.split() for line in (STATE / "watch.log").read_text().splitlines()]
    return max((float(row[4]) / 1000 for row in rows if len(row) == 5 and row[2] != "down"
                and any(abs(float(row[0]) - moment) < 2 for moment in moments)), default=0.0)


def check_watched():
    """What the wizard saw of the service agrees with a user's own machine that looked twice as often."""
    records = [r for r in journal() if r.get("kind") == "outage" and r["to"]]
    check("the wizard saw the service down in Chapters I, III and VII", len(records) >= 3, f"{records}")
    downs = []
    for target in ("osm1", "vip"):
        seen = run(sys.executable, ROOT / "tests/farm/interruptions", STATE / "watch.log", "--target", target)
        downs += json.loads(seen.stdout)["targets"][target]["down"]
    for record in records:
        began, ended = (float(run("date", "-d", record[end], "+%s.%N").stdout) for end in ("from", "to"))
        near = [abs(d["seconds"] - record["seconds"]) for d in downs if d["start"] < ended and d["end"] > began]
        off = 0.2 + answer_time((began, ended))
        check(f"the interruption by {record['task']} is as long as a user's machine saw it",
              min(near, default=record["seconds"]) <= off, f"{record['seconds']:.2f} s, off by {near}, of {off:.2f}")
        check(f"the interruption by {record['task']} was in the journal before it was over",
              [r for r in journal() if r.get("kind") == "outage" and r["from"] == record["from"] and not r["to"]])
    output = (STATE / "run.output").read_text()
    check("each was told as it began and as it ended", output.count("the service is down") == len(records)
          and output.count("the service is up again after") == len(records), f"{len(records)}")


def check_every_sheet():
    """Wherever the guide wants it, in its order, green and with enough in it."""
    records = journal()
    plan = [r for r in records if r.get("kind") == "outline"][-1]["tasks"]
    sheets = [r for r in records if r.get("kind") == "sheet" and "task" in r]
    wanted = [row["task"] for row in plan if row["step"].startswith("sheet-")]
    check("the verification sheet was run wherever the guide wants it, in its order",
          len(wanted) > 5 and [r["task"] for r in sheets] == wanted, f"{[r['task'] for r in sheets]}")
    check("it passed each time, with at least 15 checks", not any(r["failed"] for r in sheets)
          and min(len(r["checks"]) for r in sheets) >= 15, f"{[(r['task'], r['failed'], len(r['checks'])) for r in sheets]}")


def check_maintenance():
    """On exactly while Chapter IV needs it, by the words of the service itself."""
    rows = [line.split() for line in (STATE / "watch.log").read_text().splitlines()]
    inside = [float(row[0]) for row in rows if row[2] == "maintenance"]
    ends = {r["task"]: r["time"] for r in journal() if r.get("kind") == "task" and r["state"] == "ok"}
    begins = {r["task"]: r["time"] for r in journal() if r.get("kind") == "task" and r["state"] == "intended"}
    spans = [(float(run("date", "-d", begins[first], "+%s.%N").stdout), float(run("date", "-d", ends[last], "+%s.%N").stdout))
             for first, last in (("users-gone-for-card@osm1", "users-back-after-card@osm1"), ("users-gone-for-vip@osm1", "production-again@osm1"))]
    strange = [when for when in inside if not any(a - 1 <= when <= b + 1 for a, b in spans)]
    check("the farm was in maintenance for Chapters I and IV, and at no other time", inside and not strange, f"{strange[:5]}")
    last = [r for r in journal() if r.get("kind") == "sheet"][-1]
    mode = [c["values"]["maintenance"]["is"] for c in last["checks"] if "maintenance" in c["values"]]
    check("at the end it is not in maintenance", mode == ["off"], f"{mode}")


def check_secrets(watch, texts):
    check("processes were watched all the time", watch.samples > 300, f"{watch.samples} samples")
    check("the watch sees arguments and environments", watch.planted == {"cmdline", "environ"}, f"{watch.planted}")
    figure(f"processes were looked at {watch.samples} times")
    check("no secret was in an argument list or environment", not watch.seen, f"{sorted(watch.seen)}")
    check("there are secrets to look for", {"db_password", "hacluster_password", "admin-password"} <= set(known_secrets()),
          f"{sorted(known_secrets())}")
    texts = {**texts, "the journal": JOURNAL.read_bytes()}
    check("no secret in the journal, on the terminal or in the plan", not in_text(texts), f"{in_text(texts)}")
    for node in EVERYTHING:
        found = files_with_secrets(node)
        wrong = [row for row in found if row[0].startswith(("/var/log/", "/var/lib/ovd-failover/", "/tmp/", "/var/tmp/"))]
        check(f"no secret in logs, in temporary files or in the wizard's own folder on {node}", not wrong, f"{wrong}")
        # OVD's own configuration: only the web server and root may read it.
        wrong = [row for row in found if row[2] == "all" or row[2] == "group"
                 and row[:2] != ("/var/spool/ovd/session-manager/config", 0o660)]
        check(f"no secret in a file that others may read on {node}", not wrong, f"{wrong}")
    left = {node: on(node, "ls /run/ovd-job* 2>/dev/null || true") for node in EVERYTHING}
    check("no input of a job is left in memory", not any(left.values()), f"{left}")
    check("the watched secrets do reach their places", [r for r in files_with_secrets("osm2")
          if r[0] == "/var/spool/ovd/session-manager/config" and r[3] == "db_password"])


def check_modes(plan):
    wanted = {"/var/spool/ovd/session-manager/config": "660 www-data:www-data", "/root/session-manager-database.sql": "600 root:root",
              "/root/session-manager.conf.orig": None, "/root/.ssh/sync_rsa": "600 root:root",
              "/var/lib/ovd-failover": "700 root:root", "/var/lib/ovd-failover/jobs": "700 root:root",
              f"/etc/netplan/90_config_{plan['nodes']['osm1']['priv_nic']}.yaml": "600 root:root"}
    for path, mode in wanted.items():
        said = on("osm1", f"stat -c '%a %U:%G' {path}")
        check(f"{path} is {mode or 'there'}", said == mode if mode else re.match(r"\d+ ", said), said)
    for path, mode in ((RUN, 0o700), (JOURNAL, 0o600), (RUN / "secrets", 0o700), *((p, 0o600) for p in (RUN / "secrets").glob("*"))):
        check(f"{path.relative_to(STATE)} is for its owner alone", path.stat().st_mode & 0o777 == mode, f"{path.stat().st_mode:o}")


def second_run():
    before, sent = overlays(), {node: len(jobs(node)) for node in EVERYTHING}
    again = wizard("run", *UNATTENDED)
    check("a second run says that nothing is left to do", again.returncode == 0
          and "0 tasks carried out" in again.stdout and "Nothing is left to do." in again.stdout, again.stdout[-600:])
    check("a second run sends no command that changes anything", sent == {node: len(jobs(node)) for node in EVERYTHING})
    check_unchanged("a second run changes no file", before, ALIVE + CLUSTER_ALIVE)


def test():
    plan = load_farm()
    phase("host keys", host_keys)
    if OPTIONS.all:
        phase("a card that is not there", guides_way.missing_card)
        phase("a check that cannot run", check_that_cannot_run)
    before = phase("looking", looking)
    watch, output = phase("the migration", migrate, plan)
    phase("alice", check_alice)
    phase("interruptions", check_interruptions)
    check_watched()
    check_every_sheet()
    check_maintenance()
    phase("the report", check_report, ("Done and verified", "Move the resources to osm2", "configuration aside", "Fencing.", "the baseline"))
    records = journal()
    live = phase("end state", end_state.check_all, records)
    how = {r["task"]: r.get("how") for r in records if r.get("kind") == "task" and r["state"] == "ok"}
    phase("commands", check_commands, before, plan, how)
    texts = {"the output of run": output, "plan --live": live, "plan": wizard("plan").stdout,
             "plan --json": wizard("plan", "--json").stdout, "status": wizard("status").stdout,
             "the report": (RUN / "report.html").read_bytes()}
    phase("secrets", check_secrets, watch, texts)
    check_modes(plan)
    phase("second run", second_run)
    phase("database", check_database, plan)


if __name__ == "__main__":
    on_a_farm("guide", test)
