//! The server's side of SCRAM-SHA-256 (RFC 5802 and RFC 7677): two messages are heard, two are
//! answered, and no password passes.
//!
//! A [`ClientFirst`] names somebody. It becomes a [`Challenge`] by the verifier of that name
//! ([`Verifier::decoy`] where nobody has it, so that names cannot be probed), and the challenge
//! becomes [`Proved`], or nothing: each message can be answered once only. None of it hashes a
//! password, so all of it can be done at once.

use std::sync::Arc;

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use super::{SaslError, for_oneself};
use crate::verifier::{Verifier, key};

/// How many bytes of chance make the server's half of a nonce.
pub const NONCE_BYTES: usize = 18;

/// The client's first message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFirst {
    /// What stands before [`bare`](Self::bare), with its commas (`gs2-header`).
    header: String,
    /// What both sides sign (`client-first-message-bare`).
    bare: String,
    name: String,
    /// The client's half of the nonce.
    nonce: String,
}

/// What a client has to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    name: String,
    header: String,
    nonce: String,
    /// Both first messages, as they are signed, with the comma behind each.
    exchange: String,
    verifier: Arc<Verifier>,
}

/// Somebody who knows the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Whom they named, as [`ClientFirst::name`] has it.
    pub name: String,
    /// What proves to them that the server has their verifier (`server-final-message`).
    pub server_final: String,
}

impl ClientFirst {
    /// Reads the message. A client may be able to bind itself to the channel below (`y`), but must
    /// not insist (`p`).
    ///
    /// # Errors
    /// All but [`SaslError::ChannelBindingDiffers`], [`SaslError::Nonce`] and [`SaslError::Proof`].
    pub fn parse(message: &[u8]) -> Result<Self, SaslError> {
        let message = str::from_utf8(message).map_err(|_| SaslError::Encoding)?;
        let (flag, rest) = message.split_once(',').ok_or(SaslError::Form)?;
        let (authorization, bare) = rest.split_once(',').ok_or(SaslError::Form)?;
        unbound(flag)?;
        let [name, nonce] = values(bare, ["n=", "r="])?;
        let name = decoded(name).ok_or(SaslError::Form)?;
        for_oneself(&authorized(authorization)?, &name)?;
        Ok(Self {
            header: message[..message.len() - bare.len()].to_owned(),
            bare: bare.to_owned(),
            name,
            nonce: printable(nonce)?.to_owned(),
        })
    }

    /// Whom it names, as it was sent, but unescaped.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the client is to answer, and the message that says so (`server-first-message`).
    /// `verifier` is that of the [name](Self::name). The same `nonce` must never be given twice:
    /// what was overheard could be said again.
    pub fn challenge(
        self,
        nonce: &[u8; NONCE_BYTES],
        verifier: Arc<Verifier>,
    ) -> (Challenge, String) {
        self.challenge_by(&Base64::encode_string(nonce), verifier)
    }

    fn challenge_by(self, nonce: &str, verifier: Arc<Verifier>) -> (Challenge, String) {
        let nonce = self.nonce + nonce;
        let salt = Base64::encode_string(verifier.salt());
        let server_first = format!("r={nonce},s={salt},i={}", verifier.iterations());
        let challenge = Challenge {
            name: self.name,
            header: self.header,
            nonce,
            exchange: format!("{},{server_first},", self.bare),
            verifier,
        };
        (challenge, server_first)
    }
}

impl Challenge {
    /// Reads the client's final message, which is its one chance.
    ///
    /// # Errors
    /// [`SaslError::Proof`] if all is well but the proof, else what is not.
    pub fn answer(self, message: &[u8]) -> Result<Proved, SaslError> {
        let message = str::from_utf8(message).map_err(|_| SaslError::Encoding)?;
        let (signed, proof) = message.rsplit_once(",p=").ok_or(SaslError::Form)?;
        let proof = key(proof).ok_or(SaslError::Form)?;
        let [binding, nonce] = values(signed, ["c=", "r="])?;
        if binding != Base64::encode_string(self.header.as_bytes()) {
            return Err(SaslError::ChannelBindingDiffers);
        }
        if nonce != self.nonce {
            return Err(SaslError::Nonce);
        }
        let exchange = self.exchange + signed;
        if !self.verifier.is_proved_by(&proof, &exchange) {
            return Err(SaslError::Proof);
        }
        let signature = Base64::encode_string(&self.verifier.signature(&exchange));
        Ok(Proved {
            name: self.name,
            server_final: format!("v={signature}"),
        })
    }
}

/// `gs2-cbind-flag`.
fn unbound(flag: &str) -> Result<(), SaslError> {
    match flag {
        "n" | "y" => Ok(()),
        _ if flag.starts_with("p=") => Err(SaslError::ChannelBinding),
        _ => Err(SaslError::Form),
    }
}

/// The one for whom a client wants to act, if it names any.
fn authorized(text: &str) -> Result<String, SaslError> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let name = text.strip_prefix("a=").and_then(decoded);
    name.ok_or(SaslError::Form)
}

/// The values of the attributes that a message has to begin with. What follows are extensions,
/// which are passed over, but for those that must not be.
fn values<'m>(message: &'m str, keys: [&str; 2]) -> Result<[&'m str; 2], SaslError> {
    let attributes: Vec<&str> = message.split(',').collect();
    if attributes
        .iter()
        .any(|attribute| attribute.starts_with("m="))
    {
        return Err(SaslError::Extension);
    }
    let [first, second, extensions @ ..] = &attributes[..] else {
        return Err(SaslError::Form);
    };
    let values = first
        .strip_prefix(keys[0])
        .zip(second.strip_prefix(keys[1]));
    let (first, second) = values.ok_or(SaslError::Form)?;
    let well_formed = extensions.iter().all(|extension| is_attribute(extension));
    well_formed
        .then_some([first, second])
        .ok_or(SaslError::Form)
}

/// A letter, `=`, and at least one character other than NUL.
fn is_attribute(text: &str) -> bool {
    let parts = text.split_once('=');
    parts.is_some_and(|(name, value)| {
        let is_letter = name.len() == 1 && name.as_bytes()[0].is_ascii_alphabetic();
        is_letter && !value.is_empty() && !value.contains('\0')
    })
}

/// The name that is written like this (`saslname`): `=2C` is a comma, `=3D` is `=`.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('=');
    let mut name = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let comma = part.strip_prefix("2C").map(|rest| (',', rest));
        let equals = || part.strip_prefix("3D").map(|rest| ('=', rest));
        let (sign, rest) = comma.or_else(equals)?;
        name.push(sign);
        name.push_str(rest);
    }
    (!name.is_empty() && !name.contains('\0')).then_some(name)
}

/// A nonce: something, and all of it printable ASCII.
fn printable(nonce: &str) -> Result<&str, SaslError> {
    let fits = !nonce.is_empty() && nonce.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(nonce).ok_or(SaslError::Form)
}

#[cfg(test)]
mod tests;
