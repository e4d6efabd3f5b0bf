"""Measures what remembering costs; called by scripts/bench-store.

Usage: bench_store.py HALLWAY LOAD HISTORY [--lines N] [--rounds N] [--members N]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from bench_servers import Server, pin

# What the loop may cost more with a store, for each delivered line.
LOOP_RATIO_MAX = 1.15

# How long a look into the history may take, in milliseconds, of ten million lines.
ASKED_WITHIN_MS = {"newest_p99_ms": 5, "search_p99_ms": 50}

# How many lines are said in the shorter and the longer of two runs: what both do besides cancels out.
FEW, MANY = 800, 16_800

# How many lines are on their way at once.
IN_FLIGHT = 4

RUN_WITHIN_S = 300


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench-store")
    for name in ("hallway", "load", "history"):
        parser.add_argument(name, type=os.path.abspath)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--members", type=int, default=50)
    return parser.parse_args()


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


def spent_on(server, load, cores, members, lines):
    """What a run of the generator takes, and how many lines it delivers."""
    before = thread_times(server.child.pid)
    ports = [word for kind, port in server.ports.items() for word in (f"--{kind}", str(port))]
    call = ["fanout", "--members", str(members), "--in-flight", str(IN_FLIGHT), "--lines", str(lines)]
    answer = subprocess.run(
        [load, *call, "--pid", str(server.child.pid), *ports],
        capture_output=True,
        text=True,
        timeout=RUN_WITHIN_S,
        preexec_fn=lambda: pin(cores[1]),
    )
    if answer.returncode:
        sys.exit(f"bench-store: {answer.stderr.strip()}")
    after = thread_times(server.child.pid)
    delivered = json.loads(answer.stdout)["delivered"]
    return after[0] - before[0], after[1] - before[1], delivered


def relay(chosen, cores, data):
    """Microseconds of the loop for each delivered line, and of the store for each line that is said."""
    with Server("hallway", chosen.hallway, cores[0], data=data) as server:
        few = spent_on(server, chosen.load, cores, chosen.members, FEW)
        many = spent_on(server, chosen.load, cores, chosen.members, MANY)
    loop, store, delivered = (more - less for more, less in zip(many, few))
    return loop / delivered / 1_000, store / (MANY - FEW) / 1_000


def measure_relay(chosen, cores):
    without, with_store, store = [], [], []
    for _ in range(chosen.rounds):
        without.append(relay(chosen, cores, "none")[0])
        with tempfile.TemporaryDirectory(prefix="hallway-bench-") as data:
            loop, own = relay(chosen, cores, data)
        with_store.append(loop)
        store.append(own)
    ratio = statistics.median(one / other for one, other in zip(with_store, without))
    print(f"a line to {chosen.members}, {chosen.rounds} rounds: median (minimum..maximum)")
    for label, values in (("loop, without a store", without), ("loop, with one", with_store)):
        print(f"{label}: {spelled(values)} us for each delivered line")
    print(f"store's threads: {spelled(store)} us for each line that is said")
    print(f"loop with a store: x{ratio:.3f}, {verdict(ratio, LOOP_RATIO_MAX)}")


def spelled(values):
    return f"{statistics.median(values):.3f} ({min(values):.3f}..{max(values):.3f})"


def verdict(value, limit):
    return f"at most {limit:g}: {'reached' if value <= limit else 'MISSED'}"


def measure_history(chosen):
    with tempfile.TemporaryDirectory(prefix="hallway-bench-") as folder:
        argv = [chosen.history, os.path.join(folder, "data"), str(chosen.lines)]
        answer = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    print(f"\na history of {chosen.lines:,} lines")
    for line in answer.stdout.splitlines():
        name, value = line.split()
        limit = ASKED_WITHIN_MS.get(name)
        print(f"{name}: {value}" + (f", {verdict(float(value), limit)}" if limit else ""))


def main():
    chosen = arguments()
    there = sorted(os.sched_getaffinity(0))
    cores = (there[0], there[1]) if len(there) > 1 else (None, None)
    measure_relay(chosen, cores)
    measure_history(chosen)


if __name__ == "__main__":
    main()
