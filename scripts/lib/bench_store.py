"""What remembering costs; part of scripts/bench."""

import json
import os
import subprocess
import tempfile

from bench_servers import Server, pin

# How many hear each line, and how many lines are on their way at once.
MEMBERS, IN_FLIGHT = 50, 4

# How many lines are said in the shorter of two runs: what both do besides cancels out.
FEW = 800

RUN_WITHIN_S = 300


class Failed(Exception):
    """Why there are no figures."""


def thread_times(pid):
    """The processor time of the loop, and of the store's threads together, in nanoseconds."""
    loop = store = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/comm") as comm, \
                open(f"/proc/{pid}/task/{thread}/schedstat") as times:
            name, spent = comm.read().strip(), int(times.read().split()[0])
        if int(thread) == pid:
            loop = spent
        elif name in ("store", "history"):
            store += spent
    return loop, store


def spent_on(server, load, cores, lines):
    """What a run of the generator takes, and how many lines it delivers."""
    before = thread_times(server.child.pid)
    ports = [word for kind, port in server.ports.items() for word in (f"--{kind}", str(port))]
    call = ["fanout", "--members", str(MEMBERS), "--in-flight", str(IN_FLIGHT), "--lines", str(lines)]
    answer = subprocess.run(
        [load, *call, "--pid", str(server.child.pid), *ports],
        capture_output=True,
        text=True,
        timeout=RUN_WITHIN_S,
        preexec_fn=lambda: pin(cores[1]),
    )
    if answer.returncode:
        raise Failed(answer.stderr.strip())
    after = thread_times(server.child.pid)
    delivered = json.loads(answer.stdout)["delivered"]
    return after[0] - before[0], after[1] - before[1], delivered


def relay_with(hallway, load, cores, data, lines):
    """Microseconds of the loop for each delivered line, and of the store for each line that is said."""
    with Server("hallway", hallway, cores[0], data=data) as server:
        few = spent_on(server, load, cores, FEW)
        many = spent_on(server, load, cores, FEW + lines)
    loop, store, delivered = (more - less for more, less in zip(many, few))
    return loop / delivered / 1_000, store / lines / 1_000


def relay(hallway, load, cores, lines):
    """The loop with a store beside one without, its threads counted apart."""
    without, _ = relay_with(hallway, load, cores, "none", lines)
    with tempfile.TemporaryDirectory(prefix="hallway-bench-") as data:
        loop, store = relay_with(hallway, load, cores, data, lines)
    return {"without_us": without, "with_us": loop, "loop_ratio": loop / without, "store_us": store}


def history(program, lines):
    """How long questions take with so many lines there (`benches/history.rs`)."""
    with tempfile.TemporaryDirectory(prefix="hallway-bench-") as folder:
        argv = [program, os.path.join(folder, "data"), str(lines)]
        answer = subprocess.run(argv, capture_output=True, text=True)
    if answer.returncode:
        raise Failed(answer.stderr.strip())
    figures = (line.split() for line in answer.stdout.splitlines())
    return {name: float(value) for name, value in figures}
