//! `AUTHENTICATE` (IRCv3 sasl-3.1 and sasl-3.2): the messages of a SASL mechanism in base64, cut
//! into pieces that fit into lines. A piece of 400 bytes is followed by another, and `+` is an
//! empty one.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use super::writer::Reader;
use crate::sasl::plain::Credentials;
use crate::sasl::scram::{Challenge, ClientFirst};
use crate::sasl::{Mechanism, SaslError, mechanism};

/// How long a piece is that another one follows, in bytes of base64; none is longer.
pub const PIECE_BYTES: usize = 400;

/// The most that a client sends at once, over all pieces, in bytes of base64: enough for the
/// longest name and password, and for the nonces of all clients that there are.
pub const SASL_BYTES_MAX: usize = 2_048;

/// An empty message, or the end of one whose last piece is full.
const EMPTY: &str = "+";

/// What ends an exchange.
const ABORT: &str = "*";

/// The exchange of one client, if there is one. Holds no heap while there is none.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange(Option<Box<Ongoing>>);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Ongoing {
    awaited: Awaited,
    /// The pieces so far, in base64.
    pieces: String,
}

/// What the client is to send.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Awaited {
    /// PLAIN's only message.
    Credentials,
    /// SCRAM's first.
    First,
    /// SCRAM's last.
    Proof(Challenge),
    /// Nothing, from whoever proved to have this name: they have seen the server's proof.
    Consent(String),
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: the message has further pieces.
    Wait,
    /// These pieces are to be sent, by [`write()`].
    Send(Vec<String>),
    /// The password is to be checked. The exchange is over.
    Check(Credentials),
    /// The verifier of the [name](ClientFirst::name) is to be found, or a decoy to be made, for
    /// [`ClientFirst::challenge`]; what comes out is for [`Exchange::ask`].
    Challenge(ClientFirst),
    /// Somebody has proved to have this name. The exchange is over.
    Done(String),
    /// The exchange is over.
    Failed(Failure),
}

/// Why somebody is not logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// There is no such mechanism.
    NoSuchMechanism,
    /// A piece, or all of them together, are longer than they may be.
    TooLong,
    /// It is not base64.
    NotBase64,
    /// What the mechanism says.
    Mechanism(SaslError),
    /// The client has given up, or has registered without waiting for the end.
    Aborted,
    /// There are no accounts.
    NoAccounts,
    /// So many wrong passwords were tried that the next must wait.
    TooManyTried {
        /// So long.
        seconds: u64,
    },
    /// Too many passwords wait to be checked, or the accounts cannot be asked.
    Unavailable,
}

impl From<SaslError> for Failure {
    fn from(error: SaslError) -> Self {
        Self::Mechanism(error)
    }
}

impl Exchange {
    /// Whether there is one, which a client that registers now ends ([`Failure::Aborted`]).
    pub fn is_going_on(&self) -> bool {
        self.0.is_some()
    }

    /// Ends it, if there is one.
    pub fn end(&mut self) {
        self.0 = None;
    }

    /// Hears the parameter of an `AUTHENTICATE`.
    pub fn hear(&mut self, param: &str) -> Step {
        let ongoing = self.0.take();
        if param == ABORT {
            return Step::Failed(Failure::Aborted);
        }
        let step = match ongoing {
            None => self.begin(param),
            Some(ongoing) => self.hear_piece(ongoing, param),
        };
        step.unwrap_or_else(Step::Failed)
    }

    /// Waits for the answer to a challenge, and gives the pieces in which it is to be sent.
    pub fn ask(&mut self, challenge: Challenge, server_first: &str) -> Vec<String> {
        self.wait_for(Awaited::Proof(challenge));
        pieces(server_first.as_bytes())
    }

    fn begin(&mut self, name: &str) -> Result<Step, Failure> {
        self.wait_for(match mechanism(name).ok_or(Failure::NoSuchMechanism)? {
            Mechanism::Plain => Awaited::Credentials,
            Mechanism::ScramSha256 => Awaited::First,
        });
        Ok(Step::Send(pieces(b"")))
    }

    fn wait_for(&mut self, awaited: Awaited) {
        let pieces = String::new();
        self.0 = Some(Box::new(Ongoing { awaited, pieces }));
    }

    fn hear_piece(&mut self, mut ongoing: Box<Ongoing>, piece: &str) -> Result<Step, Failure> {
        if piece.len() > PIECE_BYTES {
            return Err(Failure::TooLong);
        }
        if piece != EMPTY {
            ongoing.pieces.push_str(piece);
        }
        if ongoing.pieces.len() > SASL_BYTES_MAX {
            return Err(Failure::TooLong);
        }
        if piece.len() == PIECE_BYTES {
            self.0 = Some(ongoing);
            return Ok(Step::Wait);
        }
        let message = Base64::decode_vec(&ongoing.pieces).map_err(|_| Failure::NotBase64)?;
        Ok(self.hear_whole(ongoing.awaited, &message)?)
    }

    fn hear_whole(&mut self, awaited: Awaited, message: &[u8]) -> Result<Step, SaslError> {
        match awaited {
            Awaited::Credentials => Credentials::parse(message).map(Step::Check),
            Awaited::First => ClientFirst::parse(message).map(Step::Challenge),
            Awaited::Proof(challenge) => {
                let proved = challenge.answer(message)?;
                self.wait_for(Awaited::Consent(proved.name));
                Ok(Step::Send(pieces(proved.server_final.as_bytes())))
            }
            Awaited::Consent(name) if message.is_empty() => Ok(Step::Done(name)),
            Awaited::Consent(_) => Err(SaslError::Form),
        }
    }
}

/// A message as it is sent: each piece by an `AUTHENTICATE` of its own.
fn pieces(message: &[u8]) -> Vec<String> {
    let text = Base64::encode_string(message);
    let full_or_none = text.len().is_multiple_of(PIECE_BYTES);
    let end = full_or_none.then(|| EMPTY.to_owned());
    let pieces = text.as_bytes().chunks(PIECE_BYTES);
    let pieces = pieces.map(|piece| piece.iter().copied().map(char::from).collect());
    pieces.chain(end).collect()
}

/// Writes pieces for the client.
pub fn write(pieces: &[String], reader: &Reader<'_>, out: &mut String) {
    for piece in pieces {
        drop(reader.line(out, "AUTHENTICATE").param(piece));
    }
}

#[cfg(test)]
mod tests;
