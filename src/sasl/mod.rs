//! Logging in by SASL (RFC 4422): what the messages of each mechanism say, whatever carries them.

pub mod plain;
pub mod scram;

use thiserror::Error;

/// A way to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// SCRAM-SHA-256 (RFC 5802 and RFC 7677): the password does not leave the client.
    ScramSha256,
    /// PLAIN (RFC 4616): the password is sent as it is.
    Plain,
}

/// All mechanisms by their names, the better one first.
pub static MECHANISMS: &[(&str, Mechanism)] = &[
    ("SCRAM-SHA-256", Mechanism::ScramSha256),
    ("PLAIN", Mechanism::Plain),
];

/// Why a client's message ends the exchange. Printed as a sentence without its full stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SaslError {
    /// It is not UTF-8.
    #[error("the message is not UTF-8")]
    Encoding,
    /// It is not what the mechanism has there.
    #[error("the message is not what the mechanism has there")]
    Form,
    /// It asks to act for somebody else than whose password it is.
    #[error("one can act for oneself only")]
    ForOther,
    /// It wants to be bound to the channel below (TLS), which no mechanism here is.
    #[error("channel binding is not supported")]
    ChannelBinding,
    /// What it says of channel binding is not what the client's first message said.
    #[error("the channel bindings of the two messages differ")]
    ChannelBindingDiffers,
    /// It asks for an extension that one must not pass over.
    #[error("no extensions are supported")]
    Extension,
    /// It belongs to another exchange.
    #[error("the nonce is not the one of this exchange")]
    Nonce,
    /// It does not prove that the client knows the password; or nobody has that name.
    #[error("the name or the password is wrong")]
    Proof,
}

/// The mechanism of that name, in any case of letters.
pub fn mechanism(name: &str) -> Option<Mechanism> {
    let same = |(known, _): &&(&str, _)| known.eq_ignore_ascii_case(name);
    MECHANISMS
        .iter()
        .find(same)
        .map(|(_, mechanism)| *mechanism)
}

/// The names of all mechanisms, as IRC lists them.
pub fn listed() -> String {
    let names: Vec<&str> = MECHANISMS.iter().map(|(name, _)| *name).collect();
    names.join(",")
}

/// Whoever names nobody acts for themselves.
fn for_oneself(authorization: &str, name: &str) -> Result<(), SaslError> {
    let own = authorization.is_empty() || authorization == name;
    own.then_some(()).ok_or(SaslError::ForOther)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mechanisms_are_known_by_name() {
        assert_eq!(mechanism("plain"), Some(Mechanism::Plain));
        assert_eq!(mechanism("Scram-SHA-256"), Some(Mechanism::ScramSha256));
        for unknown in [
            "",
            "SCRAM-SHA-256-PLUS",
            "SCRAM-SHA-1",
            "EXTERNAL",
            "PLAIN ",
        ] {
            assert_eq!(mechanism(unknown), None, "{unknown}");
        }
        assert_eq!(listed(), "SCRAM-SHA-256,PLAIN");
    }
}
