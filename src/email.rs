//! Addresses for mail, which some give with a registration, and what becomes of them. No mail is sent.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest address, in bytes (RFC 5321, section 4.5.3.1.3, without the angle brackets).
pub const EMAIL_BYTES_MAX: usize = 254;

/// Something that may be an address: only the mail itself would tell whether it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email(String);

impl Email {
    /// Takes what has something on both sides of an `@` and no space in it.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let odd = |c: char| c.is_whitespace() || c.is_control();
        let fits = !local.is_empty() && !domain.is_empty() && text.len() <= EMAIL_BYTES_MAX;
        (fits && !text.contains(odd)).then(|| Self(text.to_owned()))
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What becomes of the address that comes with a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Emails {
    /// It is not kept.
    #[default]
    Ignored,
    /// It is kept with the account, if there is one.
    Optional,
    /// It is kept with the account, and there is no account without.
    Required,
}

impl Emails {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Ignored, Self::Optional, Self::Required];

    /// Its word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_words() {
        for text in [
            "ann@office.example",
            "a+b@x",
            "\"a@b\"@x",
            "jörg@büro.example",
        ] {
            assert_eq!(Email::parse(text).as_ref().map(Email::as_str), Some(text));
        }
        for text in [
            "",
            "ann",
            "@",
            "ann@",
            "@office",
            "a b@x",
            "ann@x\u{7}",
            "ann@\u{a0}x",
        ] {
            assert_eq!(Email::parse(text), None, "{text:?}");
        }
        let of = |bytes: usize| format!("{}@x", "a".repeat(bytes - 2));
        assert!(Email::parse(&of(EMAIL_BYTES_MAX)).is_some());
        assert!(Email::parse(&of(EMAIL_BYTES_MAX + 1)).is_none());
    }
}
