//! Who may become an operator of the server.

use super::fault::{Verdict, must_be};
use crate::verifier::Verifier;
use std::sync::Arc;

/// The longest name of an operator, in bytes.
pub const OPERATOR_NAME_BYTES_MAX: usize = 32;

/// The longest host of an operator, in bytes.
pub const OPERATOR_HOST_BYTES_MAX: usize = 63;

/// Somebody who may become an operator of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The word they give beside their password: 1 to [`OPERATOR_NAME_BYTES_MAX`] bytes, no blanks,
    /// no control characters. It need not be their name in the chat.
    pub name: String,
    /// Tells whether a password is theirs.
    pub verifier: Arc<Verifier>,
    /// What others see in place of their cloak once they are an operator: letters, digits, `.`,
    /// `-`, `/` and `:` (not in front), 1 to [`OPERATOR_HOST_BYTES_MAX`] bytes; none to leave it.
    pub host: Option<String>,
}

/// What of an operator has been read so far.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub(super) name: Option<String>,
    pub(super) verifier: Option<Arc<Verifier>>,
    pub(super) host: Option<String>,
}

impl Candidate {
    /// None while something is missing, which is a fault of the file.
    pub(super) fn operator(self) -> Option<Operator> {
        Some(Operator {
            name: self.name?,
            verifier: self.verifier?,
            host: self.host,
        })
    }
}

/// Reads the name of an operator.
pub(super) fn name(text: &str) -> Verdict<String> {
    let fits = (1..=OPERATOR_NAME_BYTES_MAX).contains(&text.len());
    if fits && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Ok(text.to_owned());
    }
    must_be("one word of at most 32 bytes, such as \"ann\"", text)
}

/// Reads a verifier. What stands there instead may be a password, so it is not repeated.
pub(super) fn verifier(text: &str) -> Verdict<Arc<Verifier>> {
    let verifier = text.parse().map(Arc::new);
    verifier.map_err(|why| format!("must be a line that `hallway passwd` prints: {why}"))
}

/// Reads what others see in place of an operator's cloak.
pub(super) fn host(text: &str) -> Verdict<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-/:".contains(&byte);
    let fits = (1..=OPERATOR_HOST_BYTES_MAX).contains(&text.len());
    if fits && text.bytes().all(allowed) && !text.starts_with(':') {
        return Ok(text.to_owned());
    }
    must_be(
        "a word of letters, digits, \".\", \"-\", \"/\" and \":\" (not in front), of at most 63 bytes, \
         such as \"staff.office\"",
        text,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let longest = "é".repeat(OPERATOR_NAME_BYTES_MAX / 2);
        for text in ["ann", "李", "Ann_2!", &longest] {
            assert_eq!(name(text).as_deref(), Ok(text));
        }
        let too_long = longest + "x";
        for text in ["", " ", "ann b", "a\u{a0}b", "a\tb", "a\u{7}", &too_long] {
            let why = name(text).expect_err(text);
            assert!(why.contains("one word of at most 32 bytes"), "{why}");
        }
    }

    #[test]
    fn hosts() {
        let longest = "x".repeat(OPERATOR_HOST_BYTES_MAX);
        for text in ["staff.office", "a", "Office/ann", "2001:db8::1", &longest] {
            assert_eq!(host(text).as_deref(), Ok(text));
        }
        let too_long = "x".repeat(OPERATOR_HOST_BYTES_MAX + 1);
        for text in [
            "", ":a", "a b", "büro", "a_b", "a@b", "a!b", "a\n", &too_long,
        ] {
            let why = host(text).expect_err(text);
            assert!(why.contains("at most 63 bytes"), "{why}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not_repeated() {
        let why = verifier("open sesame").expect_err("no verifier");
        assert!(
            why.starts_with("must be a line that `hallway passwd` prints"),
            "{why}"
        );
        assert!(!why.contains("sesame"), "{why}");
    }
}
