//! One's sessions.

use super::{Group, Request, Spec, open, session};

/// The commands.
pub(super) static COMMANDS: &[Spec] = &[
    open(
        Group::Account,
        "sessions",
        "",
        "from where you are logged in",
        |a| session(a, Request::Sessions),
    ),
    open(
        Group::Account,
        "signout",
        "NUMBER",
        "end another session of yours",
        |a| {
            let number = a.number()?;
            session(a, Request::SignOut(number))
        },
    ),
];
