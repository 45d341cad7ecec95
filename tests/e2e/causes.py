"""diagnose on farms that are broken in one way each: it names the cause, and names it first, with the node; the
remedy it tells, typed as it stands there, mends it."""

import re

from harness import check, farm, load_farm, on, wait_for, wizard_json
from pair import check_healthy, home


def found():
    """What is wrong, in the order diagnose tells it."""
    return [row for row in wizard_json("diagnose") if row["severity"] != "ok"]


def breakages():
    """(what, how to break it, how to mend it, the step and the node that are named first, what is said there)
    Where the words have a group, it is the remedy: how to mend it is then given the command, and ends with what is
    left to do."""
    plan = load_farm()
    # A node that has just come back does not know at once where things are.
    active = wait_for("one Session Manager has all six resources", home, every=1)
    passive = "osm1" if active == "osm2" else "osm2"
    vip, nodes = plan["ovd_srv"]["vip"], plan["nodes"]
    nic = nodes[passive]["nic"]
    priv = {name: nodes[name]["priv_nic"] for name in nodes}
    active_name = f"{nodes[active]['hostname']}.{plan['farm']['domain']}"
    rule = (f'<rsc_location id="cli-prefer-virtual_ip" rsc="virtual_ip" role="Started" node="{active_name}" '
            'score="INFINITY"/>')

    def cables(verb, *names):
        return lambda *_: [farm(verb, name, priv[name]) for name in names]

    def told(node, command):
        return lambda *_: on(node, command)

    def as_said(node, then="true"):
        return lambda command: on(node, f"{command} && {then}")
    calm = "crm_resource --cleanup >/dev/null 2>&1; crm_resource --wait --timeout=600"
    stuck = "/etc/cron.d/lsyncd"
    return (
        ("lsyncd is switched off in the cluster", told(active, "pcs resource disable lsyncd --wait=600"),
         as_said("osm1", "crm_resource --wait --timeout=600"), "see-six-together", "osm1",
         r"^lsyncd is switched off: (pcs resource enable lsyncd)$"),
        ("both nodes have the virtual address", told(passive, f"ip addr add {vip}/24 dev {nic}"),
         as_said(passive), "see-no-double", passive,
         r"^the virtual address: there on the passive node: (ip addr del .*)$"),
        ("a resource has failed", told(active, f"crm_resource --fail --resource osm_cron --node {active_name}; "
                                       "crm_resource --wait --timeout=600"),
         told(active, calm), "forget-failures", "osm1", rf"^osm_cron\S* on {active_name}: .*, since .*\d"),
        ("the rule for the source address is gone", told(active, "iptables -w 10 -t nat -F POSTROUTING"),
         as_said(active), "see-no-double", active,
         r"^the rule for the source address: missing on the active node: (systemctl restart cluster-vip-src)$"),
        ("a cron link on the passive node", told(passive, "ln -s /etc/ovd/session-manager/sessionmanager.cron /etc/cron.d/ovd-session-manager"),
         as_said(passive), "see-no-double", passive,
         r"^the cron link of OVD: there on the passive node: (rm /etc/cron.d/ovd-session-manager)$"),
        ("a rule of an earlier move is left", told("osm1", f"cibadmin --create --scope constraints --xml-text '{rule}'"),
         told("osm1", "pcs resource clear virtual_ip"), "forget-moves", "osm1", "cli-prefer-virtual_ip"),
        ("the database server cannot be reached", cables("cut", "dbmy"), cables("join", "dbmy"), "see-database", "osm1",
         r"cannot log in to the database on dbmy"),
        ("a resource can neither be started nor stopped",
         lambda *_: [on(node, f"rm -f {stuck}; echo '# in the way' > {stuck}") for node in (passive, active)],
         lambda *_: [on(node, command) for node, command in ((passive, f"rm -f {stuck}"), (active, f"rm -f {stuck}; {calm}"))],
         "see-unblocked", "osm1", r"^lsyncd_cron is stuck$"),
        ("quorum is lost", cables("cut", "pcs3", "pcs4"), cables("join", "pcs3", "pcs4"), "see-quorum", "osm1",
         r"^osm1 is without quorum"),
    )


def check_causes():
    for what, harm, mend, step, node, words in breakages():
        harm()
        seen = []

        def first():
            """What the first finding says of it; nothing when it is another one."""
            seen[:] = found()
            if not seen or (seen[0]["step"], seen[0]["node"]) != (step, node):
                return None
            return re.search(words, seen[0]["says"], re.M)
        try:
            # The cluster looks at a link once a minute.
            said = wait_for(f"diagnose names {step} on {node}", first, every=1)
            check(f"diagnose names first that {what}, and on which node", True)
            check(f"and says the same when asked again ({what})", first(), f"{[(r['step'], r['node']) for r in seen]}")
            remedy = said.group(1) if said.re.groups else ""
        except TimeoutError as error:
            brief = [(row["step"], row["node"], row["says"][:300]) for row in seen[:3]]
            check(f"diagnose names first that {what}, and on which node", False, f"{error}: {brief}")
            remedy = "true"
        mend(remedy)
        check_healthy(f"any more when it is mended ({what})")
