//! What `protocol.md` and `README.md` say in tables is what the program says.
//!
//! The tables of `protocol.md` that the program owns stand between `<!-- NAME -->` and
//! `<!-- /NAME -->`. A table that differs is printed as it should be, to be pasted.

use std::collections::BTreeSet;
use std::fmt::Write;

use hallway::chat::block::BLOCKS_MAX;
use hallway::chat::channel::{CHANNELS_PER_USER_MAX, MASKS_MAX};
use hallway::chat::limits::{
    AWAY_BYTES_MAX, HISTORY_LINES_MAX, REALNAME_BYTES_MAX, REASON_BYTES_MAX, TOPIC_BYTES_MAX,
};
use hallway::chat::mode::Rank;
use hallway::chat::vocabulary::METADATA_KEYS;
use hallway::chat::words::KINDS;
use hallway::config;
use hallway::protocol::irc;
use hallway::protocol::irc::capabilities::{CAPABILITIES, Cap, Offer};
use hallway::protocol::irc::commands::{Counts, When};
use hallway::protocol::irc::numerics::NUMERICS;
use hallway::protocol::modes;
use hallway::protocol::plain::commands as plain;
use hallway::protocol::plain::refusals;

fn read(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn section(text: &str, name: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (_, rest) = text
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no {begin}"));
    rest.split_once(&end)
        .unwrap_or_else(|| panic!("no {end}"))
        .0
        .to_owned()
}

fn commands() -> String {
    let mut table = String::from("| command | what it does |\n| --- | --- |\n");
    for spec in plain::commands() {
        let usage = spec.usage().replace('|', "\\|");
        let _ = writeln!(
            table,
            "| `{usage}` | {}{} |",
            spec.help,
            refusals::who(spec.who)
        );
    }
    table
}

fn kinds() -> String {
    let mut table = String::from("| kind | words |\n| --- | --- |\n");
    for (kind, words) in KINDS {
        let _ = writeln!(table, "| {} | {} |", kind.as_str(), words.join(", "));
    }
    table
}

fn channel_modes() -> String {
    let mut table = String::from("| mode | when it is on |\n| --- | --- |\n");
    for (letter, _, meaning) in modes::FLAGS {
        let _ = writeln!(table, "| `{letter}` | {meaning} |");
    }
    table.push_str("| `k KEY` | only those who know the key may enter |\n");
    table.push_str("| `l NUMBER` | so many people fit in |\n");
    for (letter, _, meaning) in modes::LISTS {
        let _ = writeln!(table, "| `{letter} MASK` | whoever fits is {meaning} |");
    }
    for (letter, _, rank, word) in modes::RANKS {
        let what = match rank {
            Rank::Voice => format!("has a {word}"),
            Rank::HalfOperator => format!("is a {word} of the channel"),
            Rank::Operator => format!("is an {word} of the channel"),
        };
        let _ = writeln!(table, "| `{letter} NAME` | NAME {what} |");
    }
    table
}

fn user_modes() -> String {
    let mut table = String::from("| mode | when it is on, one is |\n| --- | --- |\n");
    for (letter, _, meaning) in modes::USER_FLAGS {
        let _ = writeln!(table, "| `{letter}` | {meaning} |");
    }
    table
}

fn prefixes() -> String {
    let mut table =
        String::from("| sign | mode | what they are in the channel |\n| --- | --- | --- |\n");
    for (letter, sign, _, word) in modes::RANKS {
        let _ = writeln!(table, "| `{sign}` | `{letter}` | {word} |");
    }
    table
}

/// The name under which a capability is asked for.
fn spelled(cap: Cap) -> &'static str {
    let row = CAPABILITIES.iter().find(|(_, known)| *known == cap);
    row.map(|(name, _)| *name).expect("all are in the table")
}

fn irc_commands() -> String {
    let mut table = String::from("| command | what it does | |\n| --- | --- | --- |\n");
    let mut specs: Vec<_> = irc::commands::commands().collect();
    specs.sort_by_key(|spec| spec.name);
    for spec in specs {
        let usage = spec.usage().replace('|', "\\|");
        let when = match spec.when {
            When::Registered => None,
            When::Always => Some("at any time".to_owned()),
            When::IfAsked(cap) => Some(format!("with `{}`", spelled(cap))),
            When::AnyTimeIfAsked(any) => {
                let names = any.iter().map(|cap| format!("`{}`", spelled(*cap)));
                let names: Vec<String> = names.collect();
                Some(format!("at any time with {}", names.join(" or ")))
            }
            When::EarlyIfAsked(cap) => Some(format!("before registration with `{}`", spelled(cap))),
        };
        let free = match spec.counts {
            Counts::Always => None,
            Counts::Never => Some("free".to_owned()),
            Counts::IfItChanges => Some("free to ask".to_owned()),
        };
        let besides: Vec<String> = when.into_iter().chain(free).collect();
        let row = format!("| `{usage}` | {} | {} |", spec.help, besides.join(", "));
        let _ = writeln!(table, "{}", row.replace("|  |", "| |"));
    }
    table
}

/// A row for each hundred.
fn numerics() -> String {
    let mut table = String::from("| | numerics |\n| --- | --- |\n");
    let hundreds: BTreeSet<&str> = NUMERICS.iter().map(|(_, code)| &code[..1]).collect();
    for hundred in hundreds {
        let these = NUMERICS
            .iter()
            .filter(|(_, code)| code.starts_with(hundred));
        let these: Vec<String> = these.map(|(name, code)| format!("{code} {name}")).collect();
        let _ = writeln!(table, "| {hundred}xx | {} |", these.join(", "));
    }
    table
}

fn isupport() -> String {
    let limits = irc::isupport::Limits {
        network: "office",
        away_bytes: AWAY_BYTES_MAX,
        reason_bytes: REASON_BYTES_MAX,
        topic_bytes: TOPIC_BYTES_MAX,
        realname_bytes: REALNAME_BYTES_MAX,
        channels: CHANNELS_PER_USER_MAX,
        masks: MASKS_MAX,
        blocks: BLOCKS_MAX,
        history: Some(HISTORY_LINES_MAX),
    };
    let tokens = irc::isupport::tokens(&limits);
    let tokens: Vec<String> = tokens.iter().map(|token| format!("`{token}`")).collect();
    format!("{}\n", tokens.join(" "))
}

fn metadata() -> String {
    let mut table = String::from("| key | what stands under it | |\n| --- | --- | --- |\n");
    for (key, shape, what) in METADATA_KEYS {
        let _ = writeln!(table, "| `{key}` | {} | {what} |", shape.words());
    }
    table
}

#[test]
fn the_tables_of_protocol_md_are_the_programs() {
    let document = read("protocol.md");
    let mut faults = Vec::new();
    for (name, table) in [
        ("commands", commands()),
        ("kinds", kinds()),
        ("modes", channel_modes()),
        ("user-modes", user_modes()),
        ("prefixes", prefixes()),
        ("irc-commands", irc_commands()),
        ("numerics", numerics()),
        ("isupport", isupport()),
        ("metadata", metadata()),
    ] {
        if section(&document, name) != table {
            faults.push(format!("the table of {name} should be:\n{table}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What stands in the first column of a table, without its two head rows.
fn first_column(table: &str) -> Vec<String> {
    let rows = table.lines().skip(2);
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells.map(|cell| cell.trim().replace('`', "")).collect()
}

#[test]
fn every_capability_is_explained() {
    let explained = first_column(&section(&read("protocol.md"), "capabilities"));
    let offered = Offer::ALL.listed(irc::capabilities::VERSION_WITH_VALUES);
    assert_eq!(explained, offered);
}

/// Codes are words in capitals with a line between them, wherever they stand in the code of IRC.
#[test]
fn every_code_of_a_standard_reply_is_explained() {
    let document = read("protocol.md");
    let (_, part) = document.split_once("\n## Refusals\n").expect("a section");
    let (part, _) = part.split_once("\n## ").expect("another behind it");
    let sources = [
        "src/protocol/irc/account_registration.rs",
        "src/protocol/irc/metadata.rs",
        "src/protocol/irc/refusals.rs",
        "src/protocol/irc/commands/channels.rs",
        "src/protocol/irc/commands/talking.rs",
        "src/server/irc/mod.rs",
        "src/server/irc/multiline.rs",
    ];
    let is_code = |word: &&str| {
        let capitals = word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        capitals && word.contains('_')
    };
    let text: String = sources.iter().map(|source| read(source)).collect();
    let codes: BTreeSet<&str> = text.split('"').filter(is_code).collect();
    assert!(codes.len() > 10, "there are codes: {codes:?}");
    let unknown = codes
        .iter()
        .filter(|code| !part.contains(&format!("`{code}`")));
    let unknown: Vec<_> = unknown.collect();
    assert!(unknown.is_empty(), "protocol.md explains no {unknown:?}");
}

#[test]
fn readme_names_every_key_of_the_configuration() {
    let readme = read("README.md");
    for (path, _) in config::keys() {
        let key = path.rsplit('.').next().expect("a path has a last part");
        let shown =
            readme.contains(&format!("`{key} = ")) || readme.contains(&format!("\n{key} = "));
        assert!(
            shown || readme.contains(&format!("[{key}]")),
            "README.md does not show {path}"
        );
    }
}
