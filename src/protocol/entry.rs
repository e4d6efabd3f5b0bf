//! Why somebody does not come into an account, by whichever words they try.

use crate::chat::name::Nick;

/// What whoever gives an address for mail is told where none is kept.
pub const ADDRESS_NOT_KEPT: &str = "No mail is sent from here, so the address is not kept";

/// And where it is.
pub const ADDRESS_KEPT: &str =
    "The address is kept for those who run this server: no mail is sent from here";

/// Why somebody does not come into an account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields say no more than their types and the variant"
)]
pub enum NoEntry {
    /// There is no store, and so no account.
    NothingIsKept,
    /// Whoever runs the server registers names.
    Closed,
    /// There is no account without an address for mail.
    AddressNeeded,
    /// The person is logged in already.
    LoggedInAlready { account: Nick },
    /// There is no such account, or its password is another.
    WrongPassword { name: String },
    /// It cannot be a password.
    BadPassword { why: String },
    /// There is an account of that name already.
    RegisteredAlready { name: Nick },
    /// The store cannot keep anything just now.
    NotKept,
    /// The store has not said in time whether it is kept.
    PerhapsKept,
    /// So many passwords wait to be checked that no more can.
    TooManyWait,
    /// So many wrong passwords were tried that the next must wait.
    TooManyTried { seconds: u64 },
    /// The person has as many sessions as one can have.
    TooManySessions { max: usize },
    /// Other sessions share the person, and are not to be another.
    SharedAlready { nick: Nick },
    /// The name that the person has is no account, and no other was said.
    NobodysAccount { name: Nick },
    /// The person is not logged in.
    NotLoggedIn,
}
