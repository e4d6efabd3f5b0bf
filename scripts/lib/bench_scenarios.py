"""What scripts/bench measures, in which sizes, and what it must reach."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A figure of the generator's, and how it is called and printed."""

    key: str
    label: str
    unit: str
    more_is_better: bool = False


@dataclass(frozen=True)
class Scenario:
    """One call of the generator."""

    name: str
    call: str
    figures: tuple
    quick: bool = True
    plain: bool = False
    tags: bool = False
    # In a quick run, if not the same.
    quick_call: str = ""
    # Counted by strace: the same with more lines, and the difference of the two runs.
    more_lines: str = ""
    # Of hallway's store (`bench_store.py`): "relay" or "history", and how many lines there are.
    store: str = ""
    store_lines: tuple = (0, 0)
    # Measured in the first round only.
    once: bool = False

    def argv(self, quick):
        return (quick and self.quick_call or self.call).split()


CPU = Figure("cpu_us_per_line", "CPU per delivered line", "us")
LATENCY = tuple(Figure(f"{p}_us", f"latency, {p}", "us") for p in ("p50", "p99", "p99.9", "max"))

IDLE = (
    Figure("bytes_per_client", "memory per client", "B"),
    Figure("fresh_mib", "memory, fresh", "MiB"),
    Figure("registrations_per_cpu_s", "registrations per CPU second", "/s", more_is_better=True),
    Figure("join_cpu_us", "CPU per JOIN", "us"),
    Figure("rest_cpu_us_per_s", "CPU at rest", "us/s"),
)

STORM = (
    Figure("cpu_ms", "CPU until all are back", "ms"),
    Figure("elapsed_ms", "time until all are back", "ms"),
    Figure("resident_after_mib", "memory afterwards", "MiB"),
)

BIG_VERBS = ("names", "who", "list", "join", "quit", "nick")
BIG = tuple(Figure(f"{verb}_us", f"CPU per {verb.upper()}", "us") for verb in BIG_VERBS)

SYSCALLS = (Figure("syscalls_per_line", "system calls per delivered line", ""),)

STORE_RELAY = (
    Figure("without_us", "loop's CPU per delivered line, no store", "us"),
    Figure("with_us", "the same with a store", "us"),
    Figure("loop_ratio", "with beside without", "x"),
    Figure("store_us", "store's CPU per line said", "us"),
)

STORE_HISTORY = (
    Figure("lines_per_s", "lines stored", "/s", more_is_better=True),
    Figure("bytes_per_line", "disk per line", "B"),
    Figure("newest_p50_ms", "newest 50 lines, p50", "ms"),
    Figure("newest_p99_ms", "newest 50 lines, p99", "ms"),
    Figure("search_p50_ms", "search for two words, p50", "ms"),
    Figure("search_p99_ms", "search for two words, p99", "ms"),
)

# Members of the channel, and how many channels there are besides.
BIG_SIZES = ((50, 100, 20), (500, 1_000, 10), (5_000, 10_000, 3))


def idle(clients, name, quick):
    return Scenario(f"idle-{name}", f"idle --clients {clients} --seconds 10", IDLE, quick,
                    quick_call=f"idle --clients {clients} --seconds 3")


def fanout(members, in_flight, lines, quick):
    call = f"fanout --members {members} --in-flight {in_flight} --lines"
    return Scenario(f"fanout-{members}x{in_flight}", f"{call} {lines}", (CPU, *LATENCY[:2]), quick)


def office(name, rate, quick, switch="", **kind):
    call = f"office --rate {rate} {switch}"
    return Scenario(f"office-{name}{rate}", f"{call} --seconds 6", (CPU, *LATENCY), quick,
                    quick_call=f"{call} --seconds 3", **kind)


def offices():
    for rate in (200, 1_000, 3_000):
        yield office("", rate, rate < 3_000)
    for rate in (200, 1_000, 3_000):
        yield office("plain-", rate, rate == 1_000, "--half-plain", plain=True)
        yield office("tags-", rate, rate == 1_000, "--mixed-caps", tags=True)


def pairs(count, lines):
    return Scenario(f"pairs-{count}", f"pairs --pairs {count} --lines {lines}", (CPU, *LATENCY[:3]))


def storm(name, clients, in_channel, quick):
    call = f"storm --clients {clients} --in-channel {in_channel}"
    return Scenario(f"storm-{name}", call, STORM, quick)


def big(members, channels, times):
    call = f"big --members {members} --channels {channels} --times {times}"
    return Scenario(f"big-{members}", call, BIG, members < 5_000)


def syscalls(members, in_flight):
    call = f"fanout --members {members} --in-flight {in_flight} --lines"
    return Scenario(f"syscalls-{members}x{in_flight}", f"{call} 16", SYSCALLS, more_lines=f"{call} 656")


def store():
    yield Scenario("store-relay", "", STORE_RELAY, store="relay", store_lines=(16_000, 16_000))
    yield Scenario("store-history", "", STORE_HISTORY, store="history", store_lines=(10_000_000, 300_000), once=True)


def scenarios(most_clients):
    """All of them; `most_clients` is what the limit on open files allows."""
    return [
        idle(1_000, "1000", True),
        idle(min(10_000, most_clients), "10000", True),
        idle(min(50_000, most_clients), "most", False),
        fanout(50, 1, 4_000, True),
        fanout(500, 1, 400, True),
        fanout(5_000, 1, 60, False),
        fanout(50, 16, 16_000, True),
        fanout(500, 16, 1_600, True),
        fanout(5_000, 16, 160, False),
        syscalls(50, 1),
        syscalls(50, 16),
        *offices(),
        pairs(1, 5_000),
        pairs(100, 50_000),
        storm("1000", 1_000, 20, True),
        storm("10000", min(10_000, most_clients), 20, False),
        storm("hall-1000", 1_000, 1_000, False),
        storm("hall-5000", 5_000, 5_000, False),
        *(big(*size) for size in BIG_SIZES),
        *store(),
    ]


@dataclass(frozen=True)
class Target:
    """What hallway must reach: a ratio to the floor, or a figure."""

    label: str
    scenarios: tuple
    figure: str
    limit: float
    ratio: bool = True
    at_least: bool = False
    unit: str = field(default="x floor")


OFFICE_NAMES = tuple(f"office-{kind}{rate}" for kind in ("", "plain-", "tags-") for rate in (200, 1_000, 3_000))
FANOUT_SIZES = (50, 500, 5_000)

TARGETS = (
    Target("memory per idle client, 10,000", ("idle-10000",), "bytes_per_client", 700, False, unit="B"),
    Target("CPU per line, one in flight", tuple(f"fanout-{n}x1" for n in FANOUT_SIZES), "cpu_us_per_line", 1.10),
    Target("CPU per line, sixteen in flight", tuple(f"fanout-{n}x16" for n in FANOUT_SIZES), "cpu_us_per_line", 1.4),
    Target("CPU per line, office", OFFICE_NAMES, "cpu_us_per_line", 1.10),
    Target("latency p50, office", OFFICE_NAMES, "p50_us", 1.15),
    Target("latency p99, office", OFFICE_NAMES, "p99_us", 1.3),
    Target("latency p99.9, office", OFFICE_NAMES, "p99.9_us", 1.3),
    Target("registrations per CPU second", ("idle-10000",), "registrations_per_cpu_s", 0.5, at_least=True),
    Target("CPU of a storm", ("storm-1000", "storm-10000", "storm-hall-1000", "storm-hall-5000"), "cpu_ms", 2),
    Target("memory of a fresh server", ("idle-10000",), "fresh_mib", 4, False, unit="MiB"),
    Target("CPU at rest, 10,000", ("idle-10000",), "rest_cpu_us_per_s", 0, False, unit="us/s"),
    Target("loop with a store beside without", ("store-relay",), "loop_ratio", 1.15, False, unit="x"),
    Target("newest 50 lines, p99", ("store-history",), "newest_p99_ms", 5, False, unit="ms"),
    Target("search for two words, p99", ("store-history",), "search_p99_ms", 50, False, unit="ms"),
)
