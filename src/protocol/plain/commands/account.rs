//! One's account.

use super::{Group, Request, Spec, Wanted, chat, lookup, open, session};
use crate::chat::vocabulary::Command;
use crate::email::Email;
use crate::protocol::plain::args::{Args, nick};
use crate::protocol::plain::refusals::Mistake;

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
    open(
        Group::Account,
        "register",
        "[mail ADDRESS] PASSWORD",
        "make the name you have yours alone",
        |a| match a.maybe_text().map_or((None, None), with_address) {
            (email, Some(password)) => Ok(Request::Register(email, password)),
            (email, None) => unseen(a, Wanted::Register(email)),
        },
    ),
    open(
        Group::Account,
        "login",
        "[NAME] PASSWORD",
        "log in to your account",
        |a| {
            let Some(first) = a.word().map(str::to_owned) else {
                return unseen(a, Wanted::LogIn(None));
            };
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
        "be a guest again, under another name",
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
            let Some(old) = a.word().map(str::to_owned) else {
                return unseen(a, Wanted::Old);
            };
            Ok(Request::Password(old, a.need_text()?))
        },
    ),
];

fn find(name: &str) -> &'static Spec {
    lookup(name).expect("the table has the command")
}

/// Asks for the password, where it can be typed unseen.
fn unseen(args: &Args<'_>, wanted: Wanted) -> Result<Request, Mistake> {
    match args.screen.is_telnet {
        true => Ok(Request::AskFor(wanted)),
        false => Err(args.usage()),
    }
}

/// The address and the password of `[mail ADDRESS] [PASSWORD]`.
fn with_address(typed: String) -> (Option<Email>, Option<String>) {
    let given = typed.strip_prefix("mail ").and_then(|rest| {
        let (address, password) = rest.split_once(' ').unwrap_or((rest, ""));
        Some((Email::parse(address)?, password.trim_start()))
    });
    match given {
        Some((email, password)) => {
            let password = (!password.is_empty()).then(|| password.to_owned());
            (Some(email), password)
        }
        None => (None, Some(typed)),
    }
}
