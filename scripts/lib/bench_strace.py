"""Counts a server's system calls, by strace: for each delivered line, the difference of two runs."""

import shutil
import signal
import subprocess
import tempfile


def count_syscalls(server, call, argv, more):
    """Runs the generator twice, the second time with more lines: what both do besides cancels out.

    Returns the figures, or why there are none."""
    if not shutil.which("strace"):
        return "strace is not installed"
    counted = []
    for run in (argv, more):
        with tempfile.NamedTemporaryFile("r") as table:
            strace = subprocess.Popen(
                ["strace", "-c", "-f", "-p", str(server.child.pid), "-o", table.name],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                if "attached" not in strace.stderr.readline():
                    return "strace is not allowed to look at another process"
                measured = call(run)
            finally:
                strace.send_signal(signal.SIGINT)
                strace.wait()
                strace.stderr.close()
            if isinstance(measured, str):
                return measured
            counted.append((calls_by_name(table.read()), measured["delivered"]))
    (few, few_lines), (many, many_lines) = counted
    lines = many_lines - few_lines
    each = {name: (many[name] - few.get(name, 0)) / lines for name in many}
    figures = {f"syscalls_{name}": value for name, value in each.items() if abs(value) > 0.001}
    return {"syscalls_per_line": sum(each.values()), **figures}


def calls_by_name(table):
    """How often each was called, of strace's own table."""
    calls = {}
    for line in table.splitlines():
        words = line.split()
        if len(words) >= 5 and words[0][0].isdigit() and words[-1] != "total":
            calls[words[-1]] = int(words[3])
    return calls
