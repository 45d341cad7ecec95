"""diagnose on farms that are broken in one way each: it names the cause, and names it first."""

from harness import check, farm, load_farm, on, wait_for, wizard_json
from pair import home, wait_healthy


def found():
    """(step, node) of what is wrong, in the order diagnose tells it."""
    return [(row["step"], row["node"]) for row in wizard_json("diagnose") if row["severity"] != "ok"]


def breakages():
    """(what, how to break it, how to mend it, the steps that may name it first)"""
    plan = load_farm()
    active = home()
    passive = "osm1" if active == "osm2" else "osm2"
    vip, nodes = plan["ovd_srv"]["vip"], plan["nodes"]
    nic = nodes[passive]["nic"]
    priv = {name: nodes[name]["priv_nic"] for name in nodes}

    def cables(verb, *names):
        return lambda: [farm(verb, name, priv[name]) for name in names]

    def told(node, command):
        return lambda: on(node, command, timeout=90)
    calm = "crm_resource --cleanup >/dev/null 2>&1; crm_resource --wait --timeout=60"
    return (
        ("lsyncd is stopped in the cluster", told(active, "pcs resource disable lsyncd --wait=30"),
         told(active, f"pcs resource enable lsyncd --wait=30; {calm}"), "see-six-together"),
        ("both nodes have the virtual address", told(passive, f"ip addr add {vip}/24 dev {nic}"),
         told(passive, f"ip addr del {vip}/24 dev {nic}; {calm}"), "see-no-double"),
        ("a resource has failed", told(active, f"crm_resource --fail --resource osm_cron --node {nodes[active]['hostname']}."
                                       f"{plan['farm']['domain']}; crm_resource --wait --timeout=60"),
         told(active, calm), "forget-failures"),
        ("the rule for the source address is gone", told(active, "iptables -w 10 -t nat -F POSTROUTING"),
         told(active, "systemctl restart cluster-vip-src"), "see-no-double"),
        ("a cron link on the passive node", told(passive, "ln -s /etc/ovd/session-manager/sessionmanager.cron /etc/cron.d/ovd-session-manager"),
         told(passive, f"rm -f /etc/cron.d/ovd-session-manager; {calm}"), "see-no-double"),
        ("the database server cannot be reached", cables("cut", "dbmy"), cables("join", "dbmy"), "see-database"),
        ("a resource can neither be started nor stopped", lambda: [on(node, "rm -f /etc/cron.d/lsyncd; echo '# in the way' > /etc/cron.d/lsyncd", timeout=90)
                                                      for node in (passive, active)],
         lambda: [on(node, command, timeout=120) for node, command in ((passive, "rm -f /etc/cron.d/lsyncd"), (active, f"rm -f /etc/cron.d/lsyncd; {calm}"))],
         "see-unblocked"),
        ("quorum is lost", cables("cut", "pcs3", "pcs4"), cables("join", "pcs3", "pcs4"), "see-quorum"),
    )


def check_causes():
    for what, harm, mend, step in breakages():
        harm()
        seen = []

        def named():
            seen[:] = found()
            return bool(seen) and seen[0][0] == step
        try:
            wait_for(f"diagnose names {step}", named, 100, every=1)  # the cluster looks at a link once a minute
            check(f"diagnose names first that {what}", True)
        except TimeoutError as error:
            check(f"diagnose names first that {what}", False, f"{error}: {seen}")
        mend()
        wait_healthy(120)
        left = found()
        check(f"and nothing is wrong any more when it is mended ({what})", not left, f"{left}")
