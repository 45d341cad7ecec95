#!/usr/bin/env python3
"""The verification sheet on a finished farm: every kind of check is green, then failed for the right reason while the farm
is broken in one way, and green again when it is mended. And the Session Manager's API when it is not well."""

import json
import re
import tempfile

from harness import STATE, UNATTENDED, check, farm, load_farm, migrate, on, on_a_farm, run, wait_for, wizard
from pair import home

# Checks that a farm's own people would add to what init proposes.
MORE = """
[[check]]
name    = "The log of the practice is clean"
log     = "/var/log/practice.log"
on      = "active"
pattern = "ERROR"

[[check]]
name    = "The version is the one we want"
command = "cat /etc/practice-version"
on      = "active"
expect  = "^3[.]4"
record  = true

[[check]]
name  = "Somebody has printed a page"
ask   = "Did a page come out of the printer?"
look  = "The printer in the hall."
"""
ANSWER = '"Somebody has printed a page" = "page 1 of 1, seen on the tray"\n'


CERTIFICATE, KEY = "/etc/ssl/certs/ovd-session-manager.pem", "/etc/ssl/private/ovd-session-manager.key"
RELOAD = "kill -USR1 $(cat /run/apache2/apache2.pid)"


def strange_certificate():
    """A shell command that puts a certificate of nobody in the place of the node's own."""
    with tempfile.TemporaryDirectory() as folder:
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=other",
            "-keyout", f"{folder}/key", "-out", f"{folder}/cert")
        parts = []
        for name, path in (("cert", CERTIFICATE), ("key", KEY)):
            with open(f"{folder}/{name}", encoding="ascii") as file:
                parts.append(f"cat > {path} <<'PEM'\n{file.read()}PEM\n")
    return "".join(parts).rstrip("\n") + "\ntrue"


def verify(answers=ANSWER):
    """(exit status, name -> check) of one look at the sheet."""
    path = STATE / "sheet-answers.toml"
    path.write_text(answers)
    done = wizard("verify", "--json", "--answers", path)
    return done, {row["name"]: row for row in json.loads(done.stdout)["checks"]}


def red(name, words, checks):
    row = checks[name]
    check(f"{name}: failed for the right reason", row["state"] == "failed" and re.search(words, row["says"]), f"{row['state']}: {row['says']}")


def breakages():
    """What is broken together: each (what, how to break it, how to mend it, [(check, part of what it says)])."""
    plan = load_farm()
    active = home()
    nic = plan["nodes"]
    drop = "iptables -w 10 {} INPUT -i {} -p tcp --dport 443 -j DROP"
    mysql = "mysql --user=root ovd -e \"UPDATE ovd_user SET login='{}' WHERE login='{}'\""
    other = strange_certificate()

    def told(node, command):
        return lambda: on(node, command)

    def cables(verb):
        return lambda: [farm(verb, name, nic[name]["priv_nic"]) for name in ("pcs3", "pcs4")]
    return (
        (("a farm server is down", told("oas1", "systemctl stop ovd-slaveserver"), told("oas1", "systemctl start ovd-slaveserver"),
          [("OVD runs on oas1", "exit status"), ("The Session Manager reaches oas1", "connect")]),
         ("an error in a log", told(active, "echo 'ERROR it broke' >> /var/log/practice.log"), None,
          [("The log of the practice is clean", "ERROR it broke")]),
         ("another version", told(active, "echo 4.0 > /etc/practice-version"), told(active, "echo 3.4.0 > /etc/practice-version"),
          [("The version is the one we want", "4.0")]),
         ("the test user is gone", told("dbmy", mysql.format("gone", "sheet")), told("dbmy", mysql.format("sheet", "gone")),
          [("A user logs in and out", "auth_failed")])),
        (("no answer", told(active, drop.format("-I", nic[active]["nic"])), told(active, drop.format("-D", nic[active]["nic"])),
          [("HTTPS can be reached from here", "no answer"), ("The Administration Console answers", "timed out|no answer")]),),
        (("the database is away", told("dbmy", "systemctl stop mysql; systemctl stop mariadb"),
          told("dbmy", "systemctl start mariadb || systemctl start mysql"),
          [("OVD reaches its database", "refused|2002|gone away|connect"), ("OVD's data is complete", "refused|2002|gone away|connect")]),
         ("another certificate", told(active, f"cp -p {CERTIFICATE} {KEY} /root/; {other}; {RELOAD}"),
          told(active, f"cp -p /root/{CERTIFICATE.split('/')[-1]} {CERTIFICATE}; cp -p /root/{KEY.split('/')[-1]} {KEY}; {RELOAD}"),
          [("The Administration Console answers", f"certificate of {active} is not the one of the baseline")])),
        # The last: where the service comes back to is not known.
        (("quorum is lost", cables("cut"), cables("join"), [("The cluster is well", "quorum")]),),
    )


def all_green(what):
    def good():
        done, checks = verify()
        bad = [f"{row['name']}: {row['says']}" for row in checks.values() if row["state"] in ("failed", "unanswered")]
        all_green.why = f"exit {done.returncode}: {bad}"
        return done.returncode == 0 and not bad
    try:
        wait_for(what, good, every=1)
        check(what, True)
    except TimeoutError:
        check(what, False, all_green.why)


def check_api(active):
    """Answers of an API that is not well: each is told as what it is, and nothing is taken for a yes."""
    sheet = STATE / "sheet.toml"
    text = sheet.read_text()
    hurried = text.replace('servers = "ready"\n', 'servers = "ready"\ntimeout = 3\n')
    password = STATE / "admin-password"
    right = password.read_text()
    for mode, words in (("mfa", "second factor"), ("html", "not JSON"), ("redirect", "sso.example.com"),
                        ("slow", "no whole answer|no answer within"), ("cut", "no whole answer|not JSON")):
        on(active, f"echo {mode} > /usr/share/ovd-practice/admin-api-mode")
        sheet.write_text(hurried if mode == "slow" else text)
        red("Every farm server is ready", words, verify()[1])
    on(active, "rm /usr/share/ovd-practice/admin-api-mode")
    sheet.write_text(text)
    # Administrators' cookies that expire between two calls: whoever relied on one would be asked to log in, or take
    # one organization's servers for all of them.
    expire = "while :; do grep -l '^admin|' /var/lib/php/sessions/sess_* 2>/dev/null | xargs -r rm -f; sleep 0.5; done"
    on(active, f"systemd-run --quiet --unit=practice-expiry sh -c \"{expire}\"")
    row = verify()[1]["Every farm server is ready"]
    check("a cookie that expires on the way is no failed login, and a part is not taken for the whole",
          row["state"] == "passed" or "may be a part" in row["says"], f"{row}")
    on(active, "systemctl stop practice-expiry")
    row = verify()[1]["Every farm server is ready"]
    check("and it is well again when cookies last", row["state"] == "passed", f"{row}")
    password.write_text("wrong\n")
    red("Every farm server is ready", "does not let us", verify()[1])
    password.write_text(right)


def check_person():
    """A word of a person carries evidence, and nobody's silence is taken for a yes."""
    done, checks = verify("")
    row = checks["Somebody has printed a page"]
    check("a person's word is believed for hours", row["state"] == "passed" and "seen on the tray" in row["says"], f"{row}")
    sheet = STATE / "sheet.toml"
    text = sheet.read_text()
    sheet.write_text(text.replace("look  = \"The printer", "valid_hours = 0\nlook  = \"The printer"))
    done, checks = verify("")
    row = checks["Somebody has printed a page"]
    check("when it has expired and nobody answers, it is unanswered and the sheet fails",
          row["state"] == "unanswered" and done.returncode == 10, f"exit {done.returncode}: {row}")
    row = verify('"Somebody has printed a page" = "no"\n')[1]["Somebody has printed a page"]
    check("a no is a failure", row["state"] == "failed", f"{row}")
    sheet.write_text(text)


def check_breakages(together):
    what = ", ".join(row[0] for row in together)
    wanted = [name for row in together for name, _ in row[3]]
    seen = {}
    ended = []
    for _, harm, _, _ in together:
        harm()

    def noticed():
        done, checks = verify()
        ended.append(done.returncode)
        # An error in a log is told once: what was red stays so here.
        seen.update({name: row for name, row in checks.items() if seen.get(name, {}).get("state") != "failed"})
        return all(seen[name]["state"] == "failed" for name in wanted)
    try:
        wait_for("the sheet fails", noticed, every=1)
    except TimeoutError:
        pass  # what is not red is named below
    check(f"{what}: verify ends with 10", ended[-1] == 10, f"{ended}")
    for _, _, mend, reds in together:
        for name, words in reds:
            red(name, words, seen)
        if mend:
            mend()
    all_green(f"green again when mended: {what}")


def check_sheets():
    for node in ("osm1", "osm2"):
        on(node, "touch /var/log/practice.log; echo 3.4.0 > /etc/practice-version")
    written = wizard("verify", "--write")
    told = wizard("verify").stdout
    check("verify says where the service is, and how many checks are well", "at " in told and " checks passed" in told, told)
    check("verify --write writes the proposed sheet", written.returncode == 0 and (STATE / "sheet.toml").exists(), written.stdout)
    again = wizard("verify", "--write")
    check("and never over one that is there", again.returncode == 12 and "exists already" in again.stdout, again.stdout)
    # Nothing here has to come back by itself: no patience.
    text = re.sub(r"within( *)= \d+", r"within\1= 3", (STATE / "sheet.toml").read_text())
    (STATE / "sheet.toml").write_text(text + MORE)
    all_green("a sheet with every kind of check is green")
    for together in breakages():
        check_breakages(together)
    check_api(home())
    check_person()
    all_green("the sheet is green at the end")
    (STATE / "sheet.toml").unlink()


def check_stop_at_red():
    """Before the migration: what is broken today does not block; what breaks on the way stops it, in one screen."""
    on("oas1", "systemctl stop ovd-slaveserver")
    first = wizard("verify")
    check("what is broken before anything is changed is told, and does not block", first.returncode == 0
          and re.search("^passed, but for", first.stdout, re.M) and "OVD runs on oas1" in first.stdout, first.stdout)
    stopped = wizard("run", *UNATTENDED, "--to", "0", "--answers", STATE / "answers.toml")
    check("neither does it stop the run: it was so before", stopped.returncode == 0 and "known failure" in stopped.stdout, stopped.stdout[-800:])
    on("oas1", "systemctl start ovd-slaveserver")
    on("esg1", "systemctl stop ovd-slaveserver")
    stopped = wizard("run", *UNATTENDED, "--to", "I", "--answers", STATE / "answers.toml")
    screen = stopped.stdout.splitlines()[-24:]
    check("a red sheet stops the run before the next chapter", stopped.returncode == 10
          and any("FAILED" in line for line in screen), "\n".join(screen))
    check("and says why in one screen, with the way on", any("OVD runs on esg1" in line for line in screen)
          and any("sheet-after-network: the verification sheet failed" in line for line in screen)
          and any("Hint:" in line for line in screen), "\n".join(screen))
    on("esg1", "systemctl start ovd-slaveserver")
    gone_on = wizard("run", *UNATTENDED, "--to", "I", "--answers", STATE / "answers.toml")
    check("mended, the run goes on", gone_on.returncode == 0, gone_on.stdout[-800:])


def migrate_and_check():
    migrate()
    check_sheets()


if __name__ == "__main__":
    on_a_farm("guide", migrate_and_check)
