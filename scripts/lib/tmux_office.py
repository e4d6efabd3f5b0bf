"""Plays a small office in tmux panes; called by scripts/office.

Usage: tmux_office.py HALLWAY-BINARY [--dump]

"""

import selectors
import sys
import tempfile

from people import SELECTOR, NotAsExpected, end_all_at_exit, pump
from server import Server
from tmux import Tmux

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
            self.tmux.keys(pane, self.fill_in(typed))
            for hearer, text in heard:
                self.tmux.hears_in(self.panes[hearer], text)
        self.tmux.ask("select-pane", "-t", self.panes["ann"])

    def dump(self):
        for name, pane in self.panes.items():
            print(f"=== {name} ===")
            print("\n".join(self.tmux.look_at(pane)).rstrip("\n"))

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
