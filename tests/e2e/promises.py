"""What was shown beforehand against what the nodes recorded."""

import re

from harness import EVERYTHING, NODES, check, figure
from node_side import all_jobs, other_commands
from secrets_watch import known_secrets


# Looks done until the step runs that it takes back.
TAKES_BACK = {"users-back-after-card@osm1"}


def place_of(plan):
    """The machine of the practice farm (osm1, oas1 ...) that a task's node is."""
    names = {role: role for role in plan["nodes"]}
    names.update(zip((server["name"] for server in plan["servers"]), ("oas1", "esg1")))
    return names


def planned(tasks):
    """(task, operation from 1) -> what the plan shows of it, for what is sent to a node."""
    return {(t["task"], number): op for t in tasks.values()
            for number, op in enumerate(t["operations"], 1) if op.get("command") and op["kind"] != "wait"}


def shown_bytes(op):
    """How long the plan says that the input is; None where a part of it is read from a node."""
    text = op["stdin"]
    if "<read " in text:
        return None
    for name, value in known_secrets().items():
        text = re.sub(rf"<secret {re.escape(name.replace('-', '_'))}>", value.decode(), text)
    return len(text.encode())


def ancestors(tasks):
    """Everything a task waits for, directly or not."""
    found = {}

    def of(name):
        if name not in found:
            found[name] = set()
            for before in tasks[name]["after"]:
                if before in tasks:
                    found[name] |= {before} | of(before)
        return found[name]
    for name in tasks:
        of(name)
    return found


def check_commands(before, plan, how):
    """`before` is plan --live --json from before the run, `how` says how each task ended by the journal.

    Every change the nodes saw is byte for byte one that the plan showed, on the node it showed; each ran once;
    those of a task in their order; nothing began before what it depends on had ended."""
    tasks = {t["task"]: t for t in before["tasks"]}
    shown = planned(tasks)
    places = place_of(plan)
    strange, other, size, elsewhere, ran = [], [], [], [], {}
    locks = {"lock": [], "unlock": []}
    for job in all_jobs():
        if job.lock:
            locks[job.lock].append(job.node)
            if "/var/lib/ovd-failover/lease" not in job.command:
                strange.append(job.id)
            continue
        key = (job.task, job.operation)
        if key not in shown:
            strange.append(job.id)
            continue
        ran.setdefault(key, []).append(job)
        if job.command != shown[key]["command"]:
            other.append(job.id)
        if shown_bytes(shown[key]) not in (None, job.input_bytes):
            size.append(f"{job.id}: {job.input_bytes} bytes, not {shown_bytes(shown[key])}")
        if job.node != places.get(tasks[job.task]["node"]):
            elsewhere.append(f"{job.id} on {job.node}")
    check("no change reached a node that the plan did not show", not strange, f"{strange[:10]}")
    check("each command was, byte for byte, what the plan showed", len(ran) > 100 and not other,
          f"{len(ran)} commands; {other[:10]}")
    check("each got as much input as the plan showed", not size, f"{size[:10]}")
    check("each ran where the plan said", not elsewhere, f"{elsewhere[:10]}")
    twice = [job[0].id for job in ran.values() if len(job) != 1]
    check("none was sent twice", not twice, f"{twice[:10]}")
    once = all(len(nodes) == len(set(nodes)) and set(NODES) <= set(nodes) for nodes in locks.values())
    check("every node was locked and released, once", once and set(locks["lock"]) == set(locks["unlock"]), f"{locks}")
    for node in EVERYTHING:
        # From one Session Manager to the other: lsyncd, and the steps that try both doors or compare what both have.
        rest = [c for c in other_commands(node) if not re.match(
            r"rsync --server |cat /etc/hostname$|true$|sha256sum < /var/spool/ovd/session-manager/config$", c)]
        check(f"nothing else came to {node} over SSH", not rest, f"{rest[:5]}")
    check_all_ran(tasks, shown, ran, how)
    check_order(tasks, {key: jobs[0] for key, jobs in ran.items()})


def check_all_ran(tasks, shown, ran, how):
    missing, needless, late = [], [], []
    for key in shown:
        task = key[0]
        if task not in TAKES_BACK and tasks[task]["done"] or how.get(task) == "already":
            if key in ran:
                needless.append(f"{key}")
            if not tasks[task]["done"]:
                late.append(task)
        elif key not in ran:
            missing.append(f"{key}")
    check("every planned change ran", not missing, f"{missing[:10]}")
    check("nothing ran that a look had found done", not needless, f"{needless[:10]}")
    figure(f"{len(ran)} changes were sent; done meanwhile by an earlier step: {sorted(set(late))}")


def check_order(tasks, ran):
    """By the times at which the nodes themselves began and ended each job."""
    began, ended, unknown, shuffled = {}, {}, [], []
    for (task, number), job in sorted(ran.items()):
        first, last = job.time("started"), job.time("ended")
        if first is None or last is None:
            unknown.append(job.id)
            continue
        if first < ended.get(task, 0):
            shuffled.append(f"{task} {number}")
        began.setdefault(task, first)
        ended[task] = last
    check("the nodes know of each when it began and ended", not unknown, f"{unknown[:10]}")
    check("the changes of a task ran in their order", not shuffled, f"{shuffled[:10]}")
    earlier = ancestors(tasks)
    pairs = [(task, other) for task in began for other in earlier[task] if other in ended]
    wrong = [f"{task} before the end of {other}" for task, other in pairs if began[task] < ended[other]]
    check("nothing began before what it depends on had ended", len(pairs) > 1000 and not wrong,
          f"{len(pairs)} pairs; {wrong[:10]}")
