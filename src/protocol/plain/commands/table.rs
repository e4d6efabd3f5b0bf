//! The table itself.

use super::{Group, Request, Spec, Who, lookup};
use crate::chat::mask::{Effect, Mask, Pattern};
use crate::chat::mode::{Flag, MaskList, ModeChange, Rank, UserFlag};
use crate::chat::vocabulary::{Command, Criterion, Extras, Manner, Target, Watched, Whom};
use crate::protocol::modes::{self, Fault, Part};
use crate::protocol::plain::args::{self, Args};
use crate::protocol::plain::refusals::Mistake;
use crate::protocol::stamp::Times;

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
        "self",
        "[+LETTERS|-LETTERS]",
        "what you are besides, or change it: B a program, i not listed, w told wallops",
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
    open(Group::Session, "motd", "", "the message of the day", |a| {
        session(a, Request::Motd)
    }),
    open(
        Group::Session,
        "about",
        "",
        "what server this is, and who runs it",
        |a| session(a, Request::About),
    ),
    open(
        Group::Session,
        "oper",
        "NAME PASSWORD",
        "become an operator of the server",
        |a| {
            let name = a.need_word()?.to_owned();
            Ok(Request::Oper(name, a.need_text()?))
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
        "halfop",
        "[#CHANNEL] [-]NAME",
        "make a person run the channel, but for its operators; -NAME: no longer",
        |a| promote(a, Rank::HalfOperator),
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
        "the modes of a channel, or change them: CPimnpstu, k KEY, l NUMBER, b e I MASK, o h v NAME",
        |a| {
            let channel = a.channel_or_current()?;
            let command = match a.maybe_text() {
                Some(typed) => Command::SetModes {
                    channel,
                    changes: changes(&typed)?,
                    all_or_nothing: true,
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
            let changes = vec![ModeChange::Flag(Flag::Kept, keep)];
            chat(
                a,
                Command::SetModes {
                    channel,
                    changes,
                    all_or_nothing: true,
                },
            )
        },
    )),
    channel_operators(open(
        Group::Operators,
        "rename",
        "#CHANNEL #NEW [WHY]",
        "give a channel another name",
        |a| {
            let (channel, name) = (a.channel()?, a.channel()?);
            Ok(Request::Chat(Command::RenameChannel {
                channel,
                name,
                why: a.maybe_text(),
            }))
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
    Spec {
        who: Who::ServerOperators,
        ..open(
            Group::Operators,
            "wallops",
            "TEXT",
            "tell something to whoever wants to hear it (/self +w)",
            |a| {
                let text = a.need_text()?;
                Ok(Request::Chat(Command::Wallops { text }))
            },
        )
    },
    Spec {
        who: Who::ServerOperators,
        ..open(
            Group::Operators,
            "rehash",
            "",
            "have the configuration read again",
            |a| session(a, Request::Rehash),
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

fn criterion(word: &str) -> Criterion {
    let number = |word: &str| word.parse().ok();
    match word.split_at_checked(1) {
        Some((">", rest)) => number(rest).map(Criterion::MoreThan),
        Some(("<", rest)) => number(rest).map(Criterion::FewerThan),
        _ => None,
    }
    .unwrap_or_else(|| Criterion::Word(word.to_lowercase()))
}

/// A person's name, or a mask.
fn whom(args: &mut Args<'_>) -> Result<Whom, Mistake> {
    let word = args.need_word()?;
    if word.contains(['!', '@', '*', '?']) {
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

/// Reads `+kt-n secret`.
fn changes(typed: &str) -> Result<Vec<ModeChange>, Mistake> {
    let mut words = typed.split(' ').filter(|word| !word.is_empty());
    let letters = words.next().unwrap_or("");
    let change = |part| match part {
        Ok(Part::Change(change)) => Ok(change),
        Ok(Part::Ask(list)) => Err(Mistake::ModeValueMissing {
            letter: modes::list_letter(list),
        }),
        Err(fault) => Err(mode_mistake(fault)),
    };
    modes::read(letters, words)
        .into_iter()
        .map(change)
        .collect()
}

fn mode_mistake(fault: Fault) -> Mistake {
    match fault {
        Fault::Unknown(letter) => Mistake::UnknownMode { letter },
        Fault::ValueMissing(letter) => Mistake::ModeValueMissing { letter },
        Fault::BadValue(letter, typed) => Mistake::BadModeValue { letter, typed },
        Fault::LeftOver(typed) => Mistake::ModeValueLeftOver { typed },
    }
}

fn watched(args: &mut Args<'_>) -> Result<Watched, Mistake> {
    match args.maybe_channel()? {
        Some(channel) => Ok(Watched::Channel(channel)),
        None => Ok(Watched::Person(args.nick()?)),
    }
}

fn mask(args: &mut Args<'_>, effect: Effect) -> Result<Mask, Mistake> {
    let word = args.need_word()?;
    bare_mask(word, effect)
}

fn bare_mask(word: &str, effect: Effect) -> Result<Mask, Mistake> {
    Mask::parse(word, effect).ok_or_else(|| Mistake::BadMask {
        typed: word.to_owned(),
    })
}

fn listed(args: &mut Args<'_>, effect: Effect, on: bool) -> Result<Request, Mistake> {
    let (channel, mask) = (args.channel_or_current()?, mask(args, effect)?);
    let changes = vec![ModeChange::List(MaskList::Bans, mask, on)];
    chat(
        args,
        Command::SetModes {
            channel,
            changes,
            all_or_nothing: true,
        },
    )
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
