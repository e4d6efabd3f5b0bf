//! The table itself.

use super::{Group, Request, Spec, Who, lookup};
use crate::chat::mask::{Effect, Mask};
use crate::chat::mode::{MaskList, ModeChange, Rank};
use crate::chat::vocabulary::{Command, Manner, Target, Watched};
use crate::protocol::plain::args::{self, Args};
use crate::protocol::plain::modes;
use crate::protocol::plain::refusals::Mistake;
use crate::protocol::plain::screen::Times;

const fn open(
    group: Group,
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    read: fn(&mut Args<'_>) -> Result<Request, Mistake>,
) -> Spec {
    Spec {
        group,
        name,
        arguments,
        help,
        who: Who::Everybody,
        counts: true,
        read,
    }
}

const fn channel_operators(spec: Spec) -> Spec {
    Spec {
        who: Who::ChannelOperators,
        ..spec
    }
}

/// All commands.
pub static COMMANDS: &[Spec] = &[
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
        Group::Channels,
        "who",
        "[#CHANNEL]",
        "who is in a channel; without one: who is here",
        |a| {
            let channel = a.maybe_channel()?;
            chat(a, Command::Who { channel })
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
        Group::Channels,
        "list",
        "[WORDS]",
        "the channels, or those whose name or topic has the words",
        |a| Ok(Request::Chat(Command::List { words: a.text() })),
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
    open(
        Group::People,
        "block",
        "NAME",
        "hear nothing more from a person",
        |a| {
            let nick = a.nick()?;
            chat(a, Command::Block { nick })
        },
    ),
    open(
        Group::People,
        "unblock",
        "NAME",
        "hear a person again",
        |a| {
            let nick = a.nick()?;
            chat(a, Command::Unblock { nick })
        },
    ),
    open(Group::People, "blocked", "", "whom you block", |a| {
        chat(a, Command::Blocked)
    }),
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
        "knock",
        "#CHANNEL",
        "ask to be let into a closed channel",
        |a| {
            let channel = a.channel()?;
            chat(a, Command::Knock { channel })
        },
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
        Group::Session,
        "hold",
        "",
        "keep the lines of others back while you type",
        |a| session(a, Request::Hold),
    ),
    open(Group::Session, "go", "", "let them come again", |a| {
        session(a, Request::Go)
    }),
    open(
        Group::Session,
        "times",
        "iso|short",
        "times with date and seconds, or just HH:MM",
        |a| {
            let times = match a.need_word()?.to_ascii_lowercase().as_str() {
                "iso" => Times::Iso,
                "short" => Times::Short,
                word => {
                    return Err(Mistake::UnknownTimes {
                        typed: word.to_owned(),
                    });
                }
            };
            session(a, Request::Times(times))
        },
    ),
    Spec {
        counts: false,
        ..open(
            Group::Session,
            "ping",
            "TOKEN",
            "have TOKEN back: all before it is done or refused",
            |a| Ok(Request::Ping(a.need_text()?)),
        )
    },
    open(
        Group::Session,
        "help",
        "[COMMAND]",
        "all commands, or how to use one",
        |a| {
            let command = a.word().map(str::to_owned);
            session(a, Request::Help(command))
        },
    ),
    open(
        Group::Session,
        "quit",
        "[TEXT]",
        "leave; TEXT is told to the others",
        |a| Ok(Request::Quit(a.maybe_text())),
    ),
    channel_operators(open(
        Group::Operators,
        "kick",
        "[#CHANNEL] NAME [WHY]",
        "put a person out of a channel",
        |a| {
            let (channel, nick) = (a.channel_or_current()?, a.nick()?);
            Ok(Request::Chat(Command::Kick {
                channel,
                nick,
                why: a.maybe_text(),
            }))
        },
    )),
    channel_operators(open(
        Group::Operators,
        "ban",
        "[#CHANNEL] NAME|MASK [WHY]",
        "put a person out and keep them out",
        |a| {
            let (channel, mask) = (a.channel_or_current()?, mask(a, Effect::KeepOut)?);
            Ok(Request::Chat(Command::Ban {
                channel,
                mask,
                why: a.maybe_text(),
            }))
        },
    )),
    channel_operators(open(
        Group::Operators,
        "unban",
        "[#CHANNEL] NAME|MASK",
        "let them in again",
        |a| listed(a, Effect::KeepOut, false),
    )),
    channel_operators(open(
        Group::Operators,
        "mute",
        "[#CHANNEL] NAME|MASK",
        "let them in but not speak",
        |a| listed(a, Effect::Mute, true),
    )),
    channel_operators(open(
        Group::Operators,
        "unmute",
        "[#CHANNEL] NAME|MASK",
        "let them speak again",
        |a| listed(a, Effect::Mute, false),
    )),
    channel_operators(open(
        Group::Operators,
        "op",
        "[#CHANNEL] [-]NAME",
        "make a person an operator of the channel; -NAME: no longer",
        |a| promote(a, Rank::Operator),
    )),
    channel_operators(open(
        Group::Operators,
        "voice",
        "[#CHANNEL] [-]NAME",
        "give a person a voice where others have none; -NAME: take it",
        |a| promote(a, Rank::Voice),
    )),
    channel_operators(open(
        Group::Operators,
        "mode",
        "[#CHANNEL] [+LETTERS|-LETTERS] [VALUE]",
        "the modes of a channel, or change them: imnstu, k KEY, l NUMBER",
        |a| {
            let channel = a.channel_or_current()?;
            let command = match a.maybe_text() {
                Some(typed) => Command::SetModes {
                    channel,
                    changes: modes::changes(&typed)?,
                },
                None => Command::Modes { channel },
            };
            Ok(Request::Chat(command))
        },
    )),
    channel_operators(open(
        Group::Operators,
        "keep",
        "[#CHANNEL] [off]",
        "let a channel outlive its last member, until the server stops",
        |a| {
            let channel = a.channel_or_current()?;
            let keep = match a.word() {
                None => true,
                Some(word) if word.eq_ignore_ascii_case("off") => false,
                Some(_) => return Err(Mistake::Usage(find("keep"))),
            };
            chat(a, Command::Keep { channel, keep })
        },
    )),
    Spec {
        who: Who::ServerOperators,
        ..open(
            Group::Operators,
            "kill",
            "NAME [WHY]",
            "put a person off the server",
            |a| {
                let nick = a.nick()?;
                Ok(Request::Chat(Command::Kill {
                    nick,
                    why: a.maybe_text(),
                }))
            },
        )
    },
];

fn chat(args: &Args<'_>, command: Command) -> Result<Request, Mistake> {
    session(args, Request::Chat(command))
}

fn session(args: &Args<'_>, request: Request) -> Result<Request, Mistake> {
    args.end()?;
    Ok(request)
}

fn say(args: &mut Args<'_>, manner: Manner) -> Result<Request, Mistake> {
    let to = match args.maybe_channel()? {
        Some(channel) => Target::Channel(channel),
        None => Target::Person(args.nick()?),
    };
    let text = args.need_text()?;
    Ok(Request::Chat(Command::Say { to, manner, text }))
}

fn watched(args: &mut Args<'_>) -> Result<Watched, Mistake> {
    match args.maybe_channel()? {
        Some(channel) => Ok(Watched::Channel(channel)),
        None => Ok(Watched::Person(args.nick()?)),
    }
}

fn mask(args: &mut Args<'_>, effect: Effect) -> Result<Mask, Mistake> {
    let word = args.need_word()?;
    Mask::parse(word, effect).ok_or_else(|| Mistake::BadMask {
        typed: word.to_owned(),
    })
}

fn listed(args: &mut Args<'_>, effect: Effect, on: bool) -> Result<Request, Mistake> {
    let (channel, mask) = (args.channel_or_current()?, mask(args, effect)?);
    let changes = vec![ModeChange::List(MaskList::Bans, mask, on)];
    chat(args, Command::SetModes { channel, changes })
}

fn promote(args: &mut Args<'_>, rank: Rank) -> Result<Request, Mistake> {
    let channel = args.channel_or_current()?;
    let word = args.need_word()?;
    let (name, grant) = word
        .strip_prefix('-')
        .map_or((word, true), |name| (name, false));
    let nick = args::nick(name)?;
    chat(
        args,
        Command::Promote {
            channel,
            nick,
            rank,
            grant,
        },
    )
}

fn find(name: &str) -> &'static Spec {
    lookup(name).expect("the table has the command")
}
