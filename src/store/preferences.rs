//! Whom the owners of accounts block, and what they watch.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use crate::chat::account::AccountId;
use crate::chat::mask::{Effect, Mask};
use crate::chat::vocabulary::{Preferences, Unwanted, Watched};

use super::row;

/// All that was chosen before is chosen no more.
pub(super) fn set(
    db: &Connection,
    account: AccountId,
    preferences: &Preferences,
) -> rusqlite::Result<()> {
    forget(db, account)?;
    let number = row::account(account);
    for unwanted in &preferences.unwanted {
        let (blocked, mask) = match unwanted {
            Unwanted::Account(blocked) => (Some(row::account(*blocked)), None),
            Unwanted::Mask(mask) => (None, Some(mask.pattern())),
        };
        let text = "INSERT INTO blocks (account, blocked, mask) VALUES (?1, ?2, ?3)";
        db.prepare_cached(text)?
            .execute(params![number, blocked, mask])?;
    }
    for watched in &preferences.watched {
        let (nick, channel) = match watched {
            Watched::Person(nick) => (Some(nick.as_str()), None),
            Watched::Channel(channel) => (None, Some(channel.as_str())),
        };
        let text = "INSERT INTO watches (account, nick, channel) VALUES (?1, ?2, ?3)";
        db.prepare_cached(text)?
            .execute(params![number, nick, channel])?;
    }
    Ok(())
}

/// Nothing is chosen by the owner of an account any more.
fn forget(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    let number = row::account(account);
    for text in [
        "DELETE FROM blocks WHERE account = ?1",
        "DELETE FROM watches WHERE account = ?1",
    ] {
        db.prepare_cached(text)?.execute([number])?;
    }
    Ok(())
}

/// An account is no more.
pub(super) fn remove(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    forget(db, account)?;
    let text = "DELETE FROM blocks WHERE blocked = ?1";
    db.execute(text, [row::account(account)]).map(drop)
}

/// What everybody has chosen, in the order of choosing.
pub(super) fn all(db: &Connection) -> rusqlite::Result<BTreeMap<AccountId, Preferences>> {
    let mut all: BTreeMap<AccountId, Preferences> = BTreeMap::new();
    let text = "SELECT account, blocked, mask FROM blocks ORDER BY number";
    for found in db.prepare(text)?.query_map([], unwanted)? {
        let (account, unwanted) = found?;
        all.entry(account).or_default().unwanted.push(unwanted);
    }
    let text = "SELECT account, nick, channel FROM watches ORDER BY number";
    for found in db.prepare(text)?.query_map([], watched)? {
        let (account, watched) = found?;
        all.entry(account).or_default().watched.push(watched);
    }
    Ok(all)
}

fn unwanted(row: &Row<'_>) -> rusqlite::Result<(AccountId, Unwanted)> {
    let account = AccountId(row::number(row, 0)?);
    let unwanted = match row.get_ref(2)?.as_str_or_null()? {
        Some(mask) => {
            let mask = Mask::parse(mask, Effect::KeepOut);
            Unwanted::Mask(mask.ok_or_else(|| row::unsound(2, &"no mask"))?)
        }
        None => Unwanted::Account(AccountId(row::number(row, 1)?)),
    };
    Ok((account, unwanted))
}

fn watched(row: &Row<'_>) -> rusqlite::Result<(AccountId, Watched)> {
    let account = AccountId(row::number(row, 0)?);
    let watched = match row.get_ref(1)?.as_str_or_null()? {
        Some(_) => Watched::Person(row::nick(row, 1)?),
        None => Watched::Channel(row::channel(row, 2)?),
    };
    Ok((account, watched))
}
