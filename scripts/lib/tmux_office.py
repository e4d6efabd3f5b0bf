"""Plays a small office in tmux panes; called by scripts/office.

Usage: tmux_office.py HALLWAY-BINARY [--dump]

tmux is driven through its control mode, which tells all that the programs in the panes print: so
whoever waits for a line need not look again and again.
"""

import os
import re
import selectors
import shlex
import shutil
import subprocess
import sys
import tempfile

from people import SELECTOR, NotAsExpected, Person, end_all_at_exit, pump, wait_until
from server import Server

WIDTH, HEIGHT = 200, 50

# Who sits where, and what they use.
PANES = [
    ("ann", "nc.openbsd 127.0.0.1 PORT"),
    ("bob", "inetutils-telnet 127.0.0.1 PORT"),
    ("carol", "nc.openbsd 127.0.0.1 PORT"),
    ("cron", "env PS1='$ ' sh"),
    ("log", "tail -n +1 -f LOG"),
]

ONE_SHOT = r"printf 'cron*\n/msg #ops queue 300\n' | nc.openbsd -N 127.0.0.1 PORT"

# Who types what, and what is then heard, by whom.
SCRIPT = [
    ("ann", "ann", [("ann", "* Hello, ann.")]),
    ("ann", "anybody here?", [("ann", "* You are in #lobby")]),
    ("bob", "bob", [("bob", "* Hello, bob.")]),
    ("bob", "morning all 😀", [("ann", "#lobby bob: morning all 😀")]),
    ("carol", "carol", [("carol", "* Hello, carol.")]),
    ("carol", "morning! Küche ist frei.", [("bob", "#lobby carol: morning! Küche ist frei.")]),
    ("bob", "/msg ann can you cover the desk at 12?", [("ann", "private bob: can you cover")]),
    ("ann", "/reply sure", [("ann", "* To bob."), ("bob", "private ann: sure")]),
    ("ann", "/join #ops", [("ann", "* You have made #ops")]),
    ("cron", ONE_SHOT, [("cron", "* To #ops."), ("ann", "#ops cron: queue 300")]),
    ("ann", "/away At lunch until 13:00", [("ann", "* You are away: At lunch, until")]),
    ("bob", "/msg ann are you there?", [("bob", "* ann is away: At lunch")]),
    ("carol", "/announce fire drill in ten minutes", [("ann", "!!!1 carol: fire drill"), ("bob", "!!!1 carol: fire")]),
    ("bob", "/ack 1", [("bob", "* Noted.")]),
    ("carol", "/rollcall 1", [("carol", "acknowledged: bob")]),
    ("carol", "/board", [("carol", "away       ann")]),
    ("carol", "/jion #ops", [("carol", "Did you mean /join?")]),
]


class Tmux(Person):
    """A tmux server of its own, in control mode."""

    def __init__(self, first_command):
        self.folder = tempfile.mkdtemp(prefix="hallway-office-")
        self.socket = os.path.join(self.folder, "tmux")
        self.said = {}
        self.answer = None
        self.answers = []
        self.parsed_to = 0
        geometry = ["-x", str(WIDTH), "-y", str(HEIGHT)]
        argv = ["tmux", "-u", "-f", "/dev/null", "-S", self.socket, "-C"]
        super().__init__("tmux", [*argv, "new-session", "-s", "office", *geometry, first_command])
        self._next_answer()

    def _next_answer(self):
        wait_until(lambda: self.parse() or self.answers, "an answer of tmux", heard=self.quote)
        return self.answers.pop(0)

    def ask(self, *words):
        """Has tmux do something; returns the lines that it answers."""
        self.type(shlex.join(words))
        return self._next_answer()

    def parse(self):
        """Sorts what tmux has told: answers to commands, and what was printed in each pane."""
        while (end := self.heard.find(b"\n", self.parsed_to)) >= 0:
            line = bytes(self.heard[self.parsed_to : end])
            self.parsed_to = end + 1
            kind = line.split(b" ", 1)[0]
            if kind == b"%begin":
                self.answer = []
            elif kind in (b"%end", b"%error"):
                self.answers.append(self.answer)
                self.answer = None
            elif self.answer is not None:
                self.answer.append(line.decode())
            elif kind == b"%output":
                _, pane, text = line.split(b" ", 2)
                self.said.setdefault(pane.decode(), bytearray()).extend(unescape(text))

    def hears_in(self, pane, text):
        """Waits until a program in a pane has printed a text, behind what was waited for before."""
        wanted = text.encode()

        def happened():
            self.parse()
            return wanted in self.said.get(pane, b"")

        wait_until(happened, f"{text!r} in pane {pane}", heard=lambda: repr(self.said.get(pane)))
        said = self.said[pane]
        del said[: said.find(wanted) + len(wanted)]

    def kill(self):
        # This process is only a client: the tmux server must be told.
        if self.pidfd >= 0:
            subprocess.run(["tmux", "-S", self.socket, "kill-server"], stderr=subprocess.DEVNULL)
            shutil.rmtree(self.folder)
        super().kill()


def unescape(text):
    """tmux writes control characters and backslashes as three octal digits."""
    return re.sub(rb"\\(\d{3})", lambda match: bytes([int(match[1], 8)]), text)


class Office:
    """The server, and a pane for everybody."""

    def __init__(self, binary):
        self.log = tempfile.NamedTemporaryFile(prefix="hallway-office-", suffix=".log")
        self.server = Server(binary, "--name", "chat.office", log_file=self.log)
        calls = [(name, self.fill_in(call)) for name, call in PANES]
        self.tmux = Tmux(calls[0][1])
        self.panes = {}
        for place, (name, call) in enumerate(calls):
            opened = ["split-window", "-t", "office", "-P", "-F", "#{pane_id}", call]
            first = ["display-message", "-p", "#{pane_id}"]
            self.panes[name] = self.tmux.ask(*(opened if place else first))[0]
            self.tmux.ask("select-pane", "-t", self.panes[name], "-T", name)
            self.tmux.ask("select-layout", "-t", "office", "tiled")
        self.tmux.ask("set-option", "-w", "pane-border-status", "top")
        self.tmux.ask("set-option", "-w", "pane-border-format", " #{pane_title} ")
        self.tmux.ask("set-option", "remain-on-exit", "on")

    def fill_in(self, text):
        return text.replace("PORT", str(self.server.port)).replace("LOG", self.log.name)

    def play(self):
        for name in ("ann", "bob", "carol"):
            self.tmux.hears_in(self.panes[name], "* What is your name?")
        for name, typed, heard in SCRIPT:
            pane = self.panes[name]
            self.tmux.ask("send-keys", "-t", pane, "-l", self.fill_in(typed))
            self.tmux.ask("send-keys", "-t", pane, "Enter")
            for hearer, text in heard:
                self.tmux.hears_in(self.panes[hearer], text)
        self.tmux.ask("select-pane", "-t", self.panes["ann"])

    def dump(self):
        for name, pane in self.panes.items():
            print(f"=== {name} ===")
            print("\n".join(self.tmux.ask("capture-pane", "-p", "-t", pane)).rstrip("\n"))

    def wait(self):
        """Until Enter, Ctrl-C, or the end of the tmux session."""
        print(f"The office is open. Look at it:  tmux -u -S {self.tmux.socket} attach")
        print("Inside, Ctrl-b and an arrow go from pane to pane, Ctrl-b d goes away again.")
        print(f"Press Enter here to end it, or type  tmux -S {self.tmux.socket} kill-server")
        ended = []
        SELECTOR.register(sys.stdin, selectors.EVENT_READ, ended.append)
        while not (ended or self.tmux.eof):
            pump()


def main():
    binary, options = sys.argv[1], sys.argv[2:]
    if options not in ([], ["--dump"]):
        sys.exit("usage: scripts/office [--dump]")
    if not options and not sys.stdin.isatty():
        sys.exit("office: nobody could end it without a terminal here: use scripts/office --dump")
    end_all_at_exit()
    try:
        office = Office(binary)
        office.play()
    except NotAsExpected as fault:
        sys.exit(f"office: {fault}")
    if options:
        office.dump()
    else:
        office.wait()


if __name__ == "__main__":
    main()
