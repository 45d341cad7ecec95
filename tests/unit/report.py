#!/usr/bin/env python3
"""Runs the unit tests and prints one line a test case: ok NAME or FAILED NAME."""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree as xml


# What nodes keep for themselves. A test that runs their commands here must do so under a folder of its own.
NODES_OWN = pathlib.Path("/var/lib/ovd-failover")


def left_there() -> set[pathlib.Path]:
    return {NODES_OWN, *NODES_OWN.rglob("*")} if NODES_OWN.exists() else set()


def main() -> int:
    before = left_there()
    run = subprocess.run([*sys.argv[1:], "-r", "xml"], stdout=subprocess.PIPE, text=True, check=False)
    try:
        root = xml.fromstring(run.stdout)
    except xml.ParseError:
        # A sanitizer ended the program in the middle: what it said is on stderr already.
        print(f"FAILED unit tests ended with status {run.returncode}")
        return 1
    failed = 0
    for case in root.iter("TestCase"):
        result = case.find("OverallResult")
        name = case.get("name")
        if result is not None and result.get("success") == "true":
            print(f"ok {name}")
            continue
        failed += 1
        print(f"FAILED {name}")
        # What was said of a failure comes before it; FAIL_CHECK says it in place of an expression.
        for what in case.iter():
            if what.tag in ("Info", "Failure", "FatalErrorCondition") or what.tag == "Exception" and what.text:
                print("  " + (what.text or "").strip().replace("\n", "\n  "))
            elif what.tag == "Expression" and what.get("success") == "false":
                place = f"{what.get('filename')}:{what.get('line')}"
                print(f"  {place}: {what.findtext('Expanded', '').strip()}")
    if run.returncode != 0 and failed == 0:
        print(f"FAILED unit tests ended with status {run.returncode}")
        return 1
    if litter := sorted(left_there() - before):
        failed += 1
        print(f"FAILED unit tests leave nothing in {NODES_OWN}")
        print(*(f"  {path}" for path in litter), sep="\n")
    else:
        print(f"ok unit tests leave nothing in {NODES_OWN}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
