"""Looks for secrets where they must never be: argument lists and environments of every process, on the
wizard's side and inside the nodes (all are visible in this machine's /proc), and files left behind."""

import os
import threading
import time
from pathlib import Path

from harness import RUN, STATE


def known_secrets():
    """By name: what was generated, and the Admin Console's password."""
    found = {}
    for path in list((RUN / "secrets").glob("*")) + [STATE / "admin-password"]:
        if path.exists():
            value = path.read_bytes().strip()
            if len(value) >= 8:
                found[path.name] = value
    return found


class ProcessWatch:
    """Samples /proc every 100 ms until stopped; `seen` names what was found, `samples` counts."""

    def __init__(self):
        self.seen = set()
        self.samples = 0
        self.read = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        while not self._stop.is_set():
            began = time.monotonic()
            secrets = known_secrets()
            for name in filter(str.isdigit, os.listdir("/proc")):
                for kind in ("cmdline", "environ"):
                    try:
                        data = Path(f"/proc/{name}/{kind}").read_bytes()
                    except OSError:
                        continue  # it has ended, or is none of ours
                    self.read += 1
                    for secret, value in secrets.items():
                        if value in data:
                            self.seen.add(f"{secret} in {kind} of {data[:80]!r}")
            self.samples += 1
            self._stop.wait(max(0.0, 0.1 - (time.monotonic() - began)))


def in_files(paths):
    """Which of these files hold a secret."""
    secrets = known_secrets()
    found = []
    for path in paths:
        try:
            data = Path(path).read_bytes()
        except OSError:
            continue
        found += [f"{name} in {path}" for name, value in secrets.items() if value in data]
    return found


def readable_by_others(node):
    """Files of a node that hold a secret and that group or others may read, but for OVD's own
    configuration, which the web server must read (660)."""
    upper = STATE / "nodes" / node / "upper"
    secrets = known_secrets()
    found = []
    for folder, _, files in os.walk(upper):
        for name in files:
            path = Path(folder) / name
            try:
                mode = path.lstat().st_mode
                if path.is_symlink() or not path.is_file() or path.stat().st_size > 64 << 20:
                    continue
                if not mode & 0o077:
                    continue
                # A file in a folder that only its owner may enter is out of reach.
                above = [upper / p for p in path.relative_to(upper).parents if str(p) != "."]
                if any(not folder.stat().st_mode & 0o011 for folder in above):
                    continue
                data = path.read_bytes()
            except OSError:
                continue
            where = "/" + str(path.relative_to(upper))
            if where == "/var/spool/ovd/session-manager/config" and mode & 0o777 == 0o660:
                continue
            found += [f"{secret} in {node}:{where} ({mode & 0o777:o})"
                      for secret, value in secrets.items() if value in data]
    return found
