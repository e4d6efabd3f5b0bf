//! Channels, and who is in them.

use super::{Group, Request, Spec, chat, open};
use crate::chat::mask::Pattern;
use crate::chat::vocabulary::{Command, Criterion};

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
    open(
        Group::Channels,
        "join",
        "#CHANNEL [KEY]",
        "enter a channel, or speak in another one of yours",
        |a| {
            let channel = a.channel()?;
            let key = a.word().map(str::to_owned);
            chat(a, Command::Join { channel, key })
        },
    ),
    open(
        Group::Channels,
        "leave",
        "[#CHANNEL] [WHY]",
        "leave the current channel, or another",
        |a| {
            let channel = a.channel_or_current()?;
            Ok(Request::Chat(Command::Leave {
                channel,
                why: a.maybe_text(),
            }))
        },
    ),
    open(
        Group::Channels,
        "who",
        "[#CHANNEL|PATTERN]",
        "who is in a channel, or fits a name with * and ?; else: who is here",
        |a| {
            if let Some(channel) = a.maybe_channel()? {
                let channel = Some(channel);
                return chat(a, Command::Who { channel });
            }
            let command = match a.word() {
                None => Command::Who { channel: None },
                Some(word) => Command::Find {
                    pattern: Pattern::new(word),
                    operators: false,
                },
            };
            chat(a, command)
        },
    ),
    open(
        Group::Channels,
        "list",
        "[WORDS] [>NUMBER] [<NUMBER]",
        "the channels, or those whose name or topic has the words, of so many people",
        |a| {
            let typed = a.text();
            let criteria = typed.split_whitespace().map(criterion).collect();
            Ok(Request::Chat(Command::List { criteria }))
        },
    ),
    open(
        Group::Channels,
        "topic",
        "[#CHANNEL] [TEXT]",
        "the topic of a channel; with text: set it; with a lone -: clear it",
        |a| {
            let channel = a.channel_or_current()?;
            let text = a.maybe_text().map(|text| {
                if text.trim() == "-" {
                    String::new()
                } else {
                    text
                }
            });
            Ok(Request::Chat(Command::Topic { channel, text }))
        },
    ),
    open(
        Group::Channels,
        "invite",
        "NAME [#CHANNEL]",
        "ask a person into a channel",
        |a| {
            let nick = a.nick()?;
            let channel = a.channel_or_current()?;
            chat(a, Command::Invite { nick, channel })
        },
    ),
    open(
        Group::Channels,
        "invitations",
        "",
        "the channels that you are asked into",
        |a| chat(a, Command::Invitations),
    ),
    open(
        Group::Channels,
        "knock",
        "#CHANNEL",
        "ask to be let into a closed channel",
        |a| {
            let channel = a.channel()?;
            chat(a, Command::Knock { channel })
        },
    ),
];

fn criterion(word: &str) -> Criterion {
    let number = |word: &str| word.parse().ok();
    match word.split_at_checked(1) {
        Some((">", rest)) => number(rest).map(Criterion::MoreThan),
        Some(("<", rest)) => number(rest).map(Criterion::FewerThan),
        _ => None,
    }
    .unwrap_or_else(|| Criterion::Word(word.to_lowercase()))
}
