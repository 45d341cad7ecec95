"""What the guide would have one do, done on the practice farm: it fails or harms there, and ours does not. Each
check is named after its row in steps/errata.toml. The last of them end the life of the farm."""

import json
import re

from harness import BINARY, OPTIONS, ROOT, STATE, UNATTENDED, becomes_true, check, farm, load_farm, on, run, wait_for, wizard
from pair import home

AGENT = "OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=tried {} /usr/lib/ocf/resource.d/heartbeat/{} {}"


def rhel():
    return OPTIONS.platform.startswith("rhel")


def ends(node, command):
    """Exit status and output of a command on a node."""
    done = farm("exec", node, f"{{ {command}\n}} 2>&1; echo \"=$?\"")
    text, _, status = done.stdout.rstrip().rpartition("=")
    return int(status), text


def refused(name, node, command, words=""):
    status, text = ends(node, command)
    check(name, status != 0 and words in text, f"{status}: {text[-300:]}")


def before():
    """While osm1 is still alone, with its own database."""
    dump = "mysqldump -h localhost --user=root --no-tablespaces --create-options --default-character-set={} " \
           "--lock-tables --quote-names --databases ovd | grep -c '😀'"
    check("D6: the guide's export loses characters of four bytes", on("osm1", dump.format("utf8")) == "0")
    check("D6: ours keeps them", int(on("osm1", dump.format("utf8mb4")) or 0) > 0)
    if rhel():
        code = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/server-status"
        check("H1: Apache has no status page before we give it one", on("osm1", code) in ("403", "404"), on("osm1", code))
        check("D2: there is no /etc/mysql to edit", on("osm1", "test -e /etc/mysql || echo none") == "none")
    if OPTIONS.platform == "rhel7":
        no_epel()
    if OPTIONS.platform == "ubuntu16":
        lists()
        on("osm1", "mkdir -p /var/lib/other && echo kept > /var/lib/other/core.table")
    if OPTIONS.platform == "rhel8":
        refused("N2: there is no network service to restart", "osm1", "systemctl restart network", "not found")


def lists():
    """What the program says of the guide: every instruction on every platform, and every mistake."""
    shown = run(BINARY, "guide", "--coverage")
    rows = json.loads(run(BINARY, "guide", "--coverage", "--json").stdout)
    check("every instruction is listed", shown.returncode == 0 and len(rows) == 115
          and "115 instructions on 5 platforms, 0 missing" in shown.stdout, shown.stdout[-300:])
    empty = [row["id"] for row in rows if len(row["platforms"]) != 5 or not row["asks"]
             or any(cell["how"] not in ("done", "asked", "checked", "-") or (cell["how"] != "-") != bool(cell["steps"])
                    for cell in row["platforms"].values())]
    check("with a step, or not asked for, on each of the five platforms", not empty, f"{empty}")
    wide = [line for line in shown.stdout.splitlines() if len(line) > 80 and " " in line.strip()]
    check("at 80 columns", not wide, f"{wide[:3]}")
    shown = run(BINARY, "guide", "--errata")
    mistakes = json.loads(run(BINARY, "guide", "--errata", "--json").stdout)
    undecided = [row["id"] for row in mistakes if not row["says"] or row["severity"] not in ("A", "B")
                 or not (row["reason"] if row["decision"] == "declined" else row["steps"])]
    check("every mistake is listed, with what was decided", shown.returncode == 0 and len(mistakes) > 50 and not undecided
          and all(f"\n{row['id']:<5}{row['severity']}  {row['decision']}: " in "\n" + shown.stdout for row in mistakes), f"{undecided}")


def no_epel():
    """Where EPEL was never switched on, the guide's line fails in Chapter VI; we say so before Chapter I."""
    on("osm1", "printf 'Package: lsyncd\\nPin: release *\\nPin-Priority: -1\\n' > /etc/apt/preferences.d/no-epel")
    refused("L1: without EPEL there is no lsyncd to install", "osm1", "yum -y install lsyncd",
            "No package lsyncd available" if OPTIONS.platform == "rhel7" else "Unable to find a match")
    looked = wizard("check")
    check("L1: we see it before anything is changed, and name the package", looked.returncode == 10
          and "no package lsyncd" in looked.stdout and "EPEL" in looked.stdout, looked.stdout[-600:])
    on("osm1", "rm /etc/apt/preferences.d/no-epel")


def missing_card():
    """A card that is not there: the guide's file for it does nothing, and nobody says so."""
    on("osm1", "printf 'network:\\n  ethernets:\\n    eth9:\\n      addresses: [192.168.250.9/24]\\n' > /etc/netplan/91-guide.yaml")
    status, text = ends("osm1", "netplan generate")
    there = on("osm1", "ip -4 -o addr | grep -c 192.168.250.9")
    check("N3: the guide's file for a card that is not there is taken without a word", status == 0 and there == "0", f"{status} {text}")
    on("osm1", "rm /etc/netplan/91-guide.yaml")
    other = STATE / "no-card.toml"
    card = load_farm()["nodes"]["pcs3"]["priv_nic"]
    head, tail = (STATE / "farm.toml").read_text().split("[nodes.pcs3]")
    other.write_text(head + "[nodes.pcs3]" + tail.replace(f'priv_nic = "{card}"', 'priv_nic = "eth9"', 1))
    looked = wizard("check", farm_file=other)
    check("N3: we stop and name the card", looked.returncode == 10 and "eth9" in looked.stdout, looked.stdout[-500:])
    other.unlink()


def database_words():
    """What the guide types at the database server, and what a dump may have in it."""
    if not (OPTIONS.dbmy_platform or OPTIONS.platform).startswith("rhel"):
        status, text = ends("dbmy", "mysqladmin -u root password seen-by-all; mysql --user=root --skip-password -e 'SELECT 1'")
        check("D1: whatever the guide's root password does, root comes in without one", status == 0, text)
    refused("D4: the guide's double quotes are refused under ANSI_QUOTES", "dbmy",
            "mysql --user=root -e 'SET SESSION sql_mode=\"ANSI_QUOTES\"; CREATE USER \"tried\"@\"%\" IDENTIFIED BY \"x\"'", "syntax")
    status, text = ends("dbmy", "mysql --user=root -e \"SET SESSION sql_mode='ANSI_QUOTES'; CREATE USER 'tried'@'192.0.2.1' "
                                "IDENTIFIED BY 'x'; DROP USER 'tried'@'192.0.2.1'\"")
    check("D4: single quotes are not", status == 0, text)
    listens = [line.split()[3] for line in on("dbmy", "ss -ltn").splitlines() if re.search(r":(3306|33060)\b", line)]
    priv = load_farm()["nodes"]["dbmy"]["priv_address"]
    check("D2, D3: the database listens in the cluster network, and nowhere else", listens == [f"{priv}:3306"], f"{listens}")
    refused("D7: a table of MySQL 8 cannot be made on MariaDB", "dbmy",
            "mysql --user=root -e 'CREATE TABLE ovd.tried (a TEXT) COLLATE utf8mb4_0900_ai_ci'", "collation")


def removing_the_server():
    """Appendix 2, as the guide has it: what would go along. Ours looks first."""
    if rhel():
        tool = "yum" if OPTIONS.platform == "rhel7" else "dnf"
        status, plan = ends("osm1", f"{tool} --assumeno autoremove mariadb-server")
        along = status == 1 and re.search("^ inuvika", plan, re.M)
    else:
        plan = on("osm1", "apt-get -s autoremove --purge $(dpkg-query -W -f '${Package} ' 'mysql-server*' 'mariadb-server*' 2>/dev/null) 2>&1 | "
                          "grep -E '^(Purg|Remv) inuvika' || true")
        along = "inuvika" in plan
    check("A1: removing the database server would take OVD along", along, plan)
    done = wizard("run", "--procedure", "remove-local-database", *UNATTENDED)
    check("A1: ours sees it and removes nothing", done.returncode != 0 and "More than the database would be removed" in done.stdout
          and "inuvika" in done.stdout, f"{done.returncode}: {done.stdout[-600:]}")


def config_comes_back():
    """Appendix 3 takes osm's configuration away on the passive node; lsyncd on the active one puts it back."""
    config = "/var/spool/ovd/session-manager/config"
    on("osm1", f"rm -f {config}")
    on("osm2", f"touch {config}")
    try:
        wait_for("it is back", lambda: on("osm1", f"test -e {config} && echo there") == "there", every=1)
        check("A6: a configuration that is taken away on the passive node comes back while lsyncd runs", True)
    except TimeoutError as error:
        check("A6: a configuration that is taken away on the passive node comes back while lsyncd runs", False, f"{error}")


def syntax():
    if OPTIONS.platform == "rhel8":
        refused("C1: pcs cluster auth is refused", "osm1", "pcs cluster auth osm1.priv osm2.priv -u hacluster </dev/null")
        refused("C1: setup --name is refused", "osm1", "pcs cluster setup --name other osm1.priv pcs3.priv", "--name")
        refused("C1: a colocation without 'with' is refused", "osm1", "pcs constraint colocation add osm_cron virtual_ip")
    if OPTIONS.platform == "ubuntu16":
        refused("C2: a pattern in a location rule is refused", "osm1",
                "pcs constraint location 'regexp%osm*' avoids pcs3.priv pcs4.priv", "%")
        refused("A5: pcs node standby is refused", "osm1", "pcs node standby osm1.priv")
        refused("A4: there are no alerts", "osm1", "pcs alert create path=/usr/local/sbin/pcs-notify")
        path = STATE / "farm.toml"
        plain = path.read_text()
        path.write_text(plain + '\n[mail]\nhub = "10.20.1.100:2525"\nfrom = "cluster@farm.example"\nto = "admin@farm.example"\nstarttls = false\n')
        ours = wizard("run", "--procedure", "alerts", *UNATTENDED)
        check("A4: ours says so, and changes nothing", ours.returncode != 0 and "is too old" in ours.stdout
              and on("osm1", "command -v ssmtp msmtp || echo none") == "none", f"{ours.returncode}: {ours.stdout[-500:]}")
        path.write_text(plain)
        letter = (ROOT / "templates/etc/lsyncd/lsyncd.conf.lua-to-the-letter").read_text()
        text = re.sub(r"_extra = \{'-i', ('[^']*')\}.*", r"identityFile = \1,", letter.replace("{{ php_sessions }}", "/var/lib/php/sessions"))
        on("osm1", f"cat > /tmp/guide.lua <<'LUA'\n{text}\nLUA")
        refused("L2: lsyncd does not start with the guide's settings", "osm1",
                "timeout 20 lsyncd -nodaemon /tmp/guide.lua", "identityFile")


def agents():
    status, text = ends("osm1", AGENT.format("OCF_RESKEY_ip=10.20.1.99/24 OCF_RESKEY_cidr_netmask=24", "IPaddr2", "start"))
    check("C4: an address with its prefix is refused by the agent", status == 6, f"{status}: {text}")
    on("osm1", "echo once > /tmp/plain")
    status, text = ends("osm1", AGENT.format("OCF_RESKEY_link=/tmp/plain OCF_RESKEY_target=/etc/hosts", "symlink", "start"))
    check("C5: a plain file in the link's place is refused by the agent", status == 5, f"{status}: {text}")
    on("osm1", "mkdir -p /tmp/real && echo once > /tmp/real/cron && ln -sfn /tmp/real /tmp/over")
    over = "OCF_RESKEY_link=/tmp/linked OCF_RESKEY_target=/tmp/over/cron"
    ends("osm1", AGENT.format(over, "symlink", "start"))
    status, text = ends("osm1", AGENT.format(over, "symlink", "monitor"))
    check("C5: a target whose path leads over a link is taken for another one", status != 0, f"{status}: {text}")
    cron = "/etc/ovd/session-manager/sessionmanager.cron"
    on("osm1", f"rm -f /tmp/linked; mv {cron} {cron}.real && ln -s {cron}.real {cron}")
    looked = wizard("run", *UNATTENDED, "--only", "cron-link-fit", "--again")
    check("C5: ours stops and says so", looked.returncode != 0 and "leads over a symbolic link" in looked.stdout,
          f"{looked.returncode}: {looked.stdout[-500:]}")
    on("osm1", f"mv -f {cron}.real {cron}")
    if rhel():
        on("osm2", "grep -v '^PidFile' /etc/httpd/conf/httpd.conf > /etc/httpd/conf/guide.conf")
        ask = "OCF_RESKEY_statusurl=http://127.0.0.1/server-status OCF_RESKEY_configfile=/etc/httpd/conf/{}.conf"
        status, _ = ends("osm2", AGENT.format(ask.format("guide"), "apache", "monitor"))
        check("H7: without PidFile the cluster does not see the running Apache", status == 7, f"{status}")
        status, _ = ends("osm2", AGENT.format(ask.format("httpd"), "apache", "monitor"))
        check("H7: with it, it does", status == 0, f"{status}")
        on("osm2", "rm /etc/httpd/conf/guide.conf")


def selinux():
    dbmy = load_farm()["nodes"]["dbmy"]["priv_address"]
    ask = f"runuser -u apache -- /bin/bash -c 'exec 3<>/dev/tcp/{dbmy}/3306'"
    check("D9: the web server reaches the database", ends("osm2", ask)[0] == 0)
    on("osm2", "setsebool httpd_can_network_connect_db off")
    refused("D9: without the switch it does not", "osm2", ask)
    on("osm2", "setsebool httpd_can_network_connect_db on")


def php_outside():
    """On the passive node: what a boot would leave behind without H5."""
    code = "curl -sk -o /dev/null -w '%{{http_code}}' {}"
    page_file, ask = "/etc/httpd/conf.d/status.conf", "OCF_RESKEY_statusurl=http://127.0.0.1/server-status OCF_RESKEY_configfile=/etc/httpd/conf/httpd.conf"
    on("osm1", f"systemctl stop php-fpm; mv {page_file} /root/; httpd -k start; sleep 1")
    status, _ = ends("osm1", AGENT.format(ask, "apache", "monitor"))
    check("H1: without a status page the cluster takes a running Apache for broken", status == 1, f"{status}")
    on("osm1", f"mv /root/status.conf {page_file}; httpd -k stop; sleep 1; httpd -k start; sleep 1")
    status, _ = ends("osm1", AGENT.format(ask, "apache", "monitor"))
    check("H1: with ours it does not", status == 0, f"{status}")
    status = on("osm1", code.format("http://127.0.0.1/server-status"))
    page = on("osm1", code.format("https://127.0.0.1/ovd/admin/"))
    check("H5: with PHP dead the status page is green and OVD is down", status == "200" and page == "503", f"{status} {page}")
    on("osm1", "httpd -k stop; systemctl start php-fpm")
    check("H5: PHP starts at boot by itself", on("osm1", "systemctl is-enabled php-fpm") == "enabled")


def names():
    address = load_farm()["nodes"]["pcs3"]["priv_address"]
    ask = "getent -s hosts:files ahostsv4 pcs3.priv | awk '{print $1}' | sort -u | tr '\\n' ' '"
    check("N6: a name of the cluster network has one address", on("pcs3", ask).strip() == address, on("pcs3", ask))
    on("pcs3", "cp /etc/hosts /root/hosts && sed -i 's/^127.0.1.1.*/127.0.1.1 pcs3 pcs3.priv/' /etc/hosts")
    check("N6: on the loopback line it means the machine itself", "127.0.1.1" in on("pcs3", ask), on("pcs3", ask))
    on("pcs3", "cat /root/hosts > /etc/hosts")


def everything_rewritten():
    """The guide's ADDRESS on a node that has not got the virtual address."""
    server = load_farm()["servers"][0]["address"]
    ask = f"ping -c 1 -W 2 -q {server}"
    check("V2: the passive node reaches the farm's servers", ends("osm1", ask)[0] == 0)
    rule = f"POSTROUTING -o {load_farm()['nodes']['osm1']['nic']} -d 0.0.0.0/0 -j SNAT --to-source {load_farm()['ovd_srv']['vip']}"
    on("osm1", f"iptables -w 10 -t nat -I {rule}")
    refused("V2: with the guide's rule it is cut off", "osm1", ask)
    on("osm1", f"iptables -w 10 -t nat -D {rule}")


def active_twice():
    """Apache outside the cluster on the passive node, and the cluster looks."""
    web = "httpd" if rhel() else "apache2"
    ask = f"pgrep -o -x {web}"
    before = on("osm2", ask)
    on("osm1", f"systemctl start {web}")

    def restarted():  # a probe that comes before Apache has its PID file finds nothing: the cluster looks again
        on("osm1", "crm_resource --refresh --resource httpd --node osm1.priv >/dev/null 2>&1; crm_resource --wait --timeout=600")
        after = on("osm2", ask)
        return after not in ("", before), f"{before} {after}"
    becomes_true("H4, C14: found on two nodes, the active one's Apache is stopped and started", restarted)
    on("osm1", "crm_resource --cleanup >/dev/null 2>&1; crm_resource --wait --timeout=600")


def after_a_crash():
    """osm1 crashed when it was active: OVD's cron link is left there."""
    link = "/etc/cron.d/ovd-session-manager"
    leave = f"ln -sfn /etc/ovd/session-manager/sessionmanager.cron {link}"

    def crash():
        farm("power-off", "osm1")
        farm("power-on", "osm1")
        return on("osm1", f"test -L {link} && echo there || echo gone")
    on("osm1", leave)
    check("C7b: ours is gone at the next boot", crash() == "gone")
    wait_for("osm1 is a member again", lambda: "osm1.priv" in on("osm2", "crm_node -p").split(), every=1)
    check("C7: ours comes back into the cluster by itself", True)
    on("osm1", f"systemctl disable corosync pacemaker; mv /etc/tmpfiles.d/ovd-failover.conf /root/; {leave}")
    check("C7b: the guide's link is still there, and cron runs", crash() == "there")
    state = on("osm1", "systemctl is-active pacemaker")
    check("C7: and the guide's cluster stays down", state != "active", state)
    on("osm1", f"rm {link}; mv /root/ovd-failover.conf /etc/tmpfiles.d/; systemctl enable corosync pacemaker; "
               "systemctl start pacemaker")
    wait_for("osm1 is a member again", lambda: "osm1.priv" in on("osm2", "crm_node -p").split(), every=1)
    on("osm2", "crm_resource --wait --timeout=600")


def away_and_back(node):
    """The node that the guide's move preferred goes away and comes back: standby does it as an outage would."""
    other = "osm1" if node == "osm2" else "osm2"
    how = "cluster" if OPTIONS.platform == "ubuntu16" else "node"
    for verb in ("standby", "unstandby"):
        on(other, f"pcs {how} {verb} {node}.priv; crm_resource --wait --timeout=600")
    return home()


def move(to):
    on("osm1", f"pcs resource move virtual_ip {to}.priv --wait=600; crm_resource --wait --timeout=600")
    rules = on("osm1", "cibadmin --query --xpath \"//rsc_location[starts-with(@id,'cli-')]\" 2>&1")
    check("F1: the guide's move leaves a rule", "cli-prefer-virtual_ip" in rules, rules)
    if OPTIONS.platform in ("rhel8", "ubuntu16"):
        check("F1: with it, the service goes back unasked when the node is there again", away_and_back(to) == to, f"{home()}")
    on("osm1", "pcs resource clear virtual_ip; crm_resource --wait --timeout=600")
    rules = on("osm1", "cibadmin --query --xpath \"//rsc_location[starts-with(@id,'cli-')]\" 2>&1")
    check("F1: taken back, nothing moves", "cli-" not in rules and home() == to, f"{rules} {home()}")


def wrong_direction(active):
    """The other one has lost its configuration, and somebody starts lsyncd there."""
    config, passive = "/var/spool/ovd/session-manager/config", "osm1" if active == "osm2" else "osm2"
    on(passive, f"mv {config} /root/kept")
    refused("L3: our lsyncd does not start on the passive node", passive, "systemctl start lsyncd")
    check("L3: and the active one keeps its configuration", on(active, f"test -s {config} && echo yes") == "yes")
    on(active, "pcs resource disable lsyncd --wait=600")
    on(passive, "timeout 15 /usr/bin/lsyncd -nodaemon /etc/lsyncd/lsyncd.conf.lua")
    check("L3: started as the guide has it, it deletes the active one's", on(active, f"test -e {config} || echo gone") == "gone")


def destroy():
    if OPTIONS.platform == "ubuntu16":
        kept = on("osm1", "cat /var/lib/other/core.table")
        check("P1: ours has left files of others alone", kept == "kept", kept)
    again = wizard("run", *UNATTENDED, "--only", "default-cluster-gone", "--again")
    alive = on("osm1", "crm_node -p")
    check("P1: our step leaves a live cluster alone", again.returncode == 0 and "osm2.priv" in alive,
          f"{again.returncode} {again.stdout[-300:]} {alive}")
    on("osm1", "mkdir -p /var/lib/other && echo kept > /var/lib/other/core.table")
    farm("exec", "osm1", "pcs cluster destroy </dev/null")
    gone = on("osm1", "test -e /etc/corosync/corosync.conf || echo gone")
    check("P1: the guide's command destroys it, and does not ask", gone == "gone")
    kept = on("osm1", "cat /var/lib/other/core.table 2>/dev/null || echo gone")
    check("P1: that of Ubuntu 16.04 deletes files of others as well", kept == ("gone" if OPTIONS.platform == "ubuntu16" else "kept"), kept)


def alone_again():
    """What the guide leaves to chance when a node comes back; osm2 is active, before and afterwards."""
    (STATE / "guides-way").touch()
    active_twice()
    after_a_crash()


def after():
    """When the guide is through, with osm2 active. The last: the cluster is destroyed in the end."""
    (STATE / "guides-way").touch()
    syntax()
    agents()
    if rhel():
        selinux()
    if OPTIONS.platform == "rhel8":
        php_outside()
    names()
    database_words()
    removing_the_server()
    config_comes_back()
    everything_rewritten()
    tested = wizard("failover-test", *UNATTENDED, "--answers", STATE / "answers.toml")
    check("the failover test of its own goes through", tested.returncode == 0 and home() == "osm1", tested.stdout[-800:])
    move("osm2")
    wrong_direction("osm2")
    destroy()
