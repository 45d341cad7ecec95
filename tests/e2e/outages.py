"""Machines that go away after the migration: the farm comes back by itself, stays where it came to, and what must run
once runs once."""

import time

from harness import HANGS, check, farm, load_farm, on, wait_for, web, wizard_json
from pair import home

CLUSTER = ("osm1", "osm2", "pcs3", "pcs4")
STAYS = 10  # seconds of looking after the cluster has said that nothing is left to do


def running(node):
    """What of the service a node really has, whatever the cluster believes."""
    vip = load_farm()["ovd_srv"]["vip"]
    looks = {"address": f"ip -4 -o addr | grep -wF {vip}", "rule": f"iptables -w 10 -t nat -S POSTROUTING | grep -wF -e '--to-source {vip}'",
             "apache": f"pgrep -x {web()}", "lsyncd": "pgrep -x lsyncd", "cron link": "test -L /etc/cron.d/ovd-session-manager",
             "lsyncd's cron link": "test -L /etc/cron.d/lsyncd"}
    command = "; ".join(f"{{ {look}; }} >/dev/null 2>&1 && echo \"{name}\"" for name, look in looks.items())
    return sorted(on(node, f"{command}; true").splitlines()), sorted(looks)


def comes_back(what, expected):
    began = time.monotonic()
    name = f"{what}: four nodes, all six on {' or '.join(expected)}"
    try:
        wait_for("four nodes are in", lambda: len(on("pcs3", "crm_node -p").split()) == 4, every=1)
        # The cluster itself says when it has nothing left to do; a move back would still be to come.
        wait_for(what, lambda: on("pcs3", "crm_resource --wait --timeout=30 >/dev/null 2>&1 && echo calm") == "calm"
                 and home("pcs3") in expected, every=1)
    except TimeoutError as error:
        check(name, False, f"{error}; {on('pcs3', 'crm_mon -1 2>&1')[-1500:]}")
        return
    check(name, True)
    print(f"  after {time.monotonic() - began:.0f} s", flush=True)
    where, until = home("pcs3"), time.monotonic() + STAYS
    moved = set()
    while time.monotonic() < until:
        moved |= {home("pcs3")} - {where}
        time.sleep(1)
    check(f"{what}: nothing moves any more", not moved, f"{moved}")
    for node in CLUSTER:
        found, every = running(node)
        wanted = every if node == where else []
        check(f"{what}: {node} runs {'all of it' if wanted else 'nothing of it'}", found == wanted, f"{found}")
    # A failed start during a boot is worth a word of diagnose; nothing may be wrong that stays.
    deadline = time.monotonic() + HANGS
    found = None
    while time.monotonic() < deadline:
        found = [row for row in wizard_json("diagnose") if row["severity"] == "stop"]
        if not found:
            break
        time.sleep(1)
    check(f"{what}: diagnose agrees", not found, f"{[(r['step'], r['node'], r.get('says')) for r in found or []]}")


def check_outages():
    """osm2 is active at the beginning."""
    farm("reboot", "osm1")
    comes_back("the passive node rebooted", ["osm2"])
    farm("reboot", "osm2")
    comes_back("the active node rebooted", ["osm1"])
    farm("power-off", "osm1")
    wait_for("the other one has taken over", lambda: home("pcs3") == "osm2", every=1)
    check("the active node lost its power: the other one took over", True)
    farm("power-on", "osm1")
    comes_back("it came back, and nothing moved unasked", ["osm2"])
    every = (*CLUSTER, "dbmy")
    for node in every:
        farm("power-off", node)
    for node in every:
        farm("power-on", node)
    comes_back("all nodes lost their power at once, the database's too", ["osm1", "osm2"])
