//! What people say of themselves, and who runs a channel of it, under keys: IRC's metadata, the
//! plain protocol's profile.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::chat::name::{ChannelName, Nick};

/// How many keys a person or a channel can have.
pub const METADATA_KEYS_MAX: usize = 20;

/// The longest key, in bytes.
pub const METADATA_KEY_BYTES_MAX: usize = 40;

/// The longest text under a key, in bytes.
pub const METADATA_VALUE_BYTES_MAX: usize = 300;

/// What stands under a key that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any words.
    Words,
    /// The address of something on the web.
    Address,
    /// A colour, as red, green and blue.
    Colour,
}

/// The keys of which it is known what stands under them: others may be anything.
pub static METADATA_KEYS: &[(&str, Shape, &str)] = &[
    ("avatar", Shape::Address, "a picture of them"),
    ("color", Shape::Colour, "the colour to show their name in"),
    (
        "display-name",
        Shape::Words,
        "what to show beside their name",
    ),
    (
        "homepage",
        Shape::Address,
        "where more is to be read of them",
    ),
    ("pronouns", Shape::Words, "how to speak of them"),
    ("status", Shape::Words, "what they are at"),
    (
        "url",
        Shape::Address,
        "where more is to be read of a channel",
    ),
];

impl Shape {
    /// What it is, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Address => "an address, http:// or https://",
            Self::Colour => "# and six hexadecimal digits",
        }
    }

    fn fits(self, value: &str) -> bool {
        let is_digits = |rest: &str| rest.len() == 6 && rest.chars().all(|c| c.is_ascii_hexdigit());
        match self {
            Self::Words => true,
            Self::Address => {
                let rest = value.strip_prefix("https://");
                let rest = rest.or_else(|| value.strip_prefix("http://"));
                rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
            }
            Self::Colour => value.strip_prefix('#').is_some_and(is_digits),
        }
    }
}

/// Under what something is said: small letters, digits, and `_`, `.`, `/`, `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MetadataKey(Box<str>);

impl MetadataKey {
    /// A key, if it can be one.
    pub fn parse(typed: &str) -> Option<Self> {
        let may_stand = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '.' | '/' | '-');
        let can_be = (1..=METADATA_KEY_BYTES_MAX).contains(&typed.len());
        (can_be && typed.chars().all(may_stand)).then(|| Self(typed.into()))
    }

    /// As it is typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands under it, if that is known.
    pub fn shape(&self) -> Option<Shape> {
        let row = METADATA_KEYS.iter().find(|(known, ..)| *known == &*self.0);
        row.map(|(_, shape, _)| *shape)
    }

    /// Whether a text can stand under it.
    pub fn fits(&self, value: &str) -> bool {
        let is_text = !value.trim().is_empty() && !value.contains(char::is_control);
        is_text && self.shape().is_none_or(|shape| shape.fits(value))
    }
}

impl fmt::Display for MetadataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whom something is said of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Described {
    /// The asker.
    Oneself,
    /// A person.
    Person(Nick),
    /// A channel.
    Channel(ChannelName),
}

/// What is said of a person or a channel.
pub type Metadata = BTreeMap<MetadataKey, Arc<str>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_small_letters_and_little_else() {
        for good in [
            "status",
            "display-name",
            "soju.im/muted",
            "a_1",
            &"k".repeat(40),
        ] {
            assert!(MetadataKey::parse(good).is_some(), "{good}");
        }
        for bad in ["", "Status", "a b", "a:b", "straße", "a*", &"k".repeat(41)] {
            assert!(MetadataKey::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_known_of_a_key_is_asked_of_its_text() {
        let fits = |key: &str, value| MetadataKey::parse(key).expect("a key").fits(value);
        for (key, good, bad) in [
            ("status", "in room 4", " "),
            ("display-name", "Änn", "a\u{7}b"),
            ("homepage", "https://chat.office/ann", "ann"),
            ("avatar", "http://a/{size}.png", "https://a b"),
            ("url", "http://a", "ftp://a"),
            ("color", "#00fFaa", "red"),
            ("soju.im/muted", "1", ""),
        ] {
            assert!(fits(key, good), "{key} {good}");
            assert!(!fits(key, bad), "{key} {bad}");
        }
        assert!(!fits("homepage", "https://") && !fits("color", "#00ffa"));
    }
}
