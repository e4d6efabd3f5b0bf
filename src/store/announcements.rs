//! Announcements, and how far each has come with the owners of accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params, params};

use crate::chat::account::AccountId;
use crate::chat::name::ChannelName;
use crate::chat::vocabulary::{Announcement, Attention, ConversationId, KeptAnnouncement};

use super::{key, lines, row};

/// The number that each has in the file. Never changed.
const ATTENTIONS: [(Attention, u8); 3] = [
    (Attention::Missed, 0),
    (Attention::Seen, 1),
    (Attention::Acknowledged, 2),
];

/// An attention as a column.
struct Column(Attention);

impl ToSql for Column {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let found = ATTENTIONS.iter().find(|(known, _)| *known == self.0);
        let (_, number) = found.expect("every attention has a number");
        Ok(ToSqlOutput::from(*number))
    }
}

impl FromSql for Column {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        let found = ATTENTIONS
            .iter()
            .find(|(_, known)| i64::from(*known) == number);
        let unknown = rusqlite::types::FromSqlError::OutOfRange(number);
        found.map(|(attention, _)| Self(*attention)).ok_or(unknown)
    }
}

/// Keeps an announcement. One that is kept already stays as it is.
pub(super) fn keep(db: &Connection, kept: &KeptAnnouncement) -> rusqlite::Result<()> {
    let what = &kept.announcement;
    note_number(db, what.number)?;
    let Some(key) = key::of(what.id) else {
        log::warn!(
            "store: an announcement of site {} cannot be kept",
            what.id.site
        );
        return Ok(());
    };
    lines::note_id(db, key)?;
    if insert(db, key, what)? {
        for (account, attention) in &kept.hearers {
            heed(db, what.number, *account, *attention)?;
        }
    }
    Ok(())
}

/// Whether it was not there yet.
fn insert(db: &Connection, key: i64, what: &Announcement) -> rusqlite::Result<bool> {
    let (who, channel) = (&what.from, what.channel.as_ref());
    let account = who.account.as_deref();
    let text = "INSERT INTO announcements (number, line, at_ms, until_ms, official, conversation,
            channel, text, nick, username, host, realname, address, bot, account, account_name)
        VALUES (:number, :line, :at_ms, :until_ms, :official, :conversation,
            :channel, :text, :nick, :username, :host, :realname, :address, :bot, :account,
            :account_name)
        ON CONFLICT DO NOTHING";
    let inserted = db.prepare_cached(text)?.execute(named_params! {
        ":number": what.number,
        ":line": key,
        ":at_ms": row::integer(what.at_ms),
        ":until_ms": row::integer(what.until_ms),
        ":official": what.official,
        ":conversation": channel.map(|(conversation, _)| row::conversation(*conversation)),
        ":channel": channel.map(|(_, name)| name.as_str()),
        ":text": what.text,
        ":nick": who.nick.as_str(),
        ":username": who.username(),
        ":host": who.host(),
        ":realname": who.said_realname().unwrap_or(""),
        ":address": who.address.to_string(),
        ":bot": who.bot,
        ":account": account.map(|account| row::account(account.id)),
        ":account_name": account.map(|account| account.name.as_str()),
    })?;
    Ok(inserted > 0)
}

/// No other announcement has this number.
pub(super) fn note_number(db: &Connection, number: u32) -> rusqlite::Result<()> {
    let text = "UPDATE marks SET announcement = max(announcement, ?1)";
    db.prepare_cached(text)?.execute([number]).map(drop)
}

/// An announcement has come so far with the owner of an account: never back. Nothing is noted of one
/// that is not there any more, or of an account that is not.
pub(super) fn heed(
    db: &Connection,
    number: u32,
    account: AccountId,
    attention: Attention,
) -> rusqlite::Result<()> {
    let text = "INSERT INTO hearers (number, account, attention)
        SELECT n.number, a.account, ?3 FROM announcements n JOIN accounts a
            WHERE n.number = ?1 AND NOT n.ended AND a.account = ?2
        ON CONFLICT DO UPDATE SET attention = max(attention, excluded.attention)";
    let values = params![number, row::account(account), Column(attention)];
    db.prepare_cached(text)?.execute(values).map(drop)
}

/// An announcement is withdrawn: what it says is gone at once, and what is left of it step by step.
pub(super) fn withdraw(db: &Connection, number: u32) -> rusqlite::Result<()> {
    let text = "UPDATE announcements SET ended = 1, text = '' WHERE number = ?1";
    db.prepare_cached(text)?.execute([number]).map(drop)
}

/// Those of a channel follow its name.
pub(super) fn rename(
    db: &Connection,
    conversation: ConversationId,
    channel: &ChannelName,
) -> rusqlite::Result<()> {
    let text = "UPDATE announcements SET channel = ?2 WHERE conversation = ?1";
    db.prepare_cached(text)?
        .execute(params![row::conversation(conversation), channel.as_str()])
        .map(drop)
}

/// An account is no more, nor, perhaps, what its owner has announced.
pub(super) fn forget_account(
    db: &Connection,
    account: AccountId,
    with_messages: bool,
) -> rusqlite::Result<()> {
    let number = row::account(account);
    db.execute("DELETE FROM hearers WHERE account = ?1", [number])?;
    if with_messages {
        let text = "UPDATE announcements SET ended = 1, text = '' WHERE account = ?1";
        db.execute(text, [number])?;
    }
    Ok(())
}

/// Forgets some of what is left of an announcement that is in force no longer, so many rows at most.
/// Whether there was one.
pub(super) fn forget_one(db: &Connection, now_ms: u64, rows: usize) -> rusqlite::Result<bool> {
    let text = "SELECT number FROM announcements WHERE ended OR until_ms <= ?1 LIMIT 1";
    let found: Option<u32> = db
        .prepare_cached(text)?
        .query_row([row::integer(now_ms)], |row| row.get(0))
        .optional()?;
    let Some(number) = found else {
        return Ok(false);
    };
    let text = "DELETE FROM hearers WHERE number = ?1 AND account IN
        (SELECT account FROM hearers WHERE number = ?1 LIMIT ?2)";
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    if db.prepare_cached(text)?.execute(params![number, limit])? < rows {
        let text = "DELETE FROM announcements WHERE number = ?1";
        db.prepare_cached(text)?.execute([number])?;
    }
    Ok(true)
}

/// The last number that an announcement has had.
pub(super) fn last_number(db: &Connection) -> rusqlite::Result<u32> {
    db.query_row("SELECT announcement FROM marks", [], |row| row.get(0))
}

/// Those that were not withdrawn, the oldest first.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<KeptAnnouncement>> {
    let mut hearers = hearers(db)?;
    let text = "SELECT number, line, at_ms, until_ms, official, conversation, channel, text,
            nick, username, host, realname, address, bot, account, account_name
        FROM announcements WHERE NOT ended ORDER BY number";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        let announcement = read(row)?;
        let hearers = hearers.remove(&announcement.number).unwrap_or_default();
        Ok(KeptAnnouncement {
            announcement,
            hearers,
        })
    })?;
    found.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Announcement> {
    let text = row::text(row, 7)?;
    Ok(Announcement {
        number: row.get(0)?,
        id: key::id(row.get(1)?),
        at_ms: row::number(row, 2)?,
        until_ms: row::number(row, 3)?,
        official: row.get(4)?,
        channel: channel(row)?,
        text: text.ok_or_else(|| row::unsound(7, &"no text"))?,
        from: Arc::new(lines::identity(row, 8)?),
    })
}

fn channel(row: &Row<'_>) -> rusqlite::Result<Option<(ConversationId, ChannelName)>> {
    match row.get::<_, Option<i64>>(5)? {
        Some(_) => Ok(Some((
            ConversationId(row::number(row, 5)?),
            row::channel(row, 6)?,
        ))),
        None => Ok(None),
    }
}

fn hearers(db: &Connection) -> rusqlite::Result<BTreeMap<u32, Vec<(AccountId, Attention)>>> {
    let mut hearers: BTreeMap<u32, Vec<(AccountId, Attention)>> = BTreeMap::new();
    let mut statement = db.prepare("SELECT number, account, attention FROM hearers")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let hearer = (AccountId(row::number(row, 1)?), row.get::<_, Column>(2)?.0);
        hearers.entry(row.get(0)?).or_default().push(hearer);
    }
    Ok(hearers)
}
