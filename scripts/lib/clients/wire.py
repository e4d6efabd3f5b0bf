"""What passes between a client and the server, line by line, and what must never pass."""

import re
from dataclasses import dataclass

from people import Relay

# A message without its tags, line end included (RFC 1459, message-tags).
MESSAGE_BYTES_MAX = 512

# That a command is unknown, or has too few parameters.
COMPLAINTS = ("421", "461")


@dataclass(frozen=True)
class Line:
    """One line; `up` goes to the server."""

    up: bool
    raw: bytes

    @property
    def text(self):
        return self.raw.decode(errors="replace").rstrip("\r\n")

    def message(self):
        """The line without its tags."""
        return self.raw.split(b" ", 1)[-1] if self.raw.startswith(b"@") else self.raw

    def command(self):
        words = self.message().decode(errors="replace").split()
        place = 1 if words and words[0].startswith(":") else 0
        return words[place].upper() if place < len(words) else ""


class Wire(Relay):
    """Stands between one client and the server, and writes all lines down in a file too."""

    def __init__(self, name, port, folder):
        super().__init__(port)
        self.name = name
        self.lines = []
        self.file = open(f"{folder}/{name}.log", "wb")

    def _pass_on(self, here, there, upward):
        super()._pass_on(here, there, upward)
        way = self.up if upward else self.down
        while (end := way.find(b"\n")) >= 0:
            line = Line(upward, bytes(way[: end + 1]))
            del way[: end + 1]
            self.lines.append(line)
            arrow = b"->" if upward else b"<-"
            self.file.write(b"%s %s %s\n" % (self.name.encode(), arrow, line.text.encode()))
            self.file.flush()

    def sent(self, pattern):
        """The lines of the client that match."""
        return [line.text for line in self.lines if line.up and re.match(pattern, line.text)]

    def got(self, pattern):
        """The lines of the server that match."""
        return [line.text for line in self.lines if not line.up and re.match(pattern, line.text)]

    def complaints(self):
        """What the server did not understand or took for incomplete."""
        return [line.text for line in self.lines if not line.up and line.command() in COMPLAINTS]

    def early_errors(self):
        """`ERROR` anywhere but at the end."""
        down = [line for line in self.lines if not line.up]
        return [line.text for line in down[:-1] if line.command() == "ERROR"]

    def long_lines(self):
        return [line.text for line in self.lines if len(line.message()) > MESSAGE_BYTES_MAX]

    def kill(self):
        super().kill()
        self.file.close()
