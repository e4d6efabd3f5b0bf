//! What the owners of accounts say of themselves.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::chat::account::AccountId;
use crate::chat::vocabulary::{Metadata, MetadataKey};

use super::row;

/// Something, or nothing any more, is said under a key. Who has no account any more says nothing.
pub(super) fn set(
    db: &Connection,
    account: AccountId,
    key: &MetadataKey,
    value: Option<&str>,
) -> rusqlite::Result<()> {
    let number = row::account(account);
    match value {
        Some(value) => {
            let text = "INSERT INTO metadata (account, key, value)
                SELECT account, ?2, ?3 FROM accounts WHERE account = ?1
                ON CONFLICT (account, key) DO UPDATE SET value = ?3";
            db.prepare_cached(text)?
                .execute(params![number, key.as_str(), value])
        }
        None => {
            let text = "DELETE FROM metadata WHERE account = ?1 AND key = ?2";
            db.prepare_cached(text)?
                .execute(params![number, key.as_str()])
        }
    }
    .map(drop)
}

/// An account is no more.
pub(super) fn remove(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    let text = "DELETE FROM metadata WHERE account = ?1";
    db.execute(text, [row::account(account)]).map(drop)
}

/// What everybody says.
pub(super) fn all(db: &Connection) -> rusqlite::Result<BTreeMap<AccountId, Metadata>> {
    let mut all: BTreeMap<AccountId, Metadata> = BTreeMap::new();
    let mut statement = db.prepare("SELECT account, key, value FROM metadata")?;
    let found = statement.query_map([], |row| {
        let key = MetadataKey::parse(row.get_ref(1)?.as_str()?);
        let key = key.ok_or_else(|| row::unsound(1, &"no key"))?;
        Ok((AccountId(row::number(row, 0)?), key, row.get(2)?))
    })?;
    for row in found {
        let (account, key, value) = row?;
        all.entry(account).or_default().insert(key, value);
    }
    Ok(all)
}
