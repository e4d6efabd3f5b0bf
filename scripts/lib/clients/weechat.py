"""WeeChat, with the settings that it comes with but for its caution: it would ask before it takes
typing as fast as this for a paste, and send a line in two seconds."""

import re

from people import HOST

KIND = "weechat"

SETTINGS = [
    "/set weechat.look.paste_max_lines -1",
    "/set irc.server_default.anti_flood_prio_high 0",
    "/set irc.server_default.anti_flood_prio_low 0",
]

STATUS = "irc.server.office"

# In the status bar.
CURRENT = r"\] \d+:{channel}"

# They stand beside the lines of a channel.
NAMES = None

ODD = r"=!=|Unknown command|Not enough"

VERBS = {
    "join": "/join {to}",
    "leave": "/part {to} {text}",
    "say": "/msg {to} {text}",
    "act": "/command -buffer irc.office.{to} irc /me {text}",
    "away": "/away {all}",
    "back": "/away",
    "watch": "/notify add {to} office",
    "topic": "/topic {to} {text}",
    "mode": "/mode {to} {text}",
    "rename": "/nick {to}",
    "raw": "/quote {all}",
    "quit": "/quit {all}",
}

# In which buffer, and how.
EVENTS = {
    "welcomed": (STATUS, r"\| Welcome to .*, {me} *$"),
    "said": ("{channel}", r"[ @]{who} \| {text}(?= |$)"),
    "told": ("{who}", r" {who} \| {text} *$"),
    "acted": ("{channel}", r" \* \| {who} {text}(?= |$)"),
    "noticed": ("{to}", r" -- \| Notice\({who}\): {text}(?= |$)"),
    "announced": ("{who}", r" -- \| {who}: {text}(?= |$)"),
    "joined": ("{channel}", r"--> \| {who} \(.*\) has joined {channel}(?= |$)"),
    "left": ("{channel}", r"<-- \| {who} \(.*\) has left {channel}"),
    "gone": ("{channel}", r"<-- \| {who} \(.*\) has quit"),
    "renamed": ("{channel}", r" -- \| ({who} is|You are) now known as {nick}(?= |$)"),
    "topic": ("{channel}", r" -- \| {who} has changed topic for {channel} .*to \"{text}\""),
    "mode": ("{channel}", r" -- \| Mode {channel} \[{text}\] by {who}(?= |$)"),
    "listed": ("{channel}", r"Channel {channel}: \d+ nicks?"),
    "marked": (STATUS, r"\| You have been marked as being away *$"),
    "away": ("{who}", r" -- \| \[{who}\] is away: {text} *$"),
    "online": (STATUS, r" -- \| notify: {nick} \(.*\) has connected"),
    "offline": (STATUS, r" -- \| notify: {nick} has quit"),
}


def call(home, port, nick):
    server = f"/server add office {HOST}/{port} -notls -nicks={nick}"
    commands = [*SETTINGS, server, "/buffer clear", "/connect office"]
    run = " ".join(f"-r '{command}'" for command in commands)
    return f"env TERM=screen weechat -d {home} {run}"


def turn_to(window):
    if window.startswith("#"):
        return f"/buffer irc.office.{window}"
    return f"/buffer {window}" if window == STATUS else f"/query {window}"


def names(lines, channel):
    """What stands in the column at the right, and no count."""
    rows = [line.rsplit("│", 1)[-1].rstrip() for line in lines if line.count("│") == 2]
    return [name.strip() for name in rows if re.fullmatch(r"[@+ ]\S+", name)], 0
