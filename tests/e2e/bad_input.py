#!/usr/bin/env python3
"""What goes wrong before anything runs: one clear error with a place and a hint, the exit code that is
documented, and nothing made. Needs no farm."""

import json
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from harness import BINARY, ROOT, check, finish, need_binary, run
from walkthrough import Terminal

VALID = (ROOT / "tests" / "e2e" / "farm.toml").read_text()
GOOD = {"OVD_TEST_PASSWORD": "not-a-real-one"}
RUN = ("run", "--yes", "--no-input")
VERBS = (RUN, ("check",), ("plan",), ("plan", "--live"), ("status",))


def wizard(*words, env=None):
    clean = {k: v for k, v in os.environ.items() if k not in ("OVD_TEST_PASSWORD", "NO_COLOR")}
    return run(BINARY, *words, env={**clean, **(env or {})})


def snapshot(folder):
    return {str(p): (p.stat().st_mode, p.read_bytes() if p.is_file() else None) for p in folder.rglob("*")}


def refused(name, folder, words, code, said, place=None, env=None):
    """One error, with what is said, at file:line:column, with a hint; nothing made or changed."""
    before = snapshot(folder)
    done = wizard(*words, env=env)
    out = done.stdout
    wrong = []
    if done.returncode != code:
        wrong.append(f"exit {done.returncode}, not {code}")
    wrong += [f"not said: {text}" for text in said if text not in out]
    if len(re.findall(r"^Error: ", out, re.M)) != 1:
        wrong.append("not one error")
    if not re.search(r"^Hint: +\S", out, re.M):
        wrong.append("no hint")
    if place and not re.search(rf"^Error: \S*{re.escape(place[0])}:{place[1] or '[1-9][0-9]*'}:[1-9][0-9]*: ", out, re.M):
        wrong.append(f"the place is not {place[0]}:{place[1]}:COLUMN")
    if snapshot(folder) != before:
        wrong.append(f"files have changed: {sorted(set(snapshot(folder)) ^ set(before))}")
    check(f"{name} ({words[0]})", not wrong, f"{'; '.join(wrong)}: {out[:600]}")
    return out


def with_defect(folder, old, new):
    """Writes the farm file with one defect; the number of the line that has it."""
    assert VALID.count(old) >= 1, old
    (folder / "farm.toml").write_text(VALID.replace(old, new, 1))
    return VALID[:VALID.index(old)].count("\n") + 1


def farm_files(folder):
    path = folder / "farm.toml"
    for name, old, new, said in (
            ("a typo in a key", 'subnet = "10.20.1.0/24"', 'subnett = "10.20.1.0/24"', ["subnett", "subnet"]),
            ("a typo in a table", "[priv]", "[privv]", ["privv", "priv"]),
            ("a bad address", 'address = "10.20.1.11"', 'address = "10.20.1.311"', ["10.20.1.311"]),
            ("the virtual address outside its subnet", 'vip = "10.20.1.10"', 'vip = "10.20.2.10"', ["10.20.2.10", "10.20.1.0/24"]),
            ("two nodes with one address", 'address = "10.20.1.12"', 'address = "10.20.1.11"', ["10.20.1.11", "osm1", "osm2"]),
            ("two nodes with one address in the cluster network", 'priv_address = "192.168.100.12"',
             'priv_address = "192.168.100.11"', ["192.168.100.11", "osm1", "osm2"]),
            ("the virtual address taken by a node", 'vip = "10.20.1.10"', 'vip = "10.20.1.14"', ["10.20.1.14"]),
            ("an unknown platform", 'platform = "ubuntu22"', 'platform = "ubuntu23"', ["ubuntu23", "ubuntu22"]),
            ("a number where a text is wanted", 'name = "ovd-sm"', "name = 7", ["name"]),
            ("a password written into the file", 'password = { env = "OVD_TEST_PASSWORD" }', 'password = "swordfish"', ["password"]),
            ("a secret from nowhere", '{ env = "OVD_TEST_PASSWORD" }', '{ envv = "OVD_TEST_PASSWORD" }', ["envv", "env"]),
            ("what is not TOML", "[priv]", "[priv", [])):
        line = with_defect(folder, old, new)
        for words in VERBS:
            out = refused(name, folder, [*words, "-f", path], 3, said, ("farm.toml", line), GOOD)
            if "swordfish" in new:
                check("the password is not repeated", "swordfish" not in out, out)
        shutil.rmtree(folder / "farm.run", ignore_errors=True)
    path.unlink()
    for words in VERBS:
        refused("a farm file that is not there", folder, [*words, "-f", path], 3, ["farm.toml"])
    path.mkdir()
    for words in VERBS:
        refused("a farm file that cannot be read", folder, [*words, "-f", path], 3, ["farm.toml"])
    path.rmdir()


def secrets(folder):
    path = folder / "farm.toml"
    path.write_text(VALID)
    line = with_defect(folder, '{ env = "OVD_TEST_PASSWORD" }', '{ env = "OVD_TEST_PASSWORD" }')
    at = ("farm.toml", line)
    for words in (RUN, ("check",)):
        refused("a secret whose variable is not set", folder, [*words, "-f", path], 3, ["OVD_TEST_PASSWORD"], at)
    refused("an empty secret", folder, [*RUN, "-f", path], 3, ["OVD_TEST_PASSWORD"], at, env={"OVD_TEST_PASSWORD": ""})
    with_defect(folder, '{ env = "OVD_TEST_PASSWORD" }', '{ file = "secret.txt" }')
    for words in (RUN, ("check",)):
        refused("a secret whose file is missing", folder, [*words, "-f", path], 3, ["secret.txt"], at)
    with_defect(folder, '{ env = "OVD_TEST_PASSWORD" }', '{ command = "exit 3" }')
    refused("a secret whose command fails", folder, [*RUN, "-f", path], 3, ["exit 3"], at)


def answers(folder):
    path, file = folder / "farm.toml", folder / "answers.toml"
    path.write_text(VALID)
    refused("answers that are not there", folder, [*RUN, "-f", path, "--answers", file], 3, ["answers.toml"], env=GOOD)
    file.write_text("request-key = 7\n")
    refused("an answer that is no text", folder, [*RUN, "-f", path, "--answers", file], 3, ["request-key"],
            ("answers.toml", 1), GOOD)
    for said in ("no", "", "not now", "done?"):
        file.write_text(f'# by ann\nrequest-key = "{said}"\n')
        refused(f"\"{said}\" as an answer to a step", folder, [*RUN, "-f", path, "--answers", file], 3,
                [f'"{said}" is not an answer to request-key', '"not yet"'], ("answers.toml", 2), GOOD)
    file.write_text('request-kay = "done"\n')
    refused("an answer to a step that does not exist", folder, [*RUN, "-f", path, "--answers", file], 3,
            ["request-kay", "Did you mean request-key?"], ("answers.toml", 1), GOOD)
    file.unlink()


def broken_steps(folder):
    """Steps and templates are checked whole, whatever the run would need of them."""
    (folder / "farm.toml").write_text(VALID)
    copies = {"steps": folder / "steps", "templates": folder / "templates"}

    def broken(name, file, old, new, *said, place=None):
        for what, copy in copies.items():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(ROOT / what, copy)
        path = folder / file
        if old is None:
            path.unlink()
        else:
            text = path.read_text()
            assert old in text, old
            path.write_text(text.replace(old, new, 1))
        at = (place or Path(file).name, None)
        for words in VERBS:
            refused(name, folder, [*words, "-f", folder / "farm.toml", "--steps", copies["steps"],
                                   "--templates", copies["templates"]], 4, said, at, GOOD)

    account, switch = "steps/3-database/20-account.toml", "steps/3-database/30-switch.toml"
    broken("an unknown verb in a step", account, "\npackage = ", "\npakage = ", "pakage", "package")
    broken("an unknown field of a step", account, 'title = "Install wget', 'titel = "Install wget', "titel", "title")
    broken("an unknown name in a step", switch, 'value = "{{ db_host }}"', 'value = "{{ db_hast }}"', "db_hast", "db_host")
    broken("an unknown name in a template", "templates/etc/mysql/ovd-failover.cnf", "{{ dbmy.", "{{ dbmi.", "dbmi")
    broken("a template that is missing", "templates/etc/mysql/ovd-failover.cnf", None, None, "ovd-failover.cnf", place="10-dbmy.toml")
    broken("two steps with one id", account, '"note-database"', '"install-wget"', "install-wget")
    broken("a need of a step that is not there", "steps/4-virtual-ip/20-apply.toml", '["start-vip-src"', '["start-vip-sre"',
           "start-vip-sre")
    broken("a secret in a command", switch, "install -o {{ web_user }}", "install -o {{ secret db_password }}", "db_password")
    broken("a step that cannot tell whether it is done", account, "[step.probe]", "[step.prob]", "prob")
    broken("a file of steps that is not TOML", switch, "title = ", "title ")
    for copy in copies.values():
        shutil.rmtree(copy)
    refused("a folder of steps that is not there", folder, [*RUN, "-f", folder / "farm.toml", "--steps", folder / "nowhere"],
            4, ["nowhere"], env=GOOD)


def as_json(folder):
    path = folder / "farm.toml"
    path.write_text(VALID)
    plan = wizard("plan", "-f", path, "--json")
    check("the plan is JSON when asked for", len(json.loads(plan.stdout)["tasks"]) > 100)
    status = wizard("status", "-f", path, "--json")
    told = json.loads(status.stdout)
    check("status is JSON before the first run", told["done"] == 0, status.stdout[:300])
    check("and says what is next", "sheet-written" in told["next"] and not any(row["seconds"] for row in told["each"]), f"{told['next']}")
    check("plan and status make no run folder", not (folder / "farm.run").exists())
    line = with_defect(folder, "vip = ", "vipp = ")
    for words in VERBS:
        done = wizard(*words, "-f", path, "--json", env=GOOD)
        try:
            event = json.loads(done.stdout)  # nothing but the one error
            good = (event["event"], event["kind"]) == ("error", "farm") and "vipp" in event["message"] and event["hint"] \
                and re.search(rf"farm\.toml:{line}:\d+$", event["where"])
        except (ValueError, KeyError):
            good = False
        check(f"an error is JSON when asked for ({' '.join(words)})", done.returncode == 3 and good, done.stdout[:400])


def colours(folder):
    (folder / "farm.toml").write_text(VALID.replace("vip = ", "vipp = ", 1))
    words = [str(BINARY), "plan", "-f", str(folder / "farm.toml")]

    def shown(*more):
        terminal = Terminal([*more, *words])
        try:
            terminal.end()
            return terminal.raw
        finally:
            terminal.close()
    check("an error is coloured on a terminal", b"\x1b[31m" in shown())
    for name, more in (("NO_COLOR", ("/usr/bin/env", "NO_COLOR=1")), ("TERM=dumb", ("/usr/bin/env", "TERM=dumb"))):
        raw = shown(*more)
        check(f"with {name} it is not", b"\x1b" not in raw and b"Error:" in raw, f"{raw[:300]}")
    check("nor when it is not a terminal", "\x1b" not in wizard(*words[1:]).stdout)


def command_line():
    codes = wizard("--help").stdout
    for code, name in ((3, "farm file"), (4, "steps"), (6, "host key"), (11, "stopped")):
        check(f"--help documents exit code {code}", re.search(rf"\b{code} {name}", codes), codes[-600:])
    for verb in ("init", "check", "plan", "run", "status"):
        check(f"--help names {verb}", f"ovd-failover {verb}" in codes, codes)
        done = wizard(verb, "--help")
        check(f"--help of {verb}", done.returncode == 0 and f"ovd-failover {verb}" in done.stdout
              and "--help" in done.stdout, done.stdout[:300])
    for name, words, meant in (("an unknown verb", ["plann"], "plan"), ("an unknown option", ["plan", "--lives"], "--live"),
                               ("no verb", [], "")):
        done = wizard(*words)
        check(f"{name} is a usage error", done.returncode == 2 and (not meant or f"Did you mean {meant}?" in done.stdout),
              f"exit {done.returncode}: {done.stdout[-300:]}")


def choices(folder):
    """Words that name no step."""
    (folder / "farm.toml").write_text(VALID)
    refused("a step that does not exist", folder, ["plan", "-f", folder / "farm.toml", "--only", "install-wgett"], 2,
            ["install-wgett"], env=GOOD)
    for option in ("--from", "--to"):
        refused(f"a plan of a step that does not exist, with {option}", folder,
                ["plan", "-f", folder / "farm.toml", option, "install-wgett"], 2, ["Did you mean install-wget?"], env=GOOD)
    for option in ("--only", "--from", "--to"):
        refused(f"a step that does not exist, with {option}", folder, [*RUN, "-f", folder / "farm.toml", option, "install-wgett"], 2,
                ["install-wgett"], env=GOOD)


def describing(folder):
    """init at a terminal: what cannot be is told while it is typed, and what was put right is what is written."""
    path = folder / "farm.toml"
    typed = {"Subnet of the farm's VLAN": ["10.20.1.0/24"], "VIP, an address": ["10.20.2.10", "10.20.1.10"],
             "osm1: address in ovd_srv": ["10.20.1.11"], "osm2: address in ovd_srv": ["10.20.1.11", "10.20.1.12"],
             "osm1: platform": ["ubuntu22"], "NIC in ovd_srv": ["eth0", "eth0"], "NIC in priv": ["eth1"] * 5}
    shown = []
    terminal = Terminal([str(BINARY), "init", "-o", str(path)])
    try:
        while terminal.code is None:
            # A question is the last line, without an end: "osm1: address in ovd_srv: ".
            question = terminal.question(len("".join(shown)))
            if question is None:
                break
            shown.append(terminal.text[len("".join(shown)):])
            terminal.type(next((words.pop(0) for name, words in typed.items() if name in question and words), "") + "\n")
        code = terminal.end()
    finally:
        terminal.close()
    check("init at a terminal ends well", code == 0 and path.exists(), terminal.text[-800:])
    after = "".join(shown).split("10.20.2.10\n", 1)[-1].lstrip()
    check("a VIP outside its subnet is told at once, with the way out", after.startswith("The VIP 10.20.2.10 is outside")
          and "Write an address of 10.20.1.0/24" in after, after[:300])
    check("an address that another node has is told at once", re.search(
        r"osm2: address in ovd_srv: 10.20.1.11\n  .*10\.20\.1\.11", "".join(shown)), "".join(shown)[-1500:])
    text = path.read_text() if path.exists() else ""
    check("what was put right is what was written", 'vip = "10.20.1.10"' in text and "10.20.2.10" not in text
          and 'address = "10.20.1.12"' in text, text)


def main():
    need_binary()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(stat.S_IRWXU)
        for part in (farm_files, secrets, answers, broken_steps, as_json, colours, choices, describing):
            place = folder / part.__name__
            place.mkdir()
            part(place)
    command_line()
    finish()


if __name__ == "__main__":
    main()
