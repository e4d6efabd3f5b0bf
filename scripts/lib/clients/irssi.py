"""irssi, with the settings that it comes with but for its caution: it would send a line in two
seconds, and ask before it takes typing as fast as this for a paste."""

import re

from people import HOST

KIND = "irssi"

SETTINGS = "set cmd_queue_speed 1msec\nset cmds_max_at_once 1000\nset paste_detect_time 0\n"

STATUS = "(status)"

# In the status bar.
CURRENT = r"\[\d+:\d+/{channel}"

NAMES = "/names {channel}"

# A numeric for which irssi has no words of its own begins with its parameters; a refusal says so.
ODD = r"Unknown command|FAIL |WARN |Not enough"

VERBS = {
    "join": "/join {to}",
    "leave": "/part {to} {text}",
    "say": "/msg {to} {text}",
    "act": "/action {to} {text}",
    "away": "/away {all}",
    "back": "/away",
    "watch": "/quote MONITOR + {to}",
    "topic": "/topic {to} {text}",
    "mode": "/mode {to} {text}",
    "rename": "/nick {to}",
    "raw": "/quote {all}",
    "quit": "/quit {all}",
}

# In which window, and how.
EVENTS = {
    "welcomed": (STATUS, "-!- Welcome to .*, {me}$"),
    "said": ("{channel}", "<[ @]{who}> {text}$"),
    "told": ("{who}", "<{who}> {text}$"),
    "acted": ("{channel}", r" \* {who} {text}$"),
    "noticed": ("{to}", "-{who}:{to}- {text}$"),
    "announced": ("{who}", r"-{who}\(.*\)- {text}$"),
    "joined": ("{channel}", r"-!- {who} \[.*\] has joined {channel}$"),
    "left": ("{channel}", r"-!- {who} \[.*\] has left {channel}"),
    "gone": ("{channel}", r"-!- {who} \[.*\] has quit"),
    "renamed": ("{channel}", r"-!- ({who} is|You're) now known as {nick}$"),
    "topic": ("{channel}", "-!- {who} changed the topic of {channel} to: {text}$"),
    "mode": ("{channel}", r"-!- mode/{channel} \[{text}\] by {who}$"),
    "listed": ("{channel}", r"{channel}: Total of \d+ nicks"),
    "marked": (STATUS, "-!- You have been marked as being away$"),
    "away": ("{who}", "-!- {who} is away: {text}$"),
    "online": (STATUS, "-!- {nick}!.*$"),
    "offline": (STATUS, "-!- {nick}$"),
}


def call(home, port, nick):
    with open(f"{home}/startup", "w") as startup:
        startup.write(SETTINGS)
    return f"env TERM=screen irssi --home={home} -c {HOST} -p {port} -n {nick}"


def turn_to(window):
    if window == STATUS:
        return "/window goto 1"
    return f"/window goto {window}" if window.startswith("#") else f"/query {window}"


def names(lines, channel):
    """What the last complete answer to /names says, taken from irssi's own list, and how many
    answers there are."""
    ends = [at for at, line in enumerate(lines) if f"{channel}: Total of " in line]
    if not ends:
        return [], 0
    start = max(at for at, line in enumerate(lines[: ends[-1]]) if f"[Users {channel}]" in line)
    rows = " ".join(lines[start + 1 : ends[-1]])
    return re.findall(r"\[ ?(@?[^ \]]+) *\]", rows), len(ends)
