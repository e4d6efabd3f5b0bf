//! Values as SQLite keeps them: its integers have a sign, its texts have no rules.

use std::fmt::Debug;
use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};

use crate::chat::account::{Account, AccountId};
use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::ConversationId;

/// A number that is never less than nought, and never as large as SQLite's integers go.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn account(account: AccountId) -> i64 {
    integer(account.0)
}

pub(super) fn conversation(conversation: ConversationId) -> i64 {
    integer(conversation.0)
}

/// Numbers as a list in JSON, for `json_each`.
pub(super) fn list(numbers: &[i64]) -> String {
    let spelled: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("[{}]", spelled.join(","))
}

pub(super) fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}

pub(super) fn nick(row: &Row<'_>, at: usize) -> rusqlite::Result<Nick> {
    Nick::parse(row.get_ref(at)?.as_str()?).map_err(|fault| unsound(at, &fault))
}

pub(super) fn channel(row: &Row<'_>, at: usize) -> rusqlite::Result<ChannelName> {
    ChannelName::parse(row.get_ref(at)?.as_str()?).map_err(|fault| unsound(at, &fault))
}

pub(super) fn maybe_channel(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<ChannelName>> {
    match row.get_ref(at)?.as_str_or_null()? {
        Some(_) => channel(row, at).map(Some),
        None => Ok(None),
    }
}

/// An account's number and, behind it, its name.
pub(super) fn named_account(row: &Row<'_>, at: usize) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AccountId(number(row, at)?),
        name: nick(row, at + 1)?,
    })
}

pub(super) fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Arc<str>>> {
    row.get(at)
}

/// What stands in a column is not what this program has put there.
pub(super) fn unsound(at: usize, fault: &dyn Debug) -> rusqlite::Error {
    let why = FromSqlError::Other(format!("{fault:?}").into());
    rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(why))
}
