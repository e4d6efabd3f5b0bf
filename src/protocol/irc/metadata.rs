//! `METADATA` (draft/metadata-2 and its successor draft/metadata-3): what a client asks, and what it
//! is told, in the words of the version that it has asked for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::capabilities::{Cap, Caps};
use super::numerics::*;
use super::refusals::Complaint;
use super::writer::{Reader, safe};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::{
    Described, METADATA_KEY_BYTES_MAX, METADATA_KEYS_MAX, METADATA_VALUE_BYTES_MAX, MetadataKey,
    Refusal,
};

/// To how many keys one session can be subscribed.
pub const METADATA_SUBS_MAX: usize = 50;

/// The command.
pub const METADATA: &str = "METADATA";

/// Whom or what a client may mean besides people and channels: itself, and all that it hears of.
const ONESELF: &str = "*";
const ALL: &str = "*ALL";

/// How many bytes of keys one line of an answer has.
const KEYS_BYTES_PER_LINE: usize = 350;

/// What the capabilities promise.
pub fn promised() -> String {
    format!(
        "before-connect,max-keys={METADATA_KEYS_MAX},max-key-bytes={METADATA_KEY_BYTES_MAX},\
         max-subs={METADATA_SUBS_MAX},max-value-bytes={METADATA_VALUE_BYTES_MAX}"
    )
}

/// Whom a subcommand is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A person or a channel.
    One(Described),
    /// All that the client hears of.
    All,
}

/// What a client asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// What stands under these keys, as they were typed.
    Get(Vec<String>),
    /// All there is.
    List,
    /// That something, or nothing any more, stands under a key.
    Set(String, String),
    /// That nothing stands under any key.
    Clear,
    /// To hear what changes under these keys.
    Subscribe(Vec<String>),
    /// To hear it no more.
    Unsubscribe(Vec<String>),
    /// Under which keys it hears that.
    Subscriptions,
    /// What stands under those now.
    Sync,
}

/// A message with this command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Whom it is about, as it was typed.
    pub target: String,
    /// What is asked.
    pub ask: Ask,
}

/// Reads the parameters of a message.
///
/// # Errors
/// It asks for nothing there is, or names nothing that it is about.
pub fn read(params: &[&str], caps: Caps) -> Result<Wish, Complaint> {
    let dialect = Dialect::of(caps);
    let target = params.first().copied().unwrap_or_default().to_owned();
    let subcommand = params.get(1).copied().unwrap_or_default();
    let rest = params.get(2..).unwrap_or_default();
    let words = || rest.iter().map(|word| (*word).to_owned()).collect();
    let ask = match (subcommand.to_ascii_uppercase().as_str(), rest) {
        ("GET", [_, ..]) => Ask::Get(words()),
        ("LIST", _) => Ask::List,
        ("SET", [key]) => Ask::Set((*key).to_owned(), String::new()),
        ("SET", [key, value, ..]) => Ask::Set((*key).to_owned(), (*value).to_owned()),
        ("CLEAR", _) => Ask::Clear,
        ("SUB", [_, ..]) => Ask::Subscribe(words()),
        ("UNSUB", [_, ..]) => Ask::Unsubscribe(words()),
        ("SUBS", _) => Ask::Subscriptions,
        ("SYNC", _) => Ask::Sync,
        ("GET" | "SET" | "SUB" | "UNSUB", []) => {
            return Err(dialect.fault(Fault::NeedsMore(subcommand)));
        }
        _ => return Err(dialect.fault(Fault::Subcommand(subcommand))),
    };
    Ok(Wish { target, ask })
}

/// Whom a target stands for; `None`: it cannot be anybody.
pub fn about(target: &str) -> Option<About> {
    Some(match target {
        ONESELF => About::One(Described::Oneself),
        ALL => About::All,
        name if name.starts_with('#') => {
            About::One(Described::Channel(ChannelName::parse(name).ok()?))
        }
        name => About::One(Described::Person(Nick::parse(name).ok()?)),
    })
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault<'a> {
    /// There is no such subcommand.
    Subcommand(&'a str),
    /// The subcommand needs a key.
    NeedsMore(&'a str),
    /// There is nobody and no channel of that name, as far as the client may know.
    Target(&'a str),
    /// It cannot be a key.
    Key(&'a str),
    /// The text cannot stand under the key.
    Value(&'a str),
    /// The client may not change that.
    NotAllowed(&'a str, &'a str),
    /// Nothing stands under that key.
    NotSet(&'a str, &'a str),
    /// More keys than there can be.
    Full(&'a str),
    /// More subscriptions than there can be: this key is the first that is left out.
    TooManySubscriptions(&'a str),
}

/// The version of the specification that a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// draft/metadata-2.
    Two,
    /// draft/metadata-3.
    Three,
}

impl Dialect {
    /// The newer of those that the client has asked for.
    pub fn of(caps: Caps) -> Self {
        match caps.has(Cap::Metadata3) {
            true => Self::Three,
            false => Self::Two,
        }
    }

    /// A complaint in its words.
    pub fn fault(self, fault: Fault<'_>) -> Complaint {
        let (code, words, text) = self.spelled(fault);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Complaint::fail(METADATA, code, &words, &text)
    }

    /// The code, what it is about, and a sentence.
    fn spelled(self, fault: Fault<'_>) -> (&'static str, Vec<String>, String) {
        let either = |two, three| match self {
            Self::Two => two,
            Self::Three => three,
        };
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match fault {
            Fault::Subcommand(word) => (
                either("SUBCOMMAND_INVALID", "INVALID_PARAMS"),
                own(&[word]),
                "There are GET, LIST, SET, CLEAR, SUB, UNSUB, SUBS and SYNC".to_owned(),
            ),
            Fault::NeedsMore(word) => (
                either("SUBCOMMAND_INVALID", "INVALID_PARAMS"),
                own(&[word]),
                "Not enough parameters: it needs a key".to_owned(),
            ),
            Fault::Target(word) => (
                "INVALID_TARGET",
                own(&[word]),
                "There is nobody and no channel of that name".to_owned(),
            ),
            Fault::Key(word) => (
                either("KEY_INVALID", "INVALID_KEY"),
                own(&[word]),
                format!(
                    "A key has small letters, digits and _ . / -, at most {METADATA_KEY_BYTES_MAX}"
                ),
            ),
            Fault::Value(key) => (
                either("VALUE_INVALID", "INVALID_VALUE"),
                own(&[key]),
                unfit(key),
            ),
            Fault::NotAllowed(target, key) => (
                "KEY_NO_PERMISSION",
                own(&[target, key]),
                "You may change that of yourself, and of channels that you run".to_owned(),
            ),
            Fault::NotSet(target, key) => (
                "KEY_NOT_SET",
                own(&[target, key]),
                "Nothing stands under that key".to_owned(),
            ),
            Fault::Full(target) => (
                "LIMIT_REACHED",
                match self {
                    Self::Two => own(&[target]),
                    Self::Three => vec![target.to_owned(), METADATA_KEYS_MAX.to_string()],
                },
                format!("That would be too many: the limit is {METADATA_KEYS_MAX} keys"),
            ),
            Fault::TooManySubscriptions(key) => (
                either("TOO_MANY_SUBS", "LIMIT_REACHED"),
                match self {
                    Self::Two => own(&[key]),
                    Self::Three => vec![key.to_owned(), METADATA_SUBS_MAX.to_string()],
                },
                format!("That would be too many: the limit is {METADATA_SUBS_MAX} subscriptions"),
            ),
        }
    }

    /// Why the chat does not change something: `target` and `key` as they were typed.
    pub fn refused(self, refusal: &Refusal, target: &str, key: &str) -> Complaint {
        self.fault(match refusal {
            Refusal::NobodyNamed { .. } | Refusal::NoSuchChannel { .. } => Fault::Target(target),
            Refusal::TooMany { .. } => Fault::Full(target),
            Refusal::TooLong { .. } | Refusal::NotUnderKey { .. } => Fault::Value(key),
            Refusal::NothingUnderKey { .. } => Fault::NotSet(target, key),
            _ => Fault::NotAllowed(target, key),
        })
    }
}

fn unfit(key: &str) -> String {
    let shape = MetadataKey::parse(key).and_then(|key| key.shape());
    let what = shape.map_or("words", |shape| shape.words());
    format!("What stands there is {what}, at most {METADATA_VALUE_BYTES_MAX} bytes")
}

/// Writes what stands under a key: also that nothing does.
pub fn write_value(
    target: &str,
    key: &str,
    value: Option<&Arc<str>>,
    reader: &Reader<'_>,
    out: &mut String,
) {
    match value {
        Some(value) => {
            let line = reader.numeric(out, RPL_KEYVALUE).param(target).param(key);
            line.param("*").text(&**value);
        }
        None => {
            let line = reader.numeric(out, RPL_KEYNOTSET).param(target).param(key);
            line.text("Nothing stands under that key");
        }
    }
}

/// Writes what stands under a key now, to who has not asked just then.
pub fn write_news(
    target: &str,
    key: &str,
    value: Option<&Arc<str>>,
    reader: &Reader<'_>,
    out: &mut String,
) {
    if Dialect::of(reader.caps) == Dialect::Three {
        return write_value(target, key, value, reader, out);
    }
    let line = reader.line(out, METADATA).param(target).param(key);
    let line = line.param("*");
    match value {
        Some(value) => line.text(&**value),
        None => drop(line),
    }
}

/// Writes that a key among several cannot be one: no reason to do nothing of the rest.
pub fn write_bad_key(key: &str, reader: &Reader<'_>, out: &mut String) {
    let dialect = Dialect::of(reader.caps);
    match dialect {
        Dialect::Two => dialect.fault(Fault::Key(key)).write(reader, out),
        Dialect::Three => {
            let (code, _, text) = dialect.spelled(Fault::Key(key));
            reader.standard(out, "WARN", &[METADATA, code, safe(key)], text);
        }
    }
}

/// Writes keys, in as many lines as it takes: one parameter, or one for each.
pub fn write_keys(numeric: &str, keys: &[MetadataKey], reader: &Reader<'_>, out: &mut String) {
    let mut lines: Vec<String> = Vec::new();
    for key in keys.iter().map(MetadataKey::as_str) {
        match lines.last_mut() {
            Some(line) if line.len() + key.len() < KEYS_BYTES_PER_LINE => {
                line.push(' ');
                line.push_str(key);
            }
            _ => lines.push(key.to_owned()),
        }
    }
    for keys in lines {
        let line = reader.numeric(out, numeric);
        match Dialect::of(reader.caps) {
            Dialect::Two => line.text(keys),
            Dialect::Three => drop(line.param(keys)),
        }
    }
}
