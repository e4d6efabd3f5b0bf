//! One's sessions.

use super::{Request, Spec, one, spec};

pub(super) static COMMANDS: &[Spec] = &[
    spec("SESSIONS", "", 0, "from where you are logged in", |_| {
        one(Request::Sessions)
    }),
    spec(
        "SIGNOUT",
        "<number>",
        1,
        "end another session of yours",
        |a| match a.get(0).parse() {
            Ok(number) => one(Request::SignOut(number)),
            Err(_) => vec![Err(a.spec.needs_more())],
        },
    ),
];
