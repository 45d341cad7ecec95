#!/usr/bin/env python3
"""After the migration: diagnose finds what is broken and mends what is safe, and the failover test goes both
ways, stops before a gate that is shut, and goes on after it was killed."""

import re
import time

from harness import (HANGS, STATE, UNATTENDED, JournalTail, check, load_farm, migrate, need, on, on_a_farm, start_run, wait_for,
                     web, wizard, wizard_json, wizard_words)
from walkthrough import Terminal

SIX = ("virtual_ip", "virtual_ip_src", "osm_cron", "httpd", "lsyncd", "lsyncd_cron")


def home(asked="osm1"):
    """The Session Manager that has all six, asked on a node that is up; None while they are apart."""
    told = on(asked, f"for name in {' '.join(SIX)}; do crm_resource --resource $name --locate 2>/dev/null || echo : nowhere; done")
    where = {line.split(":")[-1].strip() for line in told.split("\n")}
    return where.pop().split(".")[0] if len(where) == 1 else None


def findings():
    """(step, node) of all that diagnose does not call ok."""
    done = wizard_json("diagnose")
    return {(row["step"], row["node"]) for row in done if row["severity"] != "ok"}


def check_healthy(when, at_once=False):
    """A cluster takes a while to see that all is well again."""
    deadline = time.monotonic() + (0 if at_once else HANGS)
    while (found := findings()) and time.monotonic() < deadline:
        pass  # each look takes seconds
    check(f"diagnose finds nothing {when}", not found, f"{found}")


def diagnose():
    active = home()
    passive = "osm1" if active == "osm2" else "osm2"
    check_healthy("on a healthy pair", at_once=True)
    rule = (f'<rsc_location id="cli-prefer-virtual_ip" rsc="virtual_ip" role="Started" node="{on(active, "crm_node -n")}" '
            'score="INFINITY"/>')
    cron = "/etc/ovd/session-manager/sessionmanager.cron"
    # (what is broken, where, how, who sees it, on which node)
    for_breaking = (
        ("a service that starts beside the cluster at boot", passive, f"systemctl enable {web()}", "see-only-cluster-starts", passive),
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
    mixed = wizard("diagnose", "--fix", "--json")
    check("--fix and --json together are refused", mixed.returncode == 2, f"{mixed.returncode}: {mixed.stdout[-300:]}")
    for node, command in ((passive, f"systemctl disable {web()}; rm /etc/cron.d/lsyncd"),
                          ("osm1", "crm_attribute --name maintenance-mode --delete"),
                          (active, "systemctl restart cluster-vip-src; killall -s SIGHUP lsyncd")):
        on(node, command)
    mend_one_by_one()
    check_healthy("when all is mended")


def mend_one_by_one():
    """At a terminal, with a rule of an earlier move and a node that stays out after a boot."""
    for answers, left, code in (({"forget-moves": "n", "boot-again": "y"}, "forget-moves", 0), ({"forget-moves": "y"}, None, 0)):
        terminal = Terminal(wizard_words("diagnose", "--fix"))
        try:
            asked = []
            for _ in answers:
                shown = terminal.expect("Do it now?")
                asked.append(re.findall(r"\[([a-z-]+)\]:", shown)[-1])
                terminal.type(answers.get(asked[-1], "n") + "\n")
            ended = terminal.end()
        finally:
            terminal.close()
        check(f"--fix asks for each remedy by itself: {' '.join(answers)}", asked == list(answers), f"{asked}")
        check("it looks again after mending, and its exit status is of then", ended == code and "Checked again:" in terminal.text,
              f"{ended}: {terminal.text[-800:]}")
        steps = {step for step, _ in findings()}
        check(f"what was answered with yes is mended, and nothing else: {left or 'nothing'} is left",
              "boot-again" not in steps and ("forget-moves" in steps) == (left == "forget-moves"), f"{steps}")


def test_failover(*words):
    return wizard("failover-test", *UNATTENDED, "--answers", STATE / "answers.toml", *words)


def put_away():
    """Journals of failover tests that were ended, oldest first."""
    return sorted((STATE / "farm.run" / "failover-test").glob("journal-until-*.jsonl"))


def failover():
    first = home()
    other = "osm1" if first == "osm2" else "osm2"
    refused = test_failover("--to", first)
    check("a test towards the active node is refused", refused.returncode == 10 and f"--to {other}" in refused.stdout,
          refused.stdout[-300:])
    on(other, f"systemctl start {web()}")
    shut = test_failover()
    check("Apache outside the cluster shuts the gate", shut.returncode != 0 and "runs outside the cluster" in shut.stdout,
          shut.stdout[-600:])
    check("and nothing has moved", home() == first)
    on(other, f"systemctl stop {web()}")
    on("osm1", "crm_resource --cleanup >/dev/null; crm_resource --wait")
    there_and_back(first, other)
    left = on("osm1", "cibadmin --query --xpath \"//rsc_location[starts-with(@id,'cli-')]\" 2>&1")
    check("no rule of a move is left", "cli-" not in left, left)
    check_healthy("after the tests")


def there_and_back(first, other):
    """Killed on the way back; the same command again ends where the test began."""
    log, path = STATE / "killed-test.log", STATE / "farm.run" / "failover-test" / "journal.jsonl"
    log.unlink(missing_ok=True)
    before = len(put_away())
    process = start_run("--back", "--answers", STATE / "answers.toml", verb="failover-test", log=log)
    try:
        wait_for("the way back was ordered", lambda: process.poll() is not None or [r for r in JournalTail(path).read()
                 if r.get("kind") == "sent" and r["task"] == f"test-move@{other}"])
        ended = process.poll()
    finally:
        process.kill()
        process.wait()
    told = log.read_text()
    need("the test was alive until it was killed on the way back", ended is None, told[-1200:])
    domain = load_farm()["farm"]["domain"]
    for name in SIX:
        check(f"it is told beforehand that {name} moves", re.search(rf"Move +{name}\b.*{first}\.{domain} -> {other}\.{domain}", told), told[:3000])
    away = [r for r in JournalTail(put_away()[-1]).read() if r.get("kind") == "outage" and r["to"] and r["task"] == f"test-move@{first}"]
    # On a machine that is busy, Apache may answer once and then be too slow again: that is another one.
    apart = all(one["to"] <= other["from"] for one, other in zip(away, away[1:]))
    check("the interruption is in the journal", away and apart and 0 < away[0]["seconds"] < 30, f"{away}")
    check("and on the screen", away and f"the service is up again after {away[0]['seconds']:.1f} s" in told, f"{away}: {told[-2000:]}")
    resumed = test_failover("--back")
    check("a test that was killed on the way back goes on, and ends", resumed.returncode == 0
          and "Nothing is left to do." in resumed.stdout, resumed.stdout[-800:])
    check("the service is where the test began", home() == first, f"{home()}")
    check("and it was moved twice, not three times", len(put_away()) == before + 1 and [r["facts"][other].get("active")
          for r in JournalTail(path).read() if r.get("kind") == "begin"] == ["yes", "yes"], f"{before} {put_away()}")


def migrate_and_check():
    migrate()
    diagnose()
    failover()


if __name__ == "__main__":
    on_a_farm("guide", migrate_and_check)
