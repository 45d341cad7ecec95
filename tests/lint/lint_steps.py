#!/usr/bin/env python3
"""lint_steps.py DIR: reads the shell that render-steps wrote there with dash -n, bash -n and shellcheck -s sh.

What shellcheck may say is in shellcheck-exceptions.tsv beside this file. Prints findings as FILE:LINE:COLUMN, with
where the text comes from and the line itself; exit status 1 when there are any."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys

EXCEPTIONS = pathlib.Path(__file__).with_name("shellcheck-exceptions.tsv")


def exceptions():
    rows = []
    for number, line in enumerate(EXCEPTIONS.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        words = line.split("\t")
        if len(words) != 3 or not all(words):
            sys.exit(f"{EXCEPTIONS}:{number}: rule, text and reason are parted by tabs")
        rows.append(words)
    return rows


def parse_only(shell, file):
    done = subprocess.run([shell, "-n", file], capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 and not done.stderr else [f"{file}: {shell} -n: {done.stderr.strip()}"]


def shellcheck(dialect, files):
    done = subprocess.run(["shellcheck", "-s", dialect, "-f", "json1", *files], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"shellcheck cannot read them: {done.stderr.strip()}")
    return json.loads(done.stdout)["comments"]


def main(folder):
    files = sorted(str(path) for path in pathlib.Path(folder).iterdir())
    if not files:
        sys.exit(f"there is no shell in {folder}")
    allowed = exceptions()
    used = set()
    findings = []
    posix = [file for file in files if not file.endswith(".bash")]
    chunks = [("sh", posix[i::8]) for i in range(8) if posix[i::8]]
    if len(posix) < len(files):
        chunks.append(("bash", [file for file in files if file.endswith(".bash")]))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        comments = [c for some in pool.map(lambda chunk: shellcheck(*chunk), chunks) for c in some]
        for problems in pool.map(lambda file: parse_only("dash", file), posix):
            findings += problems
        for problems in pool.map(lambda file: parse_only("bash", file), files):
            findings += problems
    for comment in comments:
        rule = f"SC{comment['code']}"
        lines = pathlib.Path(comment["file"]).read_text(encoding="utf-8").splitlines()
        line = (lines + [""])[min(comment["line"] - 1, len(lines))]  # the end of the file counts as a line
        at = line[comment["column"] - 1:]
        fits = [i for i, (code, text, _) in enumerate(allowed) if code == rule and (text == "*" or at.startswith(text))]
        if fits:
            used.update(fits)
            continue
        origin = next((each for each in lines[:2] if each.startswith("# ")), "")
        findings.append(f"{comment['file']}:{comment['line']}:{comment['column']}: error: {comment['message']} [{rule}]\n"
                        f"    {origin}\n    {line.strip()}")
    for i, (code, text, _) in enumerate(allowed):
        if i not in used:
            findings.append(f"error: {EXCEPTIONS.name}: nothing needs {code} {text} any more")
    print("\n".join(findings))
    print(f"{len(files)} texts, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
