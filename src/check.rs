//! A password to be checked, and what came out.

use std::fmt;
use std::sync::Arc;

use crate::verifier::Verifier;

/// A password to be checked.
pub struct Check {
    /// Tells whoever asks which of their questions this is.
    pub ticket: u64,
    /// What somebody says the password is.
    pub password: String,
    /// Knows whether it is.
    pub verifier: Arc<Verifier>,
}

/// What came out of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The ticket of the [`Check`].
    pub ticket: u64,
    /// Whether it was the password.
    pub holds: bool,
}

impl Check {
    /// Takes as long as [`Verifier::holds_for`]: not for a thread that others wait for.
    pub fn run(self) -> Checked {
        Checked {
            ticket: self.ticket,
            holds: self.verifier.holds_for(&self.password),
        }
    }
}

/// Without the password: this may end up in a log.
impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifier::ITERATIONS_MIN;

    #[test]
    fn a_check_tells_what_holds_and_no_secret() {
        let verifier = Verifier::make("pencil", b"salt", ITERATIONS_MIN).expect("a password");
        let verifier = Arc::new(verifier);
        for (ticket, password, holds) in [(7, "pencil", true), (8, "pen", false), (9, "", false)] {
            let check = Check {
                ticket,
                password: password.to_owned(),
                verifier: verifier.clone(),
            };
            assert_eq!(
                format!("{check:?}"),
                format!("Check {{ ticket: {ticket}, .. }}")
            );
            assert_eq!(check.run(), Checked { ticket, holds });
        }
    }
}
