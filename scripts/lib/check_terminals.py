"""Plays a small office with the real programs; called by scripts/check-terminals.

Usage: check_terminals.py HALLWAY-BINARY [WORD ...]

With WORDs, only the scenes with one of them in their name are played.
"""

import os
import re
import shlex
import signal
import socket
import sys
import tempfile
import time

from people import (
    HOST,
    NotAsExpected,
    Person,
    Relay,
    end_all,
    end_all_at_exit,
    wait_until,
)
from programs import HALF_CLOSING, NEGOTIATING, PROGRAMS, WITH_COMMANDS
from report import Report, expect
from server import Server

SCRIPTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

TIME = r"\d\d:\d\d"
IAC = b"\xff"
INTERRUPT = b"\xff\xf4"
WILL_ECHO, WONT_ECHO, DO_ECHO = b"\xff\xfb\x01", b"\xff\xfc\x01", b"\xff\xfd\x01"

# How long an answer to a half-closed connection and a goodbye may take, in seconds.
AT_ONCE_S = 1.0

# Longer than the checks take, in seconds.
LUNCH_S = 6 * 3_600

NETCATS = 200

# What a telnet client and the server may say to each other in telnet commands, in bytes.
NEGOTIATION_BYTES_MAX = 200

SLOW_LINE_BYTES = 3_900
SLOW_LINES_PER_ROUND = 25
SLOW_ROUNDS_MAX = 600
PROMPT_S = 2.0

SCENES = []


def scene(play):
    """The functions marked so are played in order, each with a server of its own."""
    SCENES.append(play)
    return play


class Stage:
    """What a scene is played on: the server, and those who come in."""

    def __init__(self, binary, report):
        self.binary = binary
        self.check = report.check
        self.server = None

    def open(self, *options, data="none"):
        self.server = Server(self.binary, *options, data=data)

    def connect(self, name, program=PROGRAMS[0], port=None, tty=True):
        """Starts a program; it has not said anything yet."""
        return Person(name, program.argv(port or self.server.port), tty)

    def enter(self, name, program=PROGRAMS[0], port=None, tty=True):
        """Starts a program and gives the name."""
        person = self.connect(name, program, port, tty)
        person.hears(r".*What is your name\?")
        person.type(name)
        person.hears(rf"\* Hello, {name}\..*")
        return person

    def seat(self, name, channel=None, **how):
        """Starts a program, gives the name, and waits until the person is in a channel."""
        person = self.enter(name, **how)
        if channel:
            person.type(f"/join {channel}")
        person.hears(r"\* You (are in|have made) #.*" if not channel else rf"\* You .*{channel}.*")
        return person

    def shell(self, line, name="sh"):
        """Runs a line of shell in which PORT stands for the server's port."""
        return Person(name, ["bash", "-c", line.replace("PORT", str(self.server.port))])


def said(place, name, text):
    return rf"{TIME} {place} {name}: {text}"


def telnet_commands(wire):
    """How many bytes of telnet commands there are: those of negotiations, mostly."""
    return sum(len(command) for command in re.findall(rb"\xff[\xfb-\xfe].|\xff[^\xfb-\xff]", wire, re.S))


@scene
def everybody_talks(stage):
    stage.open("--name", "chat.office")
    people = []
    for program in PROGRAMS:
        with stage.check(f"{program.name} joins by name"):
            person = stage.enter(program.nick(), program)
            people.append((program, person))
    for program, person in people:
        name = program.nick()
        with stage.check(f"{program.name} is heard by all others, umlauts and emoji too"):
            person.type(f"Grüße 😀 von {name}")
            for _, other in people:
                if other is not person:
                    other.hears(said("#lobby", name, f"Grüße 😀 von {name}"))
    for program, person in people:
        with stage.check(f"{program.name} hears all others, in order"):
            heard = [line for line in person.lines() if "Grüße 😀 von" in line and re.match(TIME, line)]
            names = [re.match(said("#lobby", "(.*)", ".*"), line)[1] for line in heard]
            wanted = [other.nick() for other, _ in people if other is not program]
            expect(names[-len(wanted):] == wanted, f"lines of {wanted}", names)
    for program, person in people:
        if not program.speaks_telnet:
            with stage.check(f"{program.name} sees no telnet byte"):
                person.type("/help")
                person.type("/ping end")
                person.hears(r"\* Pong: end")
                expect(IAC not in person.heard, "no byte 255", bytes(person.heard)[-80:])
    with stage.check("SIGTERM says goodbye to all ten programs and ends with status 0"):
        began = time.monotonic()
        status = stage.server.says_goodbye(AT_ONCE_S)
        took_s = time.monotonic() - began
        expect(status == 0 and took_s < AT_ONCE_S, "status 0 within 1 s", (status, took_s))
        for _, person in people:
            person.hears(r"\* hallway is closing down\. Goodbye\.")


@scene
def an_office_morning(stage):
    stage.open("--name", "chat.office")
    ann = stage.seat("ann")
    bob = stage.seat("bob", program=WITH_COMMANDS[0])
    carol = stage.seat("carol", program=WITH_COMMANDS[1])
    with stage.check("comings and goings are told in a small channel"):
        ann.hears(r"\* bob joined #lobby\.")
        ann.hears(r"\* carol joined #lobby\.")
    with stage.check("a private message is heard and answered with /reply"):
        bob.type("/msg ann can you cover the desk at 12?")
        ann.hears(said("private", "bob", r"can you cover the desk at 12\?"))
        ann.type("/reply sure")
        bob.hears(said("private", "ann", "sure"))
    with stage.check("who writes to somebody away is told so, once"):
        until = time.strftime("%H:%M", time.localtime(time.time() + LUNCH_S))
        ann.type(f"/away At lunch until {until}")
        ann.hears(rf"\* You are away: At lunch, until (.* )?{until}\.")
        bob.type("/msg ann are you there?")
        bob.hears(r"\* ann is away: At lunch.*")
        bob.type("/msg ann hello?")
        bob.type("/ping once")
        bob.hears(r"\* Pong: once")
        told = bob.count(r"\* ann is away: .*")
        expect(told == 1, "it told once", told)
    with stage.check("the board tells who is free"):
        carol.type("/board #lobby")
        carol.hears(r"\* #lobby: 2 available, 1 away.*")
        carol.hears(rf"\*   away +ann +At lunch, .*until (.* )?{until}")
    with stage.check("an announcement reaches everyone and is acknowledged"):
        carol.type("/announce fire drill in ten minutes")
        for person in (ann, bob):
            person.hears(rf"{TIME} !!!1 carol: fire drill in ten minutes")
        bob.type("/ack 1")
        bob.hears(r"\* Noted\. .*")
        carol.type("/rollcall 1")
        carol.hears(r"\*   acknowledged: bob")
    with stage.check("a mistyped command is answered with the one that was meant"):
        bob.type("/jion #ops")
        bob.hears(r"\*! /jion is not a command\. Did you mean /join\?.*")
    with stage.check("a held session hears nothing until /go"):
        ann.type("/hold")
        ann.type("/ping held")
        ann.hears(r"\* Pong: held")
        carol.type("while you typed")
        bob.hears(said("#lobby", "carol", "while you typed"))
        expect(not ann.count(said("#lobby", "carol", ".*")), "nothing", ann.lines()[-3:])
        ann.type("/go")
        ann.hears(said("#lobby", "carol", "while you typed"))
    with stage.check("/quit says goodbye and the program ends"):
        bob.type("/quit")
        bob.hears(r"\* Goodbye, bob\.")
        bob.ends()
        ann.hears(r"\* bob has gone.*")


@scene
def telnet_negotiations(stage):
    stage.open()
    desk = stage.seat("desk")
    for program in NEGOTIATING:
        with stage.check(f"{program.name} negotiates, is refused, and talks; nothing loops"):
            relay = Relay(stage.server.port)
            person = stage.enter(program.nick(), program, relay.port)
            person.type("all is well 😀")
            desk.hears(said("#lobby", program.nick(), "all is well 😀"))
            asked, answered = telnet_commands(relay.up), telnet_commands(relay.down)
            expect(0 < asked <= NEGOTIATION_BYTES_MAX, "a bounded negotiation", asked)
            expect(0 < answered <= asked, "no more answers than questions", (asked, answered))
            for token in ("one", "two"):
                person.type(f"/ping {token}")
                person.hears(rf"\* Pong: {token}")
            after = telnet_commands(relay.up), telnet_commands(relay.down)
            expect(after == (asked, answered), f"no more than {(asked, answered)}", after)
            person.kill()
            relay.kill()
    for program in PROGRAMS:
        if program.speaks_telnet and "plink" not in program.name:
            with stage.check(f"the server does not negotiate first with {program.name}"):
                relay = Relay(stage.server.port)
                person = stage.seat(program.nick(), program=program, port=relay.port)
                expect(IAC not in relay.down, "no byte 255", bytes(relay.down))
                person.kill()
                relay.kill()


@scene
def passwords_unseen(stage):
    with tempfile.TemporaryDirectory() as data:
        stage.open(data=data)
        for program in NEGOTIATING:
            with stage.check(f"{program.name} does not show a password that is asked for"):
                relay = Relay(stage.server.port)
                name = program.nick()
                person = stage.enter(name, program, relay.port)
                person.type("/register")
                person.hears(r".*\* Password:")
                wait_until(lambda: DO_ECHO in relay.up, "DO ECHO on the wire", heard=person.quote)
                person.type("tulip-9")
                person.hears(rf".*\* {name} is yours from now on.*")
                expect(b"tulip-9" not in person.heard, "nothing of it", person.quote())
                expect(WILL_ECHO in relay.down and WONT_ECHO in relay.down, "both", bytes(relay.down))
                person.type("/logout")
                person.hears(r".*\* You are logged out.*")
                expect(b"/logout" in person.heard, "what is typed later is shown", person.quote())
                person.kill()
                relay.kill()
        with stage.check("a netcat is told how to type a password, and hears no byte of telnet"):
            heard = stage.shell(f"printf 'cat\n/register\n/login\n' | nc.openbsd -N {HOST} PORT").all_heard()
            expect("*! Type it like this: /register [mail ADDRESS] PASSWORD" in heard, "how to type it", heard)
            expect("\xff" not in heard and "Password:" not in heard, "no telnet", heard)


def telnet_command(person, words):
    """Types at telnet's own prompt; when this returns, telnet has its keyboard again."""
    fence(person)
    before = len(person.heard)
    person.type(b"\x1d")
    wait_until(
        lambda: person.heard.endswith(b"> ", before), "telnet's own prompt", heard=person.quote
    )
    person.type(words)
    fence(person)


def fence(person):
    """When this returns, the server has heard all that was typed, and the program what was answered."""
    token = f"fence-{len(person.heard)}"
    person.type(f"/ping {token}")
    person.hears(rf".*\* Pong: {token}")


@scene
def telnet_commands_and_keys(stage):
    stage.open()
    desk = stage.seat("desk")
    for program in WITH_COMMANDS:
        name = program.nick()
        relay = Relay(stage.server.port)
        person = stage.seat(name, program=program, port=relay.port)
        with stage.check(f"{program.name}: AYT is answered"):
            telnet_command(person, "send ayt")
            answers = person.count(r".*\* Yes, hallway is here\.")
            expect(answers == 1, "one answer", answers)
        with stage.check(f"{program.name}: options asked for again and again are refused each time"):
            for words in ("mode character", "mode line", "toggle binary", "send do 1", "send will 31"):
                telnet_command(person, words)
        with stage.check(f"{program.name}: ^C, NOP, AO and BRK leave no trace in what is said"):
            person.type(b"nonsense\x03")
            # Telnet empties its keyboard at ^C: only what is typed behind that counts.
            wait_until(lambda: INTERRUPT in relay.up, "an interrupt on the wire", heard=person.quote)
            for words in ("send nop", "send ao", "send brk"):
                telnet_command(person, words)
            person.type("sense")
            desk.hears(said("#lobby", name, "sense"))
        with stage.check(f"{program.name}: a line survives the emoji that telnet takes for a key"):
            person.type("before 😃 after")
            desk.hears(said("#lobby", name, "before (😃|\ufffd) after"))
        person.kill()
        relay.kill()
        with stage.check(f"{program.name}: SYNCH, which is urgent data, leaves no trace in what is said"):
            person = stage.seat(f"{name}-2", program=program)
            telnet_command(person, "send synch")
            person.type("sense")
            desk.hears(said("#lobby", person.name, "sense"))
            person.kill()
    with stage.check("inetutils telnet -E sends the emoji that would open its prompt"):
        port = stage.server.port
        person = Person("open", ["inetutils-telnet", "-E", HOST, str(port)], tty=True)
        person.type("open")
        person.hears(r"\* Hello, open\..*")
        person.type("before 😝 after")
        desk.hears(said("#lobby", "open", "before (😝|\ufffd) after"))
    with stage.check("AYT from a netcat is answered with a line it can read"):
        one = stage.shell(rf"printf 'ayt\n\377\366/ping x\n' | nc.openbsd -N {HOST} PORT")
        heard = one.all_heard()
        expect("* Yes, hallway is here.\r\n* Pong: x\r\n" in heard, "both answers", heard)


@scene
def one_shots(stage):
    stage.open()
    ann = stage.seat("ann", channel="#ops")
    for program in HALF_CLOSING:
        with stage.check(f"{program.name}: a one-shot is carried out, answered and closed at once"):
            for round in (1, 2):
                began = time.monotonic()
                words = shlex.join(program.argv(stage.server.port))
                one = stage.shell(rf"printf 'cron*\n/msg #ops queue 300\n/ping {round}\n' | {words}")
                heard = one.all_heard()
                status, took_s = one.ends(), time.monotonic() - began
                wanted = rf"(?s).*\* Hello, cron\..*\r\n\* To #ops\.\r\n\* Pong: {round}\r\n"
                expect(re.fullmatch(wanted, heard), "every answer, under the same name", heard)
                expect("You are in" not in heard, "no visit to the lobby", heard)
                expect((status, took_s < AT_ONCE_S) == (0, True), "status 0 within 1 s", (status, took_s))
                ann.hears(said("#ops", "cron", "queue 300"))
        with stage.check(f"{program.name}: an unterminated last line counts"):
            one = stage.shell(rf"printf 'cron*\n/msg #ops the last' | {words}")
            heard = one.all_heard()
            expect(heard.endswith("* To #ops.\r\n"), "To #ops.", heard)
            ann.hears(said("#ops", "cron", "the last"))
    with stage.check("nc.traditional, which cannot half-close, posts with /quit"):
        one = stage.shell(rf"printf 'cron*\n/msg #ops old\n/quit\n' | nc.traditional {HOST} PORT")
        heard = one.all_heard()
        expect(heard.endswith("* To #ops.\r\n* Goodbye, cron.\r\n"), "answer and goodbye", heard)
        ann.hears(said("#ops", "cron", "old"))
    with stage.check("two at once are cron and cron2, and cron is free again right behind them"):
        two = [stage.connect(f"nc{n}", HALF_CLOSING[0], tty=False) for n in (1, 2)]
        for person, name in zip(two, ("cron", "cron2")):
            person.type("cron*")
            person.hears(rf"\* Hello, {name}\..*")
            person.type(f"/msg #ops from {name}")
            ann.hears(said("#ops", name, f"from {name}"))
        for person in two:
            person.hang_up()
            person.ends()
        third = stage.shell(rf"printf 'cron*\n' | nc.openbsd -N {HOST} PORT").all_heard()
        expect("* Hello, cron. " in third, "Hello, cron.", third)
    with stage.check("twenty at once lose nothing"):
        crowd = [
            stage.shell(rf"printf 'cron*\n/msg #ops load {n}.\n' | nc.openbsd -N {HOST} PORT")
            for n in range(20)
        ]
        for one in crowd:
            heard = one.all_heard()
            expect(heard.endswith("* To #ops.\r\n"), "To #ops.", heard)
        wait_until(
            lambda: ann.count(rf"{TIME} #ops cron\d*: load \d+\.") == 20, "20 lines", heard=ann.quote
        )
        loads = {line.split()[-1] for line in ann.lines() if " load " in line}
        expect(len(loads) == 20, "20 different lines", loads)
    with stage.check("more lines than the pace allows at once, and long answers, all come before the close"):
        lines = "".join(rf"/ping {n}\n" for n in range(60))
        one = stage.shell(rf"printf 'flood*\n/help\n/who\n{lines}/help' | nc.openbsd -N {HOST} PORT")
        heard = one.all_heard()
        pongs = re.findall(r"\* Pong: (\d+)\r\n", heard)
        expect(pongs == [str(n) for n in range(60)], "60 answers in order", pongs)
        expect(heard.count("Type to talk: ") == 2, "the help twice", heard[-200:])
    with stage.check("a refusal is heard by a script too"):
        heard = stage.shell(rf"printf 'cron*\n/msg nobody hi\n' | nc.openbsd -N {HOST} PORT").all_heard()
        expect(re.search(r"\r\n\*! Nobody called nobody is here\..*\r\n$", heard), "a refusal", heard)


@scene
def what_is_typed(stage):
    stage.open()
    ann = stage.seat("ann", channel="#ops")
    for what, end in [("LF", r"\n"), ("CR LF", r"\r\n"), ("CR", r"\r"), ("CR NUL", r"\r\0")]:
        with stage.check(f"{what} ends a line"):
            typed = rf"script*{end}/msg #ops one{end}{end}/msg #ops two{end}/ping end{end}"
            heard = stage.shell(rf"printf '{typed}' | nc.openbsd -N {HOST} PORT").all_heard()
            answers = heard.split("\r\n")[-4:]
            expect(answers == ["* To #ops.", "* To #ops.", "* Pong: end", ""], "three answers", heard)
            ann.hears(said("#ops", "script", "one"))
            ann.hears(said("#ops", "script", "two"))
    with stage.check("Latin-1 is read as such"):
        stage.shell(rf"printf 'script*\n/msg #ops Gr\374\337e aus K\366ln\n' | nc.openbsd -N {HOST} PORT")
        ann.hears(said("#ops", "script", "Grüße aus Köln"))
    with stage.check("a byte order mark in front of the name is ignored"):
        stage.shell(rf"printf '\357\273\277script*\r\n/msg #ops mark\r\n' | nc.openbsd -N {HOST} PORT")
        ann.hears(said("#ops", "script", "mark"))
    with stage.check("escape sequences do not reach a reader"):
        stage.shell(rf"printf 'script*\n/msg #ops a\033[31mb\007c\n' | nc.openbsd -N {HOST} PORT")
        ann.hears(said("#ops", "script", r"a.*b.*c"))
        expect(b"\x1b" not in ann.heard and b"\x07" not in ann.heard, "neither ESC nor BEL", ann.lines()[-1])
    with stage.check("character mode: expect types key by key, with backspace, ^U and ^W"):
        relay = Relay(stage.server.port)
        keys = Person("expect", ["expect", "-f", f"{SCRIPTS}/lib/character-mode.exp", str(relay.port)])
        status = keys.ends()
        expect(status == 0, "expect to end well", keys.all_heard())
        ann.hears(said("#ops", "kim", "printer on 3 is back"))
        ann.hears(said("#ops", "kim", "Küche ist frei"))
        ann.hears(said("#ops", "kim", "right words"))
        expect(relay.up_pieces > 50, "the keys to come one by one", relay.up_pieces)
        relay.kill()


@scene
def a_crowd(stage):
    stage.open("--pace", "off")
    boss = stage.seat("boss")
    crowd = [stage.connect(f"nc{n}", tty=False) for n in range(NETCATS)]
    with stage.check(f"{NETCATS} netcats join"):
        for person in crowd:
            person.type(person.name)
        for person in crowd:
            person.hears(rf"\* Hello, {person.name}\..*")
        for person in crowd:
            person.hears(r"\* You are in #lobby.*")
    with stage.check("comings are not told in a crowd"):
        told = boss.count(r"\* nc\d+ joined #lobby\.")
        expect(told <= 25, "at most 25", told)
    with stage.check(f"{NETCATS} netcats hear one announcement, each once, at once"):
        boss.type("/announce fire drill in ten minutes, käthe has the keys 🔑")
        line = rf"{TIME} !!!1 boss: fire drill in ten minutes, käthe has the keys 🔑"
        began = time.monotonic()
        for person in crowd:
            person.hears(line)
        took_s = time.monotonic() - began
        expect(took_s < AT_ONCE_S, "less than 1 s", took_s)
        boss.type("/ping after")
        boss.hears(r"\* Pong: after")
        for person in crowd:
            person.type("/ping after")
        for person in crowd:
            person.hears(r"\* Pong: after")
            expect(person.count(line) == 1, "it once", person.count(line))


def speak_a_round(round, talker, ear):
    """The talker says some long lines; waits until the ear has heard the last of them."""
    first = round * SLOW_LINES_PER_ROUND
    for number in range(first, first + SLOW_LINES_PER_ROUND):
        talker.type(f"{number} ".ljust(SLOW_LINE_BYTES, "x"))
    ear.hears(said("#lobby", talker.name, f"{number} x+"), PROMPT_S)


@scene
def a_slow_reader(stage):
    stage.open("--pace", "off")
    ear, talker, slow = [stage.seat(name, tty=False) for name in ("ear", "talker", "slow")]
    slow.send_signal(signal.SIGSTOP)

    def closed():
        return stage.server.count(r".*closed: .*\(too slow: .*")

    with stage.check("a stopped netcat is closed as too slow; all others hear every line promptly and in order"):
        rounds = 0
        while not ear.count(r"\* slow has gone.*"):
            expect(rounds < SLOW_ROUNDS_MAX, "it closed", f"nothing after {rounds} rounds")
            speak_a_round(rounds, talker, ear)
            rounds += 1
        # The log may tell of the end later than people hear of it.
        wait_until(closed, "a line in the log", heard=stage.server.quote)
        speak_a_round(rounds, talker, ear)
        numbers = [int(found) for found in re.findall(rb"#lobby talker: (\d+) x", ear.heard)]
        wanted = list(range(SLOW_LINES_PER_ROUND * (rounds + 1)))
        expect(numbers == wanted, f"lines 0 to {len(wanted) - 1}", numbers[-3:])
    with stage.check("nobody else was closed"):
        expect(closed() == 1, "one line in the log", closed())
        for person in (ear, talker):
            person.type("/ping here")
            person.hears(r"\* Pong: here")


@scene
def an_end_with_a_reader_who_does_not_read(stage):
    stage.open("--pace", "off")
    ear, talker, stopped = [stage.seat(name, tty=False) for name in ("ear", "talker", "stopped")]
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((HOST, stage.server.port))
        deaf.sendall(b"deaf\n/join #lobby\n")
        ear.hears(r"\* deaf joined #lobby\.")
        stopped.send_signal(signal.SIGSTOP)
        # The system takes some megabytes for a reader who does not read; what it no longer takes
        # waits in the server, and that must not keep it from ending.
        round, taken = 0, -1
        while taken < (taken := stage.server.bytes_with_the_system(deaf.getsockname()[1])):
            speak_a_round(round, talker, ear)
            round += 1
        with stage.check("SIGTERM ends the server within 1 s, though a reader does not read and another is stopped"):
            gone = [line for line in ear.lines() if "has gone" in line]
            expect(not gone, "everybody to be there still", gone)
            began = time.monotonic()
            status = stage.server.says_goodbye(AT_ONCE_S)
            took_s = time.monotonic() - began
            expect(status == 0 and took_s < AT_ONCE_S, "status 0 within 1 s", (status, took_s))
        with stage.check("those who read hear the goodbye"):
            for person in (ear, talker):
                person.hears(r"\* hallway is closing down\. Goodbye\.")


@scene
def signals(stage):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:

        def write(text):
            config.seek(0)
            config.truncate()
            config.write(text)
            config.flush()

        write('[statuses]\nlunch = "At lunch"\n')
        stage.open("--config", config.name)
        ann, bob = stage.seat("ann"), stage.seat("bob", program=WITH_COMMANDS[0])
        with stage.check("SIGHUP reads the configuration again and keeps everyone connected"):
            write('[statuses]\nlunch = "At lunch"\nschool = "In the school"\n')
            stage.server.send_signal(signal.SIGHUP)
            stage.server.hears(r".*configuration has been read again.*")
            ann.type("/school")
            ann.hears(r"\* You are away: In the school\.")
            bob.type("still here")
            ann.hears(said("#lobby", "bob", "still here"))
        with stage.check("SIGHUP with a faulty configuration changes nothing and keeps everyone connected"):
            write('[statusses]\nlunch = "At lunch"\n')
            stage.server.send_signal(signal.SIGHUP)
            stage.server.hears(r".*configuration stays as it was.*statusses.*")
            bob.type("and still")
            ann.hears(said("#lobby", "bob", "and still"))
        with stage.check("SIGINT says goodbye and ends with status 0"):
            stage.server.send_signal(signal.SIGINT)
            status = stage.server.ends(AT_ONCE_S)
            expect(status == 0, "status 0", status)
            ann.hears(r"\* hallway is closing down\. Goodbye\.")


@scene
def other_protocols(stage):
    stage.open("--name", "chat.office")
    with stage.check("curl prints a readable page"):
        curl = stage.shell(f"curl -s -S http://{HOST}:PORT/")
        page, status = curl.all_heard(), curl.ends()
        expect(status == 0, "no error", (status, page))
        expect("chat.office" in page and "telnet" in page and page.count("\n") == 1, "one line", page)
    with stage.check("a browser's whole request gets the page and an end"):
        request = r"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: y\r\nAccept: */*\r\n\r\n"
        one = stage.shell(rf"printf '{request}' | nc.traditional {HOST} PORT")
        heard = one.all_heard()
        expect(heard.startswith("HTTP/1.0 ") and "What is your name" not in heard, "only a page", heard)
    with stage.check("openssl s_client gets one clear line and is closed"):
        relay = Relay(stage.server.port)
        client = stage.shell(f"openssl s_client -connect {HOST}:{relay.port} -quiet")
        client.all_heard()
        status = client.ends()
        heard = bytes(relay.down).decode()
        expect(status != 0 and re.fullmatch(r"\*! This port .*TLS.*\r\n", heard), "one line", (status, heard))
        relay.kill()
    with stage.check("somebody who came by accident does not disturb those who are there"):
        stage.seat("ann")
        expect(stage.server.count(r".*(panicked|PANIC).*") == 0, "no complaint in the log", stage.server.quote())


@scene
def ready_lines(stage):
    with tempfile.TemporaryFile() as log:
        server = Server(stage.binary, "--irc", f"{HOST}:0", log_file=log)
        irc_port = server.hears(rf"hallway: irc on {HOST}:(\d+)")[1]
        with stage.check("the IRC port answers with one line, for now, and closes"):
            heard = Person("nc", ["bash", "-c", f"nc.openbsd -N {HOST} {irc_port} </dev/null"]).all_heard()
            expect(re.fullmatch(r"ERROR :.*\r\n", heard), "one line", heard)
        with stage.check("standard output has one line for each listener and nothing else"):
            server.says_goodbye(AT_ONCE_S)
            heard = server.all_heard()
            wanted = rf"hallway: plain on {HOST}:{server.port}\nhallway: irc on {HOST}:{irc_port}\n"
            expect(re.fullmatch(wanted, heard), "two lines", heard)


@scene
def the_office_in_tmux(stage):
    with stage.check("scripts/office --dump plays an office in tmux panes"):
        os.environ["HALLWAY_BIN"] = stage.binary
        office = Person("scripts/office", [f"{SCRIPTS}/office", "--dump"])
        heard, status = office.all_heard(60), office.ends()
        expect(status == 0, "status 0", (status, heard[-600:]))
        for wanted in ("=== ann", "=== bob", "=== carol", "=== cron", "=== log", "!!!1 carol: "):
            expect(wanted in heard, wanted, heard[-600:])


def main():
    binary, words = sys.argv[1], sys.argv[2:]
    end_all_at_exit()
    report = Report()
    for play in SCENES:
        if words and not any(word in play.__name__ for word in words):
            continue
        print(f"# {play.__name__.replace('_', ' ')}", flush=True)
        try:
            play(Stage(binary, report))
        except (NotAsExpected, OSError) as fault:
            with report.check(f"{play.__name__.replace('_', ' ')} is played to its end"):
                raise fault
        end_all()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
