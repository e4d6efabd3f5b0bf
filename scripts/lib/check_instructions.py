"""Counts instructions and compares them with what is kept; called by scripts/check-instructions.

Usage: check_instructions.py BENCH-BINARY FILE [--update]
"""

import os
import re
import subprocess
import sys

# By how much a case may grow. Compilers differ by about this much from one version to the next.
MARGIN = 0.03

# A case that has become cheaper by more than this is to be kept: else the gain could be lost again.
GAIN = 0.10

HEADER = "# Instructions each time, counted by callgrind; scripts/check-instructions --update rewrites this.\n"


def count(bench, case, times):
    """How many instructions it takes, each time."""
    # Where the environment lies on the stack changes the counts of memcpy a little.
    answer = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=*measured*", "--callgrind-out-file=/dev/null",
         bench, case],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    found = re.search(r"Collected : (\d+)", answer.stderr)
    if answer.returncode or not found or found[1] == "0":
        sys.exit(f"check-instructions: {case} was not counted:\n{answer.stderr}")
    return round(int(found[1]) / times)


def kept(path):
    try:
        with open(path) as lines:
            return {name: int(value) for name, value in (line.split() for line in lines if line[0] != "#")}
    except FileNotFoundError:
        return {}


def keep(path, counts):
    width = max(map(len, counts))
    with open(path, "w") as out:
        out.write(HEADER)
        out.writelines(f"{name:<{width}} {value}\n" for name, value in counts.items())


def judge(name, before, now):
    """Prints how a case stands; says whether it fails."""
    if before is None:
        print(f"not ok - {name}: {now:,} instructions, and nothing is kept to compare with")
        return True
    change = f"{now:,} instructions, {before:,} kept, {(now - before) / before:+.1%}"
    grown = now > before * (1 + MARGIN)
    gained = " (keep it: scripts/check-instructions --update)" if now < before * (1 - GAIN) else ""
    print(f"{'not ok' if grown else 'ok'} - {name}: {change}{gained}", flush=True)
    return grown


def main():
    bench, path = sys.argv[1:3]
    listed = subprocess.run([bench, "--list"], capture_output=True, text=True, check=True).stdout
    cases = [line.split() for line in listed.splitlines()]
    before, counts, failed = kept(path), {}, 0
    update = "--update" in sys.argv[3:]
    for name, times in cases:
        counts[name] = count(bench, name, int(times))
        if update:
            print(f"{name}: {counts[name]:,} instructions", flush=True)
        else:
            failed += judge(name, before.get(name), counts[name])
    if update:
        return keep(path, counts)
    print(f"\n{len(cases) - failed} passed, {failed} failed")
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
