//! Accounts, and what waits for their owners.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, Row, params};

use crate::chat::account::{Account, AccountId};
use crate::chat::name::Nick;
use crate::chat::vocabulary::{Line, MessageId};
use crate::email::Email;
use crate::verifier::Verifier;

use super::key;
use super::lines;
use super::open::{self, FILE, OpenError};
use super::row;
use super::stayers;
use super::vocabulary::{Point, Trouble};
use super::{absences, announcements, kept, metadata, preferences};

/// What came of a deed: an account's number, if it made one.
pub(super) type Outcome = Result<Option<AccountId>, Trouble>;

pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<(Account, Verifier)>> {
    let text = "SELECT account, name, verifier FROM accounts ORDER BY account";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        Ok((row::named_account(row, 0)?, verifier(row, 2)?))
    })?;
    found.collect()
}

/// When the owners of accounts were here last, in Unix milliseconds.
pub(super) fn seen(db: &Connection) -> rusqlite::Result<BTreeMap<AccountId, u64>> {
    let mut statement = db.prepare("SELECT account, seen_ms FROM accounts")?;
    let found = statement.query_map([], |row| {
        Ok((AccountId(row::number(row, 0)?), row::number(row, 1)?))
    })?;
    found.collect()
}

/// An account, as whoever runs the server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: Nick,
    /// When it was made, in Unix milliseconds.
    pub made_ms: u64,
    /// When its owner was here last.
    pub seen_ms: u64,
    /// Their address for mail.
    pub email: Option<String>,
}

/// The accounts of a folder's database, by name, whoever else has it open.
///
/// # Errors
/// [`OpenError`] says what to do.
pub fn list(dir: &Path) -> Result<Vec<Listed>, OpenError> {
    let path = dir.join(FILE);
    let db = open::existing(&path)?;
    listed(&db).map_err(|error| OpenError::of(&path, &error))
}

fn listed(db: &Connection) -> rusqlite::Result<Vec<Listed>> {
    let text = "SELECT name, made_ms, seen_ms, email FROM accounts ORDER BY folded";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        Ok(Listed {
            name: row::nick(row, 0)?,
            made_ms: row::number(row, 1)?,
            seen_ms: row::number(row, 2)?,
            email: row.get(3)?,
        })
    })?;
    found.collect()
}

fn verifier(row: &Row<'_>, at: usize) -> rusqlite::Result<Verifier> {
    let text = row.get_ref(at)?.as_str()?;
    text.parse().map_err(|fault| row::unsound(at, &fault))
}

pub(super) fn add(
    db: &Connection,
    name: &Nick,
    verifier: &Verifier,
    email: Option<&Email>,
    at_ms: u64,
) -> rusqlite::Result<Outcome> {
    let text = "INSERT INTO accounts (name, folded, verifier, made_ms, seen_ms, email)
        VALUES (?1, ?2, ?3, ?4, ?4, ?5) ON CONFLICT (folded) DO NOTHING";
    let added = db.prepare_cached(text)?.execute(params![
        name.as_str(),
        name.folded(),
        verifier.to_string(),
        row::integer(at_ms),
        email.map(Email::as_str)
    ])?;
    let number = db.last_insert_rowid().cast_unsigned();
    Ok(match added {
        0 => Err(Trouble::NameTaken),
        _ => Ok(Some(AccountId(number))),
    })
}

pub(super) fn set_verifier(
    db: &Connection,
    account: AccountId,
    verifier: &Verifier,
) -> rusqlite::Result<Outcome> {
    let text = "UPDATE accounts SET verifier = ?2 WHERE account = ?1";
    let changed = db
        .prepare_cached(text)?
        .execute(params![row::account(account), verifier.to_string()])?;
    Ok(there_was_one(changed))
}

pub(super) fn set_seen(
    db: &Connection,
    account: AccountId,
    at_ms: u64,
) -> rusqlite::Result<Outcome> {
    let text = "UPDATE accounts SET seen_ms = max(seen_ms, ?2) WHERE account = ?1";
    let changed = db
        .prepare_cached(text)?
        .execute(params![row::account(account), row::integer(at_ms)])?;
    Ok(there_was_one(changed))
}

/// What its owner said is out of sight at once if it is to be forgotten, and goes step by step.
pub(super) fn remove(
    db: &Connection,
    account: AccountId,
    with_messages: bool,
) -> rusqlite::Result<Outcome> {
    let number = row::account(account);
    let removed = db.execute("DELETE FROM accounts WHERE account = ?1", [number])?;
    db.execute("DELETE FROM stays WHERE account = ?1", [number])?;
    db.execute("DELETE FROM waiting WHERE account = ?1", [number])?;
    db.execute("DELETE FROM read_markers WHERE account = ?1", [number])?;
    preferences::remove(db, account)?;
    announcements::forget_account(db, account, with_messages)?;
    kept::remove(db, account)?;
    absences::set(db, account, None)?;
    stayers::set(db, account, false)?;
    metadata::remove(db, account)?;
    if removed > 0 && with_messages {
        db.execute("DELETE FROM waiting WHERE sender = ?1", [number])?;
        let text = "INSERT INTO erasures (account) VALUES (?1) ON CONFLICT DO NOTHING";
        db.execute(text, [number])?;
    }
    Ok(there_was_one(removed))
}

fn there_was_one(changed: usize) -> Outcome {
    match changed {
        0 => Err(Trouble::NoSuchAccount),
        _ => Ok(None),
    }
}

/// Notes up to when somebody has read something: never back. Nothing is noted of an account that is
/// no more.
pub(super) fn mark_read(
    db: &Connection,
    account: AccountId,
    target: &str,
    at_ms: u64,
) -> rusqlite::Result<()> {
    let text = "INSERT INTO read_markers (account, target, at_ms)
        SELECT account, ?2, ?3 FROM accounts WHERE account = ?1
        ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)";
    let values = params![row::account(account), target, row::integer(at_ms)];
    db.prepare_cached(text)?.execute(values)?;
    Ok(())
}

/// Up to when who has read what.
pub(super) fn read_markers(db: &Connection) -> rusqlite::Result<Vec<(AccountId, String, u64)>> {
    let text = "SELECT account, target, at_ms FROM read_markers ORDER BY account, target";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        let account = AccountId(row::number(row, 0)?);
        Ok((account, row.get(1)?, row::number(row, 2)?))
    })?;
    found.collect()
}

/// Keeps a line, and that somebody is still to read it.
pub(super) fn keep_for(
    db: &Connection,
    account: AccountId,
    line: &Line,
) -> rusqlite::Result<Outcome> {
    let number = row::account(account);
    let text = "SELECT EXISTS (SELECT 1 FROM accounts WHERE account = ?1)";
    let is_one: bool = db
        .prepare_cached(text)?
        .query_row([number], |row| row.get(0))?;
    let sender = line.from.account.as_ref().map(|sender| sender.id);
    let (true, Some(key), Some(sender)) = (is_one, key::of(line.id), sender) else {
        return Ok(Err(Trouble::NoSuchAccount));
    };
    lines::keep(db, line)?;
    let text = "INSERT INTO waiting (line, account, sender) VALUES (?1, ?2, ?3)
        ON CONFLICT DO NOTHING";
    db.prepare_cached(text)?
        .execute([key, number, row::account(sender)])?;
    Ok(Ok(None))
}

pub(super) fn delivered(
    db: &Connection,
    account: AccountId,
    until: MessageId,
) -> rusqlite::Result<()> {
    let text = "DELETE FROM waiting WHERE account = ?1 AND line <= ?2";
    let until = key::first_from(Point::Message(until));
    db.prepare_cached(text)?
        .execute([row::account(account), until])
        .map(drop)
}
