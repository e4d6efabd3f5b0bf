//! Lines: keeping one, reading one, forgetting one.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::chat::account::{Account, AccountId};
use crate::chat::name::Nick;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Conversation, ConversationId, Line};

use super::{key, row, search, told};

/// Keeps a line, unless its channel's lines are not kept. A line that is kept already stays as it is.
pub(super) fn keep(db: &Connection, line: &Line) -> rusqlite::Result<()> {
    let Some(key) = key::of(line.id) else {
        log::warn!("store: a line of site {} cannot be kept", line.id.site);
        return Ok(());
    };
    note_id(db, key)?;
    let place = place(db, &line.conversation)?;
    if is_kept(db, place)? && insert(db, key, place, line)? {
        search::index(db, key, place, line)?;
    }
    Ok(())
}

/// Messages to come have later ids than this one.
pub(super) fn note_id(db: &Connection, key: i64) -> rusqlite::Result<()> {
    let mark = "UPDATE marks SET line = max(line, ?1)";
    db.prepare_cached(mark)?.execute([key]).map(drop)
}

/// A conversation's own number, or a pair's with a minus before it.
fn place(db: &Connection, conversation: &Conversation) -> rusqlite::Result<i64> {
    let (from, to) = match conversation {
        Conversation::Channel(conversation) => return Ok(row::conversation(*conversation)),
        Conversation::Private { from, to, .. } => (*from, *to),
    };
    if let Some(pair) = pair(db, from, to)? {
        return Ok(-pair);
    }
    let text = "INSERT INTO pairs (low, high) VALUES (?1, ?2)";
    let [low, high] = [from.min(to), from.max(to)].map(row::account);
    db.prepare_cached(text)?.execute([low, high])?;
    Ok(-db.last_insert_rowid())
}

/// The number of two accounts' conversation, if there is one.
pub(super) fn pair(
    db: &Connection,
    one: AccountId,
    other: AccountId,
) -> rusqlite::Result<Option<i64>> {
    let text = "SELECT pair FROM pairs WHERE low = ?1 AND high = ?2";
    let [low, high] = [one.min(other), one.max(other)].map(row::account);
    db.prepare_cached(text)?
        .query_row([low, high], |row| row.get(0))
        .optional()
}

fn is_kept(db: &Connection, place: i64) -> rusqlite::Result<bool> {
    let text = "SELECT NOT EXISTS
        (SELECT 1 FROM conversations WHERE conversation = ?1 AND keep_ms = 0)";
    db.prepare_cached(text)?
        .query_row([place], |row| row.get(0))
}

/// Whether it was not there yet.
fn insert(db: &Connection, key: i64, place: i64, line: &Line) -> rusqlite::Result<bool> {
    let (author, to_nick) = match &line.conversation {
        Conversation::Channel(_) => (line.from.account.as_ref().map(|account| account.id), None),
        Conversation::Private { from, to_nick, .. } => (Some(*from), Some(to_nick)),
    };
    let columns = told::columns(&line.told, to_nick);
    let text = "INSERT INTO lines (line, place, open, event, kind, late_ms, speaker, author, text,
            name, number, attached, seams)
        VALUES (:line, :place, :open, :event, :kind, :late_ms, :speaker, :author, :text,
            :name, :number, :attached, :seams)
        ON CONFLICT (line) DO NOTHING";
    let inserted = db.prepare_cached(text)?.execute(named_params! {
        ":line": key,
        ":place": place,
        ":open": line.open,
        ":event": line.told.is_event(),
        ":kind": columns.kind,
        ":late_ms": row::integer(line.at_ms).saturating_sub(row::integer(line.id.ms)),
        ":speaker": speaker(db, &line.from, key)?,
        ":author": author.map(row::account),
        ":text": columns.text,
        ":name": columns.name,
        ":number": columns.number,
        ":attached": columns.attached,
        ":seams": columns.seams(),
    })?;
    Ok(inserted > 0)
}

/// The number of somebody as they are now. Most lines are said by somebody who has said one before.
fn speaker(db: &Connection, who: &Identity, key: i64) -> rusqlite::Result<i64> {
    let account = who.account.as_deref();
    let text = "UPDATE speakers SET last = max(last, :last)
        WHERE folded = :folded AND nick = :nick AND username = :username AND host = :host
            AND realname = :realname AND address = :address AND bot = :bot
            AND account IS :account AND account_name IS :account_name
        RETURNING speaker";
    let values = named_params! {
        ":last": key,
        ":folded": who.nick.folded(),
        ":nick": who.nick.as_str(),
        ":username": who.username(),
        ":host": who.host(),
        ":realname": who.said_realname().unwrap_or(""),
        ":address": who.address.to_string(),
        ":bot": who.bot,
        ":account": account.map(|account| row::account(account.id)),
        ":account_name": account.map(|account| account.name.as_str()),
    };
    let known = db
        .prepare_cached(text)?
        .query_row(values, |row| row.get(0))
        .optional()?;
    if let Some(speaker) = known {
        return Ok(speaker);
    }
    let text = "INSERT INTO speakers (last, folded, nick, username, host, realname, address, bot,
            account, account_name)
        VALUES (:last, :folded, :nick, :username, :host, :realname, :address, :bot,
            :account, :account_name)";
    db.prepare_cached(text)?.execute(values)?;
    Ok(db.last_insert_rowid())
}

/// Forgets a line, and that anybody waits for it.
pub(super) fn forget(db: &Connection, key: i64) -> rusqlite::Result<()> {
    let gone = db
        .prepare_cached("DELETE FROM lines WHERE line = ?1")?
        .execute([key])?;
    if gone > 0 {
        search::forget(db, key)?;
        db.prepare_cached("DELETE FROM waiting WHERE line = ?1")?
            .execute([key])?;
    }
    Ok(())
}

/// The lines of some keys, in their order.
pub(super) fn load(db: &Connection, keys: &[i64]) -> rusqlite::Result<Vec<Line>> {
    let mut statement = db.prepare_cached(
        "SELECT l.line, l.late_ms, l.open, l.place, l.author, p.low, p.high,
            l.kind, l.text, l.name, l.number, l.attached, l.seams,
            s.nick, s.username, s.host, s.realname, s.address, s.bot, s.account, s.account_name
        FROM lines l CROSS JOIN speakers s ON s.speaker = l.speaker
            LEFT JOIN pairs p ON p.pair = -l.place
        WHERE l.line = ?1",
    )?;
    let lines = keys.iter().map(|key| statement.query_row([key], read));
    lines.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Line> {
    let id = key::id(row.get(0)?);
    let late_ms: i64 = row.get(1)?;
    Ok(Line {
        id,
        at_ms: id.ms.saturating_add_signed(late_ms),
        open: row.get(2)?,
        conversation: conversation(row)?,
        told: told::read(row, 7)?,
        from: Arc::new(identity(row, 13)?),
    })
}

fn conversation(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    let place: i64 = row.get(3)?;
    if place >= 0 {
        return Ok(Conversation::Channel(ConversationId(row::number(row, 3)?)));
    }
    let [from, low, high] = [4, 5, 6].map(|at| row::number(row, at).map(AccountId));
    let (from, low, high) = (from?, low?, high?);
    Ok(Conversation::Private {
        from,
        to: if from == low { high } else { low },
        to_nick: row::nick(row, 9)?,
    })
}

/// Reads who somebody was: their names, their address, whether they are a program, and their account,
/// which begin at `at`.
pub(super) fn identity(row: &Row<'_>, at: usize) -> rusqlite::Result<Identity> {
    let nick: Nick = row::nick(row, at)?;
    let part = |which: usize| -> rusqlite::Result<&str> { Ok(row.get_ref(at + which)?.as_str()?) };
    let (username, host, realname, address) = (part(1)?, part(2)?, part(3)?, part(4)?);
    let address = address
        .parse()
        .map_err(|fault| row::unsound(at + 4, &fault))?;
    let mut identity = Identity::new(nick, username, host, realname, address);
    identity.bot = row.get(at + 5)?;
    identity.account = account(row, at + 6)?.map(Arc::new);
    Ok(identity)
}

fn account(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Account>> {
    match row.get::<_, Option<i64>>(at)? {
        Some(_) => row::named_account(row, at).map(Some),
        None => Ok(None),
    }
}

/// The accounts whose lines are being forgotten: nobody reads them any more.
pub(super) fn being_erased(db: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = db.prepare_cached("SELECT account FROM erasures")?;
    let found = statement.query_map([], |row| row.get(0))?;
    found.collect()
}
