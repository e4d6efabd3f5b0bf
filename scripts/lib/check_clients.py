"""Plays a day in the office with real IRC clients and libraries; called by scripts/check-clients.

Usage: check_clients.py HALLWAY-BINARY FOLDER [WORD ...]

In FOLDER are the libraries; what passes between the clients and the server is written down there,
in wire/. With WORDs, only the clients with one of them in their name play.
"""

import os
import subprocess
import sys
import tempfile

CLIENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clients")
sys.path.append(CLIENTS)

import irssi
import weechat
from library import Library
from people import HOST, NotAsExpected, Person, end_all_at_exit
from report import Report, expect
from screens import Screen
from server import Server
from tmux import Tmux
from wire import Wire

CHANNEL = "#ops"

# Wide enough for every line, high enough for all of them.
WIDTH, HEIGHT = 230, 250

# So long that an IRC client hears it in several messages, in bytes.
LONG_BYTES = 1_400

# The crate takes whoever is called something else for somebody without a rank.
FORGETS_OPERATORS_BY_RENAMING = "rust-irc"

# They have asked for away-notify, and say so.
HEAR_OF_ABSENCE = ("rust-irc", "irc-framework")

PASSWORD = "a long and quiet word"

TIME = r"\d\d:\d\d"


def operator(binary):
    """The configuration of an operator of the server."""
    argv = [binary, "passwd", "--iterations", "4096"]
    verifier = subprocess.run(argv, input=f"{PASSWORD}\n", capture_output=True, text=True, check=True)
    return f'[[operator]]\nname = "boss"\nverifier = "{verifier.stdout.strip()}"\n'


class Office:
    """The server, somebody with a netcat, and all clients; each step is played by all of them."""

    def __init__(self, binary, folder, words):
        self.folder = folder
        self.words = words
        self.config = tempfile.NamedTemporaryFile("w", suffix=".toml")
        self.config.write(operator(binary))
        self.config.flush()
        options = ["--irc", f"{HOST}:0", "--name", "chat.office", "--pace", "off"]
        self.server = Server(binary, *options, "--config", self.config.name)
        self.irc_port = int(self.server.hears(rf"hallway: irc on {HOST}:(\d+)")[1])
        self.tmux = Tmux("cat", WIDTH, HEIGHT)
        self.desk = self.netcat("desk", CHANNEL)
        self.clients = []

    def netcat(self, name, channel):
        person = Person(name, ["nc.openbsd", HOST, str(self.server.port)])
        person.hears(r"\* What is your name\?")
        person.type(name)
        person.hears(rf"\* Hello, {name}\..*")
        person.type(f"/join {channel}")
        person.hears(rf"\* You (are in|have made) {channel}.*")
        return person

    def all_kinds(self):
        """How each client is started, by name."""
        python = [f"{self.folder}/python/bin/python", f"{CLIENTS}/python/client.py"]
        node = ["env", "-C", f"{self.folder}/node", "node", f"{CLIENTS}/node/client.mjs"]
        rust = [f"{self.folder}/rust/debug/rust-client"]
        kinds = {
            "irssi": lambda wire: Screen(irssi, wire, self.tmux),
            "weechat": lambda wire: Screen(weechat, wire, self.tmux),
            "python-irc": lambda wire: Library("python-irc", python, wire),
            "rust-irc": lambda wire: Library("rust-irc", rust, wire),
            "irc-framework": lambda wire: Library("irc-framework", node, wire),
        }
        return {
            kind: start
            for kind, start in kinds.items()
            if not self.words or any(word in kind for word in self.words)
        }

    def others(self, client):
        return [other for other in self.clients if other is not client]

    def nicks(self, mark=""):
        return [mark + client.nick for client in self.clients]


STEPS = []


def step(play):
    """The functions marked so are played in order."""
    STEPS.append(play)
    return play


@step
def arriving(office, check):
    for kind, start in office.all_kinds().items():
        with check(f"{kind} registers, joins, and all others see it"):
            client = start(Wire(kind, office.irc_port, f"{office.folder}/wire"))
            client.shows("welcomed")
            client.do("join", CHANNEL)
            office.desk.hears(rf"\* {kind} joined {CHANNEL}\.")
            client.shows("joined", channel=CHANNEL, who=kind)
            client.shows("listed", channel=CHANNEL)
            for present in office.clients:
                present.shows("joined", channel=CHANNEL, who=kind)
            # Whoever does not come so far plays no more.
            office.clients.append(client)
    for client in office.clients:
        with check(f"{client.kind} knows who is there"):
            client.has_names(CHANNEL, ["@desk", *office.nicks()])


@step
def talking(office, check):
    office.desk.type("Grüße 😀 an alle")
    office.desk.type("/me waves")
    office.desk.type(f"/notice {CHANNEL} the printer is back")
    office.desk.type("x" * LONG_BYTES + " the end")
    for client in office.clients:
        with check(f"{client.kind} hears a netcat: what is said, done, noted, and a long line to its end"):
            client.shows("said", channel=CHANNEL, who="desk", text="Grüße 😀 an alle")
            client.shows("acted", channel=CHANNEL, who="desk", text="waves")
            client.shows("noticed", to=CHANNEL, who="desk", text="the printer is back")
            wait_for_end_of_long_line(client)
    for client in office.clients:
        with check(f"{client.kind} is heard by a netcat and by all other clients"):
            client.do("say", CHANNEL, f"Grüße 😀 von {client.kind}")
            office.desk.hears(rf"{TIME} {CHANNEL} {client.nick}: Grüße 😀 von {client.kind}")
            client.do("act", CHANNEL, f"waves as {client.kind}")
            office.desk.hears(rf"{TIME} {CHANNEL} \* {client.nick} waves as {client.kind}")
            for other in office.others(client):
                other.shows("said", channel=CHANNEL, who=client.nick, text=f"Grüße 😀 von {client.kind}")
                other.shows("acted", channel=CHANNEL, who=client.nick, text=f"waves as {client.kind}")
    for client in office.clients:
        with check(f"{client.kind} talks privately with a netcat"):
            office.desk.type(f"/msg {client.nick} can you cover the desk?")
            client.shows("told", who="desk", text="can you cover the desk?")
            client.do("say", "desk", f"{client.kind} can")
            office.desk.hears(rf"{TIME} private {client.nick}: {client.kind} can")


def wait_for_end_of_long_line(client):
    """It is shown in pieces, which each client breaks on its own: the wire has all of it."""
    heard = "".join(line.rpartition(":")[2] for line in client.wire.got(r".*:desk!\S+ PRIVMSG \S+ :x"))
    heard += "".join(line.rpartition(":")[2] for line in client.wire.got(r".*:desk!\S+ PRIVMSG \S+ :.*the end$"))
    expect(heard.count("x") >= LONG_BYTES and "the end" in heard, "all of the line", heard[-80:])


@step
def presence(office, check):
    for client in office.clients:
        with check(f"{client.kind} goes away and comes back"):
            office.desk.type(f"/watch {client.nick}")
            office.desk.hears(rf"\* You watch {client.nick}.*")
            client.do("away", "At lunch")
            office.desk.hears(rf"\* {client.nick} is away: At lunch\.")
            # irssi does not say that it is back unless it knows that it was away.
            client.shows("marked")
            client.do("back")
            office.desk.hears(rf"\* {client.nick} is back\.")
    office.desk.type("/away In a meeting")
    office.desk.hears(r"\* You are away: In a meeting\.")
    for client in office.clients:
        with check(f"{client.kind} shows that somebody is away"):
            client.do("say", "desk", "are you there?")
            client.shows("away", who="desk", text="In a meeting")
    office.desk.type("/back")
    for client in office.clients:
        if client.kind in HEAR_OF_ABSENCE:
            with check(f"{client.kind} hears that somebody is back"):
                client.shows("back", who="desk")
    for client in office.clients:
        client.do("watch", "late")
        fence(office, client)
    late = office.netcat("late", "#other")
    for client in office.clients:
        with check(f"{client.kind} shows that somebody it watches has come"):
            client.shows("online", nick="late")
    late.type("/quit")
    late.hears(r"\* Goodbye, late\.")
    for client in office.clients:
        with check(f"{client.kind} shows that somebody it watches has gone"):
            client.shows("offline", nick="late")


def fence(office, client):
    """When this returns, the server has heard all that the client was told to say."""
    client.do("say", "desk", f"fence of {client.kind}")
    office.desk.hears(rf"{TIME} private {client.nick}: fence of {client.kind}")


@step
def topics_and_modes(office, check):
    office.desk.type("/topic the printer is back")
    for client in office.clients:
        with check(f"{client.kind} shows a new topic"):
            client.shows("topic", channel=CHANNEL, who="desk", text="the printer is back")
    for client in office.clients:
        with check(f"{client.kind} becomes an operator of the channel, sets a topic and a mode"):
            office.desk.type(f"/op {client.nick}")
            client.shows("mode", channel=CHANNEL, who="desk", text=f"+o {client.nick}")
            client.do("topic", CHANNEL, f"a topic of {client.kind}")
            office.desk.hears(rf"\* {client.nick} set the topic of {CHANNEL}: a topic of {client.kind}")
            client.do("mode", CHANNEL, "+t")
            office.desk.hears(rf"\* {client.nick} set \+t on {CHANNEL}.*")
            office.desk.type("/mode -t")
            office.desk.hears(rf"\* desk set -t on {CHANNEL}.*")
    for client in office.clients:
        with check(f"{client.kind} shows the last of it, and who is operator"):
            client.shows("mode", channel=CHANNEL, who=office.clients[-1].nick, text="+t")
            client.has_names(CHANNEL, ["@desk", *office.nicks("@")])


@step
def announcing(office, check):
    office.desk.type("/announce fire drill in ten minutes")
    for client in office.clients:
        with check(f"{client.kind} shows an announcement"):
            client.shows("announced", who="desk", text="!!!1 fire drill in ten minutes")
    for number, client in enumerate(office.clients, 2):
        with check(f"{client.kind} announces"):
            client.do("raw", f"ANNOUNCE :cake from {client.kind}")
            office.desk.hears(rf"{TIME} !!!{number} {client.nick}: cake from {client.kind}")


@step
def renaming(office, check):
    office.desk.type("/nick chief")
    for client in office.clients:
        with check(f"{client.kind} shows another's new name"):
            client.shows("renamed", channel=CHANNEL, who="desk", nick="chief")
    for client in office.clients:
        with check(f"{client.kind} takes a new name"):
            before, client.nick = client.nick, f"{client.kind}-2"
            client.do("rename", client.nick)
            office.desk.hears(rf"\* {before} is now called {client.nick}\.")
            for present in office.clients:
                present.shows("renamed", channel=CHANNEL, who=before, nick=client.nick)
                present.knows_operators = present.kind != FORGETS_OPERATORS_BY_RENAMING
    for client in office.clients:
        with check(f"{client.kind} knows everybody by the new name"):
            client.has_names(CHANNEL, ["@chief", *office.nicks("@")])


@step
def killing(office, check):
    names = ["@chief", *office.nicks("@")]
    for client in office.clients:
        name = f"loud-{client.kind}"
        loud = office.netcat(name, CHANNEL)
        with check(f"{client.kind} becomes an operator of the server and kills, and all see it"):
            client.do("raw", f"OPER boss :{PASSWORD}")
            client.do("raw", f"KILL {name} :too loud")
            loud.hears(rf"\* {client.nick} has put you off the server \(too loud\)\.")
            for present in office.clients:
                present.shows("gone", channel=CHANNEL, who=name)
                present.has_names(CHANNEL, names)


@step
def leaving(office, check):
    here = list(office.clients)
    for client in office.clients:
        with check(f"{client.kind} leaves the channel with a word, and all others see it"):
            client.do("leave", CHANNEL, "too loud here")
            office.desk.hears(rf"\* {client.nick} left {CHANNEL} \(too loud here\)\.")
            here.remove(client)
            for present in here:
                present.shows("left", channel=CHANNEL, who=client.nick)
                present.has_names(CHANNEL, ["@chief", *("@" + other.nick for other in here)])
    for client in office.clients:
        with check(f"{client.kind} comes back, and sees who is there"):
            client.do("join", CHANNEL)
            office.desk.hears(rf"\* {client.nick} joined {CHANNEL}\.")
            here.append(client)
            client.shows("joined", channel=CHANNEL, who=client.nick)
            client.shows("listed", channel=CHANNEL)
            client.has_names(CHANNEL, ["@chief", *(other.nick for other in here)])
    for client in office.clients:
        with check(f"{client.kind} has shown nothing as an error"):
            oddities = client.oddities()
            expect(not oddities, "nothing", oddities)
    for client in office.clients:
        with check(f"{client.kind} quits with a word and ends, and all others see it"):
            client.do("quit", "gone home")
            office.desk.hears(rf"\* {client.nick} has gone \(gone home\)\.")
            here.remove(client)
            for present in here:
                present.shows("gone", channel=CHANNEL, who=client.nick)
                present.has_names(CHANNEL, ["@chief", *(other.nick for other in here)])
            client.ends()


@step
def what_was_on_the_wire(office, check):
    for client in office.clients:
        faults = {
            "sent nothing that the server does not understand": client.wire.complaints(),
            "heard ERROR at the end and no earlier": client.wire.early_errors(),
            "neither sent nor was sent too long a line": client.wire.long_lines(),
        }
        for what, found in faults.items():
            with check(f"{client.kind} {what}"):
                expect(client.wire.lines and not found, "nothing of the kind", found[:3])


def main():
    binary, folder, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    end_all_at_exit()
    os.makedirs(f"{folder}/wire", exist_ok=True)
    report = Report()
    office = Office(binary, folder, words)
    for play in STEPS:
        print(f"# {play.__name__.replace('_', ' ')}", flush=True)
        try:
            play(office, report.check)
        except (NotAsExpected, OSError) as fault:
            with report.check(f"{play.__name__.replace('_', ' ')} is played to its end"):
                raise fault
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
