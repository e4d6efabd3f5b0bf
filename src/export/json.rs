//! One JSON object a line, as `README.md` describes it.

use std::fmt::Write;

use crate::chat::time::{Zone, write_utc};
use crate::chat::vocabulary::{Conversation, Manner, Told};
use crate::protocol::irc::message_id;
use crate::store::Exported;

/// Appends a line. What it does not have is left out.
pub(super) fn spell(exported: &Exported, _: &Zone, out: &mut String) {
    let line = &exported.line;
    let mut time = String::new();
    write_utc(line.at_ms, &mut time);
    let told = told(&line.told);
    let to = match &line.conversation {
        Conversation::Private { to_nick, .. } => Some(to_nick.as_str()),
        Conversation::Channel(_) => None,
    };
    let account = line.from.account.as_deref();
    let id = message_id::spelled(line.id);
    let before = [
        ("id", Some(&*id)),
        ("time", Some(&time)),
        ("kind", Some(told.kind)),
        (
            "channel",
            exported.channel.as_ref().map(|name| name.as_str()),
        ),
        ("to", to),
        ("from", Some(line.from.nick.as_str())),
        ("account", account.map(|account| account.name.as_str())),
        ("name", told.name),
        ("text", told.text),
    ];
    let mut comma = '{';
    for (name, value) in before {
        if let Some(value) = value {
            let _ = write!(out, "{comma}\"{name}\":");
            write_text(value, out);
            comma = ',';
        }
    }
    if let Some(number) = told.number {
        let _ = write!(out, ",\"number\":{number}");
    }
    out.push_str("}\n");
}

/// A text as JSON has it (RFC 8259, section 7).
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// What a line tells.
#[derive(Debug, Default)]
struct Words<'a> {
    kind: &'static str,
    name: Option<&'a str>,
    text: Option<&'a str>,
    number: Option<u32>,
}

impl<'a> Words<'a> {
    fn of(kind: &'static str, text: Option<&'a str>) -> Self {
        Self {
            kind,
            text,
            ..Self::default()
        }
    }

    fn named(kind: &'static str, name: &'a str, text: Option<&'a str>) -> Self {
        Self {
            name: Some(name),
            ..Self::of(kind, text)
        }
    }
}

fn told(told: &Told) -> Words<'_> {
    match told {
        Told::Said { manner, text, .. } => Words::of(word(*manner), Some(text)),
        Told::Announced { number, text } => Words {
            number: Some(*number),
            ..Words::of("announcement", Some(text))
        },
        Told::Topic(text) => Words::of("topic", Some(text)),
        Told::Joined => Words::of("join", None),
        Told::Left(why) => Words::of("leave", why.as_deref()),
        Told::Quit(why) => Words::of("quit", Some(why)),
        Told::Renamed(nick) => Words::named("rename", nick.as_str(), None),
        Told::Kicked(nick, why) => Words::named("kick", nick.as_str(), why.as_deref()),
        Told::ChannelRenamed { channel, why, .. } => {
            Words::named("rename-channel", channel.as_str(), why.as_deref())
        }
    }
}

fn word(manner: Manner) -> &'static str {
    match manner {
        Manner::Speech => "message",
        Manner::Action => "action",
        Manner::Notice => "notice",
        Manner::Request => "request",
        Manner::Answer => "answer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut out = String::new();
        write_text("a \"b\" \\ \n\t\u{1} é", &mut out);
        assert_eq!(out, r#""a \"b\" \\ \n\t\u0001 é""#);
    }
}
