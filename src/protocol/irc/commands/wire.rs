//! Commands of the connection, and questions about the server.

use super::super::args::{Args, cut};
use super::super::capabilities::Cap;
use super::super::numerics::*;
use super::super::refusals::Complaint;
use super::{Monitoring, Query, Reading, Request, Spec, When, always, free, one, reading, spec};
use crate::chat::limits::REALNAME_BYTES_MAX;
use crate::chat::vocabulary::Command;

pub(super) static COMMANDS: &[Spec] = &[
    free(always(spec(
        "CAP",
        "<subcommand> [:<capabilities>]",
        1,
        "negotiate capabilities: LS [302], LIST, REQ, END",
        |a| one(Request::Cap(a.get(0).to_owned(), a.rest(1))),
    ))),
    always(spec(
        "PASS",
        "<password>",
        1,
        "log in, before registration: the password is ACCOUNT:PASSWORD",
        |a| one(Request::Pass(a.get(0).to_owned())),
    )),
    always(spec("NICK", "<nick>", 0, "be called this", |a| {
        match a.maybe(0) {
            Some(nick) => one(Request::Nick(nick.to_owned())),
            None => vec![Err(Complaint::new(
                ERR_NONICKNAMEGIVEN,
                "No nickname given",
            ))],
        }
    })),
    always(spec(
        "USER",
        "<username> 0 * :<realname>",
        4,
        "who one is, before registration",
        |a| match (a.maybe(0), a.maybe(3)) {
            (Some(username), Some(realname)) => {
                let realname = cut(realname, REALNAME_BYTES_MAX);
                one(Request::User(username.to_owned(), realname))
            }
            _ => vec![Err(a.spec.needs_more())],
        },
    )),
    free(always(spec(
        "PING",
        "<token>",
        1,
        "be answered: all before it is done",
        |a| one(Request::Ping(a.get(0).to_owned())),
    ))),
    free(always(spec(
        "PONG",
        "[<token>]",
        0,
        "an answer to PING: nothing is done",
        |_| one(Request::Nothing),
    ))),
    always(spec("QUIT", "[:<reason>]", 0, "leave", |a| {
        let why = a.maybe(0).map(|_| a.rest(0));
        one(Request::Quit(why))
    })),
    always(spec(
        "ERROR",
        "[:<text>]",
        0,
        "for servers: nothing is done",
        |_| one(Request::Nothing),
    )),
    Spec {
        when: When::EarlyIfAsked(Cap::ExtendedIsupport),
        ..spec(
            "ISUPPORT",
            "",
            0,
            "what this server supports (draft/extended-isupport)",
            |_| one(Request::Isupport),
        )
    },
    free(spec(
        "PROTOCTL",
        "<NAMESX|UHNAMES>",
        1,
        "the same as the capabilities multi-prefix and userhost-in-names",
        |a| {
            let words = a.message.params.iter();
            one(Request::Protoctl(
                words.map(|word| (*word).to_owned()).collect(),
            ))
        },
    )),
    free(spec(
        "MONITOR",
        "<+|-|C|L|S> [<nick>{,<nick>}]",
        1,
        "hear who of these comes and goes",
        monitor,
    )),
    free(spec(
        "ISON",
        "<nick> {<nick>}",
        1,
        "who of these is here",
        |a| {
            let words = a.message.params.iter().flat_map(|param| param.split(' '));
            let words = words.filter(|word| !word.is_empty());
            one(Request::IsOn(words.map(str::to_owned).collect()))
        },
    )),
    spec("LUSERS", "", 0, "how many people there are", |a| {
        at(a, 1, Query::Lusers)
    }),
    spec("MOTD", "[<server>]", 0, "the message of the day", |a| {
        at(a, 0, Query::Motd)
    }),
    spec("VERSION", "[<server>]", 0, "which version runs", |a| {
        at(a, 0, Query::Version)
    }),
    spec("TIME", "[<server>]", 0, "what time it is here", |a| {
        at(a, 0, Query::Time)
    }),
    spec("ADMIN", "[<server>]", 0, "who runs the server", |a| {
        at(a, 0, Query::Admin)
    }),
    spec("INFO", "[<server>]", 0, "what this server is", |a| {
        at(a, 0, Query::Info)
    }),
    spec(
        "LINKS",
        "[[<server>] <mask>]",
        0,
        "which servers there are",
        links,
    ),
    spec(
        "STATS",
        "<letter> [<server>]",
        1,
        "reports: u (since when), o (operators), d (the store)",
        |a| {
            let letter = a.get(0).chars().next().filter(char::is_ascii_graphic);
            let letter = letter.filter(|letter| *letter != ':').unwrap_or('*');
            at(a, 1, Query::Stats(letter))
        },
    ),
    spec(
        "TRACE",
        "[<server>]",
        0,
        "which connections there are",
        |a| at(a, 0, Query::Trace),
    ),
    free(spec(
        "HELP",
        "[<command>]",
        0,
        "all commands, or how to use one",
        help,
    )),
    free(spec("HELPOP", "[<command>]", 0, "the same as HELP", help)),
    spec("SUMMON", "<user>", 0, "switched off", |_| {
        reading(Err(Complaint::new(
            ERR_SUMMONDISABLED,
            "SUMMON has been disabled",
        )))
    }),
    spec("USERS", "", 0, "switched off", |_| {
        reading(Err(Complaint::new(
            ERR_USERSDISABLED,
            "USERS has been disabled",
        )))
    }),
    spec(
        "OPER",
        "<name> <password>",
        2,
        "become an operator of the server",
        |a| one(Request::Oper(a.get(0).to_owned(), a.get(1).to_owned())),
    ),
    spec(
        "REHASH",
        "",
        0,
        "have the configuration read again (operators of the server)",
        |_| one(Request::Rehash),
    ),
    spec(
        "WALLOPS",
        ":<text>",
        1,
        "tell something to everyone with mode +w (operators of the server)",
        |a| one(Request::Chat(Command::Wallops { text: a.rest(0) })),
    ),
];

/// A question for the server that a parameter names, or this one.
fn at(a: &Args<'_>, place: usize, query: Query) -> Vec<Reading> {
    one(for_server(a.maybe(place), Request::Query(query)))
}

fn for_server(server: Option<&str>, request: Request) -> Request {
    match server {
        Some(server) => Request::At(server.to_owned(), Box::new(request)),
        None => request,
    }
}

fn links(a: &Args<'_>) -> Vec<Reading> {
    let (server, mask) = match a.maybe(1) {
        Some(mask) => (a.maybe(0), mask),
        None => (None, a.maybe(0).unwrap_or("*")),
    };
    one(for_server(server, Request::Links(mask.to_owned())))
}

fn help(a: &Args<'_>) -> Vec<Reading> {
    one(Request::Help(a.maybe(0).map(str::to_owned)))
}

fn monitor(a: &Args<'_>) -> Vec<Reading> {
    let nicks = || a.list(1).into_iter().map(str::to_owned).collect();
    let monitoring = match a.get(0).to_ascii_uppercase().as_str() {
        "+" => Monitoring::Add(nicks()),
        "-" => Monitoring::Remove(nicks()),
        "C" => Monitoring::Clear,
        "L" => Monitoring::List,
        "S" => Monitoring::Status,
        _ => return vec![Err(a.spec.needs_more())],
    };
    one(Request::Monitor(monitoring))
}
