//! Saying something, and announcing it.

use super::{Group, Request, Spec, chat, open};
use crate::chat::vocabulary::{Command, Extras, Manner, Target};
use crate::protocol::modes;
use crate::protocol::plain::args::{self, Args};
use crate::protocol::plain::refusals::Mistake;

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
    open(
        Group::Talking,
        "msg",
        "NAME|#CHANNEL TEXT",
        "say something to one person, or in a channel",
        |a| say(a, Manner::Speech),
    ),
    open(
        Group::Talking,
        "reply",
        "TEXT",
        "answer whoever wrote to you privately last",
        |a| Ok(Request::Reply(a.need_text()?)),
    ),
    open(
        Group::Talking,
        "me",
        "TEXT",
        "say what you do: /me waves",
        |a| {
            let text = a.need_text()?;
            let to = Target::Channel(a.channel_or_current()?);
            Ok(Request::Chat(Command::Say {
                to,
                manner: Manner::Action,
                text,
                extras: Extras::default(),
            }))
        },
    ),
    open(
        Group::Talking,
        "notice",
        "NAME|#CHANNEL TEXT",
        "the same as /msg, for programs: nothing answers it by itself",
        |a| say(a, Manner::Notice),
    ),
    open(
        Group::Talking,
        "redact",
        "[#CHANNEL] NAME [WHY]",
        "take back the latest line of yours (operators: of anybody)",
        |a| {
            let (channel, nick) = (a.channel_or_current()?, a.nick()?);
            Ok(Request::Chat(Command::Redact {
                channel,
                nick,
                why: a.maybe_text(),
            }))
        },
    ),
    open(
        Group::Talking,
        "retract",
        "NAME",
        "take back the latest line that you wrote to a person",
        |a| {
            let nick = a.nick()?;
            chat(a, Command::Retract { nick })
        },
    ),
    open(
        Group::Announcements,
        "announce",
        "[#CHANNEL] TEXT [until HH:MM]",
        "tell everyone, or a channel, what must not be missed",
        |a| {
            let channel = a.maybe_channel()?;
            Ok(Request::Chat(Command::Announce {
                channel,
                text: a.need_text()?,
            }))
        },
    ),
    open(
        Group::Announcements,
        "announcements",
        "",
        "the announcements in force",
        |a| chat(a, Command::Announcements),
    ),
    open(
        Group::Announcements,
        "ack",
        "N",
        "say that you have seen announcement N",
        |a| {
            let number = a.number()?;
            chat(a, Command::Acknowledge { number })
        },
    ),
    open(
        Group::Announcements,
        "rollcall",
        "N",
        "who has acknowledged your announcement N, and who not",
        |a| {
            let number = a.number()?;
            chat(a, Command::RollCall { number })
        },
    ),
    open(
        Group::Announcements,
        "withdraw",
        "N",
        "take your announcement N back",
        |a| {
            let number = a.number()?;
            chat(a, Command::Withdraw { number })
        },
    ),
];

fn say(args: &mut Args<'_>, manner: Manner) -> Result<Request, Mistake> {
    let to = target(args)?;
    let text = args.need_text()?;
    Ok(Request::Chat(Command::Say {
        to,
        manner,
        text,
        extras: Extras::default(),
    }))
}

/// A channel, `@#channel` for those in it who are this or more, or a person.
fn target(args: &mut Args<'_>) -> Result<Target, Mistake> {
    let word = args.need_word()?;
    let behind = word
        .split_at_checked(1)
        .filter(|(_, rest)| rest.starts_with('#'));
    let sign = word.chars().next().and_then(modes::rank_of_sign);
    match (sign, behind) {
        (Some(rank), Some((_, name))) => Ok(Target::Ranked(args::channel(name)?, rank)),
        _ if word.starts_with('#') => Ok(Target::Channel(args::channel(word)?)),
        _ => Ok(Target::Person(args::nick(word)?)),
    }
}
