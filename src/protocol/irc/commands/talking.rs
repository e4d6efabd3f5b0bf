//! Commands that say something, or take it back.

use super::super::args::{self, Args};
use super::super::capabilities::Cap;
use super::super::chathistory;
use super::super::isupport::TARGETS_MAX;
use super::super::numerics::*;
use super::super::refusals::Complaint;
use super::{Reading, Request, Spec, When, chat, one, reading, spec};
use crate::chat::limits::REASON_BYTES_MAX;
use crate::chat::vocabulary::{Command, Extras, Target};
use crate::protocol::plain::printable::printable;

pub(super) static COMMANDS: &[Spec] = &[
    spec(
        "PRIVMSG",
        "<target>{,<target>} :<text>",
        0,
        "say something to people or channels",
        |a| say(a, false),
    ),
    spec(
        "NOTICE",
        "<target>{,<target>} :<text>",
        0,
        "the same, for programs: nothing answers it by itself",
        |a| say(a, true),
    ),
    Spec {
        when: When::IfAsked(Cap::MessageTags),
        ..spec(
            "TAGMSG",
            "<target>{,<target>}",
            1,
            "tags for other clients: that one types, a reaction (message-tags)",
            |a| {
                let attached = a.attached();
                to_each(a, |to| {
                    Ok(Request::Chat(Command::Signal {
                        to,
                        attached: attached.clone().unwrap_or_default(),
                    }))
                })
            },
        )
    },
    Spec {
        when: When::IfAsked(Cap::Multiline),
        ..spec(
            "BATCH",
            "+<reference> draft/multiline <target>",
            1,
            "a message of several lines (draft/multiline)",
            batch,
        )
    },
    Spec {
        when: When::IfAsked(Cap::MessageRedaction),
        ..spec(
            "REDACT",
            "<target> <msgid> [:<reason>]",
            2,
            "take back what was said (draft/message-redaction)",
            redact,
        )
    },
    Spec {
        when: When::IfAsked(Cap::Chathistory),
        ..spec(
            "CHATHISTORY",
            "<subcommand> <target> <reference> [<reference>] <limit>",
            0,
            "what was said earlier (draft/chathistory)",
            |a| reading(chathistory::wish(&a.message.params).map(Request::History)),
        )
    },
    Spec {
        when: When::IfAsked(Cap::Search),
        ..spec(
            "SEARCH",
            "<attributes>",
            0,
            "find what was said (soju.im/search)",
            |a| reading(chathistory::search(&a.rest(0)).map(Request::Search)),
        )
    },
    Spec {
        when: When::IfAsked(Cap::ReadMarker),
        ..spec(
            "MARKREAD",
            "<target> [timestamp=<time>]",
            0,
            "up to when you have read it (draft/read-marker)",
            |a| {
                let marker = chathistory::marker(&a.message.params);
                reading(marker.map(|(target, at_ms)| Request::MarkRead(target, at_ms)))
            },
        )
    },
    spec(
        "ANNOUNCE",
        "[<channel>] :<text> | ACK|ROLLCALL|WITHDRAW <number> | LIST",
        1,
        "tell everyone, or a channel, what must not be missed; acknowledge it, see who has, take it back",
        announce,
    ),
];

/// Reads a text for one or more targets. A line of a multiline message has the batch's tag.
fn say(a: &Args<'_>, notice: bool) -> Vec<Reading> {
    let Some(_) = a.maybe(0) else {
        let text = format!("No recipient given ({})", a.spec.name);
        return reading(Err(Complaint::new(ERR_NORECIPIENT, &text)));
    };
    let (manner, text) = args::manner(a.get(1), notice);
    if let Some(reference) = a.batch() {
        let concat = a.message.tag("draft/multiline-concat").is_some();
        let target = a.get(0).to_owned();
        return one(Request::Part(
            reference,
            target,
            manner,
            text.to_owned(),
            concat,
        ));
    }
    if text.is_empty() {
        return reading(Err(Complaint::new(ERR_NOTEXTTOSEND, "No text to send")));
    }
    let attached = a.attached();
    to_each_or_all(a, text, |to| {
        Ok(Request::Chat(Command::Say {
            to,
            manner,
            text: text.to_owned(),
            extras: Extras {
                attached: attached.clone(),
                seams: Vec::new(),
            },
        }))
    })
}

/// A target that begins with `$` is everyone whose server fits (RFC 2812, section 3.3.1).
fn to_each_or_all(a: &Args<'_>, text: &str, request: impl Fn(Target) -> Reading) -> Vec<Reading> {
    let broadcast = |mask: &str| {
        readable(text)?;
        Ok(Request::Broadcast(mask.to_owned(), text.to_owned()))
    };
    let mut readings = each_target(a, |word| match word.strip_prefix('$') {
        Some(mask) => broadcast(mask.trim_start_matches('$')),
        None => args::target(word).and_then(&request),
    });
    if readings.is_empty() {
        readings.push(Err(Complaint::new(ERR_NORECIPIENT, "No recipient given")));
    }
    readings
}

fn to_each(a: &Args<'_>, request: impl Fn(Target) -> Reading) -> Vec<Reading> {
    each_target(a, |word| args::target(word).and_then(&request))
}

fn each_target(a: &Args<'_>, request: impl Fn(&str) -> Reading) -> Vec<Reading> {
    let too_many = |word: &str| {
        let text = format!("Too many targets: at most {TARGETS_MAX}");
        Err(Complaint::about(ERR_TOOMANYTARGETS, &[word], &text))
    };
    let readings = a.parts(0).enumerate().map(|(place, word)| match place {
        0..TARGETS_MAX => request(word),
        _ => too_many(word),
    });
    readings.collect()
}

fn batch(a: &Args<'_>) -> Vec<Reading> {
    let reference = a.get(0);
    if let Some(reference) = reference.strip_prefix('-') {
        return one(Request::Close(reference.to_owned()));
    }
    let invalid = || {
        Complaint::fail(
            "BATCH",
            "MULTILINE_INVALID",
            &[],
            "Only +reference draft/multiline target begins a batch",
        )
    };
    let opened = reference.strip_prefix('+').filter(|name| !name.is_empty());
    let Some(reference) = opened.filter(|_| a.get(1) == "draft/multiline") else {
        return reading(Err(invalid()));
    };
    let Some(word) = a.maybe(2) else {
        return reading(Err(invalid()));
    };
    reading(args::target(word).map(|to| Request::Open(reference.to_owned(), to, a.attached())))
}

fn redact(a: &Args<'_>) -> Vec<Reading> {
    let (word, id) = (a.get(0), a.get(1));
    let to = args::target(word).map_err(|_| Complaint::no_such_redaction_target(word));
    let why = a.cut(2, REASON_BYTES_MAX);
    reading(to.map(|to| Request::Redact(to, id.to_owned(), why)))
}

fn announce(a: &Args<'_>) -> Vec<Reading> {
    let number = || a.get(1).trim_start_matches('!').parse().ok();
    let command = match (
        a.get(0).to_ascii_uppercase().as_str(),
        a.message.params.len(),
    ) {
        ("LIST", 1) => return chat(Command::Announcements),
        ("ACK", 2) => number().map(|number| Command::Acknowledge { number }),
        ("ROLLCALL", 2) => number().map(|number| Command::RollCall { number }),
        ("WITHDRAW", 2) => number().map(|number| Command::Withdraw { number }),
        // Nobody announces just that: the number was forgotten.
        ("ACK" | "ROLLCALL" | "WITHDRAW", 1) => None,
        _ => return announcement(a),
    };
    reading(match command {
        Some(command) => Ok(Request::Chat(command)),
        None => Err(a.spec.needs_more()),
    })
}

fn announcement(a: &Args<'_>) -> Vec<Reading> {
    let request = |channel, text: String| {
        readable(&text)?;
        Ok(Request::Chat(Command::Announce { channel, text }))
    };
    if !a.get(0).starts_with('#') {
        return reading(request(None, a.rest(0)));
    }
    reading(args::channel(a.get(0)).and_then(|channel| {
        let text = a.rest(1);
        match text.is_empty() {
            true => Err(a.spec.needs_more()),
            false => request(Some(channel), text),
        }
    }))
}

/// What must not be missed can be read by everybody: formats alone cannot.
///
/// # Errors
/// There is nothing to read in it: 412.
fn readable(text: &str) -> Result<(), Complaint> {
    match printable(text).trim().is_empty() {
        true => Err(Complaint::new(ERR_NOTEXTTOSEND, "No text to send")),
        false => Ok(()),
    }
}
