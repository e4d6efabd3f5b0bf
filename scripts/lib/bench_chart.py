"""Draws what scripts/bench has measured as SVG: ratios to the floor, and cost against size."""

import math
from xml.sax.saxutils import escape

from bench_scenarios import BIG_SIZES, BIG_VERBS

COLOURS = {"hallway": "#0b6e4f", "floor": "#8a8f98", "inspircd": "#c8553d", "ngircd": "#3d5a98"}

# What the upper part shows: a label, the scenario, the figure.
ROWS = (
    ("memory per idle client, 10,000", "idle-10000", "bytes_per_client"),
    ("memory of a fresh server", "idle-10000", "fresh_mib"),
    ("CPU per registration", "idle-10000", "registrations_per_cpu_s"),
    ("CPU per line, 50 hear it", "fanout-50x1", "cpu_us_per_line"),
    ("CPU per line, 500", "fanout-500x1", "cpu_us_per_line"),
    ("CPU per line, 5,000", "fanout-5000x1", "cpu_us_per_line"),
    ("the same, sixteen at once, 50", "fanout-50x16", "cpu_us_per_line"),
    ("sixteen at once, 500", "fanout-500x16", "cpu_us_per_line"),
    ("sixteen at once, 5,000", "fanout-5000x16", "cpu_us_per_line"),
    ("CPU per line, office, 1,000 lines/s", "office-1000", "cpu_us_per_line"),
    ("latency p50, office, 1,000 lines/s", "office-1000", "p50_us"),
    ("latency p99, office, 1,000 lines/s", "office-1000", "p99_us"),
    ("CPU per private line, 100 pairs", "pairs-100", "cpu_us_per_line"),
    ("CPU of a storm of 1,000", "storm-1000", "cpu_ms"),
    ("CPU of a storm of 10,000", "storm-10000", "cpu_ms"),
)

# The higher, the better: shown upside down, as the cost of one.
PER_SECOND = {"registrations_per_cpu_s"}

WIDTH = 900
LEFT = 270
RIGHT = 20
ROW = 22
TOP = 84
PANEL_WIDTH, PANEL_HEIGHT = 220, 160
ACROSS, DOWN = 290, 225
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100)


class Drawing:
    """Pieces of SVG."""

    def __init__(self):
        self.pieces = []

    def text(self, x, y, words, anchor="start", size=12, colour="#24292f", weight="normal"):
        self.pieces.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}" font-weight="{weight}">{escape(words)}</text>'
        )

    def line(self, x1, y1, x2, y2, colour="#d0d7de", width=1):
        self.pieces.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"/>'
        )

    def dot(self, x, y, colour, radius=5.0):
        self.pieces.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>')

    def path(self, points, colour):
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.pieces.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>')

    def write(self, path, height):
        with open(path, "w") as out:
            out.write(
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
                f'font-family="system-ui, sans-serif">\n'
                f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
            )
            out.write("\n".join(self.pieces))
            out.write("\n</svg>\n")


def draw(results, written, path):
    """Draws everything that was measured of ROWS and of the big places."""
    drawing = Drawing()
    servers = [name for name in results.servers if name in COLOURS]
    drawing.text(20, 28, "Cost beside the floor", size=18, weight="bold")
    drawing.text(20, 46, "The floor is a bare relay: what it costs, the system costs. Further left is better.",
                 colour="#57606a")
    legend(drawing, servers, written["servers"])
    bottom = ratios(drawing, results, [name for name in servers if name != "floor"])
    bottom = growth(drawing, results, servers, bottom + 50)
    rounds = written["rounds"]
    drawing.text(20, bottom + 20, f"{written['machine']['processor']}, medians of {rounds} "
                 f"{'round' if rounds == 1 else 'rounds'}; scripts/bench repeats it", size=11, colour="#57606a")
    drawing.write(path, bottom + 36)


def legend(drawing, servers, titles):
    x = WIDTH - RIGHT
    for name in reversed(servers):
        title = titles.get(name, name)
        drawing.text(x, 28, title, "end")
        x -= 7 * len(title) + 10
        drawing.dot(x, 24, COLOURS[name])
        x -= 16


def ratio(results, scenario, figure, server):
    found = results.ratio(scenario, figure, server)
    return 1 / found if found and figure in PER_SECOND else found


def ratios(drawing, results, servers):
    """One row for each figure, one dot for each server; says where it ends."""
    rows = [(label, [(name, ratio(results, scenario, figure, name)) for name in servers])
            for label, scenario, figure in ROWS]
    rows = [(label, [(name, value) for name, value in dots if value]) for label, dots in rows]
    rows = [row for row in rows if row[1]]
    if not rows:
        return TOP
    worst = max(value for _, dots in rows for _, value in dots)
    ticks = [tick for tick in TICKS if tick <= worst * 2.5]
    low, high = math.log(ticks[0]), math.log(ticks[-1])

    def place(value):
        share = (math.log(max(value, ticks[0])) - low) / (high - low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    bottom = TOP + ROW * len(rows)
    for tick in ticks:
        drawing.line(place(tick), TOP - 12, place(tick), bottom, "#57606a" if tick == 1 else "#d0d7de")
        drawing.text(place(tick), TOP - 16, "floor" if tick == 1 else f"{tick:g} x", "middle", 11, "#57606a")
    for number, (label, dots) in enumerate(rows):
        y = TOP + ROW * number + ROW / 2
        drawing.text(LEFT - 12, y + 4, label, "end")
        drawing.line(LEFT, y, WIDTH - RIGHT, y, "#eaeef2")
        for name, value in reversed(dots):
            drawing.dot(place(value), y, COLOURS[name])
    return bottom


def growth(drawing, results, servers, top):
    """A panel for each command, cost against size, both as logarithms; says where they end."""
    found = {verb: {name: curve(results, verb, name) for name in servers} for verb in BIG_VERBS}
    found = {verb: curves for verb, curves in found.items() if any(len(c) > 1 for c in curves.values())}
    if not found:
        return top - 50
    drawing.text(20, top, "CPU of one command against the size of the place", size=18, weight="bold")
    top += 34
    for number, (verb, curves) in enumerate(found.items()):
        x = 70 + number % 3 * ACROSS
        y = top + number // 3 * DOWN
        panel(drawing, verb, curves, x, y)
    return top + math.ceil(len(found) / 3) * DOWN


def curve(results, verb, server):
    """Size and microseconds."""
    place = 1 if verb == "list" else 0
    points = [(size[place], results.median(f"big-{size[0]}", f"{verb}_us", server)) for size in BIG_SIZES]
    return [(size, us) for size, us in points if us]


def panel(drawing, verb, curves, x, y):
    points = [point for curve in curves.values() for point in curve]
    sizes, costs = zip(*points)
    left, right = math.log10(min(sizes)), math.log10(max(sizes))
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))

    def at(size, us):
        across = (math.log10(size) - left) / (right - left or 1)
        up = (math.log10(us) - low) / (high - low or 1)
        return x + across * PANEL_WIDTH, y + PANEL_HEIGHT * (1 - up)

    drawing.text(x, y - 8, verb.upper(), weight="bold")
    of = "channels" if verb == "list" else "members"
    drawing.text(x + PANEL_WIDTH, y + PANEL_HEIGHT + 28, of, "end", 10, "#57606a")
    for power in range(low, high + 1):
        _, across = at(min(sizes), 10**power)
        drawing.line(x, across, x + PANEL_WIDTH, across)
        drawing.text(x - 6, across + 4, duration(10**power), "end", 10, "#57606a")
    for size in sorted(set(sizes)):
        along, _ = at(size, 10**low)
        drawing.line(along, y, along, y + PANEL_HEIGHT)
        drawing.text(along, y + PANEL_HEIGHT + 15, f"{size:,}", "middle", 10, "#57606a")
    for name, curve in curves.items():
        drawing.path([at(*point) for point in curve], COLOURS[name])
        for point in curve:
            drawing.dot(*at(*point), COLOURS[name], 3)


def duration(us):
    """Microseconds in the unit that suits them."""
    for unit, size in (("s", 1_000_000), ("ms", 1_000)):
        if us >= size:
            return f"{us / size:g} {unit}"
    return f"{us:g} us"
