"""What must be true of a farm once the whole guide is carried out."""

import json
import re
import xml.etree.ElementTree as xml

from harness import STATE, check, farm, on, wait_for, wizard

RESOURCES = {"virtual_ip", "virtual_ip_src", "osm_cron", "httpd", "lsyncd", "lsyncd_cron"}


def load_farm():
    import tomllib
    with open(STATE / "farm.toml", "rb") as file:
        return tomllib.load(file)


def cluster():
    return xml.fromstring(on("pcs3", "crm_mon -1 --output-as=xml --inactive"))


def check_cluster():
    plan = load_farm()
    domain = plan["farm"]["domain"]
    names = {role: f"{node['hostname']}.{domain}" for role, node in plan["nodes"].items()}
    tree = cluster()
    online = [n.get("name") for n in tree.findall("./nodes/node") if n.get("online") == "true"
              and n.get("standby") == "false" and n.get("unclean") == "false"]
    wanted = sorted(names[r] for r in ("osm1", "osm2", "pcs3", "pcs4"))
    check("four nodes are online", sorted(online) == wanted, str(online))
    check("the cluster is quorate", tree.find("./summary/current_dc").get("with_quorum") == "true")
    found = {r.get("id"): r for r in tree.findall("./resources/resource")}
    check("there are the six resources", set(found) == RESOURCES, str(sorted(found)))
    for name, resource in found.items():
        where = [n.get("name") for n in resource.findall("node")]
        good = (resource.get("role") == "Started" and resource.get("managed") == "true"
                and resource.get("failed") == "false" and where == [names["osm2"]])
        check(f"{name} runs on osm2 and is managed", good, f"{resource.attrib} {where}")
    check("no action failed", not tree.findall("./failures/failure"),
          xml.tostring(tree.find("./failures") or xml.Element("x")).decode())
    left = on("osm1", "cibadmin --query --xpath \"//constraints/*[starts-with(@id,'cli-')]\" 2>&1 || true")
    check("no constraint of a move is left", "cli-" not in left, left)


def check_address():
    plan = load_farm()
    vip = plan["ovd_srv"]["vip"]
    for role in ("osm1", "osm2"):
        has = vip in re.split(r"[\s/]+", on(role, "ip -o -4 addr"))
        snat = vip in on(role, "iptables -w -t nat -S POSTROUTING")
        active = role == "osm2"
        check(f"the virtual address is {'' if active else 'not '}on {role}", has == active)
        check(f"the source address is {'' if active else 'not '}rewritten on {role}", snat == active)


def servers():
    answer = farm("servers")
    rows = json.loads(answer.stdout[answer.stdout.index("{"):]) if "{" in answer.stdout else {}
    return list(rows.values())


def check_servers():
    plan = load_farm()
    vip = plan["ovd_srv"]["vip"]
    moment = float(on("osm2", "date +%s"))

    def fresh():
        rows = servers()
        good = [r for r in rows if r["status"] == "ready" and r["registered"]
                and float(r["timestamp"]) >= moment]
        return len(good) == len(plan["servers"])
    try:
        wait_for("every farm server is ready with a fresh timestamp", fresh, 75, 2)
        check("farm servers are ready through the virtual address, with fresh timestamps", True)
    except TimeoutError as error:
        check("farm servers are ready through the virtual address, with fresh timestamps", False,
              f"{error}: {servers()}")
    for role, server in zip(("oas1", "esg1"), plan["servers"]):
        conf = on(role, "grep -E '^session_manager' /etc/ovd/slaveserver/slaveserver.conf")
        check(f"{role} is told the virtual address", conf.endswith(f"= {vip}"), conf)
        status = on("osm2", "curl -s -o /dev/null -w '%{http_code}' --max-time 5 "
                            f"http://{server['address']}:1112/server/status")
        check(f"{role} answers osm2 on port 1112", status == "200", status)


def check_left():
    """Nothing is left to do, by a look at the nodes."""
    live = wizard("plan", "--live")
    check("a look at the finished farm says that nothing is left to do",
          "Nothing is left to do." in live.stdout, live.stdout[-400:])


def check_identity():
    said = farm("osm-id").stdout.strip().splitlines()[-1]
    machine = on("osm2", "curl -sk --fail -u admin:\"$(cat /etc/ovd-practice/admin-password)\" "
                         "https://127.0.0.1/ovd/admin/subscription || true")
    mine = re.search(r"Session Manager ID: *([A-Z0-9-]+)", machine)
    ids = (STATE / "key.lsc").read_text().split()[1::2]
    check("the Session Manager ID through the virtual address is osm2's",
          len(ids) == 2 and said == ids[1] and (mine is None or mine.group(1) == said),
          f"{said} of {ids}")


def check_all():
    check_cluster()
    check_address()
    check_servers()
    check_identity()
    check_left()
