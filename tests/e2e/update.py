#!/usr/bin/env python3
"""After the migration: OVD is updated on both Session Managers while users watch, goes on after it was killed at bad
moments, and leaves nothing in maintenance or standby."""

import subprocess
from datetime import datetime, timezone

from harness import (FARM, HANGS, ROOT, STATE, UNATTENDED, JournalTail, check, figure, load_farm, migrate, need, on,
                     on_a_farm, rhel, run, start_run, wait_for, web, wizard, wizard_json)
from node_side import all_jobs
from pair import SIX, home

PAIR = ("osm1", "osm2")
AWAY = 60.0  # seconds that the virtual address may give no answer, all restarts of an update together


def versions():
    ask = "rpm -q inuvika-ovd-session-manager" if rhel() else "dpkg-query -W -f='${Version}' inuvika-ovd-session-manager"
    return [on(node, ask) for node in PAIR]


def changing_tasks():
    """What an update does, by its own plan: every task but those that only look."""
    return [t["task"] for t in wizard_json("plan", "--procedure", "update", "--live")["tasks"] if t["operations"]]


def hooks_under_way():
    """Hooks of this farm's file that a wizard has left behind."""
    done = run("ps", "-eo", "args=")
    return [line for line in done.stdout.splitlines() if f"--state {STATE} update " in line]


def kill_in_every_step(wanted):
    """Starts the update again and again, each time until a task that was not killed yet is under way: its command was
    sent to its node, or its hook or sheet has begun. Then comes SIGKILL. Gives the tasks killed, and the exit status of
    the run that came to its end."""
    path = STATE / "farm.run" / "update" / "journal.jsonl"
    tail = JournalTail(path)
    killed = []
    for _ in range(3 * len(wanted)):
        began = datetime.now(timezone.utc).isoformat()
        process = start_run("--answers", STATE / "answers.toml", verb="update", log=STATE / "update.log")

        def under_way():
            # A journal of an update that had ended is put away first: only what is new counts.
            new = [r for r in tail.read() if r.get("time", "") > began and r.get("task") not in killed]
            sent = [r["task"] for r in new if r.get("kind") == "sent"]
            begun = [r["task"] for r in new if r.get("kind") == "task" and r["state"] == "intended" and "@" not in r["task"]]
            return path.exists() and [task for task in sent + begun if task in wanted]

        try:
            wait_for("something is under way", lambda: process.poll() is not None or under_way())
            if process.poll() is not None:
                return killed, process.returncode
            killed.append(under_way()[0])
        finally:
            process.kill()
            process.wait()
        # As an administrator would: what the hook has begun ends before the update is gone on with.
        wait_for("the hook that was left behind is through", lambda: not hooks_under_way())
    return killed, None


def check_once(records):
    """By the nodes' own account: no command of this update was begun twice."""
    mine = {r["job"] for r in records if r.get("kind") == "sent"}
    begun = {}
    for job in all_jobs():
        if job.id in mine and job.start:
            begun.setdefault((job.task, job.operation), set()).add(job.id)
    twice = {key: sorted(ids) for key, ids in begun.items() if len(ids) > 1}
    check("no command of the update was begun twice", len(begun) > 10 and not twice, f"{len(begun)} {twice}")


def check_calm(active):
    passive = "osm1" if active == "osm2" else "osm2"
    state = on(active, "crm_mon -1 --output-as=xml --inactive --failcounts 2>/dev/null || crm_mon --as-xml --inactive --failcounts")
    check("the cluster answers", 'online="true"' in state, state[:300])
    for bad in ('standby="true"', 'managed="false"', "<failure "):
        check(f"no {bad} is left", bad not in state, state[-800:])
    mode = on(active, "crm_attribute --name maintenance-mode --query --quiet 2>/dev/null")
    check("no maintenance mode is left", mode in ("", "false"), mode)
    off = [name for name in SIX if on(active, f"crm_resource --resource {name} --meta --get-parameter target-role 2>/dev/null") == "Stopped"]
    check("nothing is left switched off", not off, f"{off}")
    check("the service is where it was", home() == active, f"{home()}")
    found = versions()
    check("both have the same version", found[0] == found[1], f"{found}")
    beside = on(passive, "pgrep -x 'apache2|httpd'; pgrep -x lsyncd; ls /etc/cron.d/lsyncd /etc/cron.d/ovd-session-manager 2>/dev/null")
    check("nothing runs beside the cluster on the other one", beside == "", beside)
    boot = [on(node, f"systemctl is-enabled {web()}") for node in PAIR]
    check("Apache starts at boot on neither", boot == ["disabled", "disabled"], f"{boot}")
    user = "apache apache" if rhel() else "www-data www-data"
    mode = on(passive, "stat -c '%U %G %a' /var/spool/ovd/session-manager/config")
    check("the configuration is back as Apache needs it", mode == f"{user} 660", mode)
    same = {on(node, "sha256sum < /var/spool/ovd/session-manager/config") for node in PAIR}
    check("and the same on both", len(same) == 1, f"{same}")


def plain_update():
    """On another platform, once and undisturbed: its own words for standby, packages, service and user."""
    active, before = home(), versions()
    done = wizard("update", *UNATTENDED, "--answers", STATE / "answers.toml")
    check("an update goes through", done.returncode == 0 and "Nothing is left to do." in done.stdout, done.stdout[-1200:])
    check("and offers the failover test", "ovd-failover failover-test" in done.stdout, done.stdout[-600:])
    check("there is a newer version", versions()[0] != before[0], f"{before}, then {versions()}")
    check_calm(active)
    if rhel():
        passive = "osm1" if active == "osm2" else "osm2"
        told = on(passive, "cat /var/log/practice-selinux.log 2>/dev/null | grep restorecon | tail -n 3")
        check("A6: the configuration that was put back has its label again", "/var/spool/ovd/session-manager/config" in told, told)


def check_silence(log):
    total, longest, last = 0.0, 0.0, None
    for line in log.read_text().splitlines():
        when, _, state, *_ = line.split()
        if state == "down":
            continue
        if last is not None and float(when) - last > 0.5:
            total += float(when) - last
            longest = max(longest, float(when) - last)
        last = float(when)
    figure(f"the virtual address gave no answer for {total:.1f} s, at most {longest:.1f} s at once")
    check(f"users were without an answer for less than {AWAY:.0f} s", last is not None and total < AWAY, f"{total:.1f} s")


def update():
    active = home()
    need("the whole service is on one node", active in PAIR, f"{active}")
    before = versions()
    watch = STATE / "update-watch.log"
    watch.unlink(missing_ok=True)
    vip = load_farm()["ovd_srv"]["vip"]
    watcher = subprocess.Popen([FARM, "--state", STATE, "in", "client", "python3", ROOT / "tests/farm/watch-service", "--out",
                                watch, "--interval", "0.2", "--target", f"vip=https://{vip}/ovd/client/start"])
    try:
        wanted = changing_tasks()
        killed, status = kill_in_every_step(wanted)
    finally:
        watcher.terminate()
        watcher.wait(HANGS)
    figure(f"killed in: {' '.join(killed)}")
    steps, caught = ({task.split("@")[0] for task in tasks} for tasks in (wanted, killed))
    check("the update was killed in each step that changes something, in its hooks and in its sheet",
          len(steps) >= 15 and caught == steps, f"not in {sorted(steps - caught)}")
    check("it goes on after each, and ends", status == 0 and "Nothing is left to do." in (STATE / "update.log").read_text(),
          f"{status}: {(STATE / 'update.log').read_text()[-1200:]}")
    check("there is a newer version", versions()[0] != before[0], f"{before}, then {versions()}")
    check_calm(active)
    check_once(JournalTail(STATE / "farm.run" / "update" / "journal.jsonl").read())
    check_silence(watch)


def migrate_and_update():
    migrate()
    update()


if __name__ == "__main__":
    on_a_farm("guide", migrate_and_update)
