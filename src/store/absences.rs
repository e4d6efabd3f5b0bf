//! Until when the owners of accounts are away.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::chat::account::AccountId;
use crate::chat::vocabulary::Absent;

use super::row;

/// Nothing is noted of an account that is no more.
pub(super) fn set(
    db: &Connection,
    account: AccountId,
    absent: Option<&Absent>,
) -> rusqlite::Result<()> {
    let number = row::account(account);
    let Some(absent) = absent else {
        let text = "DELETE FROM absences WHERE account = ?1";
        return db.prepare_cached(text)?.execute([number]).map(drop);
    };
    let text = "INSERT OR REPLACE INTO absences (account, typed, since_ms, until_ms)
        SELECT account, ?2, ?3, ?4 FROM accounts WHERE account = ?1";
    let values = params![
        number,
        absent.typed,
        row::integer(absent.since_ms),
        row::integer(absent.until_ms)
    ];
    db.prepare_cached(text)?.execute(values).map(drop)
}

/// Who is away until when, or was.
pub(super) fn all(db: &Connection) -> rusqlite::Result<BTreeMap<AccountId, Absent>> {
    let text = "SELECT account, typed, since_ms, until_ms FROM absences";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        let absent = Absent {
            typed: row.get(1)?,
            since_ms: row::number(row, 2)?,
            until_ms: row::number(row, 3)?,
        };
        Ok((AccountId(row::number(row, 0)?), absent))
    })?;
    found.collect()
}
