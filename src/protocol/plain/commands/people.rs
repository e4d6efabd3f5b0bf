//! Others, oneself, and who is free.

use super::{Group, Request, Spec, bare_mask, chat, open};
use crate::chat::mask::Effect;
use crate::chat::mode::UserFlag;
use crate::chat::vocabulary::{Command, Described, MetadataKey, Watched, Whom};
use crate::protocol::modes;
use crate::protocol::plain::args::{self, Args};
use crate::protocol::plain::refusals::Mistake;

/// What stands in place of what is to be no more.
const NO_MORE: &str = "-";

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
    open(
        Group::People,
        "nick",
        "NAME",
        "be called something else",
        |a| {
            let nick = a.nick()?;
            chat(a, Command::Rename { nick })
        },
    ),
    open(
        Group::People,
        "whois",
        "NAME",
        "what is known about a person",
        |a| {
            let nick = a.nick()?;
            chat(a, Command::Whois { nick })
        },
    ),
    open(
        Group::People,
        "seen",
        "NAME",
        "when somebody of that name was last here",
        |a| {
            let nick = a.nick()?;
            chat(a, Command::Whowas { nick, most: 1 })
        },
    ),
    open(
        Group::People,
        "watch",
        "NAME|#CHANNEL",
        "hear when they come, go, are away or back",
        |a| {
            let watched = watched(a)?;
            chat(a, Command::Watch { watched })
        },
    ),
    open(
        Group::People,
        "unwatch",
        "NAME|#CHANNEL",
        "hear it no more",
        |a| {
            let watched = watched(a)?;
            chat(a, Command::Unwatch { watched })
        },
    ),
    open(
        Group::People,
        "watching",
        "",
        "whom and what you watch",
        |a| chat(a, Command::Watching),
    ),
    open(
        Group::People,
        "block",
        "NAME|MASK",
        "hear nothing more from a person",
        |a| {
            let whom = whom(a)?;
            chat(a, Command::Block { whom })
        },
    ),
    open(
        Group::People,
        "unblock",
        "NAME|MASK",
        "hear a person again",
        |a| {
            let whom = whom(a)?;
            chat(a, Command::Unblock { whom })
        },
    ),
    open(Group::People, "blocked", "", "whom you block", |a| {
        chat(a, Command::Blocked)
    }),
    open(
        Group::People,
        "realname",
        "TEXT",
        "be called something else in full: /whois shows it",
        |a| {
            let realname = a.need_text()?;
            Ok(Request::Chat(Command::Introduce { realname }))
        },
    ),
    open(
        Group::People,
        "profile",
        "[#CHANNEL] [KEY TEXT]",
        "what you say of yourself, or of a channel: status, homepage, ...; - in place of KEY or TEXT takes it out",
        profile,
    ),
    open(
        Group::People,
        "self",
        "[+LETTERS|-LETTERS]",
        "what you are besides, or change it: B a program, R written to by accounts only, i not listed, w told wallops",
        |a| {
            let command = match a.word() {
                None => Command::OwnModes,
                Some(word) => Command::SetOwnModes {
                    changes: own_changes(word)?,
                },
            };
            chat(a, command)
        },
    ),
    open(
        Group::Availability,
        "away",
        "[TEXT] [until HH:MM]",
        "say that you are away, why and until when",
        |a| Ok(Request::Chat(Command::Away { words: a.text() })),
    ),
    open(
        Group::Availability,
        "back",
        "",
        "say that you are available again",
        |a| chat(a, Command::Back),
    ),
    open(
        Group::Availability,
        "board",
        "[#CHANNEL]",
        "everyone of a channel by availability; without one: everyone here",
        |a| {
            let channel = a.maybe_channel()?;
            chat(a, Command::Board { channel })
        },
    ),
];

fn profile(args: &mut Args<'_>) -> Result<Request, Mistake> {
    let channel = args.maybe_channel()?;
    let whom = channel.map_or(Described::Oneself, Described::Channel);
    let command = match args.word() {
        None => Command::Description { whom },
        Some(NO_MORE) => Command::Undescribe { whom },
        Some(typed) => {
            let key = MetadataKey::parse(typed);
            let key = key.ok_or_else(|| Mistake::NoKey {
                typed: typed.to_owned(),
            })?;
            let text = args.need_text()?;
            let value = match text.trim() {
                NO_MORE => String::new(),
                text => text.to_owned(),
            };
            return Ok(Request::Chat(Command::Describe { whom, key, value }));
        }
    };
    chat(args, command)
}

/// A person's name, or a mask.
fn whom(args: &mut Args<'_>) -> Result<Whom, Mistake> {
    let word = args.need_word()?;
    if word.contains(['!', '@', '*', '?', ':']) {
        return bare_mask(word, Effect::KeepOut).map(Whom::Mask);
    }
    args::nick(word).map(Whom::Person)
}

fn own_changes(letters: &str) -> Result<Vec<(UserFlag, bool)>, Mistake> {
    let (changes, unknown) = modes::user_changes(letters);
    match unknown.first() {
        Some(&letter) => Err(Mistake::UnknownOwnMode { letter }),
        None => Ok(changes),
    }
}

fn watched(args: &mut Args<'_>) -> Result<Watched, Mistake> {
    match args.maybe_channel()? {
        Some(channel) => Ok(Watched::Channel(channel)),
        None => Ok(Watched::Person(args.nick()?)),
    }
}
