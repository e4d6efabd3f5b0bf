//! What the owners of accounts say of themselves, and what is said of channels that are kept.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::chat::account::AccountId;
use crate::chat::vocabulary::{ConversationId, Metadata, MetadataKey};

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

/// All of this is said of a kept channel of which nothing was said.
pub(super) fn set_of_channel(
    db: &Connection,
    conversation: ConversationId,
    said: &Metadata,
) -> rusqlite::Result<()> {
    let number = row::conversation(conversation);
    let text = "INSERT INTO kept_metadata (conversation, key, value) VALUES (?1, ?2, ?3)";
    said.iter().try_for_each(|(key, value)| {
        let values = params![number, key.as_str(), value];
        db.prepare_cached(text)?.execute(values).map(drop)
    })
}

/// What everybody says.
pub(super) fn all(db: &Connection) -> rusqlite::Result<BTreeMap<AccountId, Metadata>> {
    read(db, "SELECT account, key, value FROM metadata", AccountId)
}

/// What is said of the channels that are kept.
pub(super) fn of_channels(db: &Connection) -> rusqlite::Result<BTreeMap<ConversationId, Metadata>> {
    let text = "SELECT conversation, key, value FROM kept_metadata";
    read(db, text, ConversationId)
}

fn read<H: Ord>(
    db: &Connection,
    text: &str,
    holder: fn(u64) -> H,
) -> rusqlite::Result<BTreeMap<H, Metadata>> {
    let mut all: BTreeMap<H, Metadata> = BTreeMap::new();
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        let key = MetadataKey::parse(row.get_ref(1)?.as_str()?);
        let key = key.ok_or_else(|| row::unsound(1, &"no key"))?;
        Ok((holder(row::number(row, 0)?), key, row.get(2)?))
    })?;
    for row in found {
        let (holder, key, value) = row?;
        all.entry(holder).or_default().insert(key, value);
    }
    Ok(all)
}
