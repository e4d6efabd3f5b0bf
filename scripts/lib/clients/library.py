"""Libraries as clients: each behind a small program that does what it is told and prints what it hears.

Told are the verbs of `client.py` (`say #ops hello`), printed are the events, one a line, in the
words of EVENTS; what a program knows of who is in a channel it prints when asked: `names #ops @ann bob`.
"""

import re

from client import Client
from people import Person

EVENTS = {
    "welcomed": "welcomed",
    "said": "said {channel} {who} {text}",
    "told": "told {who} {text}",
    "acted": "acted {channel} {who} {text}",
    "noticed": "noticed {to} {who} {text}",
    "joined": "joined {channel} {who}",
    "left": "left {channel} {who} .*",
    "gone": "gone {who} .*",
    "renamed": "renamed {who} {nick}",
    "topic": "topic {channel} {who} {text}",
    "mode": "mode {channel} {who} {text}",
    "listed": "listed {channel}",
    "marked": "marked",
    "away": "away {who} {text}",
    "back": "back {who}",
    "online": "online {nick}",
    "offline": "offline {nick}",
}


class Library(Client):
    """A program that drives one library."""

    def __init__(self, kind, argv, wire):
        super().__init__(kind, wire)
        self.person = Person(kind, [*argv, str(wire.port), kind])

    def do(self, verb, *words):
        self.person.type(" ".join((verb, *words)))

    def shows(self, event, **fields):
        fields = {name: re.escape(text) for name, text in fields.items()}
        if event == "announced":
            event, fields = "noticed", {**fields, "to": re.escape(self.nick)}
        self.person.hears(EVENTS[event].format(**fields) + " *")

    def names(self, channel):
        self.do("names", channel)
        return self.person.hears(rf"names {channel} (.*)")[1].split()

    def oddities(self):
        """What the library took for an error."""
        return [line for line in self.person.lines() if line.startswith("error ")]

    def ends(self):
        self.person.ends()

    def quote(self):
        return self.person.quote()
