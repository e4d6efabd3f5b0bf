"""The Python library `irc` as a client: does what standard input says, prints what it is told.

Usage: client.py PORT NICK
The words of both are in ../library.py.
"""

import os
import select
import sys

from irc.bot import SingleServerIRCBot

HOST = "127.0.0.1"

# How long the library may want to look at its own clock, in seconds.
TICK_S = 5

READ_BYTES = 65_536


def tell(*words):
    print(*words, flush=True)


class Client(SingleServerIRCBot):
    """Its own picture of who is where is the bot's: `self.channels`."""

    def __init__(self, port, nick):
        super().__init__([(HOST, port)], nick, "A Python library")
        self.reactor.add_global_handler("all_events", self.hear, 10)

    def hear(self, _, event):
        said = " ".join(event.arguments)
        who = event.source.nick if event.source and "!" in event.source else "server"
        match event.type:
            case "welcome":
                tell("welcomed")
            case "pubmsg":
                tell("said", event.target, who, said)
            case "privmsg":
                tell("told", who, said)
            case "action":
                tell("acted", event.target, who, said)
            case "pubnotice" | "privnotice":
                tell("noticed", event.target, who, said)
            case "join":
                tell("joined", event.target, who)
            case "part":
                tell("left", event.target, who, said)
            case "quit":
                tell("gone", who, said)
            case "nick":
                tell("renamed", who, event.target)
            case "endofnames":
                tell("listed", event.arguments[0])
            case "nowaway":
                tell("marked")
            case "topic":
                tell("topic", event.target, who, said)
            case "mode":
                tell("mode", event.target, who, said)
            case "away":
                tell("away", said)
            case "730":
                tell("online", said.split("!")[0])
            case "731":
                tell("offline", said)
            case "error":
                tell("ended", event.target or said)
            case "all_raw_messages":
                pass
            case other:
                tell("other", other, said)

    def do(self, line):
        verb, _, rest = line.partition(" ")
        to, _, text = rest.partition(" ")
        server = self.connection
        match verb:
            case "join":
                server.join(to)
            case "leave":
                # The library does not say where the text begins.
                server.part(to, ":" + text)
            case "say":
                server.privmsg(to, text)
            case "act":
                server.action(to, text)
            case "away":
                server.send_items("AWAY", ":" + rest)
            case "back":
                server.send_items("AWAY")
            case "watch":
                server.send_items("MONITOR", "+", to)
            case "topic":
                server.topic(to, text)
            case "mode":
                server.mode(to, text)
            case "rename":
                server.nick(to)
            case "raw":
                server.send_raw(rest)
            case "quit":
                server.quit(rest)
            case "names":
                channel = self.channels.get(to)
                users = channel.users() if channel else ()
                names = ("@" * channel.is_oper(nick) + nick for nick in users)
                tell("names", to, *sorted(names))

    def on_disconnect(self, *_):
        sys.exit()

    # The bot would come back again.
    _on_disconnect = on_disconnect

    def run(self):
        self._connect()
        typed = b""
        while True:
            ready, _, _ = select.select([sys.stdin, *self.reactor.sockets], [], [], TICK_S)
            if sys.stdin in ready:
                piece = os.read(sys.stdin.fileno(), READ_BYTES)
                if not piece:
                    return
                *lines, typed = (typed + piece).split(b"\n")
                for line in lines:
                    self.do(line.decode())
            self.reactor.process_data([sock for sock in ready if sock is not sys.stdin])
            self.reactor.process_timeout()


Client(int(sys.argv[1]), sys.argv[2]).run()
