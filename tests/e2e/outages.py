"""Machines that go away after the migration: the farm comes back by itself, and what must run once runs once."""

import time

from harness import check, farm, on, wait_for, wizard_json
from pair import SIX


def home(asked):
    """The node that has all six, asked on one that is up; None while they are apart."""
    where = {on(asked, f"crm_resource --resource {name} --locate 2>/dev/null").split(":")[-1].strip() for name in SIX}
    return where.pop().split(".")[0] if len(where) == 1 else None


def settled(expected, asked="pcs3"):
    """True when four nodes are in, and the six are where they should be."""
    members = on(asked, "crm_node -p").split()
    return len(members) == 4 and home(asked) in expected


def comes_back(what, expected, seconds=150):
    began = time.monotonic()
    try:
        wait_for(what, lambda: settled(expected), seconds, every=1)
        check(f"{what}: four nodes, all six on {' or '.join(expected)}", True)
    except TimeoutError as error:
        check(f"{what}: four nodes, all six on {' or '.join(expected)}", False,
              f"{error}; {on('pcs3', 'crm_mon -1 2>&1')[-1500:]}")
        return
    print(f"  after {time.monotonic() - began:.0f} s", flush=True)
    # A failed start during a boot is worth a word of diagnose; nothing may be wrong that stays.
    deadline = time.monotonic() + 60
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
    comes_back("the active node rebooted", ["osm1", "osm2"])
    active = home("pcs3")
    other = "osm1" if active == "osm2" else "osm2"
    farm("power-off", active)
    wait_for("the other one has taken over", lambda: home("pcs3") == other, 90, every=1)
    check("the active node lost its power: the other one took over", True)
    farm("power-on", active)
    comes_back("it came back, and nothing moved unasked", [other])
    for node in ("osm1", "osm2", "pcs3", "pcs4"):
        farm("power-off", node)
    for node in ("osm1", "osm2", "pcs3", "pcs4"):
        farm("power-on", node)
    comes_back("all nodes lost their power at once", ["osm1", "osm2"])
