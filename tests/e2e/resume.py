#!/usr/bin/env python3
"""Stopped and killed in the middle of every chapter, on a farm where nothing is named as in the guide."""

import json
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import end_state  # noqa: E402
from harness import EVERYTHING, STATE, check, farm, finish, jobs, journal, start_run, up, wait_for, wizard  # noqa: E402

CHAPTERS = ("1-resources", "2-osm2-and-key", "3-database", "4-virtual-ip", "5-prepare-cluster",
            "6-cluster", "7-failover-test")
OUTPUT = STATE / "resume.output"


def under_way(chapter):
    """A task of the chapter with a command sent and not ended, or with a question being answered."""
    chapters = {}
    begun, over = set(), set()
    for record in journal():
        task = record.get("task")
        if record.get("kind") == "task":
            chapters[task] = record.get("chapter")
            (begun if record["state"] == "intended" else over).add(task)
            if record["state"] == "intended":
                over.discard(task)
    sent = {r["job"]: r["task"] for r in journal() if r.get("kind") == "sent"}
    for record in journal():
        if record.get("kind") == "ended":
            sent.pop(record["job"], None)
    return any(chapters.get(task) == chapter and task not in over for task in sent.values())


def kill_in(chapter):
    """SIGKILL while a command of the chapter runs on a node."""
    wizard_process = start_run(log=OUTPUT)
    try:
        wait_for(f"a command of {chapter} is under way",
                 lambda: under_way(chapter) or wizard_process.poll() is not None, 400, 0.02)
        check(f"killed in the middle of {chapter}", wizard_process.poll() is None,
              f"the run ended by itself: {OUTPUT.read_text()[-800:]}")
    finally:
        wizard_process.kill()
        wizard_process.wait()


def interrupt():
    """Ctrl-C: ends within seconds, says where and how to go on."""
    OUTPUT.write_text("")
    before = len(journal())
    process = start_run(log=OUTPUT)

    def busy():
        # Of this run: what the killed one left behind is under way as well.
        new = any(r.get("kind") in ("sent", "looked") for r in journal()[before:])
        return new and under_way("5-prepare-cluster")
    wait_for("a command of Chapter V is under way", lambda: busy() or process.poll() is not None, 400, 0.02)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    code = process.wait(60)
    took = time.monotonic() - asked
    said = OUTPUT.read_text()
    check("Ctrl-C ends the run within 10 seconds", took < 10, f"{took:.1f} s")
    check("Ctrl-C is exit code 11", code == 11, f"{code}")
    check("Ctrl-C says where it stopped and how to go on",
          "Stopped" in said and "Go on with: ovd-failover run" in said, said[-600:])


def check_found():
    """What was under way was looked at, and the journal says what was found."""
    found = [r for r in journal() if r.get("kind") == "looked"]
    check("tasks that were under way were looked at", len(found) >= 4,
          str([(r["task"], r["found"]) for r in found]))
    print("found:", json.dumps([(r["task"], r["found"]) for r in found], indent=1))


def check_once():
    """No job ran twice on a node: the same id is only ever attached to."""
    twice = []
    for node in EVERYTHING:
        ids = {}
        for _, job, command in jobs(node):
            ids.setdefault(job, set()).add(command)
        twice += [job for job, commands in ids.items() if len(commands) > 1]
    check("no job means two different commands", not twice, str(twice))
    good = [r["task"] for r in journal() if r.get("kind") == "ended" and r["status"] == 0
            and r["task"].startswith("import-database")]
    check("the import was carried out", good)


def not_yet():
    """Without an answer about the key, Chapter VI waits and nothing else does."""
    text = (STATE / "farm.toml").read_text()
    (STATE / "farm.toml").write_text(
        "".join(line for line in text.splitlines(keepends=True)
                if not line.startswith(('"request-key"', '"install-key"'))))
    answers = STATE / "answers.toml"
    answers.write_text('request-key = "not yet"\n')
    return text, answers


def main():
    up("renamed")
    hooks, answers = not_yet()
    for chapter in CHAPTERS[:5]:
        kill_in(chapter)
        if chapter == "3-database":
            status = wizard("status", "--json")
            told = json.loads(status.stdout)
            check("status tells what was under way", told["troubled"], status.stdout[-300:])
    interrupt()
    done = wizard("run", "--yes", "--no-input", "--answers", answers, timeout=900)
    check("with the key not there, everything before Chapter VI is done and the run says what waits",
          done.returncode == 0 and "Waits for a person: request-key" in done.stdout, done.stdout[-800:])
    told = json.loads(wizard("status", "--json").stdout)
    states = {}
    for row in told["each"]:
        states.setdefault(row["task"], row["state"])
    check("status names the question that is open", told["open"] == ["request-key"], str(told["open"]))
    check("nothing of Chapter VI has begun", states.get("create-cluster@osm1") == "untouched")
    (STATE / "farm.toml").write_text(hooks)
    answers.write_text("")
    for chapter in CHAPTERS[5:]:
        kill_in(chapter)
    last = wizard("run", "--yes", "--no-input", "--answers", answers, timeout=900)
    check("the last run ends with nothing left to do",
          last.returncode == 0 and "Nothing is left to do." in last.stdout, last.stdout[-1500:])
    check_found()
    check_once()
    end_state.check_all()
    farm("down")
    finish()


if __name__ == "__main__":
    main()
