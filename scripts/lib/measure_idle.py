"""Measures what idle connections cost the server; called by scripts/measure-idle.

Usage: measure_idle.py HALLWAY-BINARY [N]
"""

import resource
import selectors
import socket
import sys
import tempfile
import time

from people import HOST, SELECTOR, NotAsExpected, end_all_at_exit, pump, wait_until
from server import CLOCK_TICKS_PER_S, Server

CONNECTIONS = 10_000

# Files that this program and the server have open besides the connections, generously.
OTHER_FILES = 100

# Each source address has some 28,000 ports, of which others need some.
CONNECTIONS_PER_ADDRESS = 5_000

# How long idle connections are watched, in seconds.
WINDOW_S = 10

# How much an idle server with a store may have in use.
WITH_STORE_BYTES_MAX = 8 * 1024 * 1024

# After so long without anything to be stored it has given back what it can, in seconds.
STORE_RESTS_WITHIN_S = 3

# How many lines it remembers before that is looked at, and how many are said at once.
STORED_LINES = 20_000
STORED_AT_ONCE = 100

# The memory is settled when it has not changed in so many answers in a row.
SETTLED_ANSWERS = 20

READ_BYTES = 65_536


class Idler:
    """One plain connection that gives a name and then only listens."""

    def __init__(self, number, port):
        source = f"127.0.1.{1 + number // CONNECTIONS_PER_ADDRESS}"
        self.socket = socket.create_connection((HOST, port), source_address=(source, 0))
        self.socket.sendall(f"idler{number}\n".encode())
        self.socket.setblocking(False)
        self.heard = 0
        self.last = b""
        self.in_lobby = False
        SELECTOR.register(self.socket, selectors.EVENT_READ, self._listen)

    def _listen(self, _):
        piece = self.socket.recv(READ_BYTES)
        if not piece:
            SELECTOR.unregister(self.socket)
            raise NotAsExpected(f"a connection was closed behind {self.last!r}")
        self.heard += len(piece)
        self.last = (self.last + piece)[-READ_BYTES:]
        self.in_lobby = self.in_lobby or b"* You are in #lobby" in self.last

    def ask(self, token):
        """Asks and waits for the answer: the server has done everything before it by then."""
        self.socket.sendall(f"/ping {token}\n".encode())
        wait_until(lambda: f"* Pong: {token}\r\n".encode() in self.last, "an answer")


def affordable(wanted):
    """As many connections as the limit on open files allows: the server has the same limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if wanted + OTHER_FILES > hard:
        print(f"the limit on open files is {hard}: {hard - OTHER_FILES} connections, not {wanted}")
        return hard - OTHER_FILES
    return wanted


def settled_bytes(server, idler):
    """The server's memory once it no longer changes from answer to answer."""
    before, same = server.resident_bytes(), 0
    for number in range(10_000):
        idler.ask(f"settled{number}")
        now = server.resident_bytes()
        same = same + 1 if now == before else 0
        before = now
        if same == SETTLED_ANSWERS:
            return now
    raise NotAsExpected("expected the memory to settle, heard that it keeps changing")


def connect_one_by_one(server, count):
    """Each is greeted under its name before the next one comes."""
    idlers = []
    for number in range(count):
        idler = Idler(number, server.port)
        wait_until(lambda: b"* Hello, " in idler.last, f"a greeting for number {number}")
        idlers.append(idler)
    return idlers


def pump_for(seconds):
    """This does wait for time to pass: what an idle server does in that time is what is measured."""
    until = time.monotonic() + seconds
    while (left_s := until - time.monotonic()) > 0:
        pump(left_s)


def measure_store(binary):
    """What a server has in use that remembers: at the beginning, and once it has remembered much."""
    with tempfile.TemporaryDirectory() as data:
        server = Server(binary, "--pace", "off", data=data)
        fresh = server.resident_bytes()
        speaker = Idler(0, server.port)
        wait_until(lambda: speaker.in_lobby, "#lobby")
        for number in range(STORED_LINES // STORED_AT_ONCE):
            line = f"line {number} with some words to be found again\n".encode()
            speaker.socket.sendall(line * STORED_AT_ONCE)
            speaker.ask(f"stored{number}")
        # All of it is on the disk when somebody is registered.
        speaker.socket.sendall(b"/register a secret\n")
        wait_until(lambda: b" is yours from now on" in speaker.last, "a registration")
        pump_for(STORE_RESTS_WITHIN_S)
        used = settled_bytes(server, speaker)
        SELECTOR.unregister(speaker.socket)
        speaker.socket.close()
        server.says_goodbye(10)
    print(f"resident memory with a store: {fresh} bytes, after {STORED_LINES} lines {used} bytes")
    if max(fresh, used) > WITH_STORE_BYTES_MAX:
        raise NotAsExpected(f"expected at most {WITH_STORE_BYTES_MAX} bytes with a store")


def measure(binary, count):
    server = Server(binary)
    before_first = server.resident_bytes()
    idlers = connect_one_by_one(server, count)
    wait_until(lambda: all(idler.in_lobby for idler in idlers), "all in #lobby", 60)
    after_all = server.resident_bytes()
    sent = sum(idler.heard for idler in idlers)
    settled = settled_bytes(server, idlers[0])
    joining_ticks = server.cpu_ticks()

    pump_for(WINDOW_S)
    idle_ticks = server.cpu_ticks() - joining_ticks

    print(f"{count} connections, one by one, all in #lobby")
    print(f"resident memory before the first: {before_first} bytes")
    for when, resident in (("after all", after_all), ("settled", settled)):
        growth = (resident - before_first) / count
        print(f"resident memory {when}: {resident} bytes, {growth:.0f} bytes for each connection")
    print(f"sent while they joined: {sent} bytes, {sent / count:.0f} for each connection")
    print(f"processor time while they joined: {joining_ticks / CLOCK_TICKS_PER_S:.2f} s")
    print(f"processor time in {WINDOW_S} s idle: {idle_ticks} ticks of 1/{CLOCK_TICKS_PER_S} s")


def main():
    count = affordable(int(sys.argv[2]) if len(sys.argv) > 2 else CONNECTIONS)
    end_all_at_exit()
    try:
        measure_store(sys.argv[1])
        measure(sys.argv[1], count)
    except NotAsExpected as fault:
        sys.exit(f"measure-idle: {fault}")


if __name__ == "__main__":
    main()
