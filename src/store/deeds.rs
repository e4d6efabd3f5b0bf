//! What each deed does to the tables.

use rusqlite::Connection;

use crate::chat::vocabulary::Record;

use super::accounts::{self, Outcome};
use super::vocabulary::Deed;
use super::{absences, announcements, kept, key, lines, metadata, preferences, stayers, stays};

/// Carries out a deed. An error means that all of its transaction is to be undone.
pub(super) fn carry_out(db: &Connection, deed: &Deed) -> rusqlite::Result<Outcome> {
    match deed {
        Deed::Record(what) => record(db, what)?,
        Deed::AddAccount {
            name,
            verifier,
            email,
            at_ms,
        } => return accounts::add(db, name, verifier, email.as_ref(), *at_ms),
        Deed::SetVerifier { account, verifier } => {
            return accounts::set_verifier(db, *account, verifier);
        }
        Deed::RemoveAccount {
            account,
            with_messages,
        } => return accounts::remove(db, *account, *with_messages),
        Deed::Seen { account, at_ms } => return accounts::set_seen(db, *account, *at_ms),
        Deed::KeepFor { account, line } => return accounts::keep_for(db, *account, line),
        Deed::Delivered { account, until } => accounts::delivered(db, *account, *until)?,
        Deed::MarkRead {
            account,
            target,
            at_ms,
        } => accounts::mark_read(db, *account, target, *at_ms)?,
        Deed::Keep { conversation, keep } => stays::set_keep(db, *conversation, *keep)?,
    }
    Ok(Ok(None))
}

fn record(db: &Connection, record: &Record) -> rusqlite::Result<()> {
    match record {
        Record::Begun {
            conversation,
            channel,
            at_ms,
        } => stays::begin(db, *conversation, channel, *at_ms),
        Record::Ended { conversation } => {
            kept::forget(db, *conversation)?;
            stays::end(db, *conversation)
        }
        Record::Kept { conversation, kept } => kept::set(db, *conversation, kept.as_deref()),
        Record::Named {
            conversation,
            channel,
        } => {
            stays::rename(db, *conversation, channel)?;
            announcements::rename(db, *conversation, channel)
        }
        Record::Entered {
            conversation,
            account,
            from,
        } => stays::enter(db, *conversation, *account, *from),
        Record::Exited {
            conversation,
            account,
            until,
        } => stays::exit(db, *conversation, *account, *until),
        Record::Preferred {
            account,
            preferences,
        } => preferences::set(db, *account, preferences),
        Record::Absent { account, absent } => absences::set(db, *account, absent.as_ref()),
        Record::Stays { account, on } => stayers::set(db, *account, *on),
        Record::Described {
            account,
            key,
            value,
        } => metadata::set(db, *account, key, value.as_deref()),
        Record::Line(line) => lines::keep(db, line),
        Record::Redacted { id } => match key::of(*id) {
            Some(key) => lines::forget(db, key),
            None => Ok(()),
        },
        Record::Announced(kept) => announcements::keep(db, kept),
        Record::Numbered(number) => announcements::note_number(db, *number),
        Record::Heeded {
            number,
            account,
            attention,
        } => announcements::heed(db, *number, *account, *attention),
        Record::Withdrawn { number } => announcements::withdraw(db, *number),
    }
}
