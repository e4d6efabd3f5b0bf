//! Reads the tree and holds it to the rules of `ARCHITECTURE.md` that a compiler does not know:
//! the layers, the words that stand nowhere, and documents that keep up with the code.

#![allow(unreachable_pub, reason = "what is pub here is pub within one test")]

#[path = "tidy/source.rs"]
mod source;

use std::collections::BTreeSet;

use hallway::protocol::plain::commands::{Statuses, commands};
use hallway::protocol::plain::replies;
use source::{
    climb, code, files, is_below, line_of, packages, paths, places, read, root, rust_files,
};

/// What a folder of `src` may know. A path stands for all below it; what is not named is forbidden.
struct Layer {
    folder: &'static str,
    /// Of this package.
    own: Words,
    /// Of other packages.
    others: Words,
    /// Of the standard library, what is forbidden.
    not_std: Words,
}

/// Clocks, files, threads and what else has a will of its own.
#[rustfmt::skip]
const WORLD: &[&str] = &[
    "std::time", "std::thread", "std::fs", "std::io", "std::env", "std::process", "std::os",
    "std::net::TcpStream", "std::net::TcpListener", "std::net::UdpSocket", "std::net::ToSocketAddrs",
    "std::sync::Mutex", "std::sync::RwLock", "std::sync::mpsc", "std::sync::atomic", "std::rc",
    "std::cell", "std::collections::HashMap", "std::collections::HashSet", "std::hash::RandomState",
];

#[rustfmt::skip]
const LAYERS: &[Layer] = &[
    Layer { folder: "src/chat", own: &["arena", "chat"], not_std: WORLD,
        others: &["serde", "smallvec", "precis_profiles", "unicode_security", "unicode_normalization",
            "unicode_width", "jiff::Timestamp", "jiff::civil", "jiff::tz::Offset", "jiff::tz::TimeZone"] },
    Layer { folder: "src/protocol", not_std: WORLD, others: &["base64ct", "bytes", "serde", "unicode_width"],
        own: &["protocol", "email", "sasl", "suggest", "verifier::Password", "chat::UserId", "chat::vocabulary", "chat::availability::Away",
            "chat::limits", "chat::mask", "chat::mode", "chat::name", "chat::settings::Announcers", "chat::time",
            "chat::user::Identity", "chat::words"] },
    Layer { folder: "src/server", not_std: WORLD, own: &["server", "arena", "chat", "check", "control::vocabulary", "email", "protocol", "sasl", "store::vocabulary", "suggest",
            "verifier"],
        others: &["bytes", "serde", "smallvec", "siphasher"] },
    Layer { folder: "src/store", not_std: &["std::net", "std::env"],
        own: &["store", "email", "verifier", "chat::account", "chat::mask", "chat::mode", "chat::name", "chat::time::Now", "chat::user::Identity",
            "chat::vocabulary"],
        others: &["log", "rusqlite", "thiserror"] },
    Layer { folder: "src/control", own: &["control", "email", "verifier", "chat::name"], others: &["log"],
        not_std: &["std::env", "std::process", "std::net"] },
    Layer { folder: "src/export", not_std: &["std::fs", "std::thread", "std::time", "std::net", "std::process"],
        own: &["export", "store", "chat::name", "chat::time", "chat::vocabulary", "config::ExportArgs", "config::Format",
            "protocol::irc::message_id", "protocol::plain::printable"],
        others: &["jiff::Error", "jiff::Timestamp", "jiff::civil", "jiff::tz"] },
    Layer { folder: "src/account.rs", not_std: &["std::fs", "std::thread", "std::time", "std::net", "std::process"],
        own: &["control", "email", "passwd", "store", "verifier", "chat::account", "chat::name", "chat::time",
            "config::AccountCommand", "config::PasswordArgs"],
        others: &["jiff::tz"] },
    Layer { folder: "src/net", not_std: &["std::thread", "std::process"],
        own: &["net", "arena", "control::Control", "server", "store", "worker", "chat::time::Now", "protocol::Protocol",
            "protocol::heard", "protocol::irc::framing", "protocol::plain::telnet::Answer", "protocol::plain::terminal"],
        others: &["bytes", "libc", "log", "mio", "smallvec", "signal_hook", "signal_hook_mio", "socket2"] },
    Layer { folder: "src/config", not_std: &["std::thread", "std::time"],
        own: &["config", "email", "suggest", "verifier", "protocol::Protocol", "chat::name::ChannelName", "chat::name::Nick"],
        others: &["clap", "if_addrs", "ipnet", "jiff::tz", "log", "serde", "toml", "libc"] },
    Layer { folder: "src/send", own: &["send"], not_std: &[],
        others: &["log", "libc", "signal_hook", "socket2", "rustix"] },
    Layer { folder: "src/arena.rs", own: &["arena"], others: &["serde", "slab"], not_std: WORLD },
    Layer { folder: "src/email.rs", own: &[], others: &["serde"], not_std: WORLD },
    Layer { folder: "src/suggest.rs", own: &[], others: &["strsim"], not_std: WORLD },
    Layer { folder: "src/verifier.rs", own: &[], not_std: WORLD,
        others: &["base64ct", "hmac", "pbkdf2", "serde", "sha2", "stringprep", "subtle", "thiserror"] },
    Layer { folder: "src/sasl", own: &["sasl", "verifier"], not_std: WORLD,
        others: &["base64ct", "serde", "thiserror"] },
    Layer { folder: "src/check.rs", own: &["check", "verifier"], others: &["getrandom"], not_std: WORLD },
    Layer { folder: "src/worker.rs", own: &["worker", "check"], others: &[],
        not_std: &["std::time", "std::fs", "std::env", "std::process", "std::os", "std::net"] },
    Layer { folder: "src/passwd.rs", own: &["verifier"], others: &["getrandom", "rpassword", "signal_hook"],
        not_std: &["std::thread", "std::time"] },
    Layer { folder: "src/logging.rs", own: &[], others: &["env_logger", "log"], not_std: &[] },
];

/// Some words, folders or files.
type Words = &'static [&'static str];

/// Words that stand nowhere in these folders (comments and texts aside) but in these files, and why.
#[rustfmt::skip]
const NOWHERE: &[(Words, Words, Words, &str)] = &[
    (&[".unwrap()"], &["src"], &[], "expect() says why it cannot fail"),
    (&["unsafe"], &["src", "tests"], &[], "unsafe is forbidden"),
    (&["Instant::now", "SystemTime::now", "Timestamp::now", "Zoned::now", ".elapsed()"], &["src"],
        &["src/net/clock.rs"], "time is an argument: only src/net/clock.rs reads the clock"),
    (&["TimeZone::system", "TimeZone::try_system"], &["src/chat", "src/protocol", "src/server"], &[],
        "the time zone comes from the configuration"),
    (&["thread::sleep", "sleep("], &["src", "tests"], &[], "wait for what you expect instead"),
    (&["dbg!", "todo!", "unimplemented!"], &["src", "tests"], &[], "nothing is left half done"),
];

/// Every limit, as it stands in the code, and the words that tell of it in `protocol.md` or
/// `README.md`; or, behind `-`, why it is in neither.
#[rustfmt::skip]
const LIMITS: &[(&str, &str, &str)] = &[
    ("LINE_BYTES_MAX", "4_096", "a line, without its end | 4,096 bytes"),
    ("NICK_BYTES_MAX", "32", "a name; a channel's name | 32; 50 bytes"),
    ("CHANNEL_BYTES_MAX", "50", "a name; a channel's name | 32; 50 bytes"),
    ("TOPIC_BYTES_MAX", "300", "a topic | 300 bytes"),
    ("AWAY_BYTES_MAX", "160", "quitting | 160; 160 bytes"),
    ("REASON_BYTES_MAX", "160", "quitting | 160; 160 bytes"),
    ("KEY_BYTES_MAX", "23", "a channel's key; a mask | 23; 150 bytes"),
    ("MASK_BYTES_MAX", "150", "a channel's key; a mask | 23; 150 bytes"),
    ("SESSIONS_PER_USER_MAX", "10", "sessions of one person | 10"),
    ("STAYING_MAX", "1_000", "while they are not connected; for how long | 1,000; 30 days"),
    ("STAYING_MS_MAX", "30 * 24 * 60 * 60 * 1_000", "while they are not connected; for how long | 1,000; 30 days"),
    ("CHANNELS_PER_USER_MAX", "100", "channels that one person is in | 100"),
    ("WATCHES_MAX", "100", "people whom one IRC session monitors | 100; 100"),
    ("MONITORED_MAX", "100", "people whom one IRC session monitors | 100; 100"),
    ("BLOCKS_MAX", "200", "people and masks that one person blocks | 200"),
    ("METADATA_KEYS_MAX", "20", "keys of one profile; a key; what stands under it; keys to which one IRC session is subscribed | 20; 40; 300 bytes; 50"),
    ("METADATA_KEY_BYTES_MAX", "40", "keys of one profile; a key; what stands under it; keys to which one IRC session is subscribed | 20; 40; 300 bytes; 50"),
    ("METADATA_VALUE_BYTES_MAX", "300", "keys of one profile; a key; what stands under it; keys to which one IRC session is subscribed | 20; 40; 300 bytes; 50"),
    ("METADATA_SUBS_MAX", "50", "keys of one profile; a key; what stands under it; keys to which one IRC session is subscribed | 20; 40; 300 bytes; 50"),
    ("MASKS_MAX", "100", "masks on a channel's lists, all together; its open invitations (the oldest goes for the next) | 100; 100"),
    ("INVITATIONS_MAX", "100", "masks on a channel's lists, all together; its open invitations (the oldest goes for the next) | 100; 100"),
    ("KEPT_CHANNELS_MAX", "1_000", "channels that are kept while empty; for one person | 1,000; 20"),
    ("FOUNDED_MAX", "20", "channels that are kept while empty; for one person | 1,000; 20"),
    ("OPERATOR_ACCOUNTS_MAX", "50", "whenever they come, besides its founder | 50"),
    ("ABSENT_MAX", "50", "on its board; for how long | 50; 30 days"),
    ("ABSENT_MS_MAX", "30 * 24 * 60 * 60 * 1_000", "on its board; for how long | 50; 30 days"),
    ("GONE_MAX", "1_000", "who have left a channel and are its people for its announcements | 1,000; 30 days"),
    ("KEPT_FROM_ONE_MAX", "20", "from one other; in all | 20"),
    ("KEPT_FOR_ONE_MAX", "200", "in all | 20; 200"),
    ("HISTORY_LINES_MAX", "100", "lines of the history told at once; on coming in | 100; 10"),
    ("READ_MARKERS_MAX", "500", "in which one account has read markers | 500"),
    ("MEMORY_LINES_MAX", "10", "lines that a channel remembers | 10, of 8,192 bytes in all"),
    ("MEMORY_BYTES_MAX", "8_192", "lines that a channel remembers | 10, of 8,192 bytes in all"),
    ("ANNOUNCEMENTS_MAX", "50", "goes for the next) | 50"),
    ("HOLD_BYTES_MAX", "32_768", "before they come all the same | 32,768 bytes"),
    ("REFUSED_BEFORE_NAME_MAX", "10", "refused lines before a name; time to give a name | 10; 60 s"),
    ("MESSAGE_BYTES_MAX", "510", "a message on IRC, without its tags and its end; its tags | 510; 4,096 bytes"),
    ("CLIENT_TAGS_BYTES_MAX", "4_096", "a message on IRC, without its tags and its end; its tags | 510; 4,096 bytes"),
    ("MULTILINE_LINES_MAX", "32", "(draft/multiline) | 32 lines, 4,096 bytes"),
    ("MULTILINE_BYTES_MAX", "4_096", "(draft/multiline) | 32 lines, 4,096 bytes"),
    ("TARGETS_MAX", "4", "targets of one message on IRC; a label | 4; 64 bytes"),
    ("LABEL_BYTES_MAX", "64", "targets of one message on IRC; a label | 4; 64 bytes"),
    ("USERNAME_BYTES_MAX", "10", "a user name, with its `~`; a host; a full name | 10; 63; 150 bytes"),
    ("REALNAME_BYTES_MAX", "150", "a user name, with its `~`; a host; a full name | 10; 63; 150 bytes"),
    ("HOST_BYTES_MAX", "63", "a user name, with its `~`; a host; a full name | 10; 63; 150 bytes"),
    ("REDACTABLE_MAX", "4_096", "and private ones | the latest 4,096 of the server"),
    ("FORMER_MAX", "500", "still known by name | the latest 500"),
    ("DEPARTED_MAX", "20", "(the latest 20 are known)"),
    ("DEPARTED_MS_MAX", "12 * 60 * 60 * 1_000", "within the last twelve hours"),
    ("UNTIL_MINUTES_MAX", "366 * 24 * 60", "at most 366 days"),
    ("CROWD_MIN", "25", "In a channel of at most 25 people"),
    ("LOG_LINES_MAX", "1_024", "- what waits for the log's thread: nobody can exceed it, lines are counted"),
    ("PACE_LINES_MAX", "1_000_000", "- a bound of a setting, said by hallway check"),
    ("DURATION_MS_MAX", "24 * 60 * 60 * 1000", "- a bound of a setting, said by hallway check"),
    ("KEEP_MS_MAX", "36_500 * 24 * HOUR_MS", "- a bound of a setting, said by hallway check"),
    ("SEND_QUEUE_BYTES_MAX", "1024 * MIB", "- a bound of a setting, said by hallway check"),
    ("SERVER_NAME_BYTES_MAX", "63", "- a bound of a setting, said by hallway check"),
    ("STATUS_TEXT_BYTES_MAX", "160", "- a bound of a setting, said by hallway check"),
    ("NETWORK_NAME_BYTES_MAX", "63", "- a bound of a setting, said by hallway check"),
    ("ADMIN_LINES_MAX", "3", "- a bound of a setting, said by hallway check"),
    ("ADMIN_LINE_BYTES_MAX", "160", "- a bound of a setting, said by hallway check"),
    ("MOTD_LINES_MAX", "200", "- a bound of a setting, said by hallway check"),
    ("MOTD_LINE_BYTES_MAX", "400", "- a bound of a setting, said by hallway check"),
    ("OPERATOR_NAME_BYTES_MAX", "32", "- a bound of a setting, said by hallway check"),
    ("OPERATOR_HOST_BYTES_MAX", "63", "- a bound of a setting, said by hallway check"),
    ("ANNOUNCEMENTS_BURST_MAX", "1000", "- a bound of a setting, said by hallway check"),
    ("PASSWORD_BYTES_MAX", "300", "a password | 300 bytes"),
    ("SASL_BYTES_MAX", "2_048", "all pieces of a message of `AUTHENTICATE` | 300; 254; 2,048 bytes"),
    ("EMAIL_BYTES_MAX", "254", "all pieces of a message of `AUTHENTICATE` | 300; 254; 2,048 bytes"),
    ("ADDRESS_GUESSES_MAX", "20", "of one account | 20; 10"),
    ("ACCOUNT_GUESSES_MAX", "10", "of one account | 20; 10"),
    ("GUESSERS_MAX", "10_000", "of an account's owner | 10,000; 4"),
    ("KNOWN_ADDRESSES_MAX", "4", "of an account's owner | 10,000; 4"),
    ("ITERATIONS_MAX", "1_000_000", "- a bound of a verifier, said by hallway passwd and hallway check"),
    ("SALT_BYTES_MAX", "64", "- a bound of a verifier, said by hallway check"),
    ("SITES_MAX", "64", "- how many sites one store tells apart: nothing that a person could exceed"),
    ("LINES_MAX", "1_000", "- what one answer of the store has at most: the protocols ask for less"),
    ("ORDERS_WAITING_MAX", "8_192", "- what waits for the store's thread: more is given back to the server"),
    ("ORDERS_WAITING_BYTES_MAX", "4 * 1024 * 1024", "- what waits for the store's thread: more is given back to the server"),
    ("OWED_MAX", "16_384", "- what the store tries again while the disk takes nothing: more is counted as lost"),
    ("QUESTIONS_WAITING_MAX", "256", "- what waits for the store's reading thread: more is given back to the server"),
    ("CATCHING_UP_MS_MAX", "500", "- how long a question waits for the commits before it: then it is answered without them"),
    ("QUESTION_MS_MAX", "500", "- how long the store looks for an answer: the protocols say that it took too long"),
    ("WAITING_MAX", "32", "- what waits for the passwords' thread: more is refused by whoever submits it"),
    ("BACKOFF_SECONDS_MAX", "30", "- how hallway send tries again: nothing that a person could exceed"),
];

fn check_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn trees_of_paths_are_read() {
    let mut found = Vec::new();
    let end = paths("{chat::{self, time::Now as N}, net};", "crate", &mut found);
    assert_eq!(
        found,
        ["crate::chat", "crate::chat::time::Now", "crate::net"]
    );
    assert_eq!(end, "{chat::{self, time::Now as N}, net}".len());
    assert_eq!(climb("src/chat/mod.rs", "super::net::x()"), "net::x");
    assert_eq!(climb("src/chat/name.rs", "super::time"), "chat::time");
}

#[test]
fn no_layer_knows_more_than_it_should() {
    let mut faults = Vec::new();
    let packages = packages();
    for layer in LAYERS {
        for path in rust_files(layer.folder) {
            let code = code(&path);
            let mut fault = |at: usize, what: &str| {
                faults.push(format!(
                    "{path}:{}: {} may not know {what}",
                    line_of(&code, at),
                    layer.folder
                ));
            };
            for at in places(&code, "crate::") {
                let mut known = Vec::new();
                paths(&code[at + "crate::".len()..], "", &mut known);
                known
                    .iter()
                    .filter(|p| !is_below(p, layer.own))
                    .for_each(|p| fault(at, &format!("crate::{p}")));
            }
            for at in places(&code, "super::") {
                let known = climb(&path, &code[at..]);
                if !is_below(&known, layer.own) {
                    fault(at, &known);
                }
            }
            let roots = packages.iter().map(String::as_str).chain(["std"]);
            for root in roots {
                for at in places(&code, &format!("{root}::")) {
                    let mut known = Vec::new();
                    paths(&code[at..], "", &mut known);
                    let forbidden = |p: &&String| match root {
                        "std" => is_below(p, layer.not_std),
                        _ => !is_below(p, layer.others),
                    };
                    known.iter().filter(forbidden).for_each(|p| fault(at, p));
                }
            }
        }
    }
    check_none(faults);
}

#[test]
fn some_words_stand_nowhere() {
    let mut faults = Vec::new();
    for (words, folders, but, rule) in NOWHERE {
        for path in folders.iter().flat_map(|folder| rust_files(folder)) {
            if but.contains(&path.as_str()) {
                continue;
            }
            let code = code(&path);
            for word in *words {
                for at in places(&code, word) {
                    faults.push(format!("{path}:{}: {word}: {rule}", line_of(&code, at)));
                }
            }
        }
    }
    for path in ["src", "tests"]
        .iter()
        .flat_map(|folder| rust_files(folder))
    {
        let code = code(&path);
        for (at, _) in code
            .match_indices("allow(")
            .filter(|(at, _)| code[..*at].ends_with('['))
        {
            let end = code[at..].find(']').map_or(code.len(), |end| at + end);
            if places(&code[at..end], "reason").is_empty() {
                faults.push(format!(
                    "{path}:{}: what is allowed has a reason",
                    line_of(&code, at)
                ));
            }
        }
    }
    check_none(faults);
}

#[test]
fn files_are_clean() {
    let mut faults = Vec::new();
    let folders = [
        "src",
        "tests",
        "scripts",
        "benches/load/src",
        "benches/load/tests",
        "benches/instructions.rs",
        "benches/history.rs",
        ".ci",
        "README.md",
        "protocol.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "build.rs",
        "clippy.toml",
    ];
    for path in folders.iter().flat_map(|folder| files(folder)) {
        let text = read(&path);
        let script = path.starts_with("scripts/") || path.starts_with(".ci/");
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            faults.push(format!(
                "{path}:{}: a file ends with one line end",
                text.lines().count()
            ));
        }
        for (number, line) in text.lines().enumerate() {
            let mut fault = |rule: &str| faults.push(format!("{path}:{}: {rule}", number + 1));
            if line.contains('\t') && !path.starts_with("tests/transcripts/") {
                fault("no tabs");
            }
            if line.ends_with(' ') || line.ends_with('\r') {
                fault("no blanks at the end of a line");
            }
            if [concat!("TO", "DO"), concat!("FIX", "ME")]
                .iter()
                .any(|word| line.contains(word))
            {
                fault("what is to be done is an issue");
            }
            if script && !line.contains('#') && !places(line, "sleep").is_empty() {
                fault("sleep only with a word why, in the same line");
            }
        }
    }
    check_none(faults);
}

#[test]
fn every_limit_is_in_the_documents() {
    let documents = ["protocol.md", "README.md"].map(read).concat();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for path in rust_files("src") {
        let code = code(&path);
        for at in places(&code, "pub const") {
            let line = code[at..].split(';').next().unwrap_or("");
            let Some((name, value)) = line.trim_start_matches("pub const ").split_once(':') else {
                continue;
            };
            if !name.ends_with("_MAX") && name != "CROWD_MIN" {
                continue;
            }
            let value = value.split_once('=').map_or("", |(_, value)| value.trim());
            seen.insert(name.to_owned());
            let mut fault = |rule: &str| {
                faults.push(format!(
                    "{path}:{}: {name} = {value}: {rule}",
                    line_of(&code, at)
                ))
            };
            match LIMITS.iter().find(|(known, ..)| *known == name) {
                None => {
                    fault("no limit without a word in the documents (and a row in tests/tidy.rs)")
                }
                Some((_, known, _)) if *known != value => {
                    fault("tests/tidy.rs has another value: let the documents follow too")
                }
                Some((.., words)) if !words.starts_with("- ") && !documents.contains(words) => {
                    fault(&format!("neither protocol.md nor README.md says {words:?}"))
                }
                Some(_) => {}
            }
        }
    }
    let gone = LIMITS.iter().filter(|(name, ..)| !seen.contains(*name));
    faults.extend(gone.map(|(name, ..)| format!("tests/tidy.rs: {name} is no limit any more")));
    check_none(faults);
}

#[test]
fn documents_point_at_what_is_there() {
    let mut faults = Vec::new();
    for path in [
        "README.md",
        "protocol.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
    ] {
        for (number, line) in read(path).lines().enumerate() {
            let links = line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split_once(')'))
                .map(|(link, _)| link);
            let links = links.filter(|link| !link.contains("://"));
            let named = line.split('`').skip(1).step_by(2);
            let named = named.filter(|name| {
                ["src/", "tests/", "scripts/", "benches/"]
                    .iter()
                    .any(|folder| name.starts_with(folder))
            });
            let named = named.filter(|name| !name.contains(['*', '{', ' ', '$']));
            for link in links.chain(named) {
                let (file, heading) = link.split_once('#').unwrap_or((link, ""));
                let file = if file.is_empty() { path } else { file };
                let is_heading = |line: &str| {
                    line.starts_with('#')
                        && line
                            .trim_start_matches(['#', ' '])
                            .to_lowercase()
                            .replace(' ', "-")
                            == heading
                };
                if !root().join(file).exists() {
                    faults.push(format!("{path}:{}: {link} is not there", number + 1));
                } else if !heading.is_empty() && !read(file).lines().any(is_heading) {
                    faults.push(format!("{path}:{}: {link} is no heading", number + 1));
                }
            }
        }
    }
    check_none(faults);
}

#[test]
fn every_command_is_documented() {
    let (document, help) = (read("protocol.md"), replies::help(&Statuses::new(), true));
    for spec in commands() {
        let row = format!("\n| `{}` |", spec.usage().replace('|', "\\|"));
        assert!(
            document.contains(&row),
            "protocol.md has no row for /{}",
            spec.name
        );
        let named = help
            .split_whitespace()
            .any(|word| word.strip_prefix('/') == Some(spec.name));
        assert!(named, "/help does not name /{}", spec.name);
    }
}
