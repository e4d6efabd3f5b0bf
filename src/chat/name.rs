//! The names of people and of channels.
//!
//! A name is made by [parsing](Nick::parse) and never changes. It carries two spellings: the
//! *display* form, as its owner wrote it, and the *folded* form, which is its identity: two names
//! are one name if their folded forms are equal.
//!
//! | the name is | display form | folded form |
//! | --- | --- | --- |
//! | plain ASCII | as written | `A`-`Z` become `a`-`z` and nothing else (`[` and `{` differ), which is IRC's `CASEMAPPING=ascii` |
//! | anything else | RFC 8265, `UsernameCasePreserved` | RFC 8265, `UsernameCaseMapped` |
//!
//! RFC 8265 turns fullwidth letters into ordinary ones, normalises to NFC, and admits the letters,
//! digits and accents of any language, but no symbols and no emoji (by the IANA PRECIS registry,
//! which knows the letters of Unicode 6.3). Beyond that a name is refused, never cleaned: whoever
//! asks for a name gets that name or an answer why not.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use precis_profiles::precis_core::Error as PrecisError;
use precis_profiles::precis_core::profile::{PrecisFastInvocation, stabilize};
use precis_profiles::{UsernameCaseMapped, UsernameCasePreserved};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest nickname, in bytes of the display form's UTF-8.
pub const NICK_BYTES_MAX: usize = 32;

/// The longest channel name, in bytes of the display form's UTF-8, the `#` included.
pub const CHANNEL_BYTES_MAX: usize = 50;

/// A raw name longer than this many times its limit is refused before RFC 8265 is asked, so that a
/// whole line given as a name costs little. Nothing that would fit is lost: width mapping and NFC
/// shorten a text to two sevenths of its length at the utmost (a fullwidth `u` of three bytes with
/// two accents of two bytes each becomes `ǖ`, two bytes).
const RAW_LENGTH_FACTOR: usize = 4;

/// Characters that nobody sees, apart from the control characters of Unicode's category Cc: what
/// formats, joins, fills, selects a variant or turns the direction of writing. These are Unicode's
/// `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt), the line and paragraph separators
/// and the interlinear annotations.
const INVISIBLE: &[(char, char)] = &[
    ('\u{00ad}', '\u{00ad}'),   // soft hyphen
    ('\u{034f}', '\u{034f}'),   // combining grapheme joiner
    ('\u{061c}', '\u{061c}'),   // Arabic letter mark (bidi)
    ('\u{115f}', '\u{1160}'),   // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),   // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'),   // Mongolian variation selectors and vowel separator
    ('\u{200b}', '\u{200f}'),   // zero-width space, non-joiner, joiner; directional marks (bidi)
    ('\u{2028}', '\u{202e}'),   // separators; bidi embeddings and overrides
    ('\u{2060}', '\u{206f}'), // word joiner, invisible operators, bidi isolates, deprecated formats
    ('\u{3164}', '\u{3164}'), // Hangul filler
    ('\u{fe00}', '\u{fe0f}'), // variation selectors
    ('\u{feff}', '\u{feff}'), // zero-width no-break space, the byte order mark
    ('\u{ffa0}', '\u{ffa0}'), // halfwidth Hangul filler
    ('\u{fff0}', '\u{fffb}'), // reserved; interlinear annotations
    ('\u{1bca0}', '\u{1bca3}'), // shorthand format controls
    ('\u{1d173}', '\u{1d17a}'), // musical format controls
    ('\u{e0000}', '\u{e0fff}'), // tags, further variation selectors
];

/// Why a text is not a name. The sentences for it are the protocol layer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameFault {
    /// Nothing was given; for a channel also a `#` with nothing behind it.
    Empty,
    /// The display form is longer than the limit.
    TooLong {
        /// The limit, in bytes of UTF-8.
        max_bytes: usize,
    },
    /// This character may stand in no such name. White space of any kind is given as `' '`.
    Forbidden(char),
    /// This character may stand in a name, but not at its beginning.
    Leading(char),
    /// There is a character in it that nobody sees: a control character, a direction mark,
    /// something of zero width.
    Control,
    /// This character is not a letter, digit or accent of any language, or does not belong where it
    /// stands (RFC 8264, `IdentifierClass`): a symbol, an emoji, a ligature.
    NotALetter(char),
    /// Every character may stand in a name, but not all of them together: left-to-right and
    /// right-to-left letters are mixed, or a right-to-left name begins or ends with something that
    /// cannot be placed (RFC 5893, the Bidi rule).
    NotAllowed,
    /// A channel's name begins with `#`; this text does not.
    NoHash,
}

/// The name of a person. Cloning it is cheap: a counted reference of 16 bytes.
///
/// Equality, order and hash are those of [`folded`](Nick::folded), so a map with `Nick` keys can be
/// asked with a folded `&str`. It is stored as its display form and parsed anew when it is read
/// back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nick(Spelling);

/// The name of a channel, with its `#`. Cloning it is cheap: a counted reference of 16 bytes.
///
/// Equality, order and hash are those of [`folded`](ChannelName::folded), so a map with
/// `ChannelName` keys can be asked with a folded `&str`. It is stored as its display form and
/// parsed anew when it is read back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelName(Spelling);

impl Nick {
    /// Makes a nickname of `text`, which must be the name and nothing else.
    ///
    /// Forbidden are white space, what nobody sees, and the characters ``# & : , ! @ * ? $ + % ~ /
    /// < > " ;``. It cannot begin with an ASCII digit or `-`, nor with an accent that has no letter
    /// to stand on.
    ///
    /// # Errors
    /// The first [`NameFault`] found; no longer than [`NICK_BYTES_MAX`].
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        NICK_RULES.spell(text).map(Self)
    }

    /// The `n`th name made of `stem`, for scripts that do not care which: `cron`, `cron2`, `cron3`.
    /// Numbers 0 and 1 give the stem itself. A stem too long for its number loses characters at its
    /// end.
    ///
    /// # Errors
    /// What is wrong with the stem; or with stem and number together, where a right-to-left name
    /// cannot take an ASCII digit.
    pub fn numbered(stem: &str, n: u32) -> Result<Self, NameFault> {
        let first = Self::parse(stem)?;
        if n <= 1 {
            return Ok(first);
        }
        let number = n.to_string();
        let end = first
            .as_str()
            .floor_char_boundary(NICK_BYTES_MAX - number.len());
        Self::parse(&(first.as_str()[..end].to_owned() + &number))
    }
}

impl ChannelName {
    /// Makes a channel's name of `text`, which must be the name and nothing else.
    ///
    /// It is `#` and at least one more character. Forbidden are white space, what nobody sees, and
    /// the characters ``, : / * ? ! @ < > " ;``; so `#c++`, `##x` and `#2nd-floor` are names. The
    /// part behind the `#` is folded like a nickname.
    ///
    /// # Errors
    /// The first [`NameFault`] found; no longer than [`CHANNEL_BYTES_MAX`].
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        CHANNEL_RULES.spell(text).map(Self)
    }
}

/// What the two kinds of name have in common: both are text that is shown in one spelling and
/// compared in another.
macro_rules! two_spellings {
    ($name:ident) => {
        impl $name {
            /// The display form: as its owner wrote it, but in NFC and with ordinary letters in
            /// place of fullwidth ones.
            pub fn as_str(&self) -> &str {
                self.0.display()
            }

            /// The folded form, which is the name's identity. Compare and look up by this.
            pub fn folded(&self) -> &str {
                self.0.folded()
            }

            /// Whether the name is plain ASCII.
            pub fn is_ascii(&self) -> bool {
                self.0.display().is_ascii()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.folded()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name))
                    .field(&self.as_str())
                    .finish()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(|fault| {
                    serde::de::Error::custom(format_args!("{fault:?} in {text:?}"))
                })
            }
        }
    };
}

two_spellings!(Nick);
two_spellings!(ChannelName);

/// The two forms of one name, in one piece of memory: the length of the folded form as a character,
/// the folded form, and behind it the display form where that is another (most names are typed in
/// lower case).
#[derive(Clone)]
struct Spelling(Arc<str>);

impl Spelling {
    /// `sigil`: what stands in front of both forms.
    fn new(sigil: &str, display: &str, folded: &str) -> Self {
        let folded_bytes = sigil.len() + folded.len();
        let length = u8::try_from(folded_bytes).ok().filter(u8::is_ascii);
        let length = char::from(length.expect("a name has at most 50 bytes, and folding adds few"));
        let mut text = String::with_capacity(1 + folded_bytes + sigil.len() + display.len());
        text.push(length);
        text.push_str(sigil);
        text.push_str(folded);
        if display != folded {
            text.push_str(sigil);
            text.push_str(display);
        }
        Self(text.into())
    }

    fn folded_end(&self) -> usize {
        1 + usize::from(self.0.as_bytes()[0])
    }

    fn folded(&self) -> &str {
        &self.0[1..self.folded_end()]
    }

    fn display(&self) -> &str {
        match &self.0[self.folded_end()..] {
            "" => self.folded(),
            display => display,
        }
    }
}

impl PartialEq for Spelling {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for Spelling {}

impl PartialOrd for Spelling {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Spelling {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for Spelling {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

/// What tells one kind of name from the other.
struct Rules {
    /// What every such name begins with; the rules are about the part behind it.
    sigil: &'static str,
    /// What cannot stand in it, besides white space and controls.
    forbidden: AsciiSet,
    /// What cannot stand first in it.
    not_first: AsciiSet,
    bytes_max: usize,
}

/// Some of the ASCII characters, a bit for each: names are read with every line.
struct AsciiSet(u128);

impl AsciiSet {
    const fn of(characters: &str) -> Self {
        let bytes = characters.as_bytes();
        let mut bits = 0;
        let mut place = 0;
        while place < bytes.len() {
            bits |= 1 << bytes[place];
            place += 1;
        }
        Self(bits)
    }

    const fn has(&self, c: char) -> bool {
        c.is_ascii() && self.0 >> (c as u32) & 1 == 1
    }
}

const NICK_RULES: Rules = Rules {
    sigil: "",
    forbidden: AsciiSet::of("#&:,!@*?$+%~/<>\";"),
    not_first: AsciiSet::of("0123456789-"),
    bytes_max: NICK_BYTES_MAX,
};

const CHANNEL_RULES: Rules = Rules {
    sigil: "#",
    forbidden: AsciiSet::of(",:/*?!@<>\";"),
    not_first: AsciiSet::of(""),
    bytes_max: CHANNEL_BYTES_MAX,
};

impl Rules {
    fn spell(&self, text: &str) -> Result<Spelling, NameFault> {
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        let body = text.strip_prefix(self.sigil).ok_or(NameFault::NoHash)?;
        self.check_characters(body)?;
        self.check_length(body, RAW_LENGTH_FACTOR * self.bytes_max)?;
        let display = display_form(body)?;
        if let Cow::Owned(mapped) = &display {
            // Width mapping may have brought forth a forbidden character, `＃` becoming `#`.
            self.check_characters(mapped)?;
        }
        self.check_first(&display)?;
        self.check_length(&display, self.bytes_max)?;
        let folded = folded_form(&display)?;
        Ok(Spelling::new(self.sigil, &display, &folded))
    }

    fn check_characters(&self, body: &str) -> Result<(), NameFault> {
        if body.chars().any(is_invisible) {
            return Err(NameFault::Control);
        }
        match body
            .chars()
            .find(|&c| c.is_whitespace() || self.forbidden.has(c))
        {
            Some(c) if c.is_whitespace() => Err(NameFault::Forbidden(' ')),
            Some(c) => Err(NameFault::Forbidden(c)),
            None => Ok(()),
        }
    }

    /// RFC 5891, 4.2.3.2, forbids a label to begin with a combining mark; RFC 8265 forgets to.
    /// Here such a mark would sit on the space or `#` before the name.
    fn check_first(&self, body: &str) -> Result<(), NameFault> {
        let first = body.chars().next().ok_or(NameFault::Empty)?;
        if is_mark(first) || self.not_first.has(first) {
            Err(NameFault::Leading(first))
        } else {
            Ok(())
        }
    }

    fn check_length(&self, body: &str, bytes_max: usize) -> Result<(), NameFault> {
        let too_long = self.sigil.len() + body.len() > bytes_max;
        if too_long {
            Err(NameFault::TooLong {
                max_bytes: self.bytes_max,
            })
        } else {
            Ok(())
        }
    }
}

fn is_invisible(c: char) -> bool {
    let listed = |&(first, last): &(char, char)| (first..=last).contains(&c);
    c.is_control() || (!c.is_ascii() && INVISIBLE.iter().any(listed))
}

/// Whether a character is drawn onto the one before it (Unicode's `Grapheme_Extend`). The standard
/// library tells by writing such characters out when it debugs them.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.escape_debug().len() > 1
}

/// RFC 8265's operations need not be idempotent at the first go; RFC 8264, 7, has them repeated
/// until they are, so that a name which was stored is the same name when it is read back.
fn display_form(body: &str) -> Result<Cow<'_, str>, NameFault> {
    if body.is_ascii() {
        return Ok(Cow::Borrowed(body));
    }
    stabilize(body, |text: &str| UsernameCasePreserved::enforce(text)).map_err(fault_of)
}

fn folded_form(display: &str) -> Result<Cow<'_, str>, NameFault> {
    if display.is_ascii() {
        let has_capitals = display.bytes().any(|byte| byte.is_ascii_uppercase());
        return Ok(match has_capitals {
            true => Cow::Owned(display.to_ascii_lowercase()),
            false => Cow::Borrowed(display),
        });
    }
    UsernameCaseMapped::enforce(display).map_err(fault_of)
}

fn fault_of(error: PrecisError) -> NameFault {
    match error {
        PrecisError::BadCodepoint(info) => {
            char::from_u32(info.cp).map_or(NameFault::NotAllowed, NameFault::NotALetter)
        }
        PrecisError::Invalid | PrecisError::Unexpected(_) => NameFault::NotAllowed,
    }
}

#[cfg(test)]
mod tests {
    use super::NameFault::*;
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, HashSet};

    fn nick(text: &str) -> Nick {
        Nick::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"))
    }

    fn channel(text: &str) -> ChannelName {
        ChannelName::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"))
    }

    #[test]
    fn nicks_that_are_names() {
        #[rustfmt::skip]
        let cases = [
            // typed, shown, folded
            ("ann",           "ann",        "ann"),
            ("Ann",           "Ann",        "ann"),
            ("x2-y_z",        "x2-y_z",     "x2-y_z"),
            ("[Away]`^|\\'.", "[Away]`^|\\'.", "[away]`^|\\'."),
            ("José",          "José",       "josé"),
            ("Jose\u{301}",   "José",       "josé"),
            ("ÉMILE{",        "ÉMILE{",     "émile{"),
            ("Ａｎｎ",        "Ann",        "ann"),
            ("Straße",        "Straße",     "straße"),
            ("ΣΊΣΥΦΟΣ",       "ΣΊΣΥΦΟΣ",    "σίσυφοσ"),
            ("李",            "李",         "李"),
            ("ольга",         "ольга",      "ольга"),
            ("דוד2",          "דוד2",       "דוד2"),
            ("l·l",           "l·l",        "l·l"),
        ];
        for (typed, shown, folded) in cases {
            let name = nick(typed);
            assert_eq!((name.as_str(), name.folded()), (shown, folded), "{typed}");
            assert_eq!(name.is_ascii(), shown.is_ascii(), "{typed}");
        }
    }

    #[test]
    fn nicks_that_are_refused() {
        #[rustfmt::skip]
        let cases = [
            ("",              Empty),
            ("ann bob",       Forbidden(' ')),
            ("ann\u{a0}bob",  Forbidden(' ')),
            ("ann\u{3000}b",  Forbidden(' ')),
            ("site/ann",      Forbidden('/')),
            ("cron*",         Forbidden('*')),
            ("#ann",          Forbidden('#')),
            ("＃ann",         Forbidden('#')),
            ("ann＠home",     Forbidden('@')),
            ("2ann",          Leading('2')),
            ("-ann",          Leading('-')),
            ("２ann",         Leading('2')),
            ("\u{301}ann",    Leading('\u{301}')),
            ("\u{64e}",       Leading('\u{64e}')),
            ("ann\t",         Control),
            ("\u{1b}[31mann", Control),
            ("ann\u{7f}",     Control),
            ("ann\u{85}",     Control),
            ("ann\u{200b}",   Control),
            ("a\u{202e}nn",   Control),
            ("\u{feff}ann",   Control),
            ("ann\u{fe0f}",   Control),
            ("क\u{94d}\u{200d}त", Control),
            ("ann☺",          NotALetter('☺')),
            ("🙂",            NotALetter('🙂')),
            ("ﬁ",             NotALetter('ﬁ')),
            ("a·b",           NotALetter('·')),
            ("=\u{338}",      NotALetter('≠')),
            ("אann",          NotAllowed),
            ("annא",          NotAllowed),
        ];
        for (typed, fault) in cases {
            assert_eq!(Nick::parse(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn channels_that_are_names_and_that_are_not() {
        #[rustfmt::skip]
        let names = [
            ("#lobby", "#lobby"), ("#Lobby", "#lobby"), ("#c++", "#c++"), ("##x", "##x"),
            ("##", "##"), ("#2nd-floor", "#2nd-floor"), ("#-", "#-"), ("#R&D", "#r&d"),
            ("#50%$~", "#50%$~"), ("#KaffeeKüche", "#kaffeeküche"), ("#C＋＋", "#c++"),
            ("#שלום", "#שלום"), ("#李", "#李"),
        ];
        for (typed, folded) in names {
            assert_eq!(channel(typed).folded(), folded, "{typed}");
        }
        #[rustfmt::skip]
        let refused = [
            ("", Empty), ("#", Empty), ("lobby", NoHash), ("＃lobby", NoHash), ("&local", NoHash),
            ("#a b", Forbidden(' ')), ("#a,#b", Forbidden(',')), ("#a:b", Forbidden(':')),
            ("#a/b", Forbidden('/')), ("#a*", Forbidden('*')), ("#a\"", Forbidden('"')),
            ("#a；", Forbidden(';')), ("#a\u{7}", Control), ("#\u{200d}", Control),
            ("#☕", NotALetter('☕')), ("#\u{338}", Leading('\u{338}')),
        ];
        for (typed, fault) in refused {
            assert_eq!(ChannelName::parse(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn every_forbidden_character_is_refused_anywhere() {
        for c in " #&:,!@*?$+%~/<>\";".chars() {
            for text in [format!("{c}a"), format!("a{c}"), format!("é{c}a")] {
                assert_eq!(Nick::parse(&text), Err(Forbidden(c)), "{text}");
            }
        }
        for c in " ,:/*?!@<>\";".chars() {
            for text in [format!("#{c}a"), format!("#a{c}"), format!("#é{c}")] {
                assert_eq!(ChannelName::parse(&text), Err(Forbidden(c)), "{text}");
            }
        }
    }

    #[test]
    fn limits_are_in_bytes_of_the_display_form() {
        let too_long = Err(TooLong {
            max_bytes: NICK_BYTES_MAX,
        });
        assert!(Nick::parse(&"a".repeat(NICK_BYTES_MAX)).is_ok());
        assert_eq!(Nick::parse(&"a".repeat(NICK_BYTES_MAX + 1)), too_long);
        assert!(Nick::parse(&"é".repeat(NICK_BYTES_MAX / 2)).is_ok());
        assert_eq!(
            Nick::parse(&("a".to_owned() + &"é".repeat(NICK_BYTES_MAX / 2))),
            too_long
        );
        let shrinks = "ｕ\u{308}\u{304}";
        assert!(Nick::parse(&shrinks.repeat(NICK_BYTES_MAX / 2)).is_ok());
        assert_eq!(
            Nick::parse(&shrinks.repeat(NICK_BYTES_MAX / 2 + 1)),
            too_long
        );
        assert_eq!(Nick::parse(&"・".repeat(1 << 20)), too_long);

        assert!(ChannelName::parse(&("#".to_owned() + &"a".repeat(CHANNEL_BYTES_MAX - 1))).is_ok());
        assert_eq!(
            ChannelName::parse(&("#".to_owned() + &"a".repeat(CHANNEL_BYTES_MAX))),
            Err(TooLong {
                max_bytes: CHANNEL_BYTES_MAX
            })
        );
    }

    #[test]
    fn identity_is_the_folded_form() {
        assert_eq!(nick("ANN"), nick("ann"));
        assert_ne!(nick("[ann]"), nick("{ann}"));
        assert_eq!(nick("JOSÉ"), nick("jose\u{301}"));
        assert!(nick("Bob") > nick("ann") && channel("#Z") > channel("#a"));
        let people = BTreeMap::from([(nick("José"), 1)]);
        assert_eq!(people.get("josé"), Some(&1));
        let rooms = HashSet::from([channel("#Kaffeeküche")]);
        assert!(rooms.contains("#kaffeeküche") && !rooms.contains("#Kaffeeküche"));
    }

    #[test]
    fn names_are_small_and_say_what_they_are() {
        assert_eq!(
            (size_of::<Nick>(), size_of::<Option<ChannelName>>()),
            (16, 16)
        );
        assert_eq!(
            format!("[{:6}] {:?}", nick("Ann"), channel("#C")),
            "[Ann   ] ChannelName(\"#C\")"
        );
    }

    #[test]
    fn names_are_stored_as_they_are_shown() {
        let stored = postcard::to_stdvec(&(nick("José"), channel("#C"))).unwrap();
        assert_eq!(stored, postcard::to_stdvec(&("José", "#C")).unwrap());
        let (person, place): (Nick, ChannelName) = postcard::from_bytes(&stored).unwrap();
        assert_eq!((person.as_str(), place.as_str()), ("José", "#C"));
        let not_a_name = postcard::to_stdvec("two words").unwrap();
        assert!(postcard::from_bytes::<Nick>(&not_a_name).is_err());
    }

    #[test]
    fn numbered_names_fit() {
        let long = "x".repeat(NICK_BYTES_MAX);
        let wide = "é".repeat(NICK_BYTES_MAX / 2);
        #[rustfmt::skip]
        let cases = [
            ("cron", 0, "cron".to_owned()), ("cron", 1, "cron".to_owned()),
            ("Cron", 2, "Cron2".to_owned()), ("cron", 30, "cron30".to_owned()),
            (&long, 1, long.clone()), (&long, 2, "x".repeat(31) + "2"),
            (&long, 100, "x".repeat(29) + "100"), (&wide, 2, "é".repeat(15) + "2"),
            (&wide, u32::MAX, "é".repeat(11) + "4294967295"),
        ];
        for (stem, n, name) in cases {
            assert_eq!(Nick::numbered(stem, n).unwrap().as_str(), name);
        }
        assert_eq!(Nick::numbered("", 2), Err(Empty));
        assert_eq!(Nick::numbered("2", 3), Err(Leading('2')));
        assert_eq!(
            Nick::numbered(&(long + "x"), 2),
            Err(TooLong {
                max_bytes: NICK_BYTES_MAX
            })
        );
        assert_eq!(Nick::numbered("א٣", 2), Err(NotAllowed));
    }

    /// What must hold of every nickname there is.
    fn check(name: &Nick) -> Result<(), TestCaseError> {
        let again = Nick::parse(name.as_str());
        prop_assert_eq!(again.as_ref().map(Nick::as_str), Ok(name.as_str()));
        prop_assert_eq!(again.as_ref().map(Nick::folded), Ok(name.folded()));
        prop_assert!(name.as_str().len() <= NICK_BYTES_MAX);
        prop_assert_eq!(name.is_ascii(), name.folded().is_ascii());
        // Cherokee alone folds to letters newer than Unicode 6.3, which cannot be typed as a name.
        prop_assert!(Nick::parse(name.folded()).map_or(true, |folded| folded == *name));
        let clean =
            |c: char| !c.is_whitespace() && !is_invisible(c) && !NICK_RULES.forbidden.has(c);
        prop_assert!(name.as_str().chars().all(clean) && name.folded().chars().all(clean));
        Ok(())
    }

    #[test]
    fn every_character_alone_and_behind_a_letter_makes_a_sound_name_or_none() {
        let planes = ('\0'..='\u{1ffff}').chain('\u{e0000}'..='\u{e0fff}');
        let texts = planes.flat_map(|c| [format!("{c}"), format!("x{c}")]);
        for name in texts.filter_map(|text| Nick::parse(&text).ok()) {
            check(&name).unwrap();
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_sound_name_or_none(text in "\\PC{0,12}|[\\p{L}\\p{M}\\p{N}]{1,8}|[!-~]{1,34}") {
            if let Ok(name) = Nick::parse(&text) {
                check(&name)?;
            }
            if let Ok(name) = ChannelName::parse(&format!("#{text}")) {
                let again = ChannelName::parse(name.as_str()).map(|again| again.as_str().to_owned());
                prop_assert_eq!(again, Ok(name.as_str().to_owned()));
                prop_assert!(!name.folded().contains(|c| is_invisible(c) || CHANNEL_RULES.forbidden.has(c)));
            }
        }

        #[test]
        fn a_numbered_name_fits_or_is_refused(stem in "[\\p{L}\\p{M}\\p{N}]{1,16}|[a-zA-Z]{1,40}", n in any::<u32>()) {
            if let Ok(name) = Nick::numbered(&stem, n) {
                check(&name)?;
                prop_assert!(n < 2 || name.as_str().ends_with(&n.to_string()));
            }
        }
    }
}
