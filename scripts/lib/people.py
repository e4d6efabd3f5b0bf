"""Real programs as people in a chat: started under a pipe or a terminal, typed to, listened to.

Everything is driven by one selector, and nothing sleeps: whoever waits for a line pumps all
programs until that line comes or its time is up.
"""

import atexit
import fcntl
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import termios
import time

# Everything happens on this machine.
HOST = "127.0.0.1"

# How long a line is waited for, in seconds: generous, because the machine may be busy.
PATIENCE_S = 15.0

# How much of what was heard a complaint quotes, in characters.
QUOTED_CHARS = 400

READ_BYTES = 262_144

SELECTOR = selectors.DefaultSelector()
STARTED = []


class NotAsExpected(Exception):
    """What was expected did not happen; the text says both."""


def pump(timeout_s=None):
    """Lets everybody read and write, for at most so many seconds; returns after any progress."""
    for key, mask in SELECTOR.select(timeout_s):
        key.data(mask)


def wait_until(happened, expected, within_s=PATIENCE_S, heard=lambda: "nothing of the kind"):
    """Pumps until `happened()` is true and returns what it gave."""
    deadline = time.monotonic() + within_s
    while True:
        outcome = happened()
        if outcome:
            return outcome
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise NotAsExpected(f"expected {expected} within {within_s:g} s, heard {heard()}")
        pump(left_s)


def end_all():
    """Ends whatever was started and still runs."""
    for started in reversed(STARTED):
        started.kill()
    STARTED.clear()


def end_all_at_exit():
    """Leaves nothing behind, however this process ends."""
    atexit.register(end_all)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


class Process:
    """A program in a session of its own; it is killed when the script ends."""

    def __init__(self, argv, **streams):
        self.child = subprocess.Popen(argv, start_new_session=True, **streams)
        self.pidfd = os.pidfd_open(self.child.pid)
        STARTED.append(self)

    def send_signal(self, number):
        self.child.send_signal(number)

    def ended(self):
        return self.child.poll() is not None

    def ends(self, within_s=PATIENCE_S):
        """Waits for the end of the program; returns its exit status."""
        SELECTOR.register(self.pidfd, selectors.EVENT_READ, lambda _: None)
        try:
            wait_until(self.ended, f"{self.child.args[0]} to end", within_s, self.quote)
        finally:
            SELECTOR.unregister(self.pidfd)
        return self.child.returncode

    def quote(self):
        return "nothing"

    def kill(self):
        if self.pidfd < 0:
            return
        if not self.ended():
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
        os.close(self.pidfd)
        self.pidfd = -1


class Person(Process):
    """One program that talks to the server, with its keyboard and its screen."""

    def __init__(self, name, argv, tty=False, stderr=None):
        self.name = name
        self.heard = bytearray()
        self.read_to = 0
        self.to_type = bytearray()
        self.eof = False
        if tty:
            self._start_on_terminal(argv)
        else:
            self._start_on_pipes(argv, stderr or subprocess.STDOUT)
        os.set_blocking(self.screen, False)
        os.set_blocking(self.keyboard, False)
        SELECTOR.register(self.screen, selectors.EVENT_READ, self._listen)

    def _start_on_pipes(self, argv, stderr):
        pipe = subprocess.PIPE
        super().__init__(argv, stdin=pipe, stdout=pipe, stderr=stderr)
        self.keyboard = os.dup(self.child.stdin.fileno())
        self.screen = os.dup(self.child.stdout.fileno())
        self.child.stdin.close()
        self.child.stdout.close()

    def _start_on_terminal(self, argv):
        self.screen, far = os.openpty()
        termios.tcsetwinsize(far, (24, 200))
        self.keyboard = os.dup(self.screen)

        def own_terminal():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        super().__init__(argv, stdin=far, stdout=far, stderr=far, preexec_fn=own_terminal)
        os.close(far)

    def _listen(self, _):
        try:
            piece = os.read(self.screen, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            # A terminal whose program has gone says so with an error.
            piece = b""
        self.heard += piece
        if not piece:
            self.eof = True
            SELECTOR.unregister(self.screen)

    def type(self, text, end="\n"):
        """Types a line, or with `end=""` a part of one. Bytes are typed as they are."""
        self.to_type += text if isinstance(text, bytes) else (text + end).encode()
        self._write()

    def _write(self, _=None):
        waiting = self.keyboard in SELECTOR.get_map()
        try:
            while self.to_type:
                del self.to_type[: os.write(self.keyboard, self.to_type)]
        except BlockingIOError:
            if not waiting:
                SELECTOR.register(self.keyboard, selectors.EVENT_WRITE, self._write)
            return
        except BrokenPipeError:
            self.to_type.clear()
        if waiting:
            SELECTOR.unregister(self.keyboard)

    def hang_up(self):
        """Ends the input: what a pipe does when there is no more."""
        wait_until(lambda: not self.to_type, f"{self.name} to take all its input")
        os.close(self.keyboard)
        self.keyboard = -1

    def hears(self, pattern, within_s=PATIENCE_S):
        """Waits for a whole line that matches, behind all lines matched before; returns the match."""
        wanted = re.compile(pattern)
        return wait_until(
            lambda: self._next_match(wanted), f"{self.name} to hear /{pattern}/", within_s, self.quote
        )

    def _next_match(self, wanted):
        start = self.read_to
        while (end := self.heard.find(b"\n", start)) >= 0:
            match = wanted.fullmatch(_text(self.heard[start:end]))
            start = end + 1
            if match:
                self.read_to = start
                return match
        return None

    def lines(self):
        """All lines heard so far, without their ends."""
        return [_text(line) for line in self.heard.split(b"\n")[:-1]]

    def count(self, pattern):
        """How many of the lines heard so far match."""
        wanted = re.compile(pattern)
        return sum(1 for line in self.lines() if wanted.fullmatch(line))

    def all_heard(self, within_s=PATIENCE_S):
        """Waits until the program has said its last; returns all of it as text."""
        wait_until(lambda: self.eof, f"the end of {self.name}", within_s, self.quote)
        return bytes(self.heard).decode(errors="replace")

    def quote(self):
        unread = _text(self.heard[self.read_to :])
        return repr(unread[-QUOTED_CHARS:]) if unread else "nothing more"

    def kill(self):
        for stream in (self.screen, self.keyboard):
            if stream >= 0:
                if stream in SELECTOR.get_map():
                    SELECTOR.unregister(stream)
                os.close(stream)
        self.screen = self.keyboard = -1
        super().kill()


def _text(line):
    return bytes(line).decode(errors="replace").strip("\r")


class Relay:
    """Stands between programs and the server and notes the bytes that pass each way."""

    def __init__(self, port):
        self.server_port = port
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.up = bytearray()
        self.down = bytearray()
        self.up_pieces = 0
        self.sockets = [self.listener]
        SELECTOR.register(self.listener, selectors.EVENT_READ, self._accept)
        STARTED.append(self)

    def _accept(self, _):
        near, _ = self.listener.accept()
        far = socket.create_connection((HOST, self.server_port))
        for sock in (near, far):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Telnet's SYNCH is urgent data; without this a byte of it would be missing.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        self.sockets += [near, far]
        SELECTOR.register(near, selectors.EVENT_READ, lambda _: self._pass_on(near, far, True))
        SELECTOR.register(far, selectors.EVENT_READ, lambda _: self._pass_on(far, near, False))

    def _pass_on(self, here, there, upward):
        try:
            piece = here.recv(READ_BYTES)
        except ConnectionError:
            piece = b""
        (self.up if upward else self.down).extend(piece)
        self.up_pieces += upward and bool(piece)
        try:
            if piece:
                there.sendall(piece)
                return
            there.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The other side has gone already.
        SELECTOR.unregister(here)

    def kill(self):
        for sock in self.sockets:
            if sock.fileno() >= 0 and sock in SELECTOR.get_map():
                SELECTOR.unregister(sock)
            sock.close()
