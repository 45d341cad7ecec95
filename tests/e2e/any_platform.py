#!/usr/bin/env python3
"""The whole guide on a farm that presents itself as another platform: --platform NAME [--dbmy-platform NAME]."""

import end_state
import guides_way
from causes import check_causes
from harness import OPTIONS, STATE, UNATTENDED, check, journal, need, on, on_a_farm, web, wizard
from outages import check_outages, home
from sheets import check_stop_at_red
from update import plain_update, update
from walkthrough import describe, strange_key

CAUSES_ON = ("rhel7",)
STOPPED_AT_RED_ON = ("rhel7",)
DESCRIBED_ON = ("ubuntu16",)
LETTER_ON = ("ubuntu16",)
ARCHIVE_ON = ("ubuntu16",)
UPDATED_ON = ("rhel8",)  # what is typed for standby, packages, service and labels differs
KILLED_IN_UPDATE_ON = ("ubuntu16",)  # the oldest words for all of it
GUIDES_WAY_AFTER_ON = ("rhel8", "ubuntu16")  # the newest and the oldest of those beside the main job
OUTAGES_ON = ("rhel8",)  # where a boot has most to go wrong: PHP and Apache are started apart


def migrate():
    done = wizard("run", *UNATTENDED, "--answers", STATE / "answers.toml")
    (STATE / "run.output").write_text(done.stdout)
    need("one command carries out the whole guide", done.returncode == 0
         and "Nothing is left to do." in done.stdout, f"exit {done.returncode}: {done.stdout[-2000:]}")


def to_the_letter():
    """L4 as the guide has it, where lsyncd is too old for the guide's other word."""
    path = STATE / "farm.toml"
    path.write_text(path.read_text().replace("[farm]\n", '[farm]\nto_the_letter = ["L4"]\n', 1))


def check_letter():
    said = (STATE / "run.output").read_text()
    check("what is had to the letter is told, with what follows", "To the letter, L4: Folders that are empty" in said, said[:800])
    for node in ("osm1", "osm2"):
        settings = on(node, "grep -v '^ *--' /etc/lsyncd/lsyncd.conf.lua")
        check(f"and is so on {node}", "prune_empty_dirs = true" in settings and "identityFile" not in settings, settings)


def stopped_by_archive():
    """D7: a kind of table that osm1's server has and dbmy's has not."""
    on("osm1", "mysql --user=root -e \"INSTALL SONAME 'ha_archive'; ALTER TABLE ovd.ovd_actions ENGINE=ARCHIVE\"")
    stopped = wizard("run", *UNATTENDED, "--answers", STATE / "answers.toml")
    check("D7: what dbmy cannot hold stops the run, by name", stopped.returncode != 0
          and "no ARCHIVE tables there" in stopped.stdout, f"{stopped.returncode}: {stopped.stdout[-800:]}")
    taken = [r for r in journal() if r.get("kind") == "task" and r["task"].startswith("config-away@")]
    check("D7: before anything is taken away", not taken and on("osm1", "test -s /var/spool/ovd/session-manager/config && echo there") == "there")
    on("osm1", "mysql --user=root -e \"ALTER TABLE ovd.ovd_actions ENGINE=InnoDB; UNINSTALL SONAME 'ha_archive'\"")


def check_quiet():
    """What must run once is not started at boot by anybody but the cluster."""
    for node in ("osm1", "osm2"):
        for unit in (web(), "lsyncd", "cluster-vip-src"):
            said = on(node, f"systemctl is-enabled {unit} 2>/dev/null || true")
            check(f"{unit} does not start at boot on {node}", said not in ("enabled", "alias"), said)
    said = on("pcs3", "grep -E '^127[.]0[.]0[.]1[[:space:]]+localhost([[:space:]]|$)' /etc/hosts || cat /etc/hosts")
    check("localhost is still called so on a machine that had no other name", said.startswith("127.0.0.1"), said)
    for node in ("osm1", "osm2", "pcs3", "pcs4"):
        for unit in ("corosync", "pacemaker", "pcsd"):
            said = on(node, f"systemctl is-enabled {unit}")
            check(f"{unit} starts at boot on {node}", said == "enabled", said)


def test():
    if OPTIONS.platform in DESCRIBED_ON:
        describe()
        strange_key()
    if OPTIONS.platform in LETTER_ON:
        to_the_letter()
    guides_way.before()
    if OPTIONS.platform in STOPPED_AT_RED_ON:
        check_stop_at_red()
    if OPTIONS.platform in ARCHIVE_ON:
        stopped_by_archive()
    migrate()
    if OPTIONS.platform in LETTER_ON:
        check_letter()
    records = journal()
    end_state.check_all(records)
    check_quiet()
    looked = wizard("diagnose")
    check("diagnose finds the pair healthy", looked.returncode == 0, looked.stdout[-800:])
    if OPTIONS.platform in OUTAGES_ON:
        check_outages()
    if OPTIONS.platform in CAUSES_ON:
        guides_way.alone_again()
        check_causes()
    if OPTIONS.platform in UPDATED_ON:
        plain_update()
    if OPTIONS.platform in KILLED_IN_UPDATE_ON:
        update()
    if OPTIONS.platform in GUIDES_WAY_AFTER_ON:
        if home("osm1") == "osm1":
            moved = wizard("failover-test", *UNATTENDED, "--to", "osm2", "--answers", STATE / "answers.toml")
            check("after all that, the service moves to osm2 again", moved.returncode == 0, moved.stdout[-800:])
        guides_way.after()


if __name__ == "__main__":
    on_a_farm("guide", test)
