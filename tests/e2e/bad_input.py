#!/usr/bin/env python3
"""What goes wrong before anything runs: one clear error, a place, a hint, the right exit code."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import BINARY, ROOT, check, finish, run  # noqa: E402

VALID = ROOT / "tests" / "e2e" / "farm.toml"


def wizard(verb, *words, env=None):
    return run(BINARY, verb, *words, env={**os.environ, **(env or {})})


def expect(name, folder, change, code, *said):
    """A farm file with one defect, made by replacing text."""
    text = VALID.read_text()
    old, new = change
    assert old in text, old
    path = folder / "farm.toml"
    path.write_text(text.replace(old, new, 1))
    for verb in (["plan"], ["run", "--yes", "--no-input"]):
        done = wizard(verb[0], "-f", path, *verb[1:])
        good = done.returncode == code and all(s in done.stdout for s in said)
        good = good and "Hint:" in done.stdout and not (folder / "farm.run").exists()
        check(f"{name} ({verb[0]})", good, f"exit {done.returncode}: {done.stdout[:600]}")


def farm_files(folder):
    at = "farm.toml:"
    expect("a typo in a key", folder, ("subnet = \"10.20.1.0/24\"", "subnett = \"10.20.1.0/24\""), 3, at,
           "subnett", "subnet")
    expect("a bad address", folder, ("address = \"10.20.1.11\"", "address = \"10.20.1.311\""), 3, at,
           "10.20.1.311")
    expect("the virtual address outside its subnet", folder, ("vip = \"10.20.1.10\"",
           "vip = \"10.20.2.10\""), 3, at, "10.20.2.10")
    expect("two nodes with one address", folder, ("priv_address = \"192.168.100.12\"",
           "priv_address = \"192.168.100.11\""), 3, at, "192.168.100.11")
    expect("an unknown platform", folder, ("platform = \"ubuntu22\"", "platform = \"ubuntu23\""), 3, at,
           "ubuntu23")
    expect("a password written into the file", folder, ("password = { env = \"OVD_TEST_PASSWORD\" }",
           "password = \"swordfish\""), 3, at)
    done = wizard("plan", "-f", folder / "farm.toml")
    check("a password written into the file is not repeated", "swordfish" not in done.stdout)


def unreadable(folder):
    done = wizard("plan", "-f", folder / "nowhere.toml")
    check("a missing farm file", done.returncode == 3 and "nowhere.toml" in done.stdout
          and "Hint:" in done.stdout, done.stdout)
    path = folder / "farm.toml"
    path.write_text("[farm\nname = 3")
    done = wizard("plan", "-f", path)
    check("a farm file that is not TOML", done.returncode == 3 and "farm.toml:1:" in done.stdout,
          done.stdout)
    path.write_text(VALID.read_text())
    env = {"OVD_TEST_PASSWORD": "x"}
    os.environ.pop("OVD_TEST_PASSWORD", None)
    done = wizard("run", "-f", path, "--yes", "--no-input")
    check("a secret that is missing", done.returncode == 3 and "OVD_TEST_PASSWORD" in done.stdout
          and not (folder / "farm.run").exists(), f"exit {done.returncode}: {done.stdout}")
    done = wizard("plan", "-f", path, "--json", env=env)
    check("the plan is JSON when asked for", len(json.loads(done.stdout)["tasks"]) > 100)
    path.write_text(VALID.read_text().replace("vip = ", "vipp = ", 1))
    done = wizard("plan", "-f", path, "--json")
    event = json.loads(done.stdout.splitlines()[-1])
    check("an error is JSON when asked for", event["kind"] == "farm" and event["hint"], done.stdout)


def steps(folder):
    (folder / "farm.toml").write_text(VALID.read_text())

    def broken(name, file, change, *said):
        copy = folder / "steps"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(ROOT / "steps", copy)
        path = copy / file
        text = path.read_text()
        assert change[0] in text, change[0]
        path.write_text(text.replace(change[0], change[1], 1))
        done = wizard("run", "-f", folder / "farm.toml", "--steps", copy, "--yes", "--no-input",
                      env={"OVD_TEST_PASSWORD": "x"})
        good = done.returncode == 4 and all(s in done.stdout for s in said) and "Hint:" in done.stdout
        check(name, good and not (folder / "farm.run").exists(),
              f"exit {done.returncode}: {done.stdout[:600]}")

    file = "3-database/20-account.toml"
    broken("an unknown verb in a step", file, ("package = ", "pakage = "), file, "package")
    broken("an unknown field of a step", file, ("title = \"Install wget", "titel = \"Install wget"), file)
    broken("an unknown name in a template", "3-database/30-switch.toml", ("{{ db_host }}", "{{ db_hast }}"),
           "db_hast", "db_host")
    broken("a secret in a command", "3-database/30-switch.toml", ("install -o {{ web_user }}",
           "install -o {{ secret db_password }}"), "secret db_password")


def help_texts():
    for verb in ("", "init", "check", "plan", "run", "status"):
        done = run(BINARY, *([verb] if verb else []), "--help")
        check(f"--help of {verb or 'the program'}", done.returncode == 0 and len(done.stdout) > 200)
    done = run(BINARY, "plann")
    check("an unknown verb is a usage error", done.returncode == 2, done.stdout)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        farm_files(folder)
        unreadable(folder)
        steps(folder)
    help_texts()
    finish()


if __name__ == "__main__":
    main()
