//! What somebody hears: bytes into items, and whether an item is the one in the script.

use std::fmt;

/// Telnet's "interpret as command": what follows is no text.
const IAC: u8 = 255;

/// How long the server's answers to telnet's negotiations are.
const NEGOTIATION_BYTES: usize = 3;

/// Stands for any text in a line of a script.
const ANYTHING: char = '…';

/// One thing that somebody hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A line, without the CR LF that ended it.
    Line(String),
    /// Something that is no such line: an answer to telnet, or text that CR LF does not end.
    Bytes(Vec<u8>),
    /// The end: the server has closed the connection.
    Closed,
}

/// How a heard line is compared with the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// To the letter: the script sets the clock.
    Exactly,
    /// The real clock is read, so that moments, and how long somebody was idle, may be any.
    Any,
}

impl Item {
    /// Whether `heard` is what this item of a script says.
    pub(crate) fn fits(&self, heard: &Item, times: Times) -> bool {
        match (self, heard) {
            (Item::Line(script), Item::Line(heard)) if times == Times::Any => {
                matches(&masked(script), &masked(heard))
            }
            (Item::Line(script), Item::Line(heard)) => matches(script, heard),
            (script, heard) => script == heard,
        }
    }

    /// Whether it is the line that tells the day.
    pub(crate) fn is_date(&self) -> bool {
        let Item::Line(line) = self else { return false };
        line.strip_prefix("* ")
            .and_then(|rest| Some(&rest[date(rest)?..]))
            .is_some_and(|rest| rest == ".")
    }

    /// The line of a script in which `who` hears it.
    pub(crate) fn script_line(&self, who: &str) -> String {
        match self {
            Item::Line(line) => format!("{who}< {}", shortened(line)).trim_end().to_owned(),
            Item::Bytes(bytes) => format!("{who}: hears \"{}\"", bytes.escape_ascii()),
            Item::Closed => format!("{who}: is closed"),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Line(line) => f.write_str(&shortened(line)),
            Item::Bytes(bytes) => write!(f, "(the bytes \"{}\")", bytes.escape_ascii()),
            Item::Closed => f.write_str("(the connection is closed)"),
        }
    }
}

/// So many times the same letter are written as scripts do: `{x*160}`.
fn shortened(line: &str) -> String {
    const REPEATED_MIN: usize = 20;
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let behind = rest.trim_start_matches(first);
        let times = (rest.len() - behind.len()) / first.len_utf8();
        match times >= REPEATED_MIN && first != ' ' {
            true => out += &format!("{{{first}*{times}}}"),
            false => out += &rest[..rest.len() - behind.len()],
        }
        rest = behind;
    }
    out
}

/// Whether `heard` is the script's line, in which `…` is any text.
fn matches(script: &str, heard: &str) -> bool {
    let mut pieces = script.split(ANYTHING);
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = heard.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Bytes that come in, until they are items.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    unfinished: Vec<u8>,
}

impl Ear {
    /// Takes bytes in and adds the items that they end.
    pub(crate) fn take_in(&mut self, bytes: &[u8], items: &mut Vec<Item>) {
        self.unfinished.extend_from_slice(bytes);
        while let Some(length) = first_item(&self.unfinished) {
            let item: Vec<u8> = self.unfinished.drain(..length).collect();
            items.push(read(item));
        }
    }

    /// The other side has closed the connection.
    pub(crate) fn close(&mut self, items: &mut Vec<Item>) {
        let rest = std::mem::take(&mut self.unfinished);
        if !rest.is_empty() {
            items.push(Item::Bytes(rest));
        }
        items.push(Item::Closed);
    }
}

/// How long the first item is, if all of it is there.
fn first_item(bytes: &[u8]) -> Option<usize> {
    if bytes.first() == Some(&IAC) {
        return (bytes.len() >= NEGOTIATION_BYTES).then_some(NEGOTIATION_BYTES);
    }
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some(end + 1)
}

fn read(item: Vec<u8>) -> Item {
    match item.strip_suffix(b"\r\n").map(str::from_utf8) {
        Some(Ok(line)) => Item::Line(line.to_owned()),
        _ => Item::Bytes(item),
    }
}

/// A line whose moments are all the same: at its beginning, and within what the server tells.
fn masked(line: &str) -> String {
    if line.starts_with("* ") || line.starts_with("*! ") {
        return masked_sentence(line, vague);
    }
    if line.starts_with([':', '@']) || line.starts_with("ERROR ") {
        return masked_sentence(line, |text| vague_in_message(text).or_else(|| vague(text)));
    }
    match (stamp(line), clock(line)) {
        (Some(length), _) => format!("(date and time){}", &line[length..]),
        (_, Some(length)) => format!("(time){}", &line[length..]),
        _ => line.to_owned(),
    }
}

/// What in a text stands for what: how long it is, and what it is called.
type Vague = Option<(usize, &'static str)>;

fn masked_sentence(line: &str, vague: impl Fn(&str) -> Vague) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let in_word = out.ends_with(char::is_alphanumeric);
        let found = if in_word { None } else { vague(rest) };
        match found {
            Some((length, instead)) => {
                out.push_str(instead);
                rest = &rest[length..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// What the real clock decides at the front of a text: its length, and what stands for it.
fn vague(text: &str) -> Vague {
    moment(text)
        .map(|length| (length, "(moment)"))
        .or_else(|| idle(text).map(|length| (length, "(idle)")))
        .or_else(|| cloak(text).map(|length| (length, "(cloak)")))
}

/// What the real clock and chance decide in a message: moments, ids made of them, and cloaks.
fn vague_in_message(text: &str) -> Vague {
    const MOMENT: &str = "0000-00-00T00:00:00.000Z";
    const SECONDS_DIGITS: usize = 10;
    let front = |shape: &str, of: fn(char) -> bool, instead: &str| {
        let front = text.get(..shape.len())?;
        let masked: String = front
            .chars()
            .map(|c| {
                if of(c) {
                    instead.to_owned()
                } else {
                    c.to_string()
                }
            })
            .collect();
        Some(masked)
    };
    if front(MOMENT, |c| c.is_ascii_digit(), "0").as_deref() == Some(MOMENT) {
        return Some((MOMENT.len(), "(moment)"));
    }
    if digits(text) == SECONDS_DIGITS {
        return Some((SECONDS_DIGITS, "(seconds)"));
    }
    message_id(text).map(|length| (length, "(id)"))
}

/// `wueua253.2rz6dzxp.nrpe45hx.cloak`.
fn cloak(text: &str) -> Option<usize> {
    const CLOAK: &str = "xxxxxxxx.xxxxxxxx.xxxxxxxx.cloak";
    let mut parts = text.get(..CLOAK.len())?.split('.');
    let hashes = parts.by_ref().take(3).all(|part| part.len() == 8);
    (hashes && parts.eq(["cloak"])).then_some(CLOAK.len())
}

/// `19ab3c4d5e6-0-0`, or `m19ab3c4d5e6-0-0`, the reference of a batch made of it.
fn message_id(text: &str) -> Option<usize> {
    const MS_DIGITS: usize = 11;
    let rest = text.strip_prefix('m').unwrap_or(text);
    let hex = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let ms = hex(rest);
    let behind = rest.get(ms..)?.strip_prefix('-')?;
    let counter = hex(behind);
    let behind = behind.get(counter..)?.strip_prefix('-')?;
    let site = hex(behind);
    let is_id = ms == MS_DIGITS && counter > 0 && site > 0;
    is_id.then_some(text.len() - behind.len() + site)
}

/// `13:00`, or with a date: `Monday, 23 November 2026 13:00`.
fn moment(text: &str) -> Option<usize> {
    let dated = date(text).map(|length| length + 1);
    let day = dated.filter(|length| text[length - 1..].starts_with(' '));
    let start = day.unwrap_or(0);
    clock(&text[start..]).map(|length| start + length)
}

/// `idle 40s`.
fn idle(text: &str) -> Option<usize> {
    let number = text.strip_prefix("idle ")?;
    let digits = digits(number);
    let unit = number[digits..].starts_with(['s', 'm', 'h', 'd']);
    (digits > 0 && unit).then_some(text.len() - number.len() + digits + 1)
}

/// `09:14`.
fn clock(text: &str) -> Option<usize> {
    let (hour, minute) = (digits(text) == 2, digits(text.get(3..)?) == 2);
    (hour && minute && text[2..].starts_with(':')).then_some(5)
}

/// `2026-11-23T09:14:00+00:00` (RFC 3339).
fn stamp(text: &str) -> Option<usize> {
    const SHAPE: &str = "0000-00-00T00:00:00+00:00";
    let front = text.get(..SHAPE.len())?;
    let shape = front.replace(|c: char| c.is_ascii_digit(), "0");
    (shape == SHAPE).then_some(SHAPE.len())
}

/// `Monday, 23 November 2026`.
fn date(text: &str) -> Option<usize> {
    const DAYS: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    #[rustfmt::skip]
    const MONTHS: [&str; 12] = [
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ];
    let rest = DAYS.iter().find_map(|day| text.strip_prefix(day))?;
    let rest = rest.strip_prefix(", ")?;
    let rest = rest[digits(rest)..].strip_prefix(' ')?;
    let rest = MONTHS.iter().find_map(|month| rest.strip_prefix(month))?;
    let rest = rest.strip_prefix(' ')?;
    (digits(rest) == 4).then_some(text.len() - rest.len() + 4)
}

/// How many digits a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
