//! What an asker may read, as stretches of the table's index: nothing else is looked at, so nobody's
//! limit is used up by what they may not see.

use rusqlite::{Connection, Params, params};

use crate::chat::account::AccountId;
use crate::chat::vocabulary::ConversationId;

use super::key::Keys;
use super::lines;
use super::row;
use super::vocabulary::{Asker, Scope};

/// A place, all open lines of which may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Readable {
    /// A conversation's number, or a pair's with a minus before it.
    pub(super) place: i64,
    /// Where its other lines may be read too: the asker was there.
    pub(super) stays: Vec<Keys>,
}

/// Some lines that stand together in the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) place: i64,
    pub(super) open: bool,
    pub(super) event: bool,
    pub(super) keys: Keys,
}

impl Readable {
    /// The stretches within `keys`, with what happened or without.
    pub(super) fn stretches(&self, keys: Keys, events: bool) -> Vec<Stretch> {
        let open = [(true, Keys::ALL)].into_iter();
        let closed = self.stays.iter().map(|stay| (false, *stay));
        let kinds: &[bool] = if events { &[false, true] } else { &[false] };
        open.chain(closed)
            .flat_map(|(open, stay)| kinds.iter().map(move |event| (open, *event, stay)))
            .map(|(open, event, stay)| Stretch {
                place: self.place,
                open,
                event,
                keys: stay.within(keys),
            })
            .filter(|stretch| !stretch.keys.is_empty())
            .collect()
    }
}

/// All places of a scope that an asker may read, the latest channel first.
pub(super) fn readable(
    db: &Connection,
    scope: &Scope,
    asker: &Asker,
) -> rusqlite::Result<Vec<Readable>> {
    let mut found = Vec::new();
    match scope {
        Scope::With(other) => {
            let own = asker.account.map(|own| lines::pair(db, own, *other));
            found.extend(own.transpose()?.flatten().map(private));
        }
        Scope::Channel { name, current } => {
            if let Some(account) = asker.account {
                let current = current.map(row::conversation);
                found = stays(
                    db,
                    OF_A_CHANNEL,
                    params![row::account(account), name.folded(), current],
                )?;
            }
            add_open(db, current.as_slice(), &mut found)?;
        }
        Scope::Everywhere(open) => {
            if let Some(account) = asker.account {
                found = stays(db, OF_ALL, params![row::account(account)])?;
                found.extend(pairs(db, account)?);
            }
            add_open(db, open, &mut found)?;
        }
    }
    let barred = |place| {
        asker
            .barred
            .iter()
            .any(|id| row::conversation(*id) == place)
    };
    found.retain(|readable| !barred(readable.place));
    found.sort_by_key(|readable| std::cmp::Reverse(readable.place));
    Ok(found)
}

fn private(pair: i64) -> Readable {
    Readable {
        place: -pair,
        stays: vec![Keys::ALL],
    }
}

fn pairs(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<Readable>> {
    let text = "SELECT pair FROM pairs WHERE low = ?1 OR high = ?1";
    let mut statement = db.prepare_cached(text)?;
    let found = statement.query_map([row::account(account)], |row| row.get(0).map(private))?;
    found.collect()
}

/// Also of the conversation that has the name now, whatever the table says it is called.
const OF_A_CHANNEL: &str = "
    SELECT conversation, since, until FROM stays
    WHERE account = ?1 AND conversation IN
        (SELECT conversation FROM conversations WHERE folded = ?2 UNION SELECT ?3)
    ORDER BY conversation, since";

const OF_ALL: &str = "
    SELECT conversation, since, until FROM stays
    WHERE account = ?1 ORDER BY conversation, since";

/// Where an account has been.
fn stays(db: &Connection, text: &str, values: impl Params) -> rusqlite::Result<Vec<Readable>> {
    let mut statement = db.prepare_cached(text)?;
    let mut rows = statement.query(values)?;
    let mut found: Vec<Readable> = Vec::new();
    while let Some(row) = rows.next()? {
        let place = row.get(0)?;
        let stay = Keys {
            from: row.get(1)?,
            to: row.get(2)?,
        };
        match found.last_mut().filter(|last| last.place == place) {
            Some(last) => add_stay(&mut last.stays, stay),
            None => found.push(Readable {
                place,
                stays: vec![stay],
            }),
        }
    }
    Ok(found)
}

/// Stays come by their beginning. No two overlap afterwards: a line is found once.
fn add_stay(stays: &mut Vec<Keys>, stay: Keys) {
    match stays.last_mut().filter(|last| last.to >= stay.from) {
        Some(last) => last.to = last.to.max(stay.to),
        None => stays.push(stay),
    }
}

/// Of these conversations, unless they have ended, what was open may be read.
fn add_open(
    db: &Connection,
    open: &[ConversationId],
    found: &mut Vec<Readable>,
) -> rusqlite::Result<()> {
    let text = "SELECT ended FROM conversations WHERE conversation = ?1";
    let mut statement = db.prepare_cached(text)?;
    for conversation in open {
        let place = row::conversation(*conversation);
        let mut rows = statement.query([place])?;
        let ended = rows.next()?.map(|row| row.get(0)).transpose()?;
        if ended != Some(true) && !found.iter().any(|known| known.place == place) {
            let stays = Vec::new();
            found.push(Readable { place, stays });
        }
    }
    Ok(())
}
