//! Forgetting what is too old, too much, or to be forgotten because its author is no more: in small
//! steps, each a transaction of its own, between which others write.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::chat::account::AccountId;

use super::key;
use super::vocabulary::Point;
use super::{announcements, lines, search};

/// How many lines one step forgets, or how many rows of another table it looks at.
const LINES_A_STEP: usize = 256;

/// How many places one step looks at.
const PLACES_A_STEP: usize = 64;

/// How many pages one step gives back to the system, and how many of the index of words it tidies.
const PAGES_A_STEP: u32 = 64;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How long lines are kept, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How long what was said is kept, in milliseconds.
    pub messages_ms: u64,
    /// How long comings, goings and the like are kept, in milliseconds.
    pub events_ms: u64,
    /// How large the database may grow, in bytes: beyond that, the oldest lines go. SQLite's log of
    /// writes, a few MiB, comes on top.
    pub bytes_max: Option<u64>,
}

impl Retention {
    /// Everything is kept.
    pub const FOREVER: Self = Self {
        messages_ms: u64::MAX,
        events_ms: u64::MAX,
        bytes_max: None,
    };
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            messages_ms: 365 * DAY_MS,
            events_ms: 30 * DAY_MS,
            bytes_max: None,
        }
    }
}

/// One time through the database.
#[derive(Debug)]
pub(super) struct Sweep {
    retention: Retention,
    at: Stage,
}

/// Where it is, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// What was said by those who are no more.
    Erased,
    /// Announcements that are in force no longer.
    Announcements,
    /// What is too old, place by place; the first that is still to be looked at.
    Old(i64),
    /// What is too much.
    TooMuch,
    /// That of which nothing is left: the table, by its place in `EMPTY`, and the first of its rows
    /// that is still to be looked at.
    Empty(usize, i64),
    /// The index of words, which is in many parts.
    Words,
    /// Room in the file.
    Room,
}

/// What comes after a step: this stage, or nothing.
type Next = rusqlite::Result<Option<Stage>>;

impl Sweep {
    pub(super) fn new(retention: Retention) -> Self {
        let at = Stage::Erased;
        Self { retention, at }
    }

    /// Does one step. Whether there is more to do.
    pub(super) fn step(&mut self, db: &mut Connection, now_ms: u64) -> rusqlite::Result<bool> {
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let next = match self.at {
            Stage::Erased => erase(&step)?,
            Stage::Announcements => forget_announcements(&step, now_ms)?,
            Stage::Old(from) => self.forget_old(&step, from, now_ms)?,
            Stage::TooMuch => self.forget_too_much(&step)?,
            Stage::Empty(table, from) => drop_empty(&step, table, from)?,
            Stage::Words => tidy_words(&step)?,
            Stage::Room => give_room_back(&step)?,
        };
        step.commit()?;
        self.at = next.unwrap_or(Stage::Erased);
        Ok(next.is_some())
    }

    fn forget_old(&self, db: &Connection, from: i64, now_ms: u64) -> Next {
        let mut place = from;
        let mut left = LINES_A_STEP;
        for _ in 0..PLACES_A_STEP {
            let Some(found) = place_from(db, place)? else {
                return Ok(Some(Stage::TooMuch));
            };
            place = found;
            left -= self.forget_old_of(db, place, left, now_ms)?;
            if left == 0 {
                break;
            }
            place += 1;
        }
        Ok(Some(Stage::Old(place)))
    }

    /// How many lines it forgot.
    fn forget_old_of(
        &self,
        db: &Connection,
        place: i64,
        limit: usize,
        now_ms: u64,
    ) -> rusqlite::Result<usize> {
        let keep_ms = keep_ms(db, place)?;
        let messages_ms = keep_ms.unwrap_or(self.retention.messages_ms);
        let events_ms = keep_ms.unwrap_or(u64::MAX).min(self.retention.events_ms);
        let text = "SELECT line FROM lines
            WHERE place = ?1 AND open = ?2 AND event = ?3 AND line < ?4 ORDER BY line LIMIT ?5";
        let mut statement = db.prepare_cached(text)?;
        let mut forgotten = 0;
        for (open, event) in [(false, false), (false, true), (true, false), (true, true)] {
            let age_ms = if event { events_ms } else { messages_ms };
            // What is not to be kept at all goes, whatever the clock shows.
            let end = match age_ms {
                0 => i64::MAX,
                _ => key::first_from(Point::Moment(now_ms.saturating_sub(age_ms))),
            };
            let left = i64::try_from(limit - forgotten).unwrap_or(i64::MAX);
            let found = statement.query_map(params![place, open, event, end, left], |row| {
                row.get::<_, i64>(0)
            })?;
            let found: rusqlite::Result<Vec<i64>> = found.collect();
            forgotten += forget_all(db, &found?)?;
        }
        Ok(forgotten)
    }

    fn forget_too_much(&self, db: &Connection) -> Next {
        let Some(bytes_max) = self.retention.bytes_max else {
            return Ok(Some(FIRST_EMPTY));
        };
        if bytes_used(db)? <= bytes_max {
            return Ok(Some(FIRST_EMPTY));
        }
        let text = "SELECT line FROM lines ORDER BY line LIMIT ?1";
        let limit = i64::try_from(LINES_A_STEP).expect("it is small");
        let mut statement = db.prepare_cached(text)?;
        let found = statement.query_map([limit], |row| row.get::<_, i64>(0))?;
        let found: rusqlite::Result<Vec<i64>> = found.collect();
        let forgotten = forget_all(db, &found?)?;
        search::tidy(db, PAGES_A_STEP)?;
        Ok(Some(match forgotten {
            0 => FIRST_EMPTY,
            _ => Stage::TooMuch,
        }))
    }
}

fn forget_all(db: &Connection, keys: &[i64]) -> rusqlite::Result<usize> {
    for key in keys {
        lines::forget(db, *key)?;
    }
    Ok(keys.len())
}

/// The first place from here on that has lines.
fn place_from(db: &Connection, place: i64) -> rusqlite::Result<Option<i64>> {
    let text = "SELECT min(place) FROM lines WHERE place >= ?1";
    db.prepare_cached(text)?
        .query_row([place], |row| row.get(0))
}

/// How long a conversation's lines are kept, if it has a time of its own.
fn keep_ms(db: &Connection, place: i64) -> rusqlite::Result<Option<u64>> {
    let text = "SELECT keep_ms FROM conversations WHERE conversation = ?1";
    let found: Option<Option<i64>> = db
        .prepare_cached(text)?
        .query_row([place], |row| row.get(0))
        .optional()?;
    Ok(found.flatten().map(|ms| u64::try_from(ms).unwrap_or(0)))
}

fn erase(db: &Connection) -> Next {
    let Some(number) = lines::being_erased(db)?.first().copied() else {
        return Ok(Some(Stage::Announcements));
    };
    let limit = i64::try_from(LINES_A_STEP).expect("it is small");
    let found = search::said_by(db, AccountId(number.cast_unsigned()), limit)?;
    if forget_all(db, &found)? == 0 {
        db.execute("DELETE FROM speakers WHERE account = ?1", [number])?;
        db.execute("DELETE FROM erasures WHERE account = ?1", [number])?;
    }
    Ok(Some(Stage::Erased))
}

fn forget_announcements(db: &Connection, now_ms: u64) -> Next {
    let found = announcements::forget_one(db, now_ms, LINES_A_STEP)?;
    Ok(Some(match found {
        true => Stage::Announcements,
        false => Stage::Old(i64::MIN),
    }))
}

const FIRST_EMPTY: Stage = Stage::Empty(0, i64::MIN);

/// Of each table: where some rows from `?1` on end, `?2` at most, and what goes of those up to `?2`.
/// Stays and people are done with when the oldest line of all is later than their last.
const EMPTY: [(&str, &str); 4] = [
    (
        "SELECT max(conversation) FROM (SELECT conversation FROM conversations
            WHERE conversation >= ?1 ORDER BY conversation LIMIT ?2)",
        "DELETE FROM conversations WHERE conversation BETWEEN ?1 AND ?2
            AND ended AND NOT EXISTS (SELECT 1 FROM lines WHERE place = conversation)",
    ),
    (
        "SELECT max(pair) FROM (SELECT pair FROM pairs WHERE pair >= ?1 ORDER BY pair LIMIT ?2)",
        "DELETE FROM pairs WHERE pair BETWEEN ?1 AND ?2
            AND NOT EXISTS (SELECT 1 FROM lines WHERE place = -pair)",
    ),
    (
        "SELECT max(until) FROM (SELECT until FROM stays WHERE until >= ?1
            AND until < coalesce((SELECT min(line) FROM lines), 9223372036854775807)
            ORDER BY until LIMIT ?2)",
        "DELETE FROM stays WHERE until BETWEEN ?1 AND ?2",
    ),
    (
        "SELECT max(speaker) FROM (SELECT speaker FROM speakers
            WHERE speaker >= ?1 ORDER BY speaker LIMIT ?2)",
        "DELETE FROM speakers WHERE speaker BETWEEN ?1 AND ?2
            AND last < (SELECT min(line) FROM lines)",
    ),
];

fn drop_empty(db: &Connection, table: usize, from: i64) -> Next {
    let Some((some, delete)) = EMPTY.get(table) else {
        return Ok(Some(Stage::Words));
    };
    let limit = i64::try_from(LINES_A_STEP).expect("it is small");
    let last: Option<i64> = db
        .prepare_cached(some)?
        .query_row([from, limit], |row| row.get(0))?;
    let Some(last) = last else {
        return Ok(Some(Stage::Empty(table + 1, i64::MIN)));
    };
    db.prepare_cached(delete)?.execute([from, last])?;
    Ok(Some(Stage::Empty(table, last.saturating_add(1))))
}

fn tidy_words(db: &Connection) -> Next {
    Ok(Some(match search::tidy(db, PAGES_A_STEP)? {
        true => Stage::Words,
        false => Stage::Room,
    }))
}

fn give_room_back(db: &Connection) -> Next {
    let before = free_pages(db)?;
    let text = format!("PRAGMA incremental_vacuum({PAGES_A_STEP})");
    db.execute_batch(&text)?;
    Ok((free_pages(db)? < before).then_some(Stage::Room))
}

fn free_pages(db: &Connection) -> rusqlite::Result<u64> {
    pragma(db, "freelist_count")
}

/// Of the file, without what is free in it.
fn bytes_used(db: &Connection) -> rusqlite::Result<u64> {
    let pages = pragma(db, "page_count")?.saturating_sub(free_pages(db)?);
    Ok(pages.saturating_mul(pragma(db, "page_size")?))
}

fn pragma(db: &Connection, name: &str) -> rusqlite::Result<u64> {
    let number: i64 = db.pragma_query_value(None, name, |row| row.get(0))?;
    Ok(u64::try_from(number).unwrap_or(0))
}
