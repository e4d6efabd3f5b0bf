//! Conversations, and who was in them from when until when.

use rusqlite::{Connection, params};

use crate::chat::account::AccountId;
use crate::chat::name::ChannelName;
use crate::chat::vocabulary::{ConversationId, MessageId};

use super::key::{self, Keys};
use super::row;
use super::vocabulary::{Keep, Point};

pub(super) fn begin(
    db: &Connection,
    conversation: ConversationId,
    channel: &ChannelName,
    at_ms: u64,
) -> rusqlite::Result<()> {
    let number = row::conversation(conversation);
    let text = "INSERT INTO conversations (conversation, name, folded, begun_ms)
        VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    db.prepare_cached(text)?.execute(params![
        number,
        channel.as_str(),
        channel.folded(),
        row::integer(at_ms)
    ])?;
    let text = "UPDATE marks SET conversation = max(conversation, ?1)";
    db.prepare_cached(text)?.execute([number]).map(drop)
}

pub(super) fn end(db: &Connection, conversation: ConversationId) -> rusqlite::Result<()> {
    let text = "UPDATE conversations SET ended = 1 WHERE conversation = ?1";
    let number = row::conversation(conversation);
    db.prepare_cached(text)?.execute([number]).map(drop)
}

pub(super) fn rename(
    db: &Connection,
    conversation: ConversationId,
    channel: &ChannelName,
) -> rusqlite::Result<()> {
    let text = "UPDATE conversations SET name = ?2, folded = ?3 WHERE conversation = ?1";
    let number = row::conversation(conversation);
    db.prepare_cached(text)?
        .execute(params![number, channel.as_str(), channel.folded()])
        .map(drop)
}

/// How long its lines are kept from now on, and those that are there.
pub(super) fn set_keep(
    db: &Connection,
    conversation: ConversationId,
    keep: Keep,
) -> rusqlite::Result<()> {
    let keep_ms = match keep {
        Keep::Default => None,
        Keep::Nothing => Some(0),
        Keep::For { ms } => Some(row::integer(ms)),
    };
    let text = "UPDATE conversations SET keep_ms = ?2 WHERE conversation = ?1";
    let number = row::conversation(conversation);
    db.prepare_cached(text)?
        .execute(params![number, keep_ms])
        .map(drop)
}

/// Whoever is in it already stays in it.
pub(super) fn enter(
    db: &Connection,
    conversation: ConversationId,
    account: AccountId,
    from: MessageId,
) -> rusqlite::Result<()> {
    let text = "INSERT INTO stays (account, conversation, since)
        SELECT ?1, ?2, ?3 WHERE NOT EXISTS
        (SELECT 1 FROM stays WHERE account = ?1 AND conversation = ?2 AND until = ?4)
        ON CONFLICT DO UPDATE SET until = ?4";
    db.prepare_cached(text)?
        .execute(params![
            row::account(account),
            row::conversation(conversation),
            key::first_from(Point::Message(from)),
            Keys::ALL.to
        ])
        .map(drop)
}

pub(super) fn exit(
    db: &Connection,
    conversation: ConversationId,
    account: AccountId,
    until: MessageId,
) -> rusqlite::Result<()> {
    let text = "UPDATE stays SET until = ?3
        WHERE account = ?1 AND conversation = ?2 AND until = ?4";
    db.prepare_cached(text)?
        .execute(params![
            row::account(account),
            row::conversation(conversation),
            key::first_from(Point::Message(until)),
            Keys::ALL.to
        ])
        .map(drop)
}

/// Who was in which conversation that has not ended, and until when at the latest (Unix
/// milliseconds), the earliest first. Whoever is in one still, or was when the last server ended
/// without a word, was there until the last line.
pub(super) fn of_late(db: &Connection) -> rusqlite::Result<Vec<(ConversationId, AccountId, u64)>> {
    let text = "SELECT s.conversation, s.account, max(min(s.until, m.line)) AS last
        FROM stays s JOIN conversations c USING (conversation) JOIN marks m
        WHERE NOT c.ended GROUP BY s.conversation, s.account
        ORDER BY last, s.conversation, s.account";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        let conversation = ConversationId(row::number(row, 0)?);
        let account = AccountId(row::number(row, 1)?);
        Ok((conversation, account, key::id(row.get(2)?).ms))
    })?;
    found.collect()
}

/// Everybody was there until the last line.
pub(super) fn close_all(db: &Connection) -> rusqlite::Result<()> {
    let text = "UPDATE stays SET until = (SELECT line FROM marks) WHERE until = ?1";
    db.execute(text, [Keys::ALL.to]).map(drop)
}
