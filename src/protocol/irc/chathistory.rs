//! What a client wishes to have of the history (draft/chathistory, soju.im/search), and how that
//! can be said wrongly.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::args;
use super::message::unescaped;
use super::message_id;
use super::refusals::Complaint;
use crate::chat::limits::HISTORY_LINES_MAX;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::time::read_utc;
use crate::chat::vocabulary::{End, Point, Target, Window};

/// What a client wishes to have of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// Lines of a channel or of a private conversation: by which subcommand, of whom as it was
    /// typed, and which.
    Lines(String, String, Window),
    /// With whom there were lines between two moments (Unix milliseconds), so many at most.
    Targets {
        /// Later than this.
        after_ms: u64,
        /// Earlier than this.
        before_ms: u64,
        /// At most so many.
        limit: usize,
    },
}

/// What a client looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// Words.
    pub text: Option<String>,
    /// Only in this channel or private conversation.
    pub within: Option<Target>,
    /// Only what somebody of this name said.
    pub by: Option<Nick>,
    /// When, and how many.
    pub window: Window,
}

/// The command with which a history is asked for.
const VERB: &str = "CHATHISTORY";

/// The subcommands: name, how many parameters each has behind it.
const SUBCOMMANDS: &[(&str, usize)] = &[
    ("AFTER", 3),
    ("AROUND", 3),
    ("BEFORE", 3),
    ("BETWEEN", 4),
    ("LATEST", 3),
    ("TARGETS", 3),
];

/// Reads what stands behind `CHATHISTORY`.
///
/// # Errors
/// The `FAIL` that the specification has for what is wrong.
pub fn wish(params: &[&str]) -> Result<Wish, Complaint> {
    let (typed, rest) = params.split_first().unwrap_or((&"*", &[]));
    let name = typed.to_ascii_uppercase();
    let about = [name.as_str()];
    if params.is_empty() {
        return Err(fail("NEED_MORE_PARAMS", &about, "Missing parameters"));
    }
    let known = SUBCOMMANDS.iter().find(|(known, _)| *known == name);
    let Some((name, count)) = known else {
        return Err(fail("UNKNOWN_COMMAND", &about, "Unknown command"));
    };
    if rest.len() < *count {
        return Err(fail("NEED_MORE_PARAMS", &about, "Missing parameters"));
    }
    if rest.len() > *count {
        return Err(fail("INVALID_PARAMS", &about, "Too many parameters"));
    }
    let limit = limit(name, rest[count - 1])?;
    match (*name, rest) {
        ("TARGETS", [one, other, _]) => targets(name, one, other, limit),
        (_, [target, points @ .., _]) => {
            let window = window(name, points, limit)?;
            Ok(Wish::Lines(
                (*name).to_owned(),
                (*target).to_owned(),
                window,
            ))
        }
        _ => Err(fail("INVALID_PARAMS", &about, "Invalid parameters")),
    }
}

fn fail(code: &str, about: &[&str], text: &str) -> Complaint {
    Complaint::fail(VERB, code, about, text)
}

/// More than is told at once is as much as that.
fn limit(name: &str, word: &str) -> Result<usize, Complaint> {
    let number = word.parse().ok().filter(|number: &usize| *number > 0);
    let number = number.ok_or_else(|| {
        let text = "The last parameter is how many, 1 or more";
        fail("INVALID_PARAMS", &[name, word], text)
    })?;
    Ok(number.min(HISTORY_LINES_MAX))
}

fn window(name: &str, points: &[&str], limit: usize) -> Result<Window, Complaint> {
    let newest = Window::newest(limit);
    if (name, points) == ("LATEST", &["*"]) {
        return Ok(newest);
    }
    let points: Result<Vec<Point>, Complaint> =
        points.iter().map(|word| point(name, word)).collect();
    Ok(match (name, &points?[..]) {
        ("BEFORE", [point]) => Window {
            before: Some(*point),
            ..newest
        },
        ("AFTER", [point]) => Window {
            after: Some(*point),
            end: End::Oldest,
            ..newest
        },
        ("AROUND", [point]) => Window {
            end: End::Around(*point),
            ..newest
        },
        ("BETWEEN", [from, to]) => between(*from, *to, limit),
        (_, [point, ..]) => Window {
            after: Some(*point),
            ..newest
        },
        (_, []) => newest,
    })
}

/// Counted from the first point on, whichever of them is earlier.
fn between(from: Point, to: Point, limit: usize) -> Window {
    let forth = order(from) <= order(to);
    let (earlier, later) = if forth { (from, to) } else { (to, from) };
    Window {
        after: Some(earlier),
        before: Some(later),
        limit,
        end: if forth { End::Oldest } else { End::Newest },
    }
}

fn order(point: Point) -> (u64, u16) {
    match point {
        Point::Message(id) => (id.ms, id.counter),
        Point::Moment(ms) => (ms, 0),
    }
}

fn point(name: &str, word: &str) -> Result<Point, Complaint> {
    let invalid = || {
        fail(
            "INVALID_PARAMS",
            &[name, word],
            "There is no such message or time",
        )
    };
    match word.split_once('=') {
        Some(("msgid", id)) => message_id::read(id).map(Point::Message).ok_or_else(invalid),
        Some(("timestamp", time)) => read_utc(time).map(Point::Moment).ok_or_else(invalid),
        Some(_) => {
            let text = "Messages are known by msgid= and timestamp=";
            Err(fail("INVALID_MSGREFTYPE", &[name, word], text))
        }
        None => Err(invalid()),
    }
}

fn targets(name: &str, one: &str, other: &str, limit: usize) -> Result<Wish, Complaint> {
    let moment = |word: &str| match point(name, word)? {
        Point::Moment(ms) => Ok(ms),
        Point::Message(_) => {
            let text = "Only times bound this";
            Err(fail("INVALID_MSGREFTYPE", &[name, word], text))
        }
    };
    let (one, other) = (moment(one)?, moment(other)?);
    Ok(Wish::Targets {
        after_ms: one.min(other),
        before_ms: one.max(other),
        limit,
    })
}

/// Reads what stands behind `SEARCH`: attributes between semicolons, escaped like tags.
///
/// # Errors
/// `FAIL` with the attribute that is wrong.
pub fn search(attributes: &str) -> Result<Search, Complaint> {
    let mut search = Search {
        text: None,
        within: None,
        by: None,
        window: Window::newest(HISTORY_LINES_MAX),
    };
    for attribute in attributes.split(';').filter(|part| !part.is_empty()) {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let value = unescaped(value);
        narrow(&mut search, key, &value).ok_or_else(|| {
            let text = "The attributes are in, from, after, before, text and limit";
            Complaint::fail("SEARCH", "INVALID_PARAMS", &[key], text)
        })?;
    }
    Ok(search)
}

/// Whoever says since when wants the first lines from then on, everybody else the last.
fn narrow(search: &mut Search, key: &str, value: &str) -> Option<()> {
    let moment = |ms| Some(Point::Moment(ms));
    match key {
        "text" => search.text = Some(value.to_owned()).filter(|text| !text.trim().is_empty()),
        "in" => search.within = Some(target(value)?),
        "from" => search.by = Some(args::nick(value).ok()?),
        "after" => {
            search.window.after = moment(read_utc(value)?.saturating_sub(1));
            search.window.end = End::Oldest;
        }
        "before" => search.window.before = moment(read_utc(value)?.saturating_add(1)),
        "limit" => {
            let limit = value.parse().ok().filter(|limit: &usize| *limit > 0)?;
            search.window.limit = limit.min(HISTORY_LINES_MAX);
        }
        _ => return None,
    }
    Some(())
}

/// Reads what stands behind `MARKREAD`: whose marker, and the moment to which it is to be moved, if
/// it is.
///
/// # Errors
/// The `FAIL` that the specification has for what is wrong.
pub fn marker(params: &[&str]) -> Result<(String, Option<u64>), Complaint> {
    let fail = |code, about: &[&str], text| Complaint::fail("MARKREAD", code, about, text);
    match params {
        [] => Err(fail("NEED_MORE_PARAMS", &[], "Missing parameters")),
        [target] => Ok(((*target).to_owned(), None)),
        [target, time, ..] => {
            let at_ms = time.strip_prefix("timestamp=").and_then(read_utc);
            let text = "The second parameter is timestamp=, and a time";
            let invalid = || fail("INVALID_PARAMS", &[target, time], text);
            let at_ms = at_ms.ok_or_else(invalid)?;
            Ok(((*target).to_owned(), Some(at_ms)))
        }
    }
}

/// A channel or a person, whose history it is.
pub fn target(word: &str) -> Option<Target> {
    match word.starts_with('#') {
        true => ChannelName::parse(word).ok().map(Target::Channel),
        false => Nick::parse(word).ok().map(Target::Person),
    }
}

/// The text of a line for a client that is not told times: with the time in front of each of its
/// lines.
pub fn stamped(text: &str, time: &str) -> String {
    let lines = text.split('\n').map(|line| match line {
        "" => Cow::Borrowed(""),
        line => Cow::Owned(format!("[{time}] {line}")),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::irc::capabilities::Caps;
    use crate::protocol::irc::writer::Reader;

    const TIME: &str = "timestamp=1970-01-01T00:00:01.500Z";
    const LATER: &str = "timestamp=1970-01-01T00:00:02.000Z";

    fn read(line: &str) -> Result<Wish, String> {
        let params: Vec<&str> = line.split_whitespace().collect();
        wish(&params).map_err(said)
    }

    fn said(complaint: Complaint) -> String {
        let mut out = String::new();
        let reader = Reader {
            server: "s",
            nick: "n",
            caps: Caps::default(),
        };
        complaint.write(&reader, &mut out);
        out.split(" :").next().unwrap_or_default().to_owned()
    }

    fn window_of(line: &str) -> Window {
        match read(line) {
            Ok(Wish::Lines(_, _, window)) => window,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn every_subcommand_is_a_window() {
        let (then, later) = (Point::Moment(1_500), Point::Moment(2_000));
        let newest = Window::newest(7);
        let id = message_id::read("5dc-1-0")
            .map(Point::Message)
            .expect("an id");
        for (line, expected) in [
            ("LATEST #c * 7".to_owned(), newest),
            (
                format!("latest #c {TIME} 7"),
                Window {
                    after: Some(then),
                    ..newest
                },
            ),
            (
                format!("BEFORE #c {TIME} 7"),
                Window {
                    before: Some(then),
                    ..newest
                },
            ),
            (
                "BEFORE #c msgid=5dc-1-0 7".to_owned(),
                Window {
                    before: Some(id),
                    ..newest
                },
            ),
            (
                format!("AFTER bob {TIME} 7"),
                Window {
                    after: Some(then),
                    end: End::Oldest,
                    ..newest
                },
            ),
            (
                format!("AROUND #c {TIME} 7"),
                Window {
                    end: End::Around(then),
                    ..newest
                },
            ),
            (
                format!("BETWEEN #c {TIME} {LATER} 7"),
                Window {
                    after: Some(then),
                    before: Some(later),
                    limit: 7,
                    end: End::Oldest,
                },
            ),
            (
                format!("BETWEEN #c {LATER} {TIME} 7"),
                Window {
                    after: Some(then),
                    before: Some(later),
                    limit: 7,
                    end: End::Newest,
                },
            ),
        ] {
            assert_eq!(window_of(&line), expected, "{line}");
        }
        assert_eq!(window_of("LATEST #c * 101").limit, HISTORY_LINES_MAX);
        let targets = Wish::Targets {
            after_ms: 1_500,
            before_ms: 2_000,
            limit: 5,
        };
        assert_eq!(read(&format!("TARGETS {LATER} {TIME} 5")), Ok(targets));
    }

    #[test]
    fn what_is_wrong_is_said_by_its_code() {
        for (line, expected) in [
            ("", "NEED_MORE_PARAMS *"),
            ("LATEST #c *", "NEED_MORE_PARAMS LATEST"),
            ("NEWEST #c * 7", "UNKNOWN_COMMAND NEWEST"),
            ("LATEST #c * 7 8", "INVALID_PARAMS LATEST"),
            ("LATEST #c * 0", "INVALID_PARAMS LATEST 0"),
            ("LATEST #c * x", "INVALID_PARAMS LATEST x"),
            ("BEFORE #c * 7", "INVALID_PARAMS BEFORE *"),
            ("BEFORE #c msgid=x 7", "INVALID_PARAMS BEFORE msgid=x"),
            (
                "BEFORE #c timestamp=1 7",
                "INVALID_PARAMS BEFORE timestamp=1",
            ),
            ("BEFORE #c id=1 7", "INVALID_MSGREFTYPE BEFORE id=1"),
            (
                "TARGETS msgid=1-0-0 * 7",
                "INVALID_MSGREFTYPE TARGETS msgid=1-0-0",
            ),
        ] {
            let expected = format!(":s FAIL CHATHISTORY {expected}");
            assert_eq!(read(line), Err(expected), "{line}");
        }
    }

    #[test]
    fn attributes_are_read() {
        let found =
            search("text=two\\swords;in=#c;from=bob;limit=500;after=1970-01-01T00:00:01.500Z");
        let found = found.map_err(said).expect("all are known");
        assert_eq!(found.text.as_deref(), Some("two words"));
        assert_eq!(found.within, target("#c"));
        assert_eq!(found.by.map(|by| by.to_string()).as_deref(), Some("bob"));
        let window = Window {
            after: Some(Point::Moment(1_499)),
            end: End::Oldest,
            ..Window::newest(HISTORY_LINES_MAX)
        };
        assert_eq!(found.window, window);
        for wrong in ["what=x", "in=#", "limit=0", "before=now"] {
            assert!(search(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_line_has_its_time() {
        assert_eq!(stamped("a\n\nb", "09:14"), "[09:14] a\n\n[09:14] b");
    }
}
