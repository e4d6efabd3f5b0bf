//! Passwords as they are kept: not at all. A verifier tells whether a password is the right one,
//! and lets a client prove that it knows it (SCRAM-SHA-256, RFC 5802 and RFC 7677), but nobody can
//! read the password out of it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2_hmac_array;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The longest password, in bytes of UTF-8 as it was typed.
pub const PASSWORD_BYTES_MAX: usize = 300;

/// How often a password is hashed unless somebody says otherwise. Measured with the release profile
/// on one core of an AMD EPYC: a check takes 55 ms without the processor's instructions for SHA-256,
/// which many an older machine lacks, and 14 ms with them.
pub const ITERATIONS: u32 = 120_000;

/// The fewest iterations: what RFC 7677, section 4, asks for at least.
pub const ITERATIONS_MIN: u32 = 4_096;

/// The most iterations: a check takes half a second, measured as [`ITERATIONS`] was, without the
/// processor's help.
pub const ITERATIONS_MAX: u32 = 1_000_000;

/// The longest salt, in bytes.
pub const SALT_BYTES_MAX: usize = 64;

/// How long a new salt is, in bytes: no two verifiers ever made have the same.
pub const SALT_BYTES: usize = 16;

/// What every verifier begins with.
const MECHANISM: &str = "SCRAM-SHA-256$";

/// A key, a signature or a proof of RFC 5802, section 3; or a secret of the server's.
pub type Key = [u8; 32];

/// What somebody says a password is. Debugging does not show it: that may end up in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Tells whether a password is the right one.
///
/// Written as RFC 5803 and PostgreSQL write it:
/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last three in base64 with
/// padding. The same verifier is always written the same.
///
/// Two are compared in a time that depends on them: compare passwords with
/// [`Verifier::holds_for`] only.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    iterations: u32,
    salt: Box<[u8]>,
    stored_key: Key,
    server_key: Key,
}

/// Why there is no verifier: for such a password, or in such a text. Printed as a sentence without
/// its full stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VerifierError {
    /// The password holds nothing that counts.
    #[error("a password must not be empty")]
    Empty,
    /// The password has more than [`PASSWORD_BYTES_MAX`] bytes.
    #[error("a password must have at most {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
    /// SASLprep (RFC 4013) refuses the password.
    #[error(
        "a password must not hold control characters, emoji or other signs newer than Unicode 3.2, \
         nor letters of both directions"
    )]
    Unprepared,
    /// The iterations are no number from [`ITERATIONS_MIN`] to [`ITERATIONS_MAX`].
    #[error("the iterations must be a number from {ITERATIONS_MIN} to {ITERATIONS_MAX}")]
    Iterations,
    /// The salt is empty or has more than [`SALT_BYTES_MAX`] bytes.
    #[error("the salt must have 1 to {SALT_BYTES_MAX} bytes")]
    Salt,
    /// The text is no verifier.
    #[error(
        "a verifier is written SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY, the last three in \
         base64"
    )]
    Form,
}

impl Verifier {
    /// Makes the verifier of a password. Takes as long as a check: see [`ITERATIONS`].
    ///
    /// # Errors
    /// All but [`VerifierError::Form`].
    pub fn make(password: &str, salt: &[u8], iterations: u32) -> Result<Self, VerifierError> {
        let password = prepared(password)?;
        let salted = salted(&password, bounded(salt)?, within(iterations)?);
        Ok(Self {
            iterations,
            salt: salt.into(),
            stored_key: stored_key(&salted),
            server_key: server_key(&salted),
        })
    }

    /// The verifier of no password, for a name that nobody has: it has a salt as others do, always
    /// the same one, and takes as long. So whoever guesses cannot tell such a name from others.
    ///
    /// `secret` must outlive a restart, or salts that change tell who is not there; so do
    /// iterations that are not those of the others. Names that are one name must be given in one
    /// spelling.
    ///
    /// # Errors
    /// [`VerifierError::Iterations`].
    pub fn decoy(secret: &Key, name: &str, iterations: u32) -> Result<Self, VerifierError> {
        let of = |what: &str| keyed(secret, &format!("{what} of {name}"));
        Ok(Self {
            iterations: within(iterations)?,
            salt: of("salt")[..SALT_BYTES].into(),
            stored_key: of("stored key"),
            server_key: of("server key"),
        })
    }

    /// Whether this is the password. Takes the time of as many iterations as the verifier has,
    /// whether it is or not; only what cannot be a password at all is refused sooner.
    pub fn holds_for(&self, password: &str) -> bool {
        let Ok(password) = prepared(password) else {
            return false;
        };
        let salted = salted(&password, &self.salt, self.iterations);
        stored_key(&salted).ct_eq(&self.stored_key).into()
    }

    /// How often the password is hashed; [`ITERATIONS_MIN`] to [`ITERATIONS_MAX`].
    pub fn iterations(&self) -> u32 {
        self.iterations
    }

    /// What is hashed with the password; 1 to [`SALT_BYTES_MAX`] bytes.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// Whether a client that sends this proof (`ClientProof` of RFC 5802, section 3) for this
    /// exchange (`AuthMessage`) knows the password. Costs next to nothing.
    pub fn is_proved_by(&self, proof: &Key, exchange: &str) -> bool {
        let mut client_key = keyed(&self.stored_key, exchange);
        let pairs = client_key.iter_mut().zip(proof);
        pairs.for_each(|(byte, of_proof)| *byte ^= of_proof);
        Key::from(Sha256::digest(client_key))
            .ct_eq(&self.stored_key)
            .into()
    }

    /// What proves to the client of this exchange (`AuthMessage`) that the server has the verifier
    /// (`ServerSignature` of RFC 5802, section 3).
    pub fn signature(&self, exchange: &str) -> Key {
        keyed(&self.server_key, exchange)
    }
}

/// Another secret, made of one that is kept: nobody can tell the one from the other, and `what` it is
/// for makes each its own.
pub fn derived(secret: &[u8], what: &str) -> Key {
    keyed(secret, what)
}

/// `Normalize(password)` of RFC 5802, section 2.2.
fn prepared(password: &str) -> Result<Cow<'_, str>, VerifierError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(VerifierError::TooLong);
    }
    let prepared = stringprep::saslprep(password).map_err(|_| VerifierError::Unprepared)?;
    if prepared.is_empty() {
        return Err(VerifierError::Empty);
    }
    Ok(prepared)
}

fn bounded(salt: &[u8]) -> Result<&[u8], VerifierError> {
    let fits = (1..=SALT_BYTES_MAX).contains(&salt.len());
    fits.then_some(salt).ok_or(VerifierError::Salt)
}

fn within(iterations: u32) -> Result<u32, VerifierError> {
    let fits = (ITERATIONS_MIN..=ITERATIONS_MAX).contains(&iterations);
    fits.then_some(iterations).ok_or(VerifierError::Iterations)
}

/// `SaltedPassword` of RFC 5802, section 3.
fn salted(password: &str, salt: &[u8], iterations: u32) -> Key {
    pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, iterations)
}

fn stored_key(salted: &Key) -> Key {
    Sha256::digest(keyed(salted, "Client Key")).into()
}

fn server_key(salted: &Key) -> Key {
    keyed(salted, "Server Key")
}

fn keyed(key: &[u8], text: &str) -> Key {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
    hmac.update(text.as_bytes());
    hmac.finalize().into_bytes().into()
}

impl FromStr for Verifier {
    type Err = VerifierError;

    fn from_str(text: &str) -> Result<Self, VerifierError> {
        let [iterations, salt, stored_key, server_key] = parts(text).ok_or(VerifierError::Form)?;
        let salt = Base64::decode_vec(salt).map_err(|_| VerifierError::Form)?;
        Ok(Self {
            iterations: within(number(iterations).ok_or(VerifierError::Iterations)?)?,
            salt: bounded(&salt)?.into(),
            stored_key: key(stored_key).ok_or(VerifierError::Form)?,
            server_key: key(server_key).ok_or(VerifierError::Form)?,
        })
    }
}

/// Iterations, salt, StoredKey and ServerKey as they are written.
fn parts(text: &str) -> Option<[&str; 4]> {
    let (cost, keys) = text.strip_prefix(MECHANISM)?.split_once('$')?;
    let (iterations, salt) = cost.split_once(':')?;
    let (stored_key, server_key) = keys.split_once(':')?;
    Some([iterations, salt, stored_key, server_key])
}

/// `str::parse` alone would take a sign, and zeros in front, too.
fn number(text: &str) -> Option<u32> {
    let number = text.parse::<u32>().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A key as it is written in base64.
pub(crate) fn key(text: &str) -> Option<Key> {
    Base64::decode_vec(text).ok()?.try_into().ok()
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let iterations = self.iterations;
        let [salt, stored_key, server_key] =
            [&*self.salt, &self.stored_key, &self.server_key].map(Base64::encode_string);
        write!(
            f,
            "{MECHANISM}{iterations}:{salt}${stored_key}:{server_key}"
        )
    }
}

/// As it is written.
impl Serialize for Verifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Verifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Without what would help to guess the password, or to pretend to be the server: this may end up
/// in a log.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
