"""A tmux server as a stage for programs that want a whole screen.

tmux is driven through its control mode, which tells all that the programs in the panes print: so
whoever waits for a line need not look again and again.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile

from people import Person, wait_until


class Tmux(Person):
    """A tmux server of its own, in control mode."""

    def __init__(self, first_command, width=200, height=50):
        self.folder = tempfile.mkdtemp(prefix="hallway-tmux-")
        self.socket = os.path.join(self.folder, "tmux")
        self.said = {}
        self.answer = None
        self.answers = []
        self.parsed_to = 0
        geometry = ["-x", str(width), "-y", str(height)]
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

    def open_window(self, command):
        """Runs a command in a window of its own; returns the pane."""
        opened = ["new-window", "-d", "-t", "office", "-P", "-F", "#{pane_id}", command]
        return self.ask(*opened)[0]

    def keys(self, pane, text):
        """Types a line in a pane."""
        self.ask("send-keys", "-t", pane, "-l", "--", text)
        self.ask("send-keys", "-t", pane, "Enter")

    def panes(self):
        """All panes in which a program still runs."""
        return self.ask("list-panes", "-s", "-F", "#{pane_id}")

    def look_at(self, pane):
        """What stands on the screen of a pane, line by line."""
        return self.ask("capture-pane", "-p", "-t", pane)

    def kill(self):
        # This process is only a client: the tmux server must be told.
        if self.pidfd >= 0:
            subprocess.run(["tmux", "-S", self.socket, "kill-server"], stderr=subprocess.DEVNULL)
            shutil.rmtree(self.folder)
        super().kill()


def unescape(text):
    """tmux writes control characters and backslashes as three octal digits."""
    return re.sub(rb"\\(\d{3})", lambda match: bytes([int(match[1], 8)]), text)
