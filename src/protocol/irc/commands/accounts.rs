//! Accounts.

use super::super::account_registration::Wish;
use super::{Request, Spec, always, one, spec};

pub(super) static COMMANDS: &[Spec] = &[
    always(spec(
        "AUTHENTICATE",
        "<mechanism|base64|+|*>",
        1,
        "log in by SASL (sasl)",
        |a| one(Request::Authenticate(a.get(0).to_owned())),
    )),
    always(spec(
        "REGISTER",
        "<account|*> <email|*> <password>",
        3,
        "have an account, and be logged in to it (draft/account-registration)",
        |a| {
            let wish = Wish::register([a.get(0), a.get(1), a.get(2)]);
            one(Request::Account(wish))
        },
    )),
    always(spec(
        "VERIFY",
        "<account> <code>",
        2,
        "show that a mail with a code has come: none is sent here",
        |a| one(Request::Account(Wish::verify([a.get(0), a.get(1)]))),
    )),
    spec(
        "NICKSERV",
        "[<text>]",
        0,
        "the same as PRIVMSG NickServ",
        |a| one(Request::NickServ(a.rest(0))),
    ),
    spec("NS", "[<text>]", 0, "the same as PRIVMSG NickServ", |a| {
        one(Request::NickServ(a.rest(0)))
    }),
];
