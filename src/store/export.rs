//! Everything that was kept, for whoever runs the server. It is read beside the server, in pieces: a
//! moment of the database that somebody holds on to would keep SQLite's log of writes growing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use thiserror::Error;

use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::{Conversation, ConversationId, Line};

use super::key::Keys;
use super::open::{self, FILE, OpenError};
use super::vocabulary::Point;
use super::{lines, row};

/// How many lines one piece has at most.
const PIECE: i64 = 1_000;

/// Whose lines are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// All channels' that had this name last.
    Channel(ChannelName),
    /// The private ones of the account of this name.
    Person(Nick),
}

/// Which lines are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Whose.
    pub whose: Whose,
    /// Not before this, in Unix milliseconds.
    pub since_ms: Option<u64>,
    /// Before this.
    pub until_ms: Option<u64>,
}

/// Why nothing is exported. Printed as a sentence without its full stop.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The database cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No such channel.
    #[error("nothing of {0} is kept")]
    NoSuchChannel(ChannelName),
    /// No such account.
    #[error("there is no account {0}: `hallway account list` names all")]
    NoSuchAccount(Nick),
}

/// A line, and what its channel was called last, if it was told in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The line.
    pub line: Line,
    /// Its channel.
    pub channel: Option<ChannelName>,
}

/// Lines being exported, oldest first.
#[derive(Debug)]
pub struct Export {
    db: Connection,
    path: PathBuf,
    /// A list in JSON; none: all.
    places: Option<String>,
    /// What is still to come.
    keys: Keys,
    /// What channels are called.
    names: BTreeMap<ConversationId, ChannelName>,
}

impl Export {
    /// Opens the database of a folder for reading. What is kept from now on is not exported.
    ///
    /// # Errors
    /// [`ExportError`] says what to do.
    pub fn open(dir: &Path, selection: &Selection) -> Result<Self, ExportError> {
        let path = dir.join(FILE);
        let db = open::existing(&path)?;
        let because = |error: rusqlite::Error| OpenError::of(&path, &error);
        let places = match &selection.whose {
            Whose::All => None,
            Whose::Channel(name) => match channels(&db, name).map_err(because)? {
                none if none.is_empty() => {
                    return Err(ExportError::NoSuchChannel(name.clone()));
                }
                some => Some(some),
            },
            Whose::Person(name) => match account(&db, name).map_err(because)? {
                None => return Err(ExportError::NoSuchAccount(name.clone())),
                Some(number) => Some(pairs(&db, number).map_err(because)?),
            },
        };
        let keys = keys(&db, selection).map_err(because)?;
        Ok(Self {
            db,
            path,
            places: places.map(|places| row::list(&places)),
            keys,
            names: BTreeMap::new(),
        })
    }

    /// About how many lines there are to come.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count(&self) -> Result<u64, ExportError> {
        let text = match self.places {
            None => "SELECT count(*) FROM lines WHERE line BETWEEN ?1 AND ?2 AND ?3 IS NULL",
            Some(_) => {
                "SELECT count(*) FROM lines WHERE line BETWEEN ?1 AND ?2
                    AND place IN (SELECT value FROM json_each(?3))"
            }
        };
        let values = params![self.keys.from, self.keys.to, self.places];
        let counted = self
            .db
            .query_row(text, values, |found| row::number(found, 0));
        Ok(counted.map_err(|error| OpenError::of(&self.path, &error))?)
    }

    /// The next lines; none when there are no more.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_piece(&mut self) -> Result<Vec<Exported>, ExportError> {
        let piece = self.read_piece();
        Ok(piece.map_err(|error| OpenError::of(&self.path, &error))?)
    }

    /// Without what is being forgotten. The lines are gone through in their order, whatever place
    /// they are of: sorting those of one place for each piece would take longer.
    fn read_piece(&mut self) -> rusqlite::Result<Vec<Exported>> {
        let moment = self.db.unchecked_transaction()?;
        let text = "SELECT line FROM lines
            WHERE line BETWEEN ?1 AND ?2
                AND (?3 IS NULL OR +place IN (SELECT value FROM json_each(?3)))
                AND (author IS NULL OR author NOT IN (SELECT account FROM erasures))
            ORDER BY line LIMIT ?4";
        let values = params![self.keys.from, self.keys.to, self.places, PIECE];
        let mut statement = moment.prepare_cached(text)?;
        let found = statement.query_map(values, |row| row.get(0))?;
        let found: rusqlite::Result<Vec<i64>> = found.collect();
        let found = found?;
        let mut exported = Vec::with_capacity(found.len());
        for line in lines::load(&moment, &found)? {
            let channel = channel_of(&moment, &mut self.names, &line)?;
            exported.push(Exported { line, channel });
        }
        self.keys = match found.last().and_then(|last| last.checked_add(1)) {
            Some(from) => Keys { from, ..self.keys },
            None => NONE,
        };
        Ok(exported)
    }
}

/// No line at all.
const NONE: Keys = Keys { from: 1, to: 0 };

/// Up to the last line there is now.
fn keys(db: &Connection, selection: &Selection) -> rusqlite::Result<Keys> {
    let last: i64 = db.query_row("SELECT line FROM marks", [], |row| row.get(0))?;
    let since = selection.since_ms.map_or(Keys::ALL, Keys::since);
    let until = Keys::between(None, selection.until_ms.map(Point::Moment));
    let up_to_now = Keys {
        to: last,
        ..Keys::ALL
    };
    Ok(since.within(until).within(up_to_now))
}

fn channels(db: &Connection, name: &ChannelName) -> rusqlite::Result<Vec<i64>> {
    let text = "SELECT conversation FROM conversations WHERE folded = ?1";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([name.folded()], |row| row.get(0))?;
    found.collect()
}

fn account(db: &Connection, name: &Nick) -> rusqlite::Result<Option<i64>> {
    let text = "SELECT account FROM accounts WHERE folded = ?1";
    db.query_row(text, [name.folded()], |row| row.get(0))
        .optional()
}

fn pairs(db: &Connection, account: i64) -> rusqlite::Result<Vec<i64>> {
    let text = "SELECT -pair FROM pairs WHERE low = ?1 OR high = ?1";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([account], |row| row.get(0))?;
    found.collect()
}

fn channel_of(
    db: &Connection,
    names: &mut BTreeMap<ConversationId, ChannelName>,
    line: &Line,
) -> rusqlite::Result<Option<ChannelName>> {
    let Conversation::Channel(conversation) = line.conversation else {
        return Ok(None);
    };
    if let Some(name) = names.get(&conversation) {
        return Ok(Some(name.clone()));
    }
    let text = "SELECT name FROM conversations WHERE conversation = ?1";
    let number = row::conversation(conversation);
    let name = db
        .prepare_cached(text)?
        .query_row([number], |found| row::channel(found, 0))?;
    names.insert(conversation, name.clone());
    Ok(Some(name))
}
