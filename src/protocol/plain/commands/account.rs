//! One's account.

use super::{Group, Request, Spec, chat, lookup, open, session};
use crate::chat::vocabulary::Command;
use crate::protocol::plain::args::nick;
use crate::protocol::plain::refusals::Mistake;

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
    open(
        Group::Account,
        "register",
        "PASSWORD",
        "make the name you have yours alone",
        |a| Ok(Request::Register(a.need_text()?)),
    ),
    open(
        Group::Account,
        "login",
        "[NAME] PASSWORD",
        "log in to your account",
        |a| {
            let first = a.need_word()?.to_owned();
            match a.maybe_text() {
                Some(password) => Ok(Request::LogIn(Some(nick(&first)?), password)),
                None => Ok(Request::LogIn(None, first)),
            }
        },
    ),
    open(
        Group::Account,
        "logout",
        "",
        "be a guest again, and stay",
        |a| session(a, Request::LogOut),
    ),
    open(
        Group::Account,
        "stay",
        "[on|off]",
        "stay in your channels when you are not connected, shown as away, or not",
        |a| {
            let on = match a.word().map(str::to_ascii_lowercase).as_deref() {
                None => None,
                Some("on") => Some(true),
                Some("off") => Some(false),
                Some(_) => return Err(Mistake::Usage(find("stay"))),
            };
            chat(a, Command::Stay { on })
        },
    ),
    open(
        Group::Account,
        "password",
        "OLD NEW",
        "have another password for your account; OLD is one word",
        |a| {
            let old = a.need_word()?.to_owned();
            Ok(Request::Password(old, a.need_text()?))
        },
    ),
];

fn find(name: &str) -> &'static Spec {
    lookup(name).expect("the table has the command")
}
