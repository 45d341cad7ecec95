#!/usr/bin/env python3
"""alice, a user of the farm, at her own machine. Takes part in the migration through the farm's hooks, where
a person would tell her: she comes back to work after Chapter I, leaves before Chapter IV, because the guide
wants nobody logged in there, and works on through the cluster and the failover.

    alice.py --state DIR come|leave|look     as a hook; writes what she saw to DIR/alice.log"""

import argparse
import json
import subprocess
import sys
import time
import tomllib
from pathlib import Path

FARM = Path(__file__).resolve().parents[2] / "scripts" / "practice-farm"


class Alice:
    def __init__(self, state):
        self.state = Path(state)
        self.cookies = self.state / "alice.cookies"
        self.log = self.state / "alice.log"
        with open(self.state / "farm.toml", "rb") as file:
            farm = tomllib.load(file)
        self.osm1, self.vip = farm["nodes"]["osm1"]["address"], farm["ovd_srv"]["vip"]

    def ask(self, at, call, *words):
        """(HTTP status, answer) of one request; 0 when nobody answered."""
        done = subprocess.run(
            [str(w) for w in (FARM, "--state", self.state, "in", "client", "curl", "-sk", "--max-time", 5,
                              "-b", self.cookies, "-c", self.cookies, "-w", "\n%{http_code}", *words,
                              f"https://{at}/ovd/client/{call}")],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=60, check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body

    def come(self, at):
        """Logs in at an address, with nothing left from before."""
        self.cookies.unlink(missing_ok=True)
        status, body = self.ask(at, "start", "--data-urlencode", "login=alice", "--data-urlencode",
                                f"password@{self.state / 'alice-password'}")
        return status == 200 and "<session" in body, body

    def look(self, at):
        """Is her session still there?"""
        status, body = self.ask(at, "session")
        return status == 200 and 'user="alice"' in body, f"HTTP {status} {body}"

    def leave(self, at):
        status, body = self.ask(at, "logout", "-X", "POST")
        return status == 200, f"HTTP {status} {body}"

    def note(self, what, at, result):
        good, said = result
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(json.dumps({"when": time.time(), "what": what, "at": at, "good": good, "said": said})
                       + "\n")
        return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--state", required=True)
    parser.add_argument("what", choices=("come", "leave", "come-to-vip"))
    options = parser.parse_args()
    alice = Alice(options.state)
    if options.what == "come":
        good = alice.note("came before Chapter III", alice.osm1, alice.come(alice.osm1))
    elif options.what == "come-to-vip":
        good = alice.note("came after Chapter IV", alice.vip, alice.come(alice.vip))
    else:
        good = alice.note("still there after Chapter III", alice.osm1, alice.look(alice.osm1))
        good = alice.note("left before Chapter IV", alice.osm1, alice.leave(alice.osm1)) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
