#!/usr/bin/env python3
"""After the migration, what the guide has in its appendices: the cluster's alerts arrive by mail, and the local databases
are removed only where nothing needs them. The last of them is the last of the farm."""

import subprocess

from harness import (FARM, HANGS, ROOT, STATE, UNATTENDED, check, load_farm, migrate, on, on_a_farm, run, wait_for, wizard)
from pair import home

PAIR = ("osm1", "osm2")
CLUSTER = ("osm1", "osm2", "pcs3", "pcs4")
PASSWORD = "Pa55w'ord\\\"1"
NOT_FOR_SSMTP = "Pa55 w'ord#\"1"  # its file has no way to write this; msmtp's has


def procedure(name):
    return wizard("run", "--procedure", name, *UNATTENDED, "--answers", STATE / "answers.toml")


def alerts():
    path = STATE / "farm.toml"
    plain = path.read_text()
    refused = procedure("alerts")
    check("without [mail] the alerts are refused", refused.returncode != 0 and "no table [mail]" in refused.stdout,
          refused.stdout[-400:])
    mails = STATE / "mails"
    secret = STATE / "mail-password"
    secret.touch(mode=0o600)
    ssmtp = on("pcs3", "apt-cache show ssmtp 2>/dev/null | head -n 1")
    password = PASSWORD if ssmtp else NOT_FOR_SSMTP
    secret.write_text(password)
    right = STATE / "mail-password-of-the-server"
    right.write_text(password)
    sink = subprocess.Popen([FARM, "--state", STATE, "in", "ctl", "python3", ROOT / "tests/farm/smtp-sink", mails,
                             "--user", "cluster", "--password-file", right])
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
        if ssmtp:
            secret.write_text(NOT_FOR_SSMTP)
            refused = procedure("alerts")
            check("a password that ssmtp's file cannot hold is refused, with a way out", refused.returncode != 0
                  and "ssmtp cannot hold" in refused.stdout and NOT_FOR_SSMTP not in refused.stdout, refused.stdout[-800:])
            secret.write_text(password)
        done = procedure("alerts")
        check("the alerts are set up", done.returncode == 0, done.stdout[-1200:])
        check("the password for the mail server is shown nowhere", password not in done.stdout)
        known = on("pcs3", f"ls -l {'/etc/ssmtp/ssmtp.conf' if ssmtp else '/etc/msmtprc'}")
        check("and is readable by the mailer alone", known.startswith("-rw-r-----"), known)
        check("a test message and an alert came from every node", all(
            sum(node in mail.read_text() for mail in mails.iterdir()) >= 2 for node in CLUSTER), f"{len(list(mails.iterdir()))}")
        before = len(list(mails.iterdir()))
        on("osm1", "pcs resource restart osm_cron")
        wait_for("Pacemaker's own alert has arrived", lambda: any(
            "osm_cron" in mail.read_text() for mail in sorted(mails.iterdir())[before:]))
        check("Pacemaker's own alert arrives", True)
    finally:
        on("osm1", "pcs alert remove my-alert")
        path.write_text(plain)
        sink.terminate()
        sink.wait(HANGS)


def local_database():
    """Refused on dbmy, refused while OVD's packages need the server, and done where they do not. The
    stand-in's packages want a server installed, and are made to forget it."""
    plan, passive = load_farm(), "osm1" if home() == "osm2" else "osm2"
    there = f"{plan['nodes']['dbmy']['priv_address']}/32 dev lo"
    on(passive, f"ip addr add {there}")
    done = procedure("remove-local-database")
    check("the local database is not removed on dbmy", done.returncode != 0 and "this machine is dbmy" in done.stdout, done.stdout[-800:])
    on(passive, f"ip addr del {there}")
    done = procedure("remove-local-database")
    check("the local database is not removed while OVD's packages need it", done.returncode != 0
          and "More than the database would be removed" in done.stdout, done.stdout[-800:])
    installed = "dpkg-query -W -f='${db:Status-Abbrev}' mariadb-server"
    check("and nothing of it is gone", all(on(node, installed).startswith("ii") for node in PAIR))
    for node in PAIR:
        on(node, "sed -i -E '/^Package: inuvika-/,/^$/s/^(Depends: .*)(mariadb|mysql)-server, */\\1/' /var/lib/dpkg/status")
    done = procedure("remove-local-database")
    check("where nothing needs it, it is removed", done.returncode == 0 and "Nothing is left to do." in done.stdout, done.stdout[-1200:])
    for node in PAIR:
        check(f"it is gone from {node}, and its data is kept", not on(node, installed).startswith("ii")
              and "mysql/ovd/" in on(node, "tar -tzf /var/lib/ovd-failover/local-database.tar.gz"), on(node, installed))
    vip = plan["ovd_srv"]["vip"]
    code = run(FARM, "--state", STATE, "in", "client", "curl", "-sk", "-d", "", "-o", "/dev/null", "-w", "%{http_code}",
               f"https://{vip}/ovd/client/start").stdout
    check("and the service answers", code == "200", code)


def migrate_and_check():
    migrate()
    alerts()
    local_database()


if __name__ == "__main__":
    on_a_farm("guide", migrate_and_check)
