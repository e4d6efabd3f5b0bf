//! The tables, as a list of steps from nothing to now. Append, never change: every released database
//! has gone through a beginning of this list, and goes through the rest of it when it is opened. The
//! tests have a database of each (`tests/store/schemas`).

use rusqlite::{Connection, TransactionBehavior};

/// What a database of hallway's has as `application_id`: `hall`.
pub(super) const APPLICATION: i32 = 0x6861_6c6c;

/// Each is one transaction. `user_version` is how many a database has gone through.
pub(super) const MIGRATIONS: &[&str] = &[
    ACCOUNTS_AND_LINES,
    READ_MARKERS,
    PREFERENCES,
    ANNOUNCEMENTS,
    KEPT_CHANNELS,
    ABSENCES,
    STAYERS,
    METADATA,
    METADATA_OF_CHANNELS,
    EMAILS,
];

/// `search` keeps no text: it is in `lines`. Its columns are the words (`search.rs` says which), the
/// place and whether the line is open, and who said it.
const ACCOUNTS_AND_LINES: &str = "
CREATE TABLE marks (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    line INTEGER NOT NULL,
    conversation INTEGER NOT NULL
) STRICT;
INSERT INTO marks VALUES (1, -9223372036854775808, 0);

CREATE TABLE accounts (
    account INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    verifier TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE conversations (
    conversation INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    keep_ms INTEGER
) STRICT;
CREATE INDEX conversations_by_name ON conversations (folded);

CREATE TABLE stays (
    account INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL DEFAULT 9223372036854775807,
    PRIMARY KEY (account, conversation, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX stays_by_end ON stays (until);

CREATE TABLE pairs (
    pair INTEGER PRIMARY KEY AUTOINCREMENT,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    UNIQUE (low, high)
) STRICT;
CREATE INDEX pairs_by_high ON pairs (high);

CREATE TABLE speakers (
    speaker INTEGER PRIMARY KEY,
    nick TEXT NOT NULL,
    folded TEXT NOT NULL,
    username TEXT NOT NULL,
    host TEXT NOT NULL,
    realname TEXT NOT NULL,
    address TEXT NOT NULL,
    bot INTEGER NOT NULL,
    account INTEGER,
    account_name TEXT,
    last INTEGER NOT NULL
) STRICT;
CREATE INDEX speakers_by_name ON speakers (folded);

CREATE TABLE lines (
    line INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    open INTEGER NOT NULL,
    event INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    late_ms INTEGER NOT NULL,
    speaker INTEGER NOT NULL,
    author INTEGER,
    text TEXT,
    name TEXT,
    number INTEGER,
    attached TEXT,
    seams BLOB
) STRICT;
CREATE INDEX lines_by_place ON lines (place, open, event);

CREATE TABLE waiting (
    line INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    sender INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_by_account ON waiting (account);

CREATE TABLE erasures (account INTEGER PRIMARY KEY) STRICT;

CREATE VIRTUAL TABLE search USING fts5 (
    words, place, sender,
    content = '', contentless_delete = 1, prefix = '3',
    tokenize = \"unicode61 remove_diacritics 2 categories 'L* N* Co Mc Mn'\"
);
INSERT INTO search (search, rank) VALUES ('hashsize', 131072);
INSERT INTO search (search, rank) VALUES ('usermerge', 2);
";

/// Up to when somebody has read what.
const READ_MARKERS: &str = "
CREATE TABLE read_markers (
    account INTEGER NOT NULL,
    target TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, target)
) STRICT, WITHOUT ROWID;
";

/// Whom people block: an account, or whoever fits a mask; and whom or what they watch.
const PREFERENCES: &str = "
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    blocked INTEGER,
    mask TEXT
) STRICT;
CREATE INDEX blocks_by_account ON blocks (account);

CREATE TABLE watches (
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    nick TEXT,
    channel TEXT
) STRICT;
CREATE INDEX watches_by_account ON watches (account);
";

/// What was announced, by whom, and who has seen it.
const ANNOUNCEMENTS: &str = "
ALTER TABLE marks ADD COLUMN announcement INTEGER NOT NULL DEFAULT 0;

CREATE TABLE announcements (
    number INTEGER PRIMARY KEY,
    line INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    official INTEGER NOT NULL,
    conversation INTEGER,
    channel TEXT,
    text TEXT NOT NULL,
    nick TEXT NOT NULL,
    username TEXT NOT NULL,
    host TEXT NOT NULL,
    realname TEXT NOT NULL,
    address TEXT NOT NULL,
    bot INTEGER NOT NULL,
    account INTEGER,
    account_name TEXT
) STRICT;

CREATE TABLE hearers (
    number INTEGER NOT NULL,
    account INTEGER NOT NULL,
    attention INTEGER NOT NULL,
    PRIMARY KEY (number, account)
) STRICT, WITHOUT ROWID;
";

/// Channels that are there again after a restart, with their topic, modes, lists and operators.
const KEPT_CHANNELS: &str = "
CREATE TABLE kept (
    conversation INTEGER PRIMARY KEY,
    founder INTEGER,
    made_ms INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    key TEXT,
    people_max INTEGER,
    topic TEXT,
    topic_by TEXT,
    topic_ms INTEGER
) STRICT;

CREATE TABLE kept_operators (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    account INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_operators_by_conversation ON kept_operators (conversation);

CREATE TABLE kept_masks (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    mask TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_masks_by_conversation ON kept_masks (conversation);
";

/// Until when the owners of accounts are away.
const ABSENCES: &str = "
CREATE TABLE absences (
    account INTEGER PRIMARY KEY,
    typed TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
";

/// Whose owners stay in their channels when they are not connected.
const STAYERS: &str = "CREATE TABLE stayers (account INTEGER PRIMARY KEY) STRICT;";

/// What the owners of accounts say of themselves.
const METADATA: &str = "
CREATE TABLE metadata (
    account INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
";

/// What is said of channels that are kept.
const METADATA_OF_CHANNELS: &str = "
CREATE TABLE kept_metadata (
    conversation INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (conversation, key)
) STRICT, WITHOUT ROWID;
";

/// Where the owners of accounts get mail.
const EMAILS: &str = "ALTER TABLE accounts ADD COLUMN email TEXT;";

/// How many steps a database has gone through.
pub(super) fn version(db: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Takes a database through the steps that it has not gone through.
pub(super) fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    for (done, step) in MIGRATIONS.iter().enumerate().skip(version(db)?) {
        let step_taken = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        step_taken.execute_batch(step)?;
        step_taken.pragma_update(None, "application_id", APPLICATION)?;
        let version = i64::try_from(done + 1).expect("the list is short");
        step_taken.pragma_update(None, "user_version", version)?;
        step_taken.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables and indices, and how each was made.
    fn shape(db: &Connection) -> Vec<(String, String)> {
        let text = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
        let mut statement = db.prepare(text).expect("it is SQL");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let rows = rows.expect("it can be read");
        rows.map(|row| row.expect("it can be read")).collect()
    }

    fn empty() -> Connection {
        Connection::open_in_memory().expect("there is memory")
    }

    #[test]
    fn every_database_there_has_been_becomes_one_of_now() {
        let mut fresh = empty();
        migrate(&mut fresh).expect("it is empty");
        for gone_through in 0..=MIGRATIONS.len() {
            let mut old = empty();
            for step in &MIGRATIONS[..gone_through] {
                old.execute_batch(step).expect("it is empty");
            }
            let number = i64::try_from(gone_through).expect("the list is short");
            old.pragma_update(None, "user_version", number)
                .expect("it can be written");
            migrate(&mut old).expect("it goes through the rest");
            assert_eq!(version(&old), Ok(MIGRATIONS.len()));
            assert_eq!(shape(&old), shape(&fresh), "from {gone_through}");
        }
    }
}
