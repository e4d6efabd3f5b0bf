//! Who stays in their channels when they are not connected.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::chat::account::AccountId;

use super::row;

/// Nothing is noted of an account that is no more.
pub(super) fn set(db: &Connection, account: AccountId, on: bool) -> rusqlite::Result<()> {
    let text = match on {
        true => "INSERT OR IGNORE INTO stayers SELECT account FROM accounts WHERE account = ?1",
        false => "DELETE FROM stayers WHERE account = ?1",
    };
    db.prepare_cached(text)?
        .execute([row::account(account)])
        .map(drop)
}

/// Their accounts.
pub(super) fn all(db: &Connection) -> rusqlite::Result<BTreeSet<AccountId>> {
    let mut statement = db.prepare("SELECT account FROM stayers")?;
    let found = statement.query_map([], |row| row::number(row, 0).map(AccountId))?;
    found.collect()
}
