//! Accounts: whose a name is, also while they are not here.

use serde::{Deserialize, Serialize};

use super::name::Nick;

/// An account's number: never used again for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(pub u64);

/// An account, as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Its name, which is its owner's alone.
    pub name: Nick,
}
