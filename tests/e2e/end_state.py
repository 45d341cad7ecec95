"""What must be true of a farm once the whole guide is carried out, whatever its machines are called."""

import hashlib
import json
import re
import xml.etree.ElementTree as xml

from harness import STATE, becomes_true, check, farm, load_farm, on, upper, wizard

RESOURCES = {"virtual_ip", "virtual_ip_src", "osm_cron", "httpd", "lsyncd", "lsyncd_cron"}


def check_cluster(plan):
    domain = plan["farm"]["domain"]
    names = {role: f"{node['hostname']}.{domain}" for role, node in plan["nodes"].items()}
    text = on("osm1", "crm_mon -1 --output-as=xml --inactive 2>/dev/null || crm_mon --as-xml --inactive")
    try:
        tree = xml.fromstring(text)
    except xml.ParseError:
        check("crm_mon answers on osm1", False, text[:300])
        return
    online = [n.get("name") for n in tree.findall("./nodes/node")
              if (n.get("online"), n.get("standby"), n.get("maintenance"), n.get("unclean"))
              == ("true", "false", "false", "false")]
    wanted = sorted(names[role] for role in ("osm1", "osm2", "pcs3", "pcs4"))
    check("four nodes are online", sorted(online) == wanted, f"{online}")
    check("the cluster is quorate", tree.find("./summary/current_dc").get("with_quorum") == "true",
          xml.tostring(tree.find("./summary")).decode())
    found = {r.get("id"): r for r in tree.findall("./resources//resource")}
    check("there are the six resources", set(found) == RESOURCES, f"{sorted(found)}")
    for name in sorted(RESOURCES & set(found)):
        resource = found[name]
        where = [n.get("name") for n in resource.findall("node")]
        # Pacemaker 1.1.14 does not tell what is blocked.
        state = [resource.get(key, "false") for key in ("role", "active", "managed", "failed", "blocked")]
        check(f"{name} is started on osm2 and managed",
              state == ["Started", "true", "true", "false", "false"] and where == [names["osm2"]],
              f"{resource.attrib} on {where}")
    failures = tree.findall("./failures/failure")
    check("no action has failed", not failures, f"{[f.attrib for f in failures]}")
    cib = on("osm1", "cibadmin --query")
    ids = re.findall(r'\bid="([^"]*)"', cib)
    check("no rule of a move is left", RESOURCES <= set(ids) and not [i for i in ids if i.startswith("cli-")],
          f"{[i for i in ids if i.startswith('cli-')] or cib[:300]}")


def check_address(plan):
    vip = plan["ovd_srv"]["vip"]
    for role in ("osm1", "osm2", "pcs3", "pcs4"):
        has = vip in re.findall(r"inet ([\d.]+)/", on(role, "ip -o -4 addr"))
        rules = on(role, "command -v iptables >/dev/null && iptables -w 10 -t nat -S POSTROUTING || true")
        snat = f"--to-source {vip}" in rules
        here = role == "osm2"
        check(f"{role} {'has' if here else 'does not have'} the virtual address", has == here)
        check(f"{role} {'sends' if here else 'does not send'} from the virtual address", snat == here, rules)


def check_servers(plan, since):
    """Registered, ready, and heard from after `since` (seconds; the failover)."""
    vip = plan["ovd_srv"]["vip"]

    def fresh():
        done = farm("servers")
        if not done.stdout.startswith("{"):
            return False, done.stdout[-300:]
        rows = list(json.loads(done.stdout).values())
        good = [r for r in rows if r["status"] == "ready" and r["registered"] and float(r["timestamp"]) > since]
        brief = [(r["fqdn"], r["status"], r["registered"], float(r["timestamp"]) - since) for r in rows]
        return len(good) == len(rows) == len(plan["servers"]), f"{brief}"
    # They report every 30 s.
    becomes_true("both farm servers are ready and heard from since the failover", fresh)
    for role, server in zip(("oas1", "esg1"), plan["servers"]):
        lines = on(role, "grep -E '^(session_manager|admin_host) *=' /etc/ovd/slaveserver/slaveserver.conf")
        values = {line.split("=")[0].strip(): line.split("=")[1].strip() for line in lines.splitlines()}
        check(f"{role} is told the virtual address", values.get("session_manager") == vip, lines)
        for node, wanted in (("osm2", "200"), ("osm1", "401")):
            said = on(node, "curl -s -o /dev/null -w '%{http_code}' --max-time 5 "
                            f"http://{server['address']}:1112/server/status")
            check(f"{role} answers {node} on port 1112 with {wanted}", said == wanted, said)


def manager_id(node):
    """As the stand-in derives it from the machine: worked out here on our own."""
    machine = upper(node, "/etc/machine-id").read_text().strip()
    digest = hashlib.sha256(f"session-manager-id:{machine}".encode()).hexdigest().upper()[:16]
    return "-".join(digest[i:i + 4] for i in range(0, 16, 4))


def check_identity(plan):
    vip = plan["ovd_srv"]["vip"]
    done = farm("in", "ctl", "sh", "-c", f"""printf 'user = "admin:%s"\\n' "$(cat {STATE}/admin-password)" |
        curl -sk --fail --max-time 10 -K - https://{vip}/ovd/admin/subscription""")
    found = re.search(r"Session Manager ID: *([A-Z0-9-]+)", done.stdout)
    said = found.group(1) if found else done.stdout[-200:]
    check("the Session Manager ID through the virtual address is osm2's",
          said == manager_id("osm2") != manager_id("osm1"),
          f"{said}, osm1 {manager_id('osm1')}, osm2 {manager_id('osm2')}")


def check_left():
    live = wizard("plan", "--live")
    check("a look at the finished farm says that nothing is left to do",
          live.returncode == 0 and "Nothing is left to do." in live.stdout,
          f"exit {live.returncode}: {live.stdout[-600:]}")
    return live.stdout


def failover_time(records):
    """When the service was told to move to osm2, by the node's clock."""
    times = [r["started"] for r in records if r.get("kind") == "ended" and r["task"] == "move-to-osm2@osm1"]
    return max(times, default=float("inf"))


def check_all(records):
    plan = load_farm()
    check_cluster(plan)
    check_address(plan)
    check_servers(plan, failover_time(records))
    check_identity(plan)
    return check_left()
