"""What the nodes themselves tell: files that changed on them, and commands that came to them over SSH. It is
read from their overlays, so looking leaves no trace there."""

import ast
import base64
import re
import shlex
import sys
from dataclasses import dataclass

from harness import EVERYTHING, ROOT, check, run, upper

# What a machine writes while it only lives and somebody logs in to look: pattern and reason.
ALIVE = [
    (r"/var/log/practice-ssh\.log", "the farm's own record of SSH commands"),
    (r"/var/log/(wtmp|lastlog|btmp)", "sshd records logins"),
    (r"/var/log/journal/.*", "systemd's journal"),
    (r"/var/log/(apache2|httpd|php-fpm|mariadb)/.*", "farm servers and the watcher ask Apache, which logs it"),
    (r"/var/log/ovd/.*", "OVD's own log"),
    (r"/var/lib/mysql/.*", "OVD records what farm servers report, twice a minute"),
    (r"/var/lib/php/sessions?/.*", "sessions of users and of OVD's own API"),
    (r"/var/lib/systemd/.*", "timers note when they ran"),
    (r"/var/lib/private/systemd/.*", "timers note when they ran"),
    (r"/var/lib/NetworkManager/timestamps", "NetworkManager notes every few minutes that a connection is up"),
]
# More of that kind once there is a cluster.
CLUSTER_ALIVE = [
    (r"/var/log/(pacemaker|pcsd|corosync|cluster)/.*", "cluster programs log"),
    (r"/var/log/lsyncd(\.log|-status\.log|/.*)", "lsyncd logs"),
    (r"/var/lib/(pacemaker|corosync|pcsd)/.*", "cluster programs keep their state"),
    (r"/var/spool/ovd/.*", "lsyncd's five-minute copy"),
]


def overlay(node):
    """Every file written on the node since it was made, with what would show a change of it."""
    done = run(sys.executable, ROOT / "tests/farm/lib/listing", upper(node), "/")
    rows = (line.split("\t", 1) for line in done.stdout.splitlines())
    found = {ast.literal_eval(name): what for name, what in rows}
    if len(found) < 10:  # every machine has more from its making
        raise RuntimeError(f"the overlay of {node} cannot be read: {done.stdout[:300]}")
    return found


def overlays():
    return {node: overlay(node) for node in EVERYTHING}


def check_unchanged(name, before, allowed):
    """Nothing but what is allowed differs from `before` on any node."""
    rule = re.compile("|".join(f"(?:{pattern})" for pattern, _ in allowed))
    for node, was in before.items():
        now = overlay(node)
        wrong = [path for path in sorted(was.keys() | now.keys())
                 if was.get(path) != now.get(path) and not rule.fullmatch(path)]
        check(f"{name} on {node}", not wrong, ", ".join(wrong[:20]))


def recorded(node):
    """The commands that came to a node over SSH: (epoch, command), oldest first."""
    path = upper(node, "/var/log/practice-ssh.log")
    rows = []
    for line in path.read_text().splitlines() if path.exists() else ():
        stamp, word = line.split(" ", 1)
        rows.append((float(stamp), base64.b64decode(word).decode(errors="replace")))
    return rows


@dataclass
class Job:
    """A change that was sent to a node, as the node saw it."""
    node: str
    stamp: float
    id: str
    input_bytes: int
    command: str
    start: bool  # or only attached to

    @property
    def lock(self):
        """Takes or releases the node's lock, and is no part of a task: lock, unlock or nothing."""
        word = self.id.split("-", 1)[1].split(".")[0]
        return word if word in ("lock", "unlock") else ""

    @property
    def task(self):
        """step@node; a job is called RUN-STEP.NODE.ATTEMPT.OPERATION."""
        step, place, _, _ = self.id.split("-", 1)[1].rsplit(".", 3)
        return f"{step}@{place}"

    @property
    def operation(self):
        return int(self.id.rsplit(".", 1)[1])

    def time(self, what):
        """started or ended, by the node's own clock; None when it has not."""
        path = upper(self.node, f"/var/lib/ovd-failover/jobs/{self.id}/{what}")
        return float(path.read_text()) if path.exists() else None


def jobs(node):
    """The changes among what was recorded. The supervisor's words:
    sh -c SCRIPT ovd-job ID BYTES COMMAND MARK start|attach OFFSET RUN_DIR TOKEN"""
    found = []
    for stamp, command in recorded(node):
        if " ovd-job " not in command:
            continue
        words = shlex.split(command)
        at = words.index("ovd-job")
        found.append(Job(node, stamp, words[at + 1], int(words[at + 2]), words[at + 3],
                         words[at + 5] == "start"))
    return found


def all_jobs():
    return [job for node in EVERYTHING for job in jobs(node)]


def other_commands(node):
    """What came over SSH and is neither of the wizard's two lanes: its shell for reading, and jobs."""
    return [command for _, command in recorded(node) if command != "sh" and " ovd-job " not in command]
