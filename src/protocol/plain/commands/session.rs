//! The session itself.

use super::{Group, Request, Spec, open, session};
use crate::protocol::plain::refusals::Mistake;
use crate::protocol::stamp::Times;

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
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
];
