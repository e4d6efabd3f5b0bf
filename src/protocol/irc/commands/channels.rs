//! Commands of channels.

use super::super::args::{Args, channel, cut, nick};
use super::super::numerics::*;
use super::super::refusals::Complaint;
use super::{Counts, Reading, Request, Spec, chat, each, free, one, reading, spec};
use crate::chat::limits::REASON_BYTES_MAX;
use crate::chat::limits::TOPIC_BYTES_MAX;
use crate::chat::mask::Pattern;
use crate::chat::vocabulary::{Command, Criterion};
use crate::protocol::modes::{self, Fault, Part};

pub(super) static COMMANDS: &[Spec] = &[
    spec(
        "JOIN",
        "<channel>{,<channel>} [<key>{,<key>}] | 0",
        1,
        "enter channels, or leave all",
        join,
    ),
    spec(
        "PART",
        "<channel>{,<channel>} [:<reason>]",
        1,
        "leave channels",
        |a| {
            let why = a.cut(1, REASON_BYTES_MAX);
            if a.list(0).is_empty() {
                return vec![Err(a.spec.needs_more())];
            }
            each(a.list(0), |word| {
                let (channel, why) = (channel(word)?, why.clone());
                Ok(Request::Chat(Command::Leave { channel, why }))
            })
        },
    ),
    spec(
        "TOPIC",
        "<channel> [:<topic>]",
        1,
        "the topic of a channel, or set it",
        |a| {
            let text = a
                .message
                .params
                .get(1)
                .map(|text| cut(text, TOPIC_BYTES_MAX));
            reading(
                channel(a.get(0)).map(|channel| Request::Chat(Command::Topic { channel, text })),
            )
        },
    ),
    free(spec(
        "NAMES",
        "[<channel>{,<channel>}]",
        0,
        "who is in a channel",
        |a| {
            if a.list(0).is_empty() {
                return one(Request::NamesOfNobody("*".to_owned()));
            }
            each(a.list(0), |word| {
                Ok(match channel(word) {
                    Ok(channel) => Request::Chat(Command::Names { channel }),
                    Err(_) => Request::NamesOfNobody(word.to_owned()),
                })
            })
        },
    )),
    spec(
        "LIST",
        "[<channel|mask|condition>{,<condition>}]",
        0,
        "the channels: of a mask, of more (>N) or fewer (<N) people, made (C) or given a topic (T) more (>) or less (<) than N minutes ago",
        |a| {
            let words = a.message.params.iter().flat_map(|param| param.split(','));
            let words = words.filter(|word| !word.is_empty());
            let criteria = words.map(criterion).collect();
            chat(Command::List { criteria })
        },
    ),
    spec(
        "INVITE",
        "[<nick> <channel>]",
        0,
        "ask somebody into a channel; alone: where one is asked into",
        |a| match a.message.params.len() {
            0 => chat(Command::Invitations),
            1 => vec![Err(a.spec.needs_more())],
            _ => reading(nick(a.get(0)).and_then(|nick| {
                let channel = channel(a.get(1))?;
                Ok(Request::Chat(Command::Invite { nick, channel }))
            })),
        },
    ),
    spec(
        "KNOCK",
        "<channel> [:<text>]",
        1,
        "ask to be let into a channel",
        |a| reading(channel(a.get(0)).map(|channel| Request::Chat(Command::Knock { channel }))),
    ),
    spec(
        "KICK",
        "<channel>{,<channel>} <nick>{,<nick>} [:<reason>]",
        2,
        "put people out of a channel (its operators)",
        kick,
    ),
    Spec {
        counts: Counts::IfItChanges,
        ..spec(
            "MODE",
            "<channel|nick> [<letters> [<value>...]]",
            1,
            "the modes of a channel or oneself, or change them",
            mode,
        )
    },
    spec(
        "RENAME",
        "<channel> <name> [:<reason>]",
        2,
        "give a channel another name (draft/channel-rename)",
        |a| {
            let (old, new) = (a.get(0), a.get(1));
            let cannot = |_| {
                Complaint::fail(
                    "RENAME",
                    "CANNOT_RENAME",
                    &[old, new],
                    "That cannot be a channel's name",
                )
            };
            reading(channel(old).and_then(|before| {
                Ok(Request::Chat(Command::RenameChannel {
                    channel: before,
                    name: channel(new).map_err(cannot)?,
                    why: a.cut(2, REASON_BYTES_MAX),
                }))
            }))
        },
    ),
    free(spec(
        "BOARD",
        "[<channel>]",
        0,
        "everyone of a channel, or here, by availability",
        |a| match a.maybe(0) {
            None => chat(Command::Board { channel: None }),
            Some(word) => reading(channel(word).map(|channel| {
                let channel = Some(channel);
                Request::Chat(Command::Board { channel })
            })),
        },
    )),
];

fn join(a: &Args<'_>) -> Vec<Reading> {
    if a.get(0) == "0" {
        return one(Request::LeaveAll);
    }
    if a.list(0).is_empty() {
        return vec![Err(a.spec.needs_more())];
    }
    let mut keys = a.get(1).split(',');
    let mut readings = Vec::new();
    for word in a.list(0) {
        let key = keys.next().filter(|key| !key.is_empty()).map(str::to_owned);
        readings.push(channel(word).map(|channel| Request::Chat(Command::Join { channel, key })));
    }
    readings
}

/// One channel and many people, or as many channels as people.
fn kick(a: &Args<'_>) -> Vec<Reading> {
    let (channels, nicks) = (a.list(0), a.list(1));
    let pairs = channels.len() == 1 || channels.len() == nicks.len();
    if !pairs || channels.is_empty() || nicks.is_empty() {
        return vec![Err(a.spec.needs_more())];
    }
    let why = a.cut(2, REASON_BYTES_MAX);
    let pairs = nicks.into_iter().enumerate();
    let pairs = pairs.map(|(place, nick)| (channels.get(place).unwrap_or(&channels[0]), nick));
    pairs
        .map(|(name, word)| {
            Ok(Request::Chat(Command::Kick {
                channel: channel(name)?,
                nick: nick(word)?,
                why: why.clone(),
            }))
        })
        .collect()
}

fn mode(a: &Args<'_>) -> Vec<Reading> {
    if !a.get(0).starts_with('#') {
        return own_mode(a);
    }
    let of_each = |word| match channel(word) {
        Ok(channel) => channel_mode(a, channel),
        Err(complaint) => vec![Err(complaint)],
    };
    a.list(0).into_iter().flat_map(of_each).collect()
}

fn own_mode(a: &Args<'_>) -> Vec<Reading> {
    let (changes, unknown) = modes::user_changes(a.maybe(1).unwrap_or(""));
    let mut readings = Vec::new();
    if a.maybe(1).is_none() || !changes.is_empty() {
        let asks = a.maybe(1).is_none();
        let request = Request::OwnModes(a.get(0).to_owned(), changes, asks);
        readings.push(Ok(request));
    }
    if !unknown.is_empty() {
        readings.push(Err(Complaint::new(
            ERR_UMODEUNKNOWNFLAG,
            "Unknown MODE flag",
        )));
    }
    readings
}

fn channel_mode(a: &Args<'_>, channel: crate::chat::name::ChannelName) -> Vec<Reading> {
    let Some(letters) = a.maybe(1) else {
        return chat(Command::Modes { channel });
    };
    let mut readings = Vec::new();
    let mut changes = Vec::new();
    let values = a.message.params.iter().skip(2).copied();
    for part in modes::read(letters, values) {
        match part {
            Ok(Part::Change(change)) => changes.push(change),
            Ok(Part::Ask(list)) => {
                let channel = channel.clone();
                readings.push(Ok(Request::Chat(Command::Masks { channel, list })));
            }
            Err(fault) => readings.extend(fault_of(channel.as_str(), &fault).map(Err)),
        }
    }
    if !changes.is_empty() {
        readings.push(Ok(Request::Chat(Command::SetModes {
            channel,
            changes,
            all_or_nothing: false,
        })));
    }
    readings
}

/// What is left over is passed over: clients give keys that they take off.
fn fault_of(channel: &str, fault: &Fault) -> Option<Complaint> {
    match fault {
        Fault::Unknown(letter) => Some(Complaint::about(
            ERR_UNKNOWNMODE,
            &[&letter.to_string()],
            &format!("is unknown mode char to me for {channel}"),
        )),
        Fault::ValueMissing(letter) => Some(bad_value(channel, *letter, "*", "needs a value")),
        Fault::BadValue('k', _) => Some(Complaint::about(
            ERR_INVALIDKEY,
            &[channel],
            "Key is not well-formed",
        )),
        Fault::BadValue(letter @ ('o' | 'h' | 'v'), value) => {
            let _ = letter;
            Some(Complaint::about(ERR_NOSUCHNICK, &[value], "No such nick"))
        }
        Fault::BadValue(letter, value) => {
            Some(bad_value(channel, *letter, value, "cannot have this value"))
        }
        Fault::LeftOver(_) => None,
    }
}

fn bad_value(channel: &str, letter: char, value: &str, why: &str) -> Complaint {
    let text = format!("Mode {letter} {why}");
    Complaint::about(
        ERR_INVALIDMODEPARAM,
        &[channel, &letter.to_string(), value],
        &text,
    )
}

/// `C` and `T` are minutes ago, which the server turns into moments.
fn criterion(word: &str) -> Criterion {
    let number = |word: &str| word.parse::<usize>().ok();
    let minutes = |word: &str| {
        word.parse::<u64>()
            .ok()
            .map(|minutes| minutes.saturating_mul(60_000))
    };
    let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
    let second = rest.split_at_checked(1);
    let read = match (first, second) {
        (">", _) => number(rest).map(Criterion::MoreThan),
        ("<", _) => number(rest).map(Criterion::FewerThan),
        ("!", _) => Some(Criterion::NotNamed(Pattern::new(rest))),
        ("C" | "c", Some((">", n))) => minutes(n).map(Criterion::MadeBefore),
        ("C" | "c", Some(("<", n))) => minutes(n).map(Criterion::MadeAfter),
        ("T" | "t", Some((">", n))) => minutes(n).map(Criterion::TopicBefore),
        ("T" | "t", Some(("<", n))) => minutes(n).map(Criterion::TopicAfter),
        _ => None,
    };
    read.unwrap_or_else(|| Criterion::Named(Pattern::new(word)))
}
