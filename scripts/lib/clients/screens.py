"""Clients that want a whole screen, in a tmux window: what counts is what stands on it."""

import re
import shutil
import tempfile

from client import Client
from people import PATIENCE_S, STARTED, NotAsExpected, wait_until

QUOTED_LINES = 12


class Screen(Client):
    """A program on a screen. A dialect says how it is called, told things, and what it shows."""

    def __init__(self, dialect, wire, tmux):
        super().__init__(dialect.KIND, wire)
        self.dialect = dialect
        self.tmux = tmux
        self.home = tempfile.mkdtemp(prefix="hallway-clients-")
        STARTED.append(self)
        self.pane = tmux.open_window(dialect.call(self.home, wire.port, self.nick))
        self.window = None

    def do(self, verb, *words):
        to, text = words[0] if words else "", " ".join(words[1:])
        line = self.dialect.VERBS[verb].format(to=to, text=text, all=" ".join(words))
        self.tmux.keys(self.pane, line)
        # Some commands change the window by themselves.
        self.window = None
        if verb == "join":
            self.is_in(to)

    def is_in(self, channel):
        """Waits for the window of a channel: there is nothing to turn to before."""
        shown = re.compile(self.dialect.CURRENT.format(channel=channel))
        self.wait_for(lambda lines: any(map(shown.search, lines)), f"the window of {channel}")

    def turn_to(self, window):
        if window != self.window:
            self.tmux.keys(self.pane, self.dialect.turn_to(window))
            self.window = window

    def shows(self, event, **fields):
        window, pattern = self.dialect.EVENTS[event]
        window = window.format(**fields)
        fields = {name: re.escape(text) for name, text in fields.items()}
        wanted = re.compile(pattern.format(**fields, me=re.escape(self.nick)))
        self.turn_to(window)
        self.wait_for(lambda lines: any(map(wanted.search, lines)), f"/{wanted.pattern}/ in {window}")

    def names(self, channel):
        self.turn_to(channel)
        before = self.dialect.names(self.lines(), channel)[1]
        self.tmux.keys(self.pane, self.dialect.NAMES.format(channel=channel))

        def answered(lines):
            names, answers = self.dialect.names(lines, channel)
            return answers > before and names

        return self.wait_for(answered, f"names of {channel}")

    def has_names(self, channel, wanted):
        if self.dialect.NAMES:
            return super().has_names(channel, wanted)
        # They stand on the screen all the time, and are drawn a moment after what they follow from.
        self.turn_to(channel)
        wanted = self.comparable(wanted)
        self.wait_for(
            lambda lines: self.comparable(self.dialect.names(lines, channel)[0]) == wanted,
            f"names {wanted} of {channel}",
        )

    def wait_for(self, happened, expected):
        return wait_until(
            lambda: happened(self.lines()), f"{self.kind} to show {expected}", PATIENCE_S, self.quote
        )

    def lines(self):
        try:
            return self.tmux.look_at(self.pane)
        except NotAsExpected:
            return []

    def oddities(self):
        """What the program shows as an error or a numeric that it does not know."""
        self.turn_to(self.dialect.STATUS)
        return [line for line in self.lines() if re.search(self.dialect.ODD, line)]

    def quote(self):
        lines = [line for line in self.lines() if line.strip()]
        return repr(lines[-QUOTED_LINES:])

    def ends(self):
        wait_until(
            lambda: self.pane not in self.tmux.panes(), f"{self.kind} to end", heard=self.quote
        )

    def kill(self):
        shutil.rmtree(self.home, ignore_errors=True)
