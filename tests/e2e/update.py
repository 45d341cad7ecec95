#!/usr/bin/env python3
"""After the migration: OVD is updated on both Session Managers while users watch, goes on after it was killed at bad
moments, and leaves nothing in maintenance or standby. The cluster's alerts arrive by mail; the local databases stay
where OVD's packages need them."""

import subprocess
from datetime import datetime, timezone

from harness import (FARM, ROOT, STATE, UNATTENDED, JournalTail, check, figure, finish, load_farm, need, on,
                     on_a_farm, start_run, wait_for, wizard)
from pair import home

PAIR = ("osm1", "osm2")
CLUSTER = ("osm1", "osm2", "pcs3", "pcs4")
AWAY = 20.0  # seconds that the virtual address may give no answer, all restarts of an update together
PASSWORD = "Pa55 w'ord#\"1"


def versions():
    return [on(node, "dpkg-query -W -f='${Version}' inuvika-ovd-session-manager") for node in PAIR]


def procedure(name):
    return wizard("run", "--procedure", name, *UNATTENDED, "--answers", STATE / "answers.toml", timeout=300)


def kill_in_every_step(most=60):
    """Starts the update again and again, each time until a command of a step that was not killed yet has been sent to
    its node; then comes SIGKILL. Gives the tasks killed, and the exit status of the run that came to its end."""
    path = STATE / "farm.run" / "update" / "journal.jsonl"
    killed = []
    for _ in range(most):
        began = datetime.now(timezone.utc).isoformat()
        process = start_run("--answers", STATE / "answers.toml", verb="update", log=STATE / "update.log")

        def sent():
            # A journal of an update that had ended is put away first: only what is new counts.
            return path.exists() and [r["task"] for r in JournalTail(path).read() if r.get("kind") == "sent"
                                      and r["time"] > began and r["task"] not in killed]

        try:
            wait_for("a command was sent", lambda: sent() or process.poll() is not None, 180, every=0.05)
            if process.poll() is not None:
                return killed, process.returncode
            killed.append(sent()[0])
        finally:
            process.kill()
            process.wait(20)
    return killed, None


def check_calm(active):
    passive = "osm1" if active == "osm2" else "osm2"
    state = on(active, "crm_mon -1 --output-as=xml --inactive --failcounts")
    for bad in ('maintenance-mode="true"', 'standby="true"', 'managed="false"', 'target_role="Stopped"', "<failure "):
        check(f"no {bad} is left", bad not in state, state[-800:])
    check("the service is where it was", home() == active, f"{home()}")
    found = versions()
    check("both have the same version", found[0] == found[1], f"{found}")
    beside = on(passive, "pgrep -x 'apache2|lsyncd'; ls /etc/cron.d/lsyncd /etc/cron.d/ovd-session-manager 2>/dev/null")
    check("nothing runs beside the cluster on the other one", beside == "", beside)
    boot = [on(node, "systemctl is-enabled apache2") for node in PAIR]
    check("Apache starts at boot on neither", boot == ["disabled", "disabled"], f"{boot}")
    mode = on(passive, "stat -c '%U %G %a' /var/spool/ovd/session-manager/config")
    check("the configuration is back as Apache needs it", mode == "www-data www-data 660", mode)
    same = {on(node, "sha256sum < /var/spool/ovd/session-manager/config") for node in PAIR}
    check("and the same on both", len(same) == 1, f"{same}")


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
                                watch, "--target", f"vip=https://{vip}/ovd/client/start"])
    try:
        killed, status = kill_in_every_step()
    finally:
        watcher.terminate()
        watcher.wait(20)
    figure(f"killed in: {' '.join(killed)}")
    check("the update was killed in each step that changes something", len(killed) >= 12, f"{killed}")
    check("it goes on after each, and ends", status == 0 and "Nothing is left to do." in (STATE / "update.log").read_text(),
          f"{status}: {(STATE / 'update.log').read_text()[-1200:]}")
    check("there is a newer version", versions()[0] != before[0], f"{before}, then {versions()}")
    check_calm(active)
    check_silence(watch)


def alerts():
    path = STATE / "farm.toml"
    plain = path.read_text()
    refused = procedure("alerts")
    check("without [mail] the alerts are refused", refused.returncode != 0 and "no table [mail]" in refused.stdout,
          refused.stdout[-400:])
    mails = STATE / "mails"
    secret = STATE / "mail-password"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    sink = subprocess.Popen([FARM, "--state", STATE, "in", "ctl", "python3", ROOT / "tests/farm/smtp-sink", mails,
                             "--user", "cluster", "--password-file", secret])
    try:
        path.write_text(plain + f'''
"mail-arrived" = "test $(ls {mails} | wc -l) -ge 8"

[mail]
hub = "10.20.1.100:2525"
from = "cluster@farm.example"
to = "admin@farm.example"
starttls = false
user = "cluster"
password = {{ file = "{secret}" }}
''')
        done = procedure("alerts")
        check("the alerts are set up", done.returncode == 0, done.stdout[-1200:])
        check("the password for the mail server is shown nowhere", PASSWORD not in done.stdout)
        known = on("pcs3", "ls -l /etc/msmtprc")
        check("and is readable by the mailer alone", known.startswith("-rw-r-----"), known)
        check("a test message and an alert came from every node", all(
            sum(node in mail.read_text() for mail in mails.iterdir()) >= 2 for node in CLUSTER), f"{len(list(mails.iterdir()))}")
        before = len(list(mails.iterdir()))
        on("osm1", "pcs resource restart osm_cron")
        wait_for("Pacemaker's own alert has arrived", lambda: any(
            "osm_cron" in mail.read_text() for mail in sorted(mails.iterdir())[before:]), 30)
        check("Pacemaker's own alert arrives", True)
    finally:
        on("osm1", "pcs alert remove my-alert")
        path.write_text(plain)
        sink.terminate()
        sink.wait(20)


def local_database():
    done = procedure("remove-local-database")
    check("the local database is not removed while OVD's packages need it", done.returncode != 0
          and "More than the database would be removed" in done.stdout, done.stdout[-800:])
    check("and nothing of it is gone", "ii" in on("osm1", "dpkg -l mariadb-server | tail -n 1"))


def check_update():
    update()
    alerts()
    local_database()


def migrate_and_check():
    done = wizard("run", *UNATTENDED, "--answers", STATE / "answers.toml")
    need("the migration is through", done.returncode == 0, done.stdout[-800:])
    check_update()


def by_itself():
    """python3 -c 'import update; update.by_itself()' --state DIR: on a farm that was migrated before."""
    check_update()
    finish()


if __name__ == "__main__":
    on_a_farm("guide", migrate_and_check)
