//! One's account.

use super::{Group, Request, Spec, open, session};
use crate::protocol::plain::args::nick;

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
        "password",
        "OLD NEW",
        "have another password for your account; OLD is one word",
        |a| {
            let old = a.need_word()?.to_owned();
            Ok(Request::Password(old, a.need_text()?))
        },
    ),
];
