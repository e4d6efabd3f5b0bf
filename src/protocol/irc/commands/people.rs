//! Commands about people, oneself among them.

use super::super::args::{self, Args, cut, nick};
use super::super::capabilities::Cap;
use super::super::metadata;
use super::super::numerics::*;
use super::super::refusals::{Complaint, nobody_was};
use super::super::rows::WhoForm;
use super::{Origin, Reading, Request, Spec, When, chat, each, free, one, reading, spec};
use crate::chat::limits::AWAY_BYTES_MAX;
use crate::chat::limits::REASON_BYTES_MAX;
use crate::chat::mask::{Effect, Mask, Pattern};
use crate::chat::vocabulary::{Command, Whom};

/// How many people one `USERHOST` or `USERIP` asks for.
const ORIGINS_PER_LINE: usize = 5;

pub(super) static COMMANDS: &[Spec] = &[
    Spec {
        when: When::AnyTimeIfAsked(&[Cap::Metadata2, Cap::Metadata3]),
        ..spec(
            "METADATA",
            "<target> <subcommand> [<key> ...] [:<value>]",
            0,
            "what people and channels say of themselves (draft/metadata-2, draft/metadata-3)",
            |a| {
                let wish = metadata::read(&a.message.params, a.caps);
                reading(wish.map(Request::Metadata))
            },
        )
    },
    free(spec(
        "WHO",
        "[<channel|nick|mask> [o][%<fields>[,<token>]]]",
        0,
        "who is in a channel, or fits a mask (WHOX: just these fields)",
        who,
    )),
    spec(
        "WHOIS",
        "[<server>] <nick>{,<nick>}",
        0,
        "what is known about a person",
        |a| {
            let place = a.message.params.len().min(2).saturating_sub(1);
            if a.list(place).is_empty() {
                return vec![Err(no_nick())];
            }
            whois(a, place)
        },
    ),
    spec(
        "WHOWAS",
        "<nick> [<count>]",
        0,
        "who had a name lately",
        |a| {
            let Some(word) = a.maybe(0) else {
                return vec![Err(no_nick())];
            };
            let most = a
                .get(1)
                .parse()
                .ok()
                .filter(|most| *most > 0_usize)
                .unwrap_or(usize::MAX);
            reading(
                nick(word)
                    .map_err(|_| nobody_was(word))
                    .map(|nick| Request::Chat(Command::Whowas { nick, most })),
            )
        },
    ),
    free(spec(
        "USERHOST",
        "<nick> {<nick>}",
        1,
        "user and host of up to five people",
        |a| origins(a, Origin::Host),
    )),
    free(spec(
        "USERIP",
        "<nick> {<nick>}",
        1,
        "user and address of up to five people, for operators of the server",
        |a| origins(a, Origin::Address),
    )),
    Spec {
        when: When::EarlyIfAsked(Cap::PreAway),
        ..spec(
            "AWAY",
            "[:<text>]",
            0,
            "be away, or back without a text: its end may say until when",
            |a| match a.maybe(0) {
                None => chat(Command::Back),
                Some("*") => one(Request::AwayHere),
                Some(_) => chat(Command::Away {
                    words: cut(&a.rest(0), AWAY_BYTES_MAX),
                }),
            },
        )
    },
    spec(
        "SETNAME",
        ":<realname>",
        1,
        "be called something else in full",
        |a| {
            let realname = a.rest(0);
            chat(Command::Introduce { realname })
        },
    ),
    spec(
        "SILENCE",
        "[+<nick|mask>|-<nick|mask>]",
        0,
        "whom one blocks, or block somebody",
        silence,
    ),
    spec(
        "KILL",
        "<nick> [:<reason>]",
        1,
        "put a person off the server (operators of the server)",
        |a| {
            let why = a.cut(1, REASON_BYTES_MAX);
            reading(nick(a.get(0)).map(|nick| Request::Chat(Command::Kill { nick, why })))
        },
    ),
];

fn no_nick() -> Complaint {
    Complaint::new(ERR_NONICKNAMEGIVEN, "No nickname given")
}

/// The server that is to know, if one is named; each person; and one end for all, in the words of
/// the client.
fn whois(a: &Args<'_>, place: usize) -> Vec<Reading> {
    let server = (place > 0).then(|| Request::At(a.get(0).to_owned(), Box::new(Request::Nothing)));
    let people = each(a.list(place), |word| {
        nick(word).map(|nick| Request::Chat(Command::Whois { nick }))
    });
    let end = Request::EndOfWhois(a.get(place).to_owned());
    let server = server.into_iter().map(Ok);
    server.chain(people).chain([Ok(end)]).collect()
}

/// Each channel between commas, or everybody who fits a mask.
fn who(a: &Args<'_>) -> Vec<Reading> {
    let (flags, form) = a
        .get(1)
        .split_once('%')
        .map_or((a.get(1), None), |(flags, fields)| (flags, Some(fields)));
    let operators = flags.contains(['o', 'O']);
    let request = |word: &str| {
        let form = WhoForm::new(word, operators, form);
        let channel = args::channel(word);
        let command = match channel {
            Ok(channel) => Command::Who {
                channel: Some(channel),
            },
            Err(_) => {
                let pattern = Pattern::new(if matches!(word, "0" | "") { "*" } else { word });
                Command::Find { pattern, operators }
            }
        };
        Ok(Request::Who(command, form))
    };
    match a.maybe(0) {
        Some(words) if words.starts_with('#') => each(a.list(0), request),
        word => vec![request(word.unwrap_or("*"))],
    }
}

fn origins(a: &Args<'_>, origin: Origin) -> Vec<Reading> {
    let words = a.message.params.iter().flat_map(|param| param.split(' '));
    let words = words.filter(|word| !word.is_empty()).take(ORIGINS_PER_LINE);
    one(Request::Origins(origin, words.map(str::to_owned).collect()))
}

fn silence(a: &Args<'_>) -> Vec<Reading> {
    if a.list(0).is_empty() {
        return chat(Command::Blocked);
    }
    each(a.list(0), |word| {
        let (word, on) = match word.strip_prefix('-') {
            Some(word) => (word, false),
            None => (word.strip_prefix('+').unwrap_or(word), true),
        };
        let bad = || Complaint::about(ERR_NOSUCHNICK, &[word], "No such nick or mask");
        let mask = Mask::parse(word, Effect::KeepOut).ok_or_else(bad)?;
        let whom = Whom::Mask(mask);
        Ok(Request::Chat(match on {
            true => Command::Block { whom },
            false => Command::Unblock { whom },
        }))
    })
}
