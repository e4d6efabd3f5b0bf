//! The table of keys: what can be configured, in which words, and where each value goes.
//!
//! Reading a file, the flags' help, "did you mean" and the printed reference all use this table.

use super::draft::Draft;
use super::fault::Verdict;
use crate::suggest::{listed, nearest};
use crate::verifier::{ITERATIONS_MAX, ITERATIONS_MIN};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The most announcements that may be made at once.
pub const ANNOUNCEMENTS_BURST_MAX: u32 = 1000;

/// One key of the configuration.
pub(super) struct Key {
    /// Its name, after the table it is in and a dot if it is in one.
    pub(super) path: &'static str,
    /// What it sets and its default, in a phrase.
    what: &'static str,
    /// A value as it is written in TOML; of a list, one element.
    pub(super) example: &'static str,
    /// What kind of value it takes and where it goes.
    pub(super) kind: Kind,
}

/// The kinds of values, each with the way into the draft.
pub(super) enum Kind {
    /// Text.
    Text(TakeText),
    /// A list of texts of at least so many elements; called for each.
    List(usize, TakeText),
    /// A whole number within these limits.
    Count(RangeInclusive<u32>, fn(&mut Draft, u32)),
    /// True or false.
    Switch(fn(&mut Draft, bool)),
    /// A table of texts under names of one's own choice; called once for the table itself, then
    /// for each name and text.
    Named(fn(&mut Draft), TakeNamed),
}

/// A table that may stand several times, written `[[name]]`: each begins something new.
pub(super) struct Repeated {
    pub(super) name: &'static str,
    /// Begins something new in the draft, before its keys are taken.
    pub(super) begin: fn(&mut Draft),
    /// The keys that each must have, and what is missing without them: a noun and the remedy.
    pub(super) required: &'static [(&'static str, &'static str)],
}

/// Every table that may stand several times.
const REPEATED: &[Repeated] = &[Repeated {
    name: "operator",
    begin: Draft::operator,
    required: &[
        ("name", "a name, such as name = \"ann\""),
        ("verifier", "a verifier: `hallway passwd` makes one"),
    ],
}];

/// Takes one text into the draft, or says why not.
pub(super) type TakeText = fn(&mut Draft, &str) -> Verdict;

/// Takes a name and its text into the draft, or says why not.
pub(super) type TakeNamed = fn(&mut Draft, &str, &str) -> Verdict;

impl Key {
    /// The table it is in, if it is in one, and its name there.
    fn place(&self) -> (Option<&'static str>, &'static str) {
        match self.path.split_once('.') {
            Some((table, name)) => (Some(table), name),
            None => (None, self.path),
        }
    }

    /// Takes the text that a flag gave.
    pub(super) fn take_flag(&self, draft: &mut Draft, text: &str) -> Verdict {
        match self.kind {
            Kind::Text(take) | Kind::List(_, take) => take(draft, text),
            Kind::Count(..) | Kind::Switch(_) | Kind::Named(..) => {
                unreachable!("every flag is text or a list of texts")
            }
        }
    }
}

/// Every key, in the order in which they are explained.
pub(super) const KEYS: &[Key] = &[
    Key {
        path: "plain",
        what: "Where to hear the plain protocol: IP:PORT, [IPV6]:PORT, localhost:PORT or PORT",
        example: "\"[::]:2323\"",
        kind: Kind::List(1, Draft::plain),
    },
    Key {
        path: "irc",
        what: "Where to hear IRC: IP:PORT, [IPV6]:PORT, localhost:PORT or PORT",
        example: "\"[::]:6667\"",
        kind: Kind::List(1, Draft::irc),
    },
    Key {
        path: "name",
        what: "The server's name, shown in the welcome (default: the host name)",
        example: "\"chat.office\"",
        kind: Kind::Text(Draft::name),
    },
    Key {
        path: "data",
        what: "Where data is kept, or `none` (default: under the state directory)",
        example: "\"/var/lib/hallway\"",
        kind: Kind::Text(Draft::data),
    },
    Key {
        path: "allow",
        what: "Whom to admit: a network such as 192.0.2.0/24, `lan` or `all` (default: lan)",
        example: "\"192.0.2.0/24\"",
        kind: Kind::List(1, Draft::allow),
    },
    Key {
        path: "pace",
        what: "Lines heard from each at once/per second, or `off` (default: 40/10)",
        example: "\"40/10\"",
        kind: Kind::Text(Draft::pace),
    },
    Key {
        path: "zone",
        what: "The time zone, such as Europe/Berlin (default: the system's)",
        example: "\"UTC\"",
        kind: Kind::Text(Draft::zone),
    },
    Key {
        path: "motd",
        what: "The message of the day: a text file for IRC clients (default: none)",
        example: "\"motd.txt\"",
        kind: Kind::Text(Draft::motd),
    },
    Key {
        path: "network",
        what: "What IRC clients call the network of this building (default: the server's name)",
        example: "\"office\"",
        kind: Kind::Text(Draft::network),
    },
    Key {
        path: "admin",
        what: "Who runs this server, where, and how to reach them: up to three lines",
        example: "\"Ann Example, floor 2\"",
        kind: Kind::List(0, Draft::admin),
    },
    Key {
        path: "guest-history",
        what: "How far back guests read what was said, 1m to 36500d, or `all` (default: 24h)",
        example: "\"24h\"",
        kind: Kind::Text(Draft::guest_history),
    },
    Key {
        path: "irc-replay",
        what: "Which IRC clients are shown on joining what was said, of those that do not ask: `all`, \
               `batches` (in a batch, with times) or `none` (default: all)",
        example: "\"all\"",
        kind: Kind::Text(Draft::irc_replay),
    },
    Key {
        path: "channels.modes",
        what: "The modes of a new channel, letters of imnstu (default: none)",
        example: "\"+nt\"",
        kind: Kind::Text(Draft::channel_modes),
    },
    Key {
        path: "channels.permanent",
        what: "Channels that exist from the start, besides #lobby",
        example: "\"#helpdesk\"",
        kind: Kind::List(0, Draft::permanent),
    },
    Key {
        path: "announcements.who",
        what: "Who may announce: `everyone`, `registered` or `operators` (default: everyone)",
        example: "\"everyone\"",
        kind: Kind::Text(Draft::who),
    },
    Key {
        path: "announcements.every",
        what: "Each may announce once in this time, 1s to 24h (default: 5m)",
        example: "\"5m\"",
        kind: Kind::Text(Draft::every),
    },
    Key {
        path: "announcements.burst",
        what: "Announcements that each may make at once, 1 to 1000 (default: 2)",
        example: "2",
        kind: Kind::Count(1..=ANNOUNCEMENTS_BURST_MAX, Draft::burst),
    },
    Key {
        path: "accounts.registration",
        what: "Who may register a name: `open` (whoever has it) or `operator` (default: open)",
        example: "\"open\"",
        kind: Kind::Text(Draft::registration),
    },
    Key {
        path: "accounts.before-connect",
        what: "Whether IRC clients may register a name before they are let in (default: true)",
        example: "true",
        kind: Kind::Switch(Draft::before_connect),
    },
    Key {
        path: "accounts.custom-names",
        what: "Whether an IRC client's account may have another name than it has (default: false)",
        example: "false",
        kind: Kind::Switch(Draft::custom_names),
    },
    Key {
        path: "accounts.email",
        what: "An address for mail with a registration: `ignored`, `optional` (kept for whoever runs \
               the server), `required` (default: ignored)",
        example: "\"optional\"",
        kind: Kind::Text(Draft::email),
    },
    Key {
        path: "accounts.iterations",
        what: "How often a new password is hashed, 4096 to 1000000 (default: 120000)",
        example: "120000",
        kind: Kind::Count(ITERATIONS_MIN..=ITERATIONS_MAX, Draft::iterations),
    },
    Key {
        path: "accounts.operators",
        what: "Accounts whose owners run the server while they are logged in (default: none)",
        example: "\"ann\"",
        kind: Kind::List(0, Draft::operator_account),
    },
    Key {
        path: "statuses",
        what: "Ready-made statuses, NAME = \"text\": /NAME says that one is away for that reason \
               (default: lunch, busy, meeting, training)",
        example: "\"At lunch\"",
        kind: Kind::Named(Draft::no_statuses, Draft::status),
    },
    Key {
        path: "limits.send-queue",
        what: "What may wait for a slow reader before it is closed, 128 KiB to 1024 MiB \
               (default: 1 MiB)",
        example: "\"1 MiB\"",
        kind: Kind::Text(Draft::send_queue),
    },
    Key {
        path: "limits.name-within",
        what: "How long a connection may take to give a name, 1s to 24h (default: 60s)",
        example: "\"60s\"",
        kind: Kind::Text(Draft::name_within),
    },
    Key {
        path: "history.keep-messages",
        what: "How long what was said is kept, 1h to 36500d, or `forever` (default: 365d)",
        example: "\"365d\"",
        kind: Kind::Text(Draft::keep_messages),
    },
    Key {
        path: "history.keep-events",
        what: "How long comings, goings and topics are kept, the same (default: 30d)",
        example: "\"30d\"",
        kind: Kind::Text(Draft::keep_events),
    },
    Key {
        path: "history.size",
        what: "How large the history may grow before the oldest goes, at least 16 MiB, or \
               `unlimited` (default: unlimited)",
        example: "\"2 GiB\"",
        kind: Kind::Text(Draft::history_size),
    },
    Key {
        path: "keep",
        what: "Channels whose lines are kept for another time, \"#channel\" = \"90d\", or not at \
               all, `none`: whoever joins is told (default: no channel)",
        example: "\"90d\"",
        kind: Kind::Named(Draft::no_keeps, Draft::keep),
    },
    Key {
        path: "operator.name",
        what: "The name of somebody who may become an operator of the server",
        example: "\"ann\"",
        kind: Kind::Text(Draft::operator_name),
    },
    Key {
        path: "operator.verifier",
        what: "What their password is checked with: `hallway passwd` makes it",
        example: "\"SCRAM-SHA-256$120000:AAAA\
                  $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\
                  :AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"",
        kind: Kind::Text(Draft::operator_verifier),
    },
    Key {
        path: "operator.host",
        what: "What others see in place of their address while they are operators (default: that)",
        example: "\"staff.office\"",
        kind: Kind::Text(Draft::operator_host),
    },
];

/// Every key of the configuration file as its path, such as `channels.modes`, and what it sets.
pub fn keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    KEYS.iter().map(|key| (key.path, key.what))
}

/// What the key sets.
pub(super) fn what(flag: &str) -> &'static str {
    of_flag(flag).what
}

/// The key that a flag stands for.
pub(super) fn of_flag(flag: &str) -> &'static Key {
    find(None, flag).expect("every flag is named after a key at the top level")
}

/// The key of this name in a table, or at the top level.
pub(super) fn find(table: Option<&str>, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.place() == (table, name))
}

/// Whether `name` is a table that holds keys of fixed names.
pub(super) fn is_table(name: &str) -> bool {
    tables().contains(name)
}

/// The table of this name, if it may stand several times.
pub(super) fn repeated(name: &str) -> Option<&'static Repeated> {
    REPEATED.iter().find(|table| table.name == name)
}

/// How the table's beginning is written.
pub(super) fn header(table: &str) -> String {
    match repeated(table) {
        Some(_) => format!("[[{table}]]"),
        None => format!("[{table}]"),
    }
}

/// The tables of the file that hold keys of fixed names.
fn tables() -> BTreeSet<&'static str> {
    KEYS.iter().filter_map(|key| key.place().0).collect()
}

/// The names of the keys in a table, or at the top level.
fn names_in(table: Option<&str>) -> impl Iterator<Item = &'static str> {
    let places = KEYS.iter().map(Key::place);
    places.filter_map(move |(its_table, name)| (its_table == table).then_some(name))
}

/// Why `name` is not a key here, and the remedy.
pub(super) fn unknown_key(table: Option<&str>, name: &str) -> String {
    let place = table.map_or_else(
        || "at the top level".to_owned(),
        |table| format!("of {}", header(table)),
    );
    let remedy = match nearest(name, names_in(table)) {
        Some(near) => format!(". Did you mean {near:?}?"),
        None => elsewhere(name)
            .unwrap_or_else(|| format!(": the keys there are {}.", listed(names_in(table)))),
    };
    format!("{name:?} is not a key {place}{remedy}")
}

/// The remedy for a key that stands in the wrong table.
fn elsewhere(name: &str) -> Option<String> {
    if find(None, name).is_some() {
        return Some(": it belongs before the first [table].".to_owned());
    }
    let home = tables()
        .into_iter()
        .find(|table| find(Some(table), name).is_some())?;
    Some(format!(": it belongs under {}.", header(home)))
}

/// Why `[name]` is not a table of the file, and the remedy.
pub(super) fn unknown_table(name: &str) -> String {
    let named = KEYS
        .iter()
        .filter(|key| matches!(key.kind, Kind::Named(..)));
    let known: BTreeSet<&str> = tables()
        .into_iter()
        .chain(named.map(|key| key.path))
        .collect();
    let remedy = match nearest(name, known.iter().copied()) {
        Some(near) => format!(". Did you mean {}?", header(near)),
        None => format!(": the tables are {}.", listed(known)),
    };
    format!("{name:?} is not a table of the configuration{remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let paths: BTreeSet<&str> = keys().map(|(path, _)| path).collect();
        assert_eq!(paths.len(), KEYS.len(), "a path stands twice");
        for (path, what) in keys() {
            assert!(what.len() > 20 && !what.ends_with('.'), "{path}: {what}");
            assert!(path.split('.').count() <= 2, "{path}");
        }
        for table in REPEATED {
            let required = table.required.iter();
            assert!(
                required
                    .clone()
                    .all(|(name, _)| find(Some(table.name), name).is_some())
            );
        }
        assert!(!paths.contains("nonsense") && is_table("limits") && !is_table("statuses"));
    }

    #[test]
    fn unknown_names_hear_the_remedy() {
        for (table, name, expected) in [
            (
                None,
                "nmae",
                "\"nmae\" is not a key at the top level. Did you mean \"name\"?",
            ),
            (
                Some("limits"),
                "send_queue",
                "\"send_queue\" is not a key of [limits]. Did you mean \"send-queue\"?",
            ),
            (
                None,
                "modes",
                "\"modes\" is not a key at the top level: it belongs under [channels].",
            ),
            (
                Some("channels"),
                "pace",
                "\"pace\" is not a key of [channels]: it belongs before the first [table].",
            ),
            (
                None,
                "verifier",
                "\"verifier\" is not a key at the top level: it belongs under [[operator]].",
            ),
            (
                Some("operator"),
                "hosts",
                "\"hosts\" is not a key of [[operator]]. Did you mean \"host\"?",
            ),
            (
                Some("limits"),
                "colour",
                "\"colour\" is not a key of [limits]: the keys there are send-queue and name-within.",
            ),
            (
                None,
                "colour",
                "\"colour\" is not a key at the top level: the keys there are plain, irc, name, data, allow, pace, zone, motd, network, admin, guest-history, irc-replay, statuses and keep.",
            ),
        ] {
            assert_eq!(unknown_key(table, name), expected);
        }
        for (name, expected) in [
            (
                "chanels",
                "\"chanels\" is not a table of the configuration. Did you mean [channels]?",
            ),
            (
                "operators",
                "\"operators\" is not a table of the configuration. Did you mean [[operator]]?",
            ),
            (
                "oper",
                "\"oper\" is not a table of the configuration: the tables are accounts, announcements, channels, history, keep, limits, operator and statuses.",
            ),
        ] {
            assert_eq!(unknown_table(name), expected);
        }
    }
}
