"""What the guide would have one do, done on the practice farm: it fails or harms there, and ours does not. Each
check is named after its row in steps/errata.toml. The last of them end the life of the farm."""

from harness import OPTIONS, ROOT, STATE, UNATTENDED, check, farm, load_farm, on, wait_for, wizard

AGENT = "OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=tried {} /usr/lib/ocf/resource.d/heartbeat/{} {}"


def rhel():
    return OPTIONS.platform.startswith("rhel")


def ends(node, command, timeout=60):
    """Exit status and output of a command on a node."""
    done = farm("exec", node, f"{{ {command}\n}} 2>&1; echo \"=$?\"", timeout=timeout)
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
    if OPTIONS.platform == "ubuntu18":
        missing_card()
    if OPTIONS.platform == "rhel7":
        no_epel()
    if OPTIONS.platform == "rhel8":
        refused("N2: there is no network service to restart", "osm1", "systemctl restart network", "not found")


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
    refused("D7: a table of MySQL 8 cannot be made on MariaDB", "dbmy",
            "mysql --user=root -e 'CREATE TABLE ovd.tried (a TEXT) COLLATE utf8mb4_0900_ai_ci'", "collation")


def removing_the_server():
    """Appendix 2, as the guide has it: what would go along."""
    plan = on("osm1", "apt-get -s autoremove --purge $(dpkg-query -W -f '${Package} ' 'mysql-server*' 'mariadb-server*' 2>/dev/null) 2>&1 | "
                      "grep -E '^(Purg|Remv) inuvika' || true")
    check("A1: removing the database server would take OVD along", "inuvika" in plan, plan)


def config_comes_back():
    """Appendix 3 takes osm's configuration away on the passive node; lsyncd on the active one puts it back."""
    config = "/var/spool/ovd/session-manager/config"
    on("osm1", f"rm -f {config}")
    on("osm2", f"touch {config}")
    try:
        wait_for("it is back", lambda: on("osm1", f"test -e {config} && echo there") == "there", 60, every=1)
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
        letter = (ROOT / "templates/etc/lsyncd/lsyncd.conf.lua-to-the-letter").read_text()
        text = letter.replace("{{ php_sessions }}", "/var/lib/php/sessions")
        on("osm1", f"cat > /tmp/guide.lua <<'LUA'\n{text}\nLUA")
        refused("L2: lsyncd does not start with the guide's settings", "osm1",
                "timeout 20 lsyncd -nodaemon /tmp/guide.lua", "identityFile")


def agents():
    status, text = ends("osm1", AGENT.format("OCF_RESKEY_ip=10.20.1.99/24 OCF_RESKEY_cidr_netmask=24", "IPaddr2", "start"))
    check("C4: an address with its prefix is refused by the agent", status == 6, f"{status}: {text}")
    on("osm1", "echo once > /tmp/plain")
    status, text = ends("osm1", AGENT.format("OCF_RESKEY_link=/tmp/plain OCF_RESKEY_target=/etc/hosts", "symlink", "start"))
    check("C5: a plain file in the link's place is refused by the agent", status == 5, f"{status}: {text}")
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
    on("osm1", "systemctl stop php-fpm; httpd -k start; sleep 1")
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
    on("osm1", f"systemctl start {web}; crm_resource --refresh --resource httpd --node osm1.priv >/dev/null 2>&1; "
               "sleep 1; crm_resource --wait --timeout=60", timeout=120)
    after = on("osm2", ask)
    check("H4, C14: found on two nodes, the active one's Apache is stopped and started", before != after, f"{before} {after}")
    on("osm1", "crm_resource --cleanup >/dev/null 2>&1; crm_resource --wait --timeout=60", timeout=90)


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
    wait_for("osm1 is a member again", lambda: "osm1.priv" in on("osm2", "crm_node -p").split(), 90, every=1)
    check("C7: ours comes back into the cluster by itself", True)
    on("osm1", f"systemctl disable corosync pacemaker; mv /etc/tmpfiles.d/ovd-failover.conf /root/; {leave}")
    check("C7b: the guide's link is still there, and cron runs", crash() == "there")
    state = on("osm1", "systemctl is-active pacemaker")
    check("C7: and the guide's cluster stays down", state != "active", state)
    on("osm1", f"rm {link}; mv /root/ovd-failover.conf /etc/tmpfiles.d/; systemctl enable corosync pacemaker; "
               "systemctl start pacemaker", timeout=90)
    wait_for("osm1 is a member again", lambda: "osm1.priv" in on("osm2", "crm_node -p").split(), 90, every=1)
    on("osm2", "crm_resource --wait --timeout=60", timeout=90)


def move():
    on("osm1", "pcs resource move virtual_ip osm1.priv --wait=60; crm_resource --wait --timeout=60", timeout=150)
    rules = on("osm1", "cibadmin --query --xpath \"//rsc_location[starts-with(@id,'cli-')]\" 2>&1")
    check("F1: the guide's move leaves a rule", "cli-prefer-virtual_ip" in rules, rules)
    on("osm1", "pcs resource clear virtual_ip; crm_resource --wait --timeout=60", timeout=90)
    rules = on("osm1", "cibadmin --query --xpath \"//rsc_location[starts-with(@id,'cli-')]\" 2>&1")
    where = on("osm1", "crm_resource --resource virtual_ip --locate 2>/dev/null")
    check("F1: taken back, nothing moves", "cli-" not in rules and "osm1" in where, f"{rules} {where}")


def wrong_direction():
    """osm1 is active now. osm2 has lost its configuration, and somebody starts lsyncd there."""
    config = "/var/spool/ovd/session-manager/config"
    on("osm2", f"mv {config} /root/kept")
    refused("L3: our lsyncd does not start on the passive node", "osm2", "systemctl start lsyncd")
    check("L3: and the active one keeps its configuration", on("osm1", f"test -s {config} && echo yes") == "yes")
    on("osm1", "pcs resource disable lsyncd --wait=30", timeout=60)
    on("osm2", "timeout 15 /usr/bin/lsyncd -nodaemon /etc/lsyncd/lsyncd.conf.lua", timeout=60)
    check("L3: started as the guide has it, it deletes the active one's", on("osm1", f"test -e {config} || echo gone") == "gone")


def destroy():
    again = wizard("run", *UNATTENDED, "--only", "default-cluster-gone", "--again")
    alive = on("osm1", "crm_node -p")
    check("P1: our step leaves a live cluster alone", again.returncode == 0 and "osm2.priv" in alive,
          f"{again.returncode} {again.stdout[-300:]} {alive}")
    on("osm1", "mkdir -p /var/lib/other && echo kept > /var/lib/other/core.table")
    farm("exec", "osm1", "pcs cluster destroy </dev/null", timeout=120)
    gone = on("osm1", "test -e /etc/corosync/corosync.conf || echo gone")
    check("P1: the guide's command destroys it, and does not ask", gone == "gone")
    kept = on("osm1", "cat /var/lib/other/core.table 2>/dev/null || echo gone")
    check("P1: that of Ubuntu 16.04 deletes files of others as well", kept == ("gone" if OPTIONS.platform == "ubuntu16" else "kept"), kept)


def after():
    """When the guide is through, with osm2 active."""
    (STATE / "guides-way").touch()
    syntax()
    agents()
    if rhel():
        selinux()
    if OPTIONS.platform == "rhel8":
        php_outside()
    names()
    database_words()
    if not rhel():
        removing_the_server()
    config_comes_back()
    everything_rewritten()
    if OPTIONS.platform in ("rhel7", "ubuntu18"):
        active_twice()
        after_a_crash()
    move()
    wrong_direction()
    destroy()
