"""What scripts/bench has measured: medians, ratios to the floor, and what was to be reached."""

import statistics

from bench_scenarios import TARGETS


class Results:
    """Figures by scenario, figure and server; one for each round, None where a run failed."""

    def __init__(self, scenarios, servers, rounds, figures=None):
        self.scenarios = scenarios
        self.servers = servers
        self.rounds = rounds
        self.figures = figures or {}

    def note(self, scenario, server, round_number, measured):
        for key, value in measured.items():
            rounds = self.figures.setdefault(scenario.name, {}).setdefault(key, {})
            values = rounds.setdefault(server, [None] * self.rounds)
            values[round_number] = value

    def values(self, scenario, figure, server):
        rounds = self.figures.get(scenario, {}).get(figure, {}).get(server, [])
        return [value for value in rounds if value is not None]

    def median(self, scenario, figure, server):
        values = self.values(scenario, figure, server)
        return statistics.median(values) if values else None

    def ratio(self, scenario, figure, server):
        """The median of the ratios to the floor of the same round."""
        rounds = self.figures.get(scenario, {}).get(figure, {})
        pairs = zip(rounds.get(server, []), rounds.get("floor", []))
        ratios = [value / floor for value, floor in pairs if value is not None and floor]
        return statistics.median(ratios) if ratios else None


def number(value):
    """Three digits that count."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cell(results, scenario, figure, server):
    values = results.values(scenario, figure, server)
    if not values:
        return "-"
    text = number(statistics.median(values))
    if len(values) > 1:
        text += f" ({number(min(values))}..{number(max(values))})"
    ratio = results.ratio(scenario, figure, server)
    return f"{text} x{ratio:.2f}" if ratio is not None and server != "floor" else text


def print_columns(rows):
    """Rows of cells, each column as wide as it must be."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def print_table(results):
    """Every figure of every server: median (minimum..maximum) and the ratio to the floor."""
    rows = [("scenario", "figure", *results.servers)]
    for scenario in results.scenarios:
        for figure in scenario.figures:
            first = "hallway" if scenario.store else "floor"
            if not results.values(scenario.name, figure.key, first):
                continue
            label = f"{figure.label} {figure.unit}".strip()
            cells = (cell(results, scenario.name, figure.key, server) for server in results.servers)
            rows.append((scenario.name, label, *cells))
    print_columns(rows)


def reached(target, value):
    return value >= target.limit if target.at_least else value <= target.limit


def print_targets(results):
    """What hallway must reach, and whether it does."""
    rows = []
    for target in TARGETS:
        find = results.ratio if target.ratio else results.median
        found = [(name, find(name, target.figure, "hallway")) for name in target.scenarios]
        for name, value in found:
            if value is None:
                continue
            bound = "at least" if target.at_least else "at most"
            verdict = "reached" if reached(target, value) else "MISSED"
            goal = f"{bound} {target.limit:g} {target.unit}"
            rows.append((target.label, name, f"{value:.2f}", goal, verdict))
    if rows:
        print("\nwhat hallway must reach")
        print_columns(rows)
