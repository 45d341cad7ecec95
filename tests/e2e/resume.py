#!/usr/bin/env python3
"""Killed in the middle of every chapter, stopped with Ctrl-C, and gone on with each time, on a farm where
nothing is called what the guide calls it. The end is the same as that of a run nobody disturbed."""

import json
import re
import shutil
import signal
import time

import end_state
from harness import (A_WHILE, JOURNAL, NODES, RUN, STATE, UNATTENDED, JournalTail, change_hooks, check, farm, figure, journal,
                     load_farm, need, on, on_a_farm, run, start_run, upper, wait_for, wizard, wizard_json, wizard_words)
from node_side import all_jobs
from walkthrough import walk

# In each chapter the run is killed while a command of this step is under way on a node.
KILLS = {
    "1-resources": "priv-address",
    "2-osm2-and-key": "note-version",
    "3-database": "import-database",
    "4-virtual-ip": "switch-linux-servers",
    "5-prepare-cluster": "install-pacemaker",
    "6-cluster": "join-osm2",
    "7-failover-test": "move-to-osm2",
}
# The import is killed once osm1 itself has begun to send the data.
BEGUN = {"import-database": "/var/lib/ovd-failover/import-started"}
NOT_YET = ("request-key", "install-key")
OUTPUT = STATE / "resume.output"
ANSWERS = STATE / "answers.toml"


def until_under_way(process, tail, what, wanted):
    """Waits until a command that this run has sent, and that `wanted` says yes to, is under way."""
    before = len(tail.read())

    def now():
        tail.read()
        mine = {r["job"] for r in tail.records[before:] if r.get("kind") == "sent"}
        return [r for r in tail.under_way() if r["job"] in mine and wanted(r)] or process.poll() is not None
    wait_for(f"{what} is under way", now, A_WHILE, 0.01)


def kill_in(chapter, step):
    """SIGKILL with a command of the step sent and its end not recorded. Tried again when it ended in the very
    moment between: then the next attempt kills at any command of the chapter."""
    tail = JournalTail()
    for attempt in (1, 2, 3):
        process = start_run("--answers", ANSWERS, log=OUTPUT)

        def wanted(record, first=attempt == 1):
            if not first:
                return tail.chapters().get(record["task"]) == chapter
            return record["task"].startswith(f"{step}@") and (step not in BEGUN or upper("osm1", BEGUN[step]).exists())
        try:
            until_under_way(process, tail, f"a command of {step}", wanted)
        finally:
            ended = process.poll()
            process.kill()
            process.wait()
        need(f"the run was alive until it was killed in {chapter}", ended is None, OUTPUT.read_text()[-1500:])
        tail.read()
        caught = [r for r in tail.under_way() if tail.chapters().get(r["task"]) == chapter]
        if caught:
            break
    check(f"killed in the middle of {chapter}: {caught[0]['task'] if caught else 'never'}", caught)
    return {r["task"] for r in caught}


def check_status_after_kill(caught):
    told = wizard_json("status")
    check("after a kill, status --json names what was under way", caught <= set(told["troubled"]),
          f"{sorted(caught)}, told {told['troubled']}")
    states = {row["task"]: row["state"] for row in told["each"]}
    check("and calls it running", all(states[task] == "running" for task in caught),
          f"{ {task: states[task] for task in caught} }")
    text = wizard("status").stdout
    check("status says it too, and how to go on", all(task in text for task in caught)
          and "Resume with: ovd-failover run" in text, text)


def check_report_after_kill(caught):
    done = wizard("report")
    told = wizard_json("report")
    check("a report of a run that was killed tells how far it came", done.returncode == 0
          and told["verdict"]["title"] in ("In progress", "Stopped by a failure")
          and 20 < told["numbers"]["done"] < told["numbers"]["all"], f"{told['verdict']} {told['numbers']}")
    says = told["verdict"]["text"]
    check("and what was under way", all(f"running: {task}" in says for task in caught), says)
    # A kill may come before the first request that gets no answer: then the journal knows of no interruption yet.
    down = [r for r in journal() if r.get("kind") == "outage"]
    seen_down = bool(down) and not down[-1]["to"]
    check("and what must not stay as it is", not any(task.startswith("import-database@") for task in caught)
          or ("configuration is moved aside" in says and ("the service has been down since" in says) == seen_down), says)
    check("and what is left", any("tasks are not done yet" in row["text"] for row in told["left"]), f"{told['left']}")


def fired():
    """What the journal says of guards that have fired."""
    return [r for r in journal() if r.get("kind") == "guard" and r["state"] == "fired"]


def undone():
    return {task for record in fired() for task in record["undone"]}


def check_kill_left_no_gap():
    """Killed while the service was down: the next run has it restored before anything else, and begins anew."""
    away = [r for r in journal() if r.get("kind") == "outage" and r["task"].startswith("config-away@") and r["to"]]
    check("each interruption of Chapter III has its start and its end, though the wizard was killed in one of them",
          1 <= len(away) <= 2 and "at most" not in away[-1], f"{away}")
    check("the guard of osm1 restored the service when the next run began", len(fired()) == 1
          and {"import-database@osm1", "config-away@osm1"} <= undone() and not fired()[0].get("left"), f"{fired()}")


def check_out_of_maintenance():
    last = [r for r in journal() if r.get("kind") == "sheet"][-1]
    mode = [c["values"]["maintenance"]["is"] for c in last["checks"] if "maintenance" in c["values"]]
    check("after all those kills the farm is not left in maintenance", mode == ["off"] and not last["failed"], f"{mode}")


def go_on_from_elsewhere():
    """Another person, with a copy of the run folder: the killed run's lock is respected until they say otherwise."""
    elsewhere = STATE / "elsewhere.run"
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.copytree(RUN, elsewhere)
    words = ("env", "SUDO_USER=eve", *wizard_words("run", *UNATTENDED, "--answers", ANSWERS, "--run-folder", elsewhere,
                                                   "--to", "1-resources"))
    refused = run(*words)
    check("the lock of a killed run is not taken by another person's", refused.returncode == 10
          and re.search(r"another run has this farm: held by .*@.* \(process \d+, begun ", refused.stdout)
          and "--take-over" in refused.stdout, f"exit {refused.returncode}: {refused.stdout[-800:]}")
    done = run(*words, "--take-over", timeout=A_WHILE)
    need("with --take-over a copy of the run folder goes on where it was", done.returncode == 0,
         f"exit {done.returncode}: {done.stdout[-1500:]}")
    left = [node for node in NODES if on(node, "cat /var/lib/ovd-failover/lease 2>/dev/null")]
    check("and releases the lock of every node", not left, f"{left}")
    shutil.rmtree(RUN)
    elsewhere.rename(RUN)


def interrupt():
    """One Ctrl-C while something is under way."""
    OUTPUT.write_text("")
    tail = JournalTail()
    process = start_run("--answers", ANSWERS, log=OUTPUT)
    # The last to be installed takes longest: at least one command is still running when the signal comes.
    until_under_way(process, tail, "a command of this run in Chapter V",
                    lambda record: tail.chapters().get(record["task"]) == "5-prepare-cluster")
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    try:
        code = process.wait(30)
    finally:
        process.kill()
    took = time.monotonic() - asked
    said = OUTPUT.read_text()
    figure(f"Ctrl-C took {took:.1f} s")
    check("Ctrl-C ends the run within 10 seconds", took < 10, f"{took:.1f} s")
    check("Ctrl-C is exit code 11", code == 11, f"{code}: {said[-600:]}")
    check("Ctrl-C says at once that it is stopping", "Stopping: what is running on a node" in said, said[-600:])
    check("Ctrl-C says where it stopped", re.search(r"Error: Stopped (at [a-z0-9-]+@\w+|between two steps)", said), said[-600:])
    check("Ctrl-C says how to resume", "Resume with: ovd-failover run" in said, said[-600:])
    last = tail.read()[-1]
    check("the journal ends with the stop and its reason", last["kind"] == "stop" and "Stopped" in last["why"], f"{last}")
    told = wizard_json("status")
    check("status --json tells why the run stopped", "Stopped" in told["stopped"], f"{told['stopped']}")
    done = sum(row["state"] == "done" for row in told["each"])
    check("status counts what is done", told["done"] == done and 0 < done < told["tasks"] == len(told["each"]),
          f"{told['done']}, {done} of {told['tasks']}")
    text = wizard("status").stdout
    check("status says how many are done and how to go on", f"{done} of {told['tasks']} tasks done" in text
          and "Resume with: ovd-failover run" in text, text)


def key_is_not_there():
    """Everything that does not need the key is done; Chapter VI waits, and that is no failure."""
    done = wizard("run", "--yes", "--no-input", "--answers", ANSWERS)
    need("without the key the run ends well and says what waits for whom", done.returncode == 0
         and "Waits for a person: request-key" in done.stdout and "When that is done, resume with" in done.stdout,
         f"exit {done.returncode}: {done.stdout[-1500:]}")
    told = wizard_json("status")
    plan = {t["task"]: t["section"].split("/")[0] for t in wizard_json("plan")["tasks"]}
    states = {row["task"]: row["state"] for row in told["each"]}
    left = [t for t, chapter in plan.items() if chapter < "6" and states[t] != "done" and t not in NOT_YET]
    check("everything before Chapter VI is done but the key", not left, f"{left}")
    begun = [t for t, chapter in plan.items() if chapter >= "6" and states[t] != "pending"]
    check("nothing of Chapters VI and VII has begun", not begun and len([c for c in plan.values() if c >= "6"]) > 20,
          f"{begun}")
    check("status --json names the open question", told["open"] == ["request-key"], f"{told['open']}")
    text = wizard("status").stdout
    check("status names it too", "Waits for a person: request-key" in text, text)
    again = wizard("run", "--yes", "--no-input", "--answers", ANSWERS)
    check("asked again with the same answer, it waits again", again.returncode == 0
          and "Waits for a person: request-key" in again.stdout and "0 tasks carried out" in again.stdout,
          f"exit {again.returncode}: {again.stdout[-600:]}")


def key_arrives():
    """What a person does when the key comes, and what they answer then."""
    for what in NOT_YET:
        done = farm(what)
        need(f"a person can {what}", done.returncode == 0, done.stdout)
    ANSWERS.write_text("".join(f'{what} = "done"\n' for what in NOT_YET))


def check_found(killed):
    """What was under way was looked at, and the journal says what was found."""
    found = {r["task"]: r["found"] for r in journal() if r.get("kind") == "inspected"}
    missing = killed - set(found) - undone()
    check("each task that a kill caught was looked at", not missing, f"{missing}")
    vague = {t: f for t, f in found.items()
             if not re.search(r"ended with status \d+ on the node|still running|had succeeded|never reached|"
                              r"nothing had been sent", f)}
    check("the journal says what was found of each", found and not vague, f"{vague}")
    for task, text in found.items():
        figure(f"found {task}: {text}")


def check_once():
    """By the nodes' own account: no command of any task was begun twice, but for what a guard has undone."""
    again = undone()
    begun = {}
    for job in all_jobs():
        if not job.lock and job.start:
            begun.setdefault((job.task, job.operation, job.command), set()).add(job.id)
    real = {key: ids for key, ids in begun.items() if len(ids) > (2 if key[0] in again else 1)}
    check("no command of a task was begun twice", len(begun) > 100 and not real, f"{list(real.values())[:5]}")
    imports = [ids for (task, number, _), ids in begun.items() if task == "import-database@osm1" and number == 1]
    check("the data was imported once for each time the service went down", len(imports) == 1
          and len(imports[0]) == 1 + len(fired()), f"{imports}")
    ends = [r for r in journal() if r.get("kind") == "ended"]
    twice = {r["job"] for r in ends if sum(other["job"] == r["job"] for other in ends) > 1}
    check("the journal knows one end of each job", not twice, f"{sorted(twice)[:5]}")
    bad = [r["job"] for r in ends if r["status"] != 0]
    check("no command failed", not bad, f"{bad}")


def test():
    plan = load_farm()
    names = {n["hostname"] for n in plan["nodes"].values()} & {"osm1", "osm2", "pcs3", "pcs4", "dbmy"}
    check("nothing is called what the guide calls it", not names and plan["farm"]["domain"] != "priv", f"{names}")
    walk()
    change_hooks({"request-key": None, "install-key": None})
    ANSWERS.write_text("".join(f'{what} = "not yet"\n' for what in NOT_YET))
    killed = set()
    for chapter in list(KILLS)[:5]:
        caught = kill_in(chapter, KILLS[chapter])
        killed |= caught
        if chapter == "1-resources":
            go_on_from_elsewhere()
        if chapter == "3-database":
            check_status_after_kill(caught)
            check_report_after_kill(caught)
    interrupt()
    key_is_not_there()
    key_arrives()
    for chapter in list(KILLS)[5:]:
        killed |= kill_in(chapter, KILLS[chapter])
    last = wizard("run", "--yes", "--no-input", "--answers", ANSWERS)
    need("the last run ends with nothing left to do", last.returncode == 0 and "Nothing is left to do." in last.stdout,
         f"exit {last.returncode}: {last.stdout[-1500:]}")
    lines = [json.loads(line) for line in JOURNAL.read_text().splitlines()]
    check("the journal counts without gaps through all of it", [r["seq"] for r in lines] == list(range(1, len(lines) + 1)))
    figure(f"{len([r for r in lines if r.get('kind') == 'begin'])} runs, {len(lines)} records")
    check_found(killed)
    check_once()
    check_kill_left_no_gap()
    check_out_of_maintenance()
    end_state.check_all(lines)


if __name__ == "__main__":
    on_a_farm("renamed", test)
