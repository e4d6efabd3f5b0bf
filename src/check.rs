//! What is done with passwords, away from whoever must not wait for it, and what came out.

use std::fmt;
use std::sync::Arc;

use crate::verifier::{SALT_BYTES, Verifier, VerifierError};

/// What is to be done with a password.
#[derive(Clone)]
pub enum Job {
    /// Whether it is the right one.
    Check(Arc<Verifier>),
    /// What will know it from now on, with as many iterations.
    Make(u32),
}

/// A password, and what is to be done with it.
pub struct Check {
    /// Tells whoever asks which of their questions this is.
    pub ticket: u64,
    /// What somebody says the password is, or is to be.
    pub password: String,
    /// What is to be done.
    pub job: Job,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Whether it was the password.
    Holds(bool),
    /// What knows the password, or why nothing can.
    Made(Result<Arc<Verifier>, VerifierError>),
}

/// What came out of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The ticket of the [`Check`].
    pub ticket: u64,
    /// What came out.
    pub outcome: Outcome,
}

impl Check {
    /// Takes as long as [`Verifier::holds_for`]: not for a thread that others wait for.
    pub fn run(self) -> Checked {
        let outcome = match self.job {
            Job::Check(verifier) => Outcome::Holds(verifier.holds_for(&self.password)),
            Job::Make(iterations) => {
                let made = Verifier::make(&self.password, &fresh_salt(), iterations);
                Outcome::Made(made.map(Arc::new))
            }
        };
        Checked {
            ticket: self.ticket,
            outcome,
        }
    }
}

fn fresh_salt() -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).expect("a system that had random numbers at the start has them");
    salt
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
                job: Job::Check(verifier.clone()),
            };
            assert_eq!(
                format!("{check:?}"),
                format!("Check {{ ticket: {ticket}, .. }}")
            );
            let outcome = Outcome::Holds(holds);
            assert_eq!(check.run(), Checked { ticket, outcome });
        }
    }

    #[test]
    fn what_is_made_knows_the_password() {
        let make = |password: &str| {
            let check = Check {
                ticket: 1,
                password: password.to_owned(),
                job: Job::Make(ITERATIONS_MIN),
            };
            check.run().outcome
        };
        let Outcome::Made(Ok(verifier)) = make("pencil") else {
            panic!("a password");
        };
        assert!(verifier.holds_for("pencil") && !verifier.holds_for("pencils"));
        assert_eq!(make(""), Outcome::Made(Err(VerifierError::Empty)));
    }
}
