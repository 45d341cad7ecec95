"""Looks for secrets where they must never be: argument lists and environments of every process, on the
wizard's side and inside the nodes (all are in this machine's /proc), and files."""

import os
import stat
import subprocess
import threading
import time
from pathlib import Path

from harness import RUN, STATE, upper

PASSWORDS = ("admin-password", "alice-password", "osm2-admin-password")


def known_secrets():
    """By name: what the wizard generated, and the passwords of the farm."""
    found = {}
    for path in [*(RUN / "secrets").glob("*"), *(STATE / name for name in PASSWORDS)]:
        if path.exists() and len(value := path.read_bytes().strip()) >= 8:
            found[path.name] = value
    return found


class ProcessWatch:
    """Samples every process until stopped. `seen` says what was found where; `planted` whether the two
    processes were noticed that carry a word of our own, without which the watch would prove nothing."""

    PLANTED = b"a-word-planted-by-the-tests"

    def __init__(self, every=0.1):
        self.every = every
        self.seen = set()
        self.planted = set()
        self.samples = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        word = self.PLANTED.decode()
        for words, env in ((["sh", "-c", "read -r x", word], {}), (["sh", "-c", "read -r x"], {"WORD": word})):
            process = subprocess.Popen(words, env={**os.environ, **env}, stdin=subprocess.PIPE)
            time.sleep(4 * self.every)
            process.communicate(b"\n")
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        there = {}
        while not self._stop.is_set():
            began = time.monotonic()
            secrets = known_secrets()
            # What a process is called changes when it becomes another one, which is soon after it began.
            there = {name: there.get(name, -1) + 1 for name in os.listdir("/proc") if name.isdigit()}
            for name, times in there.items():
                if (times < 5 or times % 50 == 0) and int(name) != os.getpid():
                    self._look(name, secrets)
            self.samples += 1
            self._stop.wait(max(0.01, self.every - (time.monotonic() - began)))

    def _look(self, process, secrets):
        for kind in ("cmdline", "environ"):
            try:
                with open(f"/proc/{process}/{kind}", "rb", buffering=0) as file:
                    data = file.read(1 << 20)
            except OSError:
                return  # it has ended meanwhile
            if self.PLANTED in data:
                self.planted.add(kind)
            for secret, value in secrets.items():
                if value in data:
                    self.seen.add(f"{secret} in {kind} of {data.split(bytes(1))[0].decode(errors='replace')}")


def in_text(texts):
    """Which of the texts (name: text or bytes) hold a secret."""
    found = []
    for name, text in texts.items():
        data = text if isinstance(text, bytes) else text.encode()
        found += [f"{secret} in {name}" for secret, value in known_secrets().items() if value in data]
    return found


def files_with_secrets(node):
    """Every file of a node's overlay that holds a secret: (path, mode, who can reach it, secret), where "who"
    is "all", "group" or "owner", with the folders above taken into account."""
    secrets = known_secrets()
    found = []
    root = upper(node)
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder) / name
            info = path.lstat()
            if not stat.S_ISREG(info.st_mode) or info.st_size > 256 << 20:
                continue
            data = path.read_bytes()
            for secret, value in secrets.items():
                if value in data:
                    where = "/" + str(path.relative_to(root))
                    found.append((where, info.st_mode & 0o7777, _who(root, path), secret))
    return found


def _who(root, path):
    """An overlay's folder may be one that the node only passed through: its mode is that of the image."""
    others = path.stat().st_mode & 0o007 != 0
    group = path.stat().st_mode & 0o070 != 0
    for above in path.relative_to(root).parents:
        mode = (root / above).stat().st_mode
        others = others and mode & 0o001 != 0
        group = group and mode & 0o011 != 0
    return "all" if others else "group" if group else "owner"
