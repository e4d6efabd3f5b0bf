//! What a line tells, as the columns of its row, and back.

use std::sync::Arc;

use rusqlite::Row;

use crate::chat::name::{ChannelName, Nick};
use crate::chat::vocabulary::{Extras, Manner, Told};

use super::row;

/// The number that each manner of saying has in the file. Never changed.
const MANNERS: [(Manner, u8); 5] = [
    (Manner::Speech, 0),
    (Manner::Action, 1),
    (Manner::Notice, 2),
    (Manner::Request, 3),
    (Manner::Answer, 4),
];

/// And what else can be told.
const ANNOUNCED: u8 = 5;
const TOPIC: u8 = 16;
const JOINED: u8 = 17;
const LEFT: u8 = 18;
const QUIT: u8 = 19;
const RENAMED: u8 = 20;
const KICKED: u8 = 21;
const CHANNEL_RENAMED: u8 = 22;

/// The columns, in this order. `attached` is what a program has attached to something said, and what
/// a channel was called that has another name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Columns<'a> {
    pub(super) kind: u8,
    pub(super) text: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) number: Option<u32>,
    pub(super) attached: Option<&'a str>,
    pub(super) seams: &'a [u32],
}

impl<'a> Columns<'a> {
    fn plain(kind: u8, text: Option<&'a str>) -> Self {
        Self {
            kind,
            text,
            ..Self::default()
        }
    }

    fn named(kind: u8, name: &'a str, text: Option<&'a str>) -> Self {
        Self {
            name: Some(name),
            ..Self::plain(kind, text)
        }
    }

    pub(super) fn seams(&self) -> Option<Vec<u8>> {
        let seams = self.seams.iter();
        let bytes = || seams.flat_map(|seam| seam.to_le_bytes()).collect();
        (!self.seams.is_empty()).then(bytes)
    }
}

/// `to_nick`: what the other was called, of a private line.
pub(super) fn columns<'a>(told: &'a Told, to_nick: Option<&'a Nick>) -> Columns<'a> {
    let columns = match told {
        Told::Said {
            manner,
            text,
            extras,
        } => Columns {
            attached: extras.attached.as_deref(),
            seams: &extras.seams,
            ..Columns::plain(number_of(*manner), Some(text))
        },
        Told::Announced { number, text } => Columns {
            number: Some(*number),
            ..Columns::plain(ANNOUNCED, Some(text))
        },
        Told::Topic(text) => Columns::plain(TOPIC, Some(text)),
        Told::Joined => Columns::plain(JOINED, None),
        Told::Left(why) => Columns::plain(LEFT, why.as_deref()),
        Told::Quit(why) => Columns::plain(QUIT, Some(why)),
        Told::Renamed(nick) => Columns::named(RENAMED, nick.as_str(), None),
        Told::Kicked(nick, why) => Columns::named(KICKED, nick.as_str(), why.as_deref()),
        Told::ChannelRenamed {
            before,
            channel,
            why,
        } => Columns {
            attached: before.as_ref().map(ChannelName::as_str),
            ..Columns::named(CHANNEL_RENAMED, channel.as_str(), why.as_deref())
        },
    };
    Columns {
        name: columns.name.or(to_nick.map(Nick::as_str)),
        ..columns
    }
}

fn number_of(manner: Manner) -> u8 {
    let found = MANNERS.iter().find(|(known, _)| *known == manner);
    found.expect("every manner has a number").1
}

/// Reads `kind`, `text`, `name`, `number`, `attached` and `seams`, which begin at `at`.
pub(super) fn read(row: &Row<'_>, at: usize) -> rusqlite::Result<Told> {
    let kind: u8 = row.get(at)?;
    let text = row::text(row, at + 1)?;
    let some = |text: Option<Arc<str>>| text.ok_or_else(|| row::unsound(at + 1, &"no text"));
    if let Some((manner, _)) = MANNERS.iter().find(|(_, number)| *number == kind) {
        return Ok(Told::Said {
            manner: *manner,
            text: some(text)?,
            extras: extras(row, at + 4)?,
        });
    }
    Ok(match kind {
        ANNOUNCED => Told::Announced {
            number: row.get(at + 3)?,
            text: some(text)?,
        },
        TOPIC => Told::Topic(some(text)?),
        JOINED => Told::Joined,
        LEFT => Told::Left(text),
        QUIT => Told::Quit(some(text)?),
        RENAMED => Told::Renamed(row::nick(row, at + 2)?),
        KICKED => Told::Kicked(row::nick(row, at + 2)?, text),
        CHANNEL_RENAMED => Told::ChannelRenamed {
            before: row::maybe_channel(row, at + 4)?,
            channel: row::channel(row, at + 2)?,
            why: text,
        },
        unknown => return Err(row::unsound(at, &unknown)),
    })
}

fn extras(row: &Row<'_>, at: usize) -> rusqlite::Result<Extras> {
    let bytes = row.get_ref(at + 1)?.as_blob_or_null()?.unwrap_or_default();
    let (seams, _) = bytes.as_chunks();
    Ok(Extras {
        attached: row::text(row, at)?,
        seams: seams.iter().map(|seam| u32::from_le_bytes(*seam)).collect(),
    })
}
