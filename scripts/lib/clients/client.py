"""What all clients have in common, so that one play is played by all of them."""

from people import NotAsExpected


class Client:
    """A client at work. `do` takes these verbs:

    join CHANNEL, leave CHANNEL TEXT, say TO TEXT, act CHANNEL TEXT, away TEXT, back, watch NICK,
    topic CHANNEL TEXT, mode CHANNEL CHANGES, rename NICK, raw LINE, quit TEXT

    `shows` waits for one of the events of `library.EVENTS`.
    """

    def __init__(self, kind, wire):
        self.kind = kind
        self.nick = kind
        self.wire = wire
        # Whether the client's own picture can be trusted to say who is operator.
        self.knows_operators = True

    def do(self, verb, *words):
        raise NotImplementedError

    def shows(self, event, **fields):
        raise NotImplementedError

    def names(self, channel):
        """Who is in a channel by the client's own picture, operators with `@`."""
        raise NotImplementedError

    def has_names(self, channel, wanted):
        """Asks for the names; what has been shown before must be in the picture."""
        names, wanted = self.comparable(self.names(channel)), self.comparable(wanted)
        if names != wanted:
            raise NotAsExpected(f"expected {wanted}, heard {names!r}")

    def comparable(self, names):
        return sorted(name if self.knows_operators else name.lstrip("@") for name in names)
