//! What the floor answers: ready-made, as long as the answers of a chat server.

use std::iter::repeat_n;

use crate::member::Wire;

/// What stands behind a name in front of a message.
const HOST: &str = "!~u@abcdefgh.ijklmnop.qrstuvwx.cloak ";

const TAGS: &str = "@time=2026-01-02T03:04:05.678Z;msgid=1a20e4079ed-0-0 ";

/// A message of somebody, for readers of one kind. `line` has no end.
pub(crate) fn message(wire: Wire, nick: &[u8], line: &[u8]) -> Vec<u8> {
    let tags = match wire {
        Wire::Tagged => TAGS,
        Wire::Irc | Wire::Plain => "",
    };
    [tags.as_bytes(), b":", nick, HOST.as_bytes(), line, b"\r\n"].concat()
}

/// The same as a line of the plain protocol.
pub(crate) fn plain(place: &[u8], nick: &[u8], text: &[u8]) -> Vec<u8> {
    [b"09:15 ", place, b" ", nick, b": ", text, b"\r\n"].concat()
}

/// The greeting without its last line, which has the reader's name: so long that all is as long as
/// asked.
pub(crate) fn greeting(bytes: usize) -> Vec<u8> {
    let line = b":floor 005 you ARE=HERE :are supported by this server\r\n";
    let last = end_of_greeting(Wire::Irc, b"p1000").len();
    let whole = bytes.saturating_sub(last) / line.len();
    let mut greeting = line.repeat(whole.max(1) - 1);
    let filling = bytes.saturating_sub(last + greeting.len() + line.len());
    greeting.extend_from_slice(&line[..line.len() - 2]);
    greeting.extend(repeat_n(b'.', filling));
    greeting.extend_from_slice(b"\r\n");
    greeting
}

/// The last line of the greeting.
pub(crate) fn end_of_greeting(wire: Wire, nick: &[u8]) -> Vec<u8> {
    match wire {
        Wire::Plain => [
            b"* Hello, ",
            nick,
            b". Type to talk. /help lists what else you can do.\r\n",
        ]
        .concat(),
        Wire::Irc | Wire::Tagged => [
            b":floor 422 ",
            nick,
            b" :There is no message of the day\r\n",
        ]
        .concat(),
    }
}

/// Somebody has entered: what they are told besides.
pub(crate) fn entered(wire: Wire, nick: &[u8], channel: &[u8]) -> Vec<u8> {
    match wire {
        Wire::Plain => [
            b"* You are in ",
            channel,
            b" with p1, p2, p3 and 46 more.\r\n",
        ]
        .concat(),
        Wire::Irc | Wire::Tagged => {
            let names = [b":floor 353 ", nick, b" = ", channel, b" :", nick, b"\r\n"].concat();
            [&names[..], &end_of_names(nick, channel)].concat()
        }
    }
}

/// The names in a channel, as many as a message takes in each.
pub(crate) fn names<'a>(
    nick: &[u8],
    channel: &[u8],
    there: impl Iterator<Item = &'a [u8]>,
) -> Vec<u8> {
    const MESSAGE_BYTES: usize = 500;
    let head = [b":floor 353 ", nick, b" = ", channel, b" :"].concat();
    let mut lines = head.clone();
    let mut start = 0;
    for name in there {
        if lines.len() - start + name.len() > MESSAGE_BYTES {
            lines.extend_from_slice(b"\r\n");
            start = lines.len();
            lines.extend_from_slice(&head);
        }
        lines.extend_from_slice(name);
        lines.push(b' ');
    }
    lines.extend_from_slice(b"\r\n");
    lines.extend_from_slice(&end_of_names(nick, channel));
    lines
}

fn end_of_names(nick: &[u8], channel: &[u8]) -> Vec<u8> {
    [
        b":floor 366 ",
        nick,
        b" ",
        channel,
        b" :End of /NAMES list\r\n",
    ]
    .concat()
}

/// So many people, one in each line, none by name.
pub(crate) fn who(wire: Wire, nick: &[u8], channel: &[u8], people: usize) -> Vec<u8> {
    if wire == Wire::Plain {
        return b"*   p1000\r\n".repeat(people);
    }
    let row = [
        b":floor 352 ",
        nick,
        b" ",
        channel,
        b" ~p1000 abcdefgh.ijklmnop.qrstuvwx.cloak floor p1000 H :0 p1000\r\n",
    ]
    .concat();
    let end = [
        b":floor 315 ",
        nick,
        b" ",
        channel,
        b" :End of WHO list\r\n",
    ]
    .concat();
    [row.repeat(people), end].concat()
}

/// So many channels, none by name.
pub(crate) fn list(nick: &[u8], channels: usize) -> Vec<u8> {
    let row = [b":floor 322 ", nick, b" #c1000 1 :\r\n"].concat();
    let end = [b":floor 323 ", nick, b" :End of /LIST\r\n"].concat();
    [row.repeat(channels), end].concat()
}
