//! Running a channel, or the server.

use super::{Group, Request, Spec, Who, bare_mask, chat, lookup, open, session};
use crate::chat::mask::{Effect, Mask};
use crate::chat::mode::{Flag, MaskList, ModeChange, Rank};
use crate::chat::vocabulary::Command;
use crate::protocol::modes::{self, Fault, Part};
use crate::protocol::plain::args::{self, Args};
use crate::protocol::plain::refusals::Mistake;

const fn channel_operators(spec: Spec) -> Spec {
    Spec {
        who: Who::ChannelOperators,
        ..spec
    }
}

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
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
        "the modes of a channel, or change them: CMPRimnpstu, k KEY, l NUMBER, b e I MASK, o h v NAME",
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
        "let a channel stay when nobody is in it, and where data is kept over restarts; off: no longer",
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

fn mask(args: &mut Args<'_>, effect: Effect) -> Result<Mask, Mistake> {
    let word = args.need_word()?;
    bare_mask(word, effect)
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
