#!/usr/bin/env python3
"""After the migration: diagnose finds what is broken and mends what is safe, and the failover test goes both
ways, stops before a gate that is shut, and goes on after it was killed."""

import time

from harness import (STATE, UNATTENDED, JournalTail, check, finish, need, on, on_a_farm, start_run, wait_for, wizard,
                     wizard_json)

SIX = ("virtual_ip", "virtual_ip_src", "osm_cron", "httpd", "lsyncd", "lsyncd_cron")


def home():
    """The Session Manager that has all six; None while they are apart."""
    where = {on("osm1", f"crm_resource --resource {name} --locate 2>/dev/null").split(":")[-1].strip() for name in SIX}
    return where.pop().split(".")[0] if len(where) == 1 else None


def findings():
    """(step, node) of all that diagnose does not call ok."""
    done = wizard_json("diagnose")
    return {(row["step"], row["node"]) for row in done if row["severity"] != "ok"}


def check_healthy(when):
    found = findings()
    check(f"diagnose finds nothing {when}", not found, f"{found}")


def diagnose():
    active = home()
    passive = "osm1" if active == "osm2" else "osm2"
    check_healthy("on a healthy pair")
    rule = (f'<rsc_location id="cli-prefer-virtual_ip" rsc="virtual_ip" role="Started" node="{on(active, "crm_node -n")}" '
            'score="INFINITY"/>')
    cron = "/etc/ovd/session-manager/sessionmanager.cron"
    # (what is broken, where, how, who sees it, on which node)
    for_breaking = (
        ("a service that starts beside the cluster at boot", passive, "systemctl enable apache2", "see-only-cluster-starts", passive),
        ("a forgotten cron link", passive, "ln -s /etc/lsyncd/lsyncd.cron /etc/cron.d/lsyncd", "see-no-double", passive),
        ("files that are not the same", passive, f"echo '# once' >> {cron}", "see-same-config", "osm1"),
        ("the rule for the source address, gone", active, "iptables -w 10 -t nat -F POSTROUTING", "see-servers-accept", active),
        ("a node that would stay out after a reboot", "pcs3", "systemctl disable pacemaker", "boot-again", "pcs3"),
        ("a rule of an earlier move", "osm1", f"cibadmin --create --scope constraints --xml-text '{rule}'", "forget-moves", "osm1"),
        ("a cluster that keeps its hands off", "osm1", "crm_attribute --name maintenance-mode --update true", "see-managed", "osm1"),
    )
    for _, node, command, _, _ in for_breaking:
        on(node, command)
    found = findings()
    for what, _, _, step, where in for_breaking:
        check(f"diagnose sees {what}", (step, where) in found, f"{found}")
    seen = {step for _, _, _, step, _ in for_breaking}
    check("and blames nothing else", not {s for s, _ in found} - seen - {"see-no-double"}, f"{found}")
    fixed = wizard("diagnose", "--fix", "--no-input")
    check("without a person --fix mends nothing", fixed.returncode != 0 and ("boot-again", "pcs3") in findings(),
          fixed.stdout[-400:])
    for node, command in ((passive, "systemctl disable apache2; rm /etc/cron.d/lsyncd"),
                          ("osm1", "crm_attribute --name maintenance-mode --delete"),
                          (active, "systemctl restart cluster-vip-src; killall -s SIGHUP lsyncd")):
        on(node, command)
    mended = wizard("run", "--procedure", "diagnose", *UNATTENDED, "--only", "boot-again", "--only", "forget-moves", "--again")
    check("the remedies work", mended.returncode == 0, mended.stdout[-600:])
    wait_healthy()
    check_healthy("when all is mended")


def wait_healthy(seconds=60):
    deadline = time.monotonic() + seconds
    while findings() and time.monotonic() < deadline:
        pass


def test_failover(*words):
    return wizard("failover-test", *UNATTENDED, "--answers", STATE / "answers.toml", *words)


def failover():
    first = home()
    other = "osm1" if first == "osm2" else "osm2"
    refused = test_failover("--to", first)
    check("a test towards the active node is refused", refused.returncode == 10 and f"--to {other}" in refused.stdout,
          refused.stdout[-300:])
    on(other, "systemctl start apache2")
    shut = test_failover()
    check("Apache outside the cluster shuts the gate", shut.returncode != 0 and "runs outside the cluster" in shut.stdout,
          shut.stdout[-600:])
    check("and nothing has moved", home() == first)
    on(other, "systemctl stop apache2")
    on("osm1", "crm_resource --cleanup >/dev/null; crm_resource --wait")

    log = STATE / "killed-test.log"
    process = start_run("--answers", STATE / "answers.toml", verb="failover-test", log=log)
    journal = JournalTail(STATE / "farm.run" / "failover-test" / "journal.jsonl")
    wait_for("the move was ordered", lambda: [r for r in journal.read() if r.get("kind") == "sent"
             and r["task"].startswith("test-move@")], 90)
    process.kill()
    process.wait(20)
    resumed = test_failover()
    check("a test that was killed in the move goes on, and ends", resumed.returncode == 0
          and "Nothing is left to do." in resumed.stdout, resumed.stdout[-800:])
    check("the service is on the other node", home() == other, f"{home()}")
    back = test_failover("--to", first)
    check("it goes back as well", back.returncode == 0 and home() == first, back.stdout[-800:])
    left = on("osm1", "cibadmin --query --xpath \"//rsc_location[starts-with(@id,'cli-')]\" 2>&1")
    check("no rule of a move is left", "cli-" not in left, left)
    wait_healthy()
    check_healthy("after the tests")


def check_pair():
    diagnose()
    failover()


def migrate_and_check():
    done = wizard("run", *UNATTENDED, "--answers", STATE / "answers.toml", timeout=900)
    need("the migration is through", done.returncode == 0, done.stdout[-800:])
    check_pair()


def by_itself():
    """python3 -c 'import pair; pair.by_itself()' --state DIR: on a farm that was migrated before."""
    check_pair()
    finish()


if __name__ == "__main__":
    on_a_farm("guide", migrate_and_check)
