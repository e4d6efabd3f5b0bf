//! Channels that are kept for good: whose they are, and what they are like.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use crate::chat::account::AccountId;
use crate::chat::mask::{Effect, Mask};
use crate::chat::mode::{Flag, Flags, MaskList, Modes};
use crate::chat::vocabulary::{ConversationId, Kept, Listed, Metadata, TopicInfo};

use super::{metadata, row};

/// The number that each flag has in the file. Never changed.
const FLAGS: [(Flag, i64); 11] = [
    (Flag::InviteOnly, 1),
    (Flag::Moderated, 1 << 1),
    (Flag::NoOutsiders, 1 << 2),
    (Flag::Secret, 1 << 3),
    (Flag::TopicLocked, 1 << 4),
    (Flag::HelpDesk, 1 << 5),
    (Flag::Private, 1 << 6),
    (Flag::NoRequests, 1 << 7),
    (Flag::Kept, 1 << 8),
    (Flag::AccountsEnter, 1 << 9),
    (Flag::AccountsSpeak, 1 << 10),
];

/// And each list with what its masks do.
const LISTS: [(MaskList, Effect, u8); 6] = [
    (MaskList::Bans, Effect::KeepOut, 0),
    (MaskList::Bans, Effect::Mute, 1),
    (MaskList::Exceptions, Effect::KeepOut, 2),
    (MaskList::Exceptions, Effect::Mute, 3),
    (MaskList::Invitees, Effect::KeepOut, 4),
    (MaskList::Invitees, Effect::Mute, 5),
];

/// A channel is like this from now on; nothing of what it was like before is left.
pub(super) fn set(
    db: &Connection,
    conversation: ConversationId,
    kept: Option<&Kept>,
) -> rusqlite::Result<()> {
    forget(db, conversation)?;
    let Some(kept) = kept else {
        return Ok(());
    };
    let topic = kept.topic.as_ref();
    let text = "INSERT INTO kept
            (conversation, founder, made_ms, flags, key, people_max, topic, topic_by, topic_ms)
        VALUES (:conversation, :founder, :made_ms, :flags, :key, :people_max, :topic, :topic_by,
            :topic_ms)";
    db.prepare_cached(text)?.execute(named_params! {
        ":conversation": row::conversation(conversation),
        ":founder": kept.founder.map(row::account),
        ":made_ms": row::integer(kept.made_ms),
        ":flags": number_of(kept.modes.flags),
        ":key": kept.modes.key.as_deref(),
        ":people_max": kept.modes.limit,
        ":topic": topic.map(|topic| topic.text.as_ref()),
        ":topic_by": topic.map(|topic| topic.by.as_str()),
        ":topic_ms": topic.map(|topic| row::integer(topic.at_ms)),
    })?;
    for account in &kept.operators {
        let text = "INSERT INTO kept_operators (conversation, account) VALUES (?1, ?2)";
        let values = [row::conversation(conversation), row::account(*account)];
        db.prepare_cached(text)?.execute(values)?;
    }
    for listed in &kept.masks {
        set_mask(db, conversation, listed)?;
    }
    metadata::set_of_channel(db, conversation, &kept.metadata)
}

fn set_mask(
    db: &Connection,
    conversation: ConversationId,
    listed: &Listed,
) -> rusqlite::Result<()> {
    let kind = LISTS
        .iter()
        .find(|(list, effect, _)| (*list, *effect) == (listed.list, listed.mask.effect()));
    let (.., kind) = kind.expect("every list has a number");
    let text = "INSERT INTO kept_masks (conversation, kind, mask, set_by, set_ms)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(text)?
        .execute(params![
            row::conversation(conversation),
            kind,
            listed.mask.pattern(),
            listed.by.as_str(),
            row::integer(listed.at_ms)
        ])
        .map(drop)
}

/// A channel is not kept any more, if it was.
pub(super) fn forget(db: &Connection, conversation: ConversationId) -> rusqlite::Result<()> {
    let number = row::conversation(conversation);
    for text in [
        "DELETE FROM kept WHERE conversation = ?1",
        "DELETE FROM kept_operators WHERE conversation = ?1",
        "DELETE FROM kept_masks WHERE conversation = ?1",
        "DELETE FROM kept_metadata WHERE conversation = ?1",
    ] {
        db.prepare_cached(text)?.execute([number])?;
    }
    Ok(())
}

/// An account is no more: another operator of what it founded follows, the one that has been one for
/// the longest.
pub(super) fn remove(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    let number = row::account(account);
    let text = "DELETE FROM kept_operators WHERE account = ?1";
    db.execute(text, [number])?;
    let mut statement = db.prepare("SELECT conversation FROM kept WHERE founder = ?1")?;
    let founded = statement.query_map([number], |row| row.get::<_, i64>(0))?;
    let founded: rusqlite::Result<Vec<i64>> = founded.collect();
    for conversation in founded? {
        let text = "SELECT number, account FROM kept_operators WHERE conversation = ?1
            ORDER BY number LIMIT 1";
        let first = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let follows = db.query_row(text, [conversation], first).optional()?;
        let founder = follows.map(|(_, account)| account);
        let text = "UPDATE kept SET founder = ?2 WHERE conversation = ?1";
        db.execute(text, params![conversation, founder])?;
        if let Some((number, _)) = follows {
            db.execute("DELETE FROM kept_operators WHERE number = ?1", [number])?;
        }
    }
    Ok(())
}

/// All channels that are kept.
pub(super) fn all(db: &Connection) -> rusqlite::Result<BTreeMap<ConversationId, Kept>> {
    let text = "SELECT conversation, founder, made_ms, flags, key, people_max, topic, topic_by,
        topic_ms FROM kept";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], kept)?;
    let mut all: BTreeMap<ConversationId, Kept> = found.collect::<rusqlite::Result<_>>()?;
    let text = "SELECT conversation, account FROM kept_operators ORDER BY number";
    for found in db.prepare(text)?.query_map([], operator)? {
        let (conversation, account) = found?;
        if let Some(kept) = all.get_mut(&conversation) {
            kept.operators.push(account);
        }
    }
    let text = "SELECT conversation, kind, mask, set_by, set_ms FROM kept_masks ORDER BY number";
    for found in db.prepare(text)?.query_map([], listed)? {
        let (conversation, listed) = found?;
        if let Some(kept) = all.get_mut(&conversation) {
            kept.masks.push(listed);
        }
    }
    for (conversation, said) in metadata::of_channels(db)? {
        if let Some(kept) = all.get_mut(&conversation) {
            kept.metadata = said;
        }
    }
    Ok(all)
}

fn operator(row: &Row<'_>) -> rusqlite::Result<(ConversationId, AccountId)> {
    let conversation = ConversationId(row::number(row, 0)?);
    Ok((conversation, AccountId(row::number(row, 1)?)))
}

fn kept(row: &Row<'_>) -> rusqlite::Result<(ConversationId, Kept)> {
    let founder: Option<i64> = row.get(1)?;
    let key: Option<String> = row.get(4)?;
    let modes = Modes {
        flags: flags_of(row.get(3)?),
        key: key.map(Into::into),
        limit: row.get(5)?,
    };
    let kept = Kept {
        founder: founder
            .map(|_| row::number(row, 1))
            .transpose()?
            .map(AccountId),
        operators: Vec::new(),
        made_ms: row::number(row, 2)?,
        modes,
        topic: topic(row, 6)?,
        masks: Vec::new(),
        metadata: Metadata::new(),
    };
    Ok((ConversationId(row::number(row, 0)?), kept))
}

fn topic(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<TopicInfo>> {
    let Some(text) = row::text(row, at)? else {
        return Ok(None);
    };
    Ok(Some(TopicInfo {
        text,
        by: row::nick(row, at + 1)?,
        at_ms: row::number(row, at + 2)?,
    }))
}

fn listed(row: &Row<'_>) -> rusqlite::Result<(ConversationId, Listed)> {
    let kind: u8 = row.get(1)?;
    let known = LISTS.iter().find(|(.., number)| *number == kind);
    let (list, effect, _) = *known.ok_or_else(|| row::unsound(1, &kind))?;
    let mask = Mask::parse(row.get_ref(2)?.as_str()?, effect);
    let listed = Listed {
        list,
        mask: mask.ok_or_else(|| row::unsound(2, &"no mask"))?,
        by: row::nick(row, 3)?,
        at_ms: row::number(row, 4)?,
    };
    Ok((ConversationId(row::number(row, 0)?), listed))
}

fn number_of(flags: Flags) -> i64 {
    let on = FLAGS.iter().filter(|(flag, _)| flags.has(*flag));
    on.map(|(_, number)| number).sum()
}

fn flags_of(number: i64) -> Flags {
    let mut flags = Flags::default();
    for (flag, bit) in FLAGS {
        flags.set(flag, number & bit != 0);
    }
    flags
}
