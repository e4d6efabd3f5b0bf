//! The latest lines of a channel, for whoever joins.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::name::ChannelName;
use super::vocabulary::{MessageId, Place, Said};

/// How many lines a channel remembers.
pub const MEMORY_LINES_MAX: usize = 10;

/// How many bytes of text a channel remembers.
pub const MEMORY_BYTES_MAX: usize = 8_192;

/// One line of a channel.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) said: Said,
    /// Said by a caller at a help desk: only its staff heard it.
    pub(super) for_staff: bool,
}

/// The latest lines of a channel, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    records: VecDeque<Record>,
}

impl Memory {
    pub(super) fn remember(&mut self, record: Record) {
        self.records.push_back(record);
        while self.records.len() > MEMORY_LINES_MAX || self.bytes() > MEMORY_BYTES_MAX {
            self.records.pop_front();
        }
    }

    fn bytes(&self) -> usize {
        self.records
            .iter()
            .map(|record| record.said.text.len())
            .sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    /// Forgets one line, if it is remembered.
    pub(super) fn forget(&mut self, id: MessageId) {
        self.records.retain(|record| record.said.id != id);
    }

    /// The channel is called something else.
    pub(super) fn rename(&mut self, channel: &ChannelName) {
        for record in &mut self.records {
            record.said.place = Place::Channel(channel.clone());
        }
    }

    /// The latest line that fits, which is forgotten.
    pub(super) fn forget_latest(&mut self, fits: impl Fn(&Said) -> bool) -> Option<Record> {
        let place = self.records.iter().rposition(|record| fits(&record.said))?;
        self.records.remove(place)
    }
}
