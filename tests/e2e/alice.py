"""alice, a user of the farm, at her own machine. She lives through the migration beside the wizard: comes back to work
after Chapter I, leaves when the farm is put into maintenance for Chapter IV, because the guide wants nobody logged in
there, and works on through the cluster and the failover. That she leaves is seen by the wizard, not told to it."""

import json
import subprocess
import threading
import time

from harness import FARM, HANGS, STATE, JournalTail, load_farm


class Alice:
    def __init__(self):
        self.cookies = STATE / "alice.cookies"
        self.log = STATE / "alice.log"
        farm = load_farm()
        self.osm1, self.vip = farm["nodes"]["osm1"]["address"], farm["ovd_srv"]["vip"]

    def ask(self, at, call, *words):
        """(HTTP status, answer) of one request; 0 when nobody answered."""
        done = subprocess.run(
            [str(w) for w in (FARM, "--state", STATE, "in", "client", "curl", "-sk", "--max-time", 60,
                              "-b", self.cookies, "-c", self.cookies, "-w", "\n%{http_code}", *words,
                              f"https://{at}/ovd/client/{call}")],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=HANGS, check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body

    def come(self, at):
        """Logs in at an address, with nothing left from before."""
        self.cookies.unlink(missing_ok=True)
        status, body = self.ask(at, "start", "--data-urlencode", "login=alice", "--data-urlencode",
                                f"password@{STATE / 'alice-password'}")
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


class AliceAtWork:
    """Reads the journal as it grows and does each thing once, when its moment has come."""

    def __init__(self):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _live(self):
        alice, tail = Alice(), JournalTail()
        story = [
            ("users-back-after-card@osm1", "ok", lambda: alice.note(
                "came before Chapter III", alice.osm1, alice.come(alice.osm1))),
            ("users-gone-for-vip@osm1", "intended", lambda: alice.note(
                "still there after Chapter III", alice.osm1, alice.look(alice.osm1)) and alice.note(
                "left before Chapter IV", alice.osm1, alice.leave(alice.osm1))),
            ("sheet-after-vip", "ok", lambda: alice.note(
                "came after Chapter IV", alice.vip, alice.come(alice.vip))),
        ]
        while story and not self._stop.wait(0.1):
            task, state, act = story[0]
            if any(r.get("task") == task and r.get("state") == state for r in tail.read()):
                act()
                story.pop(0)
