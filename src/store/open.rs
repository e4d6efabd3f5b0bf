//! Opening a store: the folder, the file, what is in it, and whether it is ours.

use std::fmt::Display;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use thiserror::Error;

use crate::chat::account::AccountId;
use crate::chat::name::ChannelName;
use crate::chat::vocabulary::{ConversationId, MessageId};

use super::vocabulary::Restored;
use super::{
    absences, accounts, announcements, kept, key, metadata, preferences, row, schema, stayers,
    stays,
};

/// The database, in the folder that was given.
pub const FILE: &str = "hallway.db";

/// What SQLite may hold of the file for each of the two connections, in KiB.
const CACHE_KIB: i64 = 512;

/// What SQLite tries to do with in all, in bytes.
const HEAP_BYTES: i64 = 4 * 1024 * 1024;

/// How far the log of writes may stay behind once it is empty, in bytes.
const LOG_BYTES: i64 = 4 * 1024 * 1024;

/// How long one connection waits for another program's backup or export.
const PATIENCE: Duration = Duration::from_secs(2);

/// Only the owner reads and writes.
const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_DIR: u32 = 0o700;

/// Why there is no store. Printed as a sentence without its full stop, which says what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A second server.
    #[error(
        "{} is in use by another hallway: stop that one first, or give this one another folder",
        .0.display()
    )]
    Locked(PathBuf),
    /// A file or a folder that is not to be had.
    #[error("{} cannot be used: {why}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A later program's.
    #[error(
        "{} was written by a newer hallway (format {found}; this one knows up to {known}): run that \
         one, or put a backup of before in its place",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: usize,
        /// The latest that this program knows.
        known: usize,
    },
    /// Nothing.
    #[error("nothing is kept in {} yet: name the server's folder with --data", .0.display())]
    Nothing(PathBuf),
    /// An earlier program's, where it is not to be changed.
    #[error(
        "{} was written by an older hallway: start the server with it once, which brings it up to date",
        .0.display()
    )]
    Older(PathBuf),
    /// Another program's.
    #[error(
        "{} is no database of hallway's: move it away, or give another folder; it was not changed",
        .0.display()
    )]
    Foreign(PathBuf),
    /// It cannot be read.
    #[error(
        "{} is damaged ({why}): put a backup in its place, or move it away to begin anew; it was not \
         changed",
        path.display()
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
}

impl OpenError {
    pub(super) fn unusable(path: &Path, why: &dyn Display) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            why: why.to_string(),
        }
    }

    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let (path, why) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, why },
            // What is in the tables is not what this program has put there.
            None => Self::Damaged { path, why },
            Some(_) => Self::Unusable { path, why },
        }
    }
}

/// Makes the folder, if there is none, for its owner alone.
pub(super) fn folder(dir: &Path) -> Result<(), OpenError> {
    let mut builder = DirBuilder::new();
    let made = builder.recursive(true).mode(PRIVATE_DIR).create(dir);
    made.map_err(|error| OpenError::unusable(dir, &error))
}

/// Opens or makes a file for its owner alone.
pub(super) fn private_file(path: &Path) -> Result<File, OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let opened = options.mode(PRIVATE_FILE).open(path);
    let private = opened.and_then(|file| {
        fs::set_permissions(path, Permissions::from_mode(PRIVATE_FILE))?;
        Ok(file)
    });
    private.map_err(|error| OpenError::unusable(path, &error))
}

/// Opens the database for writing, and brings it up to date.
pub(super) fn writing(path: &Path) -> Result<Connection, OpenError> {
    // SQLite's other files get the rights of this one.
    drop(private_file(path)?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let because = |error: rusqlite::Error| OpenError::of(path, &error);
    let mut db = Connection::open_with_flags(path, flags).map_err(because)?;
    // Until it is known to be sound and ours, what is in the log of writes stays there.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(because)?;
    check_is_ours(&db, path)?;
    set_up(&db)
        .and_then(|()| set_up_writing(&db))
        .and_then(|()| schema::migrate(&mut db))
        .map_err(because)?;
    Ok(db)
}

/// Opens the database for reading only.
pub(super) fn reading(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags);
    let ready = opened.and_then(|db| set_up(&db).map(|()| db));
    ready.map_err(|error| OpenError::of(path, &error))
}

/// The same of one that is there and up to date, whoever else has it open.
pub(super) fn existing(path: &Path) -> Result<Connection, OpenError> {
    if let Err(error) = File::open(path) {
        return Err(match error.kind() {
            io::ErrorKind::NotFound => OpenError::Nothing(folder_of(path)),
            _ => OpenError::unusable(path, &error),
        });
    }
    let db = reading(path)?;
    check_is_ours(&db, path)?;
    match schema::version(&db).map_err(|error| OpenError::of(path, &error))? {
        0 => Err(OpenError::Nothing(folder_of(path))),
        found if found < schema::MIGRATIONS.len() => Err(OpenError::Older(path.to_owned())),
        _ => Ok(db),
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(path).to_owned()
}

fn check_is_ours(db: &Connection, path: &Path) -> Result<(), OpenError> {
    let because = |error: rusqlite::Error| OpenError::of(path, &error);
    let found = schema::version(db).map_err(because)?;
    let application: i32 = db
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(because)?;
    let count = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = db.query_row(count, [], |row| row.get(0)).map_err(because)?;
    if application != schema::APPLICATION && (tables, found) != (0, 0) {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let known = schema::MIGRATIONS.len();
    if found > known {
        let path = path.to_owned();
        return Err(OpenError::Newer { path, found, known });
    }
    Ok(())
}

fn set_up(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(64);
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.pragma_update(None, "mmap_size", 0)?;
    db.pragma_update(None, "soft_heap_limit", HEAP_BYTES)?;
    // What people said is in no other file, not for a moment.
    db.pragma_update(None, "temp_store", "MEMORY")
}

fn set_up_writing(db: &Connection) -> rusqlite::Result<()> {
    // Only one without tables can be made so that its room can be given back.
    if schema::version(db)? == 0 {
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    // What is forgotten is not to be found in the file either.
    db.pragma_update(None, "secure_delete", "FAST")?;
    db.pragma_update(None, "synchronous", "FULL")
}

/// What a server needs at once. Whoever was in a channel when the last server ended without a word
/// was there until its last line.
pub(super) fn restore(db: &Connection, path: &Path) -> Result<Restored, OpenError> {
    let restored = read_all(db).and_then(|restored| {
        stays::close_all(db)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        Ok(restored)
    });
    restored.map_err(|error| OpenError::of(path, &error))
}

fn read_all(db: &Connection) -> rusqlite::Result<Restored> {
    let (last_message, last_conversation) = marks(db)?;
    Ok(Restored {
        accounts: accounts::all(db)?.into_iter().map(shared).collect(),
        seen: accounts::seen(db)?,
        stays: stays::of_late(db)?,
        announcements: announcements::all(db)?,
        last_announcement: announcements::last_number(db)?,
        channels: channels(db)?,
        kept: kept::all(db)?,
        last_conversation,
        last_message,
        waiting: waiting(db)?,
        read: accounts::read_markers(db)?,
        absences: absences::all(db)?,
        stayers: stayers::all(db)?,
        preferences: preferences::all(db)?,
        metadata: metadata::all(db)?,
    })
}

fn shared<A, V>((account, verifier): (A, V)) -> (A, Arc<V>) {
    (account, Arc::new(verifier))
}

fn marks(db: &Connection) -> rusqlite::Result<(MessageId, ConversationId)> {
    db.query_row("SELECT line, conversation FROM marks", [], |row| {
        Ok((key::id(row.get(0)?), ConversationId(row::number(row, 1)?)))
    })
}

fn channels(db: &Connection) -> rusqlite::Result<Vec<(ConversationId, ChannelName)>> {
    let text = "SELECT conversation, name FROM conversations WHERE NOT ended ORDER BY conversation";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        Ok((ConversationId(row::number(row, 0)?), row::channel(row, 1)?))
    })?;
    found.collect()
}

fn waiting(db: &Connection) -> rusqlite::Result<Vec<(AccountId, AccountId, MessageId)>> {
    let text = "SELECT account, sender, line FROM waiting ORDER BY line";
    let mut statement = db.prepare(text)?;
    let found = statement.query_map([], |row| {
        let [account, sender] = [0, 1].map(|at| row::number(row, at).map(AccountId));
        Ok((account?, sender?, key::id(row.get(2)?)))
    })?;
    found.collect()
}
