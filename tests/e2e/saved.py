#!/usr/bin/env python3
"""A farm that is saved at a chapter's end and loaded into another folder goes on there as it would have here, and
knows nothing of the one it was saved from."""

import json
import time

from harness import BINARY, FARM, NODES, STATE, UNATTENDED, check, farm, figure, need, on, on_a_farm, run, wizard

NAME = "tests-chapter-1"
OTHER = STATE.with_name(STATE.name + "-loaded")
LOADED_WITHIN = 30  # seconds; half a minute is what the farm promises


def other(*words):
    return run(FARM, "--state", OTHER, *words)


def other_wizard(verb, *words):
    return other("in", "ctl", BINARY, verb, "--farm", OTHER / "farm.toml", *words)


def records(state):
    return [json.loads(line) for line in (state / "farm.run" / "journal.jsonl").read_text().splitlines()]


def boots():
    return {node: on(node, "cat /proc/sys/kernel/random/boot_id; systemctl show --value -p UserspaceTimestampMonotonic")
            for node in NODES}


def refusals():
    for words, said in ((("save", "../x"), "is made of letters"), (("load", "never-saved"), "there is no saved farm never-saved"),
                        (("drop", "never-saved"), "there is no saved farm never-saved"), (("load", NAME), "a farm is up already")):
        done = farm(*words)
        check(f"{' '.join(words)} is refused here, and says why", done.returncode != 0 and said in done.stdout, done.stdout[-300:])


def check_goes_on(first):
    """`first` is the journal as it was saved."""
    here = records(STATE)
    names = {r["task"] for r in first if r.get("kind") == "task" and r["state"] == "ok"}
    done = other_wizard("run", *UNATTENDED, "--answers", OTHER / "answers.toml", "--to", "2-osm2-and-key")
    need("there the run goes on where it was", done.returncode == 0 and "of what was chosen is left" in done.stdout,
         f"exit {done.returncode}: {done.stdout[-1200:]}")
    there = records(OTHER)
    check("its journal goes on from the one that was saved", there[:len(first)] == first and len(there) > len(first) + 20,
          f"{len(first)} {len(there)}")
    again = {r["task"] for r in there[len(first):] if r.get("kind") == "sent"} & names
    check("nothing that was done before is done again", not again, f"{sorted(again)}")
    check("the farm it was saved from has seen nothing of it", records(STATE) == here)
    left = [row for row in (OTHER / "farm.toml").read_text().splitlines() if f"{STATE}/" in row or f"{STATE} " in row]
    check("its farm file speaks of its own folder alone", not left, f"{left}")


def test():
    done = wizard("run", *UNATTENDED, "--answers", STATE / "answers.toml", "--to", "1-resources")
    need("Chapter I is done", done.returncode == 0, done.stdout[-800:])
    before, first = boots(), records(STATE)
    began = time.monotonic()
    saved = farm("save", NAME)
    need("the farm can be saved", saved.returncode == 0, saved.stdout)
    figure(f"saved in {time.monotonic() - began:.1f} s")
    check("saved tells of it", NAME in farm("saved").stdout)
    check("its machines have gone on, without a boot", boots() == before)
    well = wizard("verify")
    check("and are well", well.returncode == 0, well.stdout[-800:])
    refusals()
    began = time.monotonic()
    loaded = other("load", NAME)
    took = time.monotonic() - began
    need("it can be loaded into another folder, beside the first", loaded.returncode == 0, loaded.stdout)
    check(f"within {LOADED_WITHIN} s", took < LOADED_WITHIN, f"{took:.1f} s")
    figure(f"loaded in {took:.1f} s")
    cards = other("exec", "osm1", "ls /sys/class/net").stdout.split()
    check("the NIC that came during the migration is there", {"eth0", "eth1"} <= set(cards), f"{cards}")
    check_goes_on(first)
    check("what is thrown away is gone", farm("drop", NAME).returncode == 0 and NAME not in farm("saved").stdout)
    check("and its farm stays up", other("exec", "osm1", "true").returncode == 0)


def both():
    try:
        test()
    finally:
        if (OTHER / "plan").exists():
            other("down")
        farm("drop", NAME)


if __name__ == "__main__":
    on_a_farm("guide", both)
