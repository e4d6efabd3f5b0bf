"""Measures hallway beside the floor and its peers; called by scripts/bench."""

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time

import bench_servers
import bench_store
from bench_chart import draw
from bench_report import Results, number, print_table, print_targets
from bench_scenarios import scenarios
from bench_servers import Server, Unready, pin
from bench_strace import count_syscalls

# Files that a server has open besides the connections, generously.
OTHER_FILES = 1_000

# How long one run may take, in seconds.
RUN_WITHIN_S = 150

CHART = "benches/bench.svg"


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", nargs="+", default=[""], metavar="SCENARIO")
    parser.add_argument("--servers", nargs="+", metavar="NAME")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--chart", nargs="?", const=CHART, metavar="FILE")
    parser.add_argument("--from", dest="source", metavar="FILE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--bin", action="append", default=[], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.binaries = dict(pair.split("=", 1) for pair in chosen.bin)
    chosen.rounds = chosen.rounds or (1 if chosen.quick else 3)
    if chosen.rounds not in range(1, 101):
        parser.error("--rounds is a number from 1 to 100")
    return chosen


def raise_open_files():
    """As many clients as the limit on open files allows, in the servers and the generator alike."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 50_000 + OTHER_FILES:
        say(f"the limit on open files is {hard}: at most {hard - OTHER_FILES} clients")
    return hard - OTHER_FILES


def cores():
    """One for the server, another for the generator."""
    there = sorted(os.sched_getaffinity(0))
    if len(there) < 2:
        say("there is one core only: the servers share it with the generator, which blurs everything")
        return None, None
    return there[0], there[1]


def find_servers(chosen):
    """The servers that take part, the floor first."""
    binaries = {name: os.path.abspath(chosen.binaries[name]) for name in ("floor", "hallway")}
    for name, title in bench_servers.PEERS.items():
        found = bench_servers.find(name)
        if found:
            binaries[name] = found
        else:
            say(f"{title} is not installed: it is left out")
    wanted = {"floor", *(chosen.servers or binaries)}
    for missing in wanted - set(binaries):
        sys.exit(f"bench: there is no server {missing}")
    return {name: binary for name, binary in binaries.items() if name in wanted}


class Bench:
    """The runs of a whole benchmark."""

    def __init__(self, chosen, most_clients):
        self.chosen = chosen
        self.cores = cores()
        self.binaries = find_servers(chosen)
        self.load = os.path.abspath(chosen.binaries["load"])
        self.wanted = wanted(chosen, most_clients)
        self.results = Results(self.wanted, list(self.binaries), chosen.rounds)
        self.faults = []
        self.given_up = set()
        self.started = time.monotonic()
        self.greeting_bytes = self._greeting_bytes()

    def _greeting_bytes(self):
        with Server("hallway", os.path.abspath(self.chosen.binaries["hallway"]), self.cores[0]) as server:
            return bench_servers.greeting_bytes(server.ports["irc"])

    def run(self):
        """In each round every scenario, in each scenario the servers in turns."""
        done, all_runs = 0, self.chosen.rounds * len(self.wanted) * len(self.binaries)
        for round_number in range(self.chosen.rounds):
            for scenario in self.wanted:
                for name in self.binaries:
                    done += 1
                    passed_s = time.monotonic() - self.started
                    where = f"[{done}/{all_runs}, {passed_s:.0f} s] {scenario.name}, {name}:"
                    self._run_one(scenario, name, round_number, where)

    def _run_one(self, scenario, name, round_number, where):
        unfit = self._unfit(scenario, name, round_number)
        if unfit:
            return say(where, unfit)
        try:
            measured = self._measure_store(scenario) if scenario.store else self._measure_on(scenario, name)
        except (Unready, bench_store.Failed, subprocess.TimeoutExpired) as fault:
            measured = str(fault)
        if isinstance(measured, str):
            self.faults.append((scenario.name, name, measured))
            # It took its whole time to fail, and would again. Of hallway every failure is told.
            if name in bench_servers.PEERS:
                self.given_up.add((scenario.name, name))
            return say(where, "FAILED:", measured)
        self.results.note(scenario, name, round_number, measured)
        first = scenario.figures[0]
        say(where, first.label, number(measured.get(first.key)), first.unit)

    def _unfit(self, scenario, name, round_number):
        """Why a server takes no part in a scenario, if it does not."""
        if scenario.plain and name in bench_servers.PEERS:
            return "does not speak the plain protocol"
        if scenario.store and name != "hallway":
            return "has no such store"
        if scenario.once and round_number:
            return "measured already"
        if (scenario.name, name) in self.given_up:
            return "left out: it has failed before"
        return None

    def _measure_store(self, scenario):
        hallway = self.binaries["hallway"]
        lines = scenario.store_lines[self.chosen.quick]
        if scenario.store == "relay":
            return bench_store.relay(hallway, self.load, self.cores, lines)
        return bench_store.history(os.path.abspath(self.chosen.binaries["history"]), lines)

    def _measure_on(self, scenario, name):
        with Server(name, self.binaries[name], self.cores[0], scenario.tags, self.greeting_bytes) as server:
            return self._measure(scenario, server)

    def _measure(self, scenario, server):
        """The figures of one run, or why there are none."""
        argv = scenario.argv(self.chosen.quick)
        if not scenario.more_lines:
            return self._call(server, argv)
        return count_syscalls(server, lambda call: self._call(server, call), argv, scenario.more_lines.split())

    def _call(self, server, argv):
        ports = [word for kind, port in server.ports.items() for word in (f"--{kind}", str(port))]
        arriving = bench_servers.ARRIVING.get(server.name, [])
        answer = subprocess.run(
            [self.load, *argv, "--pid", str(server.child.pid), *ports, *arriving],
            capture_output=True,
            text=True,
            timeout=RUN_WITHIN_S,
            preexec_fn=lambda: pin(self.cores[1]),
        )
        return json.loads(answer.stdout) if answer.returncode == 0 else answer.stderr.strip()

    def as_json(self):
        binaries = self.binaries.items()
        return {
            "machine": {
                "kernel": platform.release(),
                "processor": processor(),
                "cores": os.cpu_count(),
                "open_files": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
            },
            "servers": {n: bench_servers.version(n, b) if n in bench_servers.PEERS else n for n, b in binaries},
            "greeting_bytes": self.greeting_bytes,
            "quick": self.chosen.quick,
            "rounds": self.chosen.rounds,
            "figures": self.results.figures,
            "faults": self.faults,
        }


def processor():
    with open("/proc/cpuinfo") as info:
        names = (line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
        return next(names, platform.machine())


def wanted(chosen, most_clients):
    there = scenarios(most_clients)
    names = {scenario.name for scenario in there}
    # A whole name means that one alone, whatever else begins so.
    exact = names.intersection(chosen.only)
    begins = tuple(word for word in chosen.only if word not in names)
    picked = [scenario for scenario in there if scenario.name in exact
              or scenario.name.startswith(begins) and (scenario.quick or not chosen.quick)]
    if not picked:
        sys.exit("bench: no scenario begins so: --list shows all")
    return picked


def measure(chosen):
    """Measures; returns what is written as JSON, and whether hallway was at fault."""
    bench = Bench(chosen, raise_open_files())
    # Ended by a signal, it ends its servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench.run()
    return bench.as_json(), any(name == "hallway" for _, name, _ in bench.faults)


def main():
    chosen = arguments()
    if chosen.list:
        return print("\n".join(scenario.name for scenario in scenarios(50_000)))
    at_fault = False
    if chosen.source:
        with open(chosen.source) as source:
            written = json.load(source)
    else:
        written, at_fault = measure(chosen)
    if chosen.json:
        with open(chosen.json, "w") as out:
            json.dump(written, out, indent=1)
            out.write("\n")
    show(chosen, written)
    sys.exit(1 if at_fault else 0)


def show(chosen, written):
    results = Results(scenarios(50_000), list(written["servers"]), written["rounds"], written["figures"])
    machine = written["machine"]
    print(f"{machine['processor']}, Linux {machine['kernel']}; {', '.join(written['servers'].values())}")
    print("median (minimum..maximum) of", written["rounds"], "rounds, and the ratio to the floor of the same round\n")
    print_table(results)
    print_targets(results)
    for scenario, server, fault in written["faults"]:
        print(f"failed: {scenario}, {server}: {fault}")
    if chosen.chart:
        draw(results, written, chosen.chart)
        say(f"drawn: {chosen.chart}")


if __name__ == "__main__":
    main()
