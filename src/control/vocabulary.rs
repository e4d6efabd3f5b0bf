//! What can be wished for, in words and in one line.

use std::fmt;
use std::sync::Arc;

use crate::chat::name::Nick;
use crate::email::Email;
use crate::verifier::Verifier;

/// What whoever runs the server wants done.
#[derive(Debug, Clone)]
pub enum Wish {
    /// An account more.
    Add {
        /// Its name.
        name: Nick,
        /// Knows its password.
        verifier: Arc<Verifier>,
        /// Its owner's address for mail.
        email: Option<Email>,
    },
    /// Another password for an account.
    SetVerifier {
        /// Its name.
        name: Nick,
        /// Knows the password.
        verifier: Arc<Verifier>,
    },
    /// An account less.
    Remove {
        /// Its name.
        name: Nick,
        /// Whether what its owner said is to be forgotten too.
        with_messages: bool,
    },
}

impl Wish {
    /// Reads what was written with `Display`.
    pub fn read(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let (word, name) = (*words.first()?, Nick::parse(words.get(1)?).ok()?);
        let verifier = || words.get(2)?.parse().ok().map(Arc::new);
        let wish = match (word, words.len()) {
            ("add", 3 | 4) => Self::Add {
                name,
                verifier: verifier()?,
                email: match words.get(3) {
                    Some(email) => Some(Email::parse(email)?),
                    None => None,
                },
            },
            ("passwd", 3) => Self::SetVerifier {
                name,
                verifier: verifier()?,
            },
            ("remove" | "remove-with-messages", 2) => Self::Remove {
                name,
                with_messages: word != "remove",
            },
            _ => return None,
        };
        Some(wish)
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add {
                name,
                verifier,
                email: None,
            } => write!(f, "add {name} {verifier}"),
            Self::Add {
                name,
                verifier,
                email: Some(email),
            } => write!(f, "add {name} {verifier} {email}"),
            Self::SetVerifier { name, verifier } => write!(f, "passwd {name} {verifier}"),
            Self::Remove {
                name,
                with_messages: false,
            } => write!(f, "remove {name}"),
            Self::Remove { name, .. } => write!(f, "remove-with-messages {name}"),
        }
    }
}

/// Why a wish is not granted. Printed as a sentence without its full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// There is an account of this name.
    NameTaken(Nick),
    /// There is no account of this name.
    NoSuchAccount(Nick),
    /// The disk does not take it.
    NotKept,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken(name) => write!(f, "there is an account {name} already"),
            Self::NoSuchAccount(name) => write!(
                f,
                "there is no account {name}: `hallway account list` names all"
            ),
            Self::NotKept => write!(
                f,
                "it could not be written to the disk, and nothing has changed: the server's log says why"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifier::ITERATIONS_MIN;

    #[test]
    fn what_is_written_is_read() {
        let name = || Nick::parse("José").expect("a name");
        let made = Verifier::make("pencil", b"salt", ITERATIONS_MIN).expect("a password");
        let verifier = Arc::new(made);
        for wish in [
            Wish::Add {
                name: name(),
                verifier: verifier.clone(),
                email: None,
            },
            Wish::Add {
                name: name(),
                verifier: verifier.clone(),
                email: Email::parse("josé@büro.example"),
            },
            Wish::SetVerifier {
                name: name(),
                verifier,
            },
            Wish::Remove {
                name: name(),
                with_messages: false,
            },
            Wish::Remove {
                name: name(),
                with_messages: true,
            },
        ] {
            let line = wish.to_string();
            let read = Wish::read(&line).expect("it is a wish");
            assert_eq!(read.to_string(), line);
            assert!(Wish::read(&format!("{line} x")).is_none(), "{line}");
        }
        for line in ["", "add", "add ann", "add ann x", "remove #x", "remove"] {
            assert!(Wish::read(line).is_none(), "{line}");
        }
    }
}
