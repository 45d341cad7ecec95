"""The walkthrough, by someone at a terminal: the first questions, a step's plan, a step done by hand, quitting."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import tomllib

from harness import (BINARY, FARM, HANGS, STATE, JournalTail, check, farm, load_farm, need, run, wizard, wizard_json,
                     wizard_words)
from node_side import ALIVE, check_unchanged, overlays

KEYS = "[y]es, rest of this [s]ection, [a]ll, by [h]and, [l]ater, [p]lan of it, [q]uit [y]: "


class Terminal:
    """A program on a terminal of 80 columns; what it wrote is in `text`, without colours and cursor moves."""

    def __init__(self, words):
        self.text = ""
        self._seen = 0
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(words[0], words)
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.raw = b""
        self.code = None

    def _read(self, seconds):
        if not select.select([self._file], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._file, 65536)
        except OSError:  # the other side is gone
            return False
        self.raw += data
        # Live lines are overwritten with "carriage return, erase".
        text = self.raw.decode(errors="replace").replace("\r\n", "\n")
        text = re.sub(r"[^\n]*\r\x1b\[K", "", text)
        self.text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
        return bool(data)

    def expect(self, what, seconds=HANGS):
        """Waits for a text after what was expected before; returns all that came up to its end."""
        deadline = time.monotonic() + seconds
        while True:
            at = self.text.find(what, self._seen)
            if at >= 0:
                part = self.text[self._seen:at + len(what)]
                self._seen = at + len(what)
                return part
            if time.monotonic() > deadline or not self._read(0.2):
                raise TimeoutError(f"waited for {what!r}; the terminal shows: {self.text[-1500:]}")

    def question(self, begin, seconds=HANGS):
        """The line that waits for an answer, in what came up after `begin`; None when the program has ended."""
        deadline = time.monotonic() + seconds
        while True:
            last = self.text[begin:].rsplit("\n", 1)[-1]
            if re.search(r"\S.*\S: $", last) and not re.fullmatch(r"\w+: ", last):
                return last
            if not self._read(0.2):
                return None
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited for a question; the terminal shows: {self.text[-1500:]}")

    def type(self, keys):
        os.write(self._file, keys.encode())

    def end(self, seconds=HANGS):
        """Its exit status, once it has ended by itself."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self._read(0):
                    if not select.select([self._file], [], [], 0)[0]:
                        break
                self.code = os.waitstatus_to_exitcode(status)
                return self.code
        return None

    def close(self):
        if self.code is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except ProcessLookupError:
                pass
        os.close(self._file)


def describe():
    """init finds on the nodes what the farm's own file says, over SSH and without a question."""
    farm_file = load_farm()
    made = STATE / "by-init.toml"
    words = [str(w) for w in (FARM, "--state", STATE, "in", "ctl", BINARY, "init", "--defaults", "--allow-outside-guide",
             "--identity", farm_file["ssh"]["identity"], "--known-hosts", farm_file["ssh"]["known_hosts"],
             "--vip", farm_file["ovd_srv"]["vip"], "-o", made)]
    for node, row in farm_file["nodes"].items():
        words += ["--from", f"{node}={row['ssh']}"]
    for row in farm_file["servers"]:
        words += ["--server", f"{row['name']}:{row['role']}={row['ssh']}"]
    before = overlays()
    done = run(*words)
    need("init describes the farm by looking at it", done.returncode == 0 and made.exists(), done.stdout[-800:])
    check_unchanged("init changes no file", before, ALIVE)
    with open(made, "rb") as file:
        found = tomllib.load(file)
    for node, row in farm_file["nodes"].items():
        # osm1 is in production under the name it has.
        wanted = row if node != "osm1" else row | {"hostname": "ovdsm"}
        check(f"init knows {node}", found["nodes"][node] == wanted, f"{found['nodes'][node]}")
    for table in ("ovd_srv", "priv", "database"):
        differ = {k: v for k, v in found[table].items() if farm_file[table].get(k, v) != v}
        check(f"init knows [{table}]", not differ, f"{differ}")
    looked = wizard("check", farm_file=made)
    check("check has nothing against what init wrote", looked.returncode == 0, looked.stdout[-600:])
    farm("exec", "pcs4", "echo 'deb [trusted=yes] http://127.0.0.1:9/gone ./' >/etc/apt/sources.list.d/gone.list")
    dead = wizard("check", farm_file=made)
    farm("exec", "pcs4", "rm /etc/apt/sources.list.d/gone.list")
    check("check names a package source that does not answer, and the way out", dead.returncode == 10
          and "stop  pcs4" in dead.stdout and "http://127.0.0.1:9/gone/./" in dead.stdout and "sources.list.d" in dead.stdout,
          dead.stdout[-900:])
    check("check shows the size of both Session Managers", looked.stdout.count("CPUs ") >= 2, looked.stdout[-600:])
    again = run(*words)
    check("init does not write over a file", again.returncode != 0 and "--force" in again.stdout, again.stdout[-300:])


def strange_key():
    """At a terminal an unknown host key is shown and asked for; it is kept only after a yes."""
    known = (STATE / "ssh" / "known_hosts").read_text().splitlines()
    hosts, other = STATE / "ssh" / "asked_hosts", STATE / "asked.toml"
    other.write_text((STATE / "farm.toml").read_text().replace("ssh/known_hosts", "ssh/asked_hosts"))
    hosts.write_text(known[0] + "\n")
    fingerprint = run("ssh-keygen", "-lf", hosts).stdout.split()[1]
    for key, code, kept in (("n\n", 6, False), ("y\n", 0, True)):
        hosts.write_text("\n".join(known[1:]) + "\n")
        terminal = Terminal(wizard_words("plan", "--live", "--titles", farm_file=other))
        try:
            shown = terminal.expect("Is it the right one?")
            check(f"an unknown host key is shown, before {key.strip()}", fingerprint in shown, shown)
            terminal.type(key)
            ended = terminal.end()
            check(f"{key.strip()} ends with {code}", ended == code, f"{ended}: {terminal.text[-600:]}")
        finally:
            terminal.close()
        check(f"after {key.strip()} the key is {'kept' if kept else 'not kept'}",
              (known[0].split()[2] in hosts.read_text()) == kept, hosts.read_text())
    other.unlink()


def by_hand_words(shown, step):
    """What was printed to be done by hand, without the questions among it."""
    block = shown.split("By hand, as root on osm1:", 1)[1].split("Press Enter when it is done", 1)[0].split("\n<secret ", 1)[0].strip()
    questions = {op.get("question", op["title"]) for task in step for op in task["operations"] if op["kind"] in ("ask", "admin")}
    return "\n".join(line for line in block.splitlines() if line not in questions), block


def walk():
    """Through the first two steps that change a node, on an untouched farm."""
    tasks = [t for t in wizard_json("plan")["tasks"] if t["step"] == "users-gone-for-card"]
    terminal = Terminal(wizard_words("run"))
    try:
        first = terminal.expect(KEYS)
        check("the first question names the step, and says why", "[users-gone-for-card]" in first
              and "Enable Maintenance Mode and wait for all logouts" in first and "osm1 will be shut down" in first, first)
        check("what needs no word of a person went before it", "done " in first, first[:500])
        wide = [line for line in terminal.text.splitlines() if len(line) > 80 and line not in KEYS]
        check("no line is wider than the terminal, but for the keys", all(KEYS.strip()[:40] in line for line in wide), f"{wide}")
        terminal.type("x\n")
        check("a letter that means nothing is answered", "Type one of the letters in brackets." in terminal.expect(KEYS))
        terminal.type("p\n")
        shown = terminal.expect(KEYS)
        commands = [op["command"] for t in tasks for op in t["operations"] if op["kind"] == "run"]
        check("p shows the plan of the step, each command whole", commands and all(c.strip() in shown for c in commands)
              and "on osm1" in shown, shown)
        others = [op for op in ("netplan", "apt-get") if op in shown]
        check("and of that step alone", not others, f"{others}")

        terminal.type("h\n")
        terminal.expect("Press Enter when it is done")
        terminal.type("\x04")  # the end of the input, as when a terminal is closed
        code = terminal.end()
        check("a terminal that closes says nothing about a task by hand", code == 11, f"{code}: {terminal.text[-600:]}")
    finally:
        terminal.close()
    last = [r for r in JournalTail().read() if r.get("task") == "users-gone-for-card@osm1" and r.get("kind") == "task"][-1]
    check("and it is not recorded as done", last["state"] == "intended", f"{last}")

    terminal = Terminal(wizard_words("run"))
    try:
        terminal.expect(KEYS)
        terminal.type("\x03")
        code = terminal.end()
        check("Ctrl-C at a question stops with exit code 11", code == 11 and "to resume" in terminal.text, f"{code}: {terminal.text[-600:]}")
    finally:
        terminal.close()

    terminal = Terminal(wizard_words("run"))
    try:
        terminal.expect(KEYS)
        terminal.type("h\n")
        shown = terminal.expect("Press Enter when it is done")
        words, block = by_hand_words(shown, tasks)
        check("h prints what to do, as the plan shows it", words.strip() in [c.strip() for c in commands], block)
        done = farm("exec", "osm1", words)
        need("the printed command works when a person runs it", done.returncode == 0, done.stdout)
        second = terminal.expect(KEYS)  # osm1 gets its card in between
        check("it is noticed by itself and told as done by hand", re.search(r"by hand +osm1 +Enable Maintenance Mode", second), second)
        check("the next question is about another step", "[users-gone-for-card]" not in second, second)

        terminal.type("q\n")
        asked_last = re.findall(r"\[([a-z0-9-]+)\]\n", second)[-1]
        code = terminal.end()
        check("q stops with exit code 11", code == 11, f"{code}")
        check("and says where it stopped and how to go on", "Stopped before" in terminal.text
              and "Resume with: ovd-failover run" in terminal.text, terminal.text[-500:])
    finally:
        terminal.close()
    check_recorded(asked_last)


def check_recorded(asked_last):
    records = JournalTail().read()
    ended = [r for r in records if r.get("kind") == "task" and r["task"] == "users-gone-for-card@osm1"]
    check("the journal says: by hand", [(r["state"], r.get("how")) for r in ended]
          == [("intended", None), ("intended", None), ("ok", "by hand")], f"{ended}")
    sent = [r for r in records if r.get("kind") == "sent" and r["task"] == "users-gone-for-card@osm1"]
    check("the wizard sent nothing for it", not sent, f"{sent}")
    told = wizard_json("status")
    how = {row["task"]: row["how"] for row in told["each"]}
    check("status names as next what was asked for last", asked_last in [task.split("@")[0] for task in told["next"]], f"{told['next']}")
    took = {row["task"]: row["seconds"] for row in told["each"]}
    check("and says how long things took", took["users-gone-for-card@osm1"] > 0, f"{took}")
    check("status says: by hand", how["users-gone-for-card@osm1"] == "by hand", f"{how['users-gone-for-card@osm1']}")
