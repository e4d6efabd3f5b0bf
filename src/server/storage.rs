//! What the store has to be told of the settings, and what people are told of the store: how long
//! lines of a channel are kept, and whether all is well.

use super::{Output, Server, SessionId};
use crate::chat::name::ChannelName;
use crate::chat::vocabulary::{Record, Reply};
use crate::protocol::plain::{replies, storage};
use crate::store::vocabulary::{Deed, Keep, Order, Stats};

/// What the server knows of its store. Not part of its state.
#[derive(Debug, Default)]
pub(super) struct Storage {
    stats: Stats,
    /// How much had been lost when the trouble began.
    lost_before: u64,
}

impl Server {
    /// How the store is now. Operators of the server are told when trouble begins and when it ends.
    pub fn note_store(&mut self, stats: Stats) {
        let before = std::mem::replace(&mut self.storage.stats, stats);
        let sentence = match (&before.trouble, &self.storage.stats.trouble) {
            (None, Some(trouble)) => {
                self.storage.lost_before = before.lost;
                storage::fails(trouble)
            }
            (Some(_), None) => {
                let lost = self.storage.stats.lost - self.storage.lost_before;
                storage::works(lost)
            }
            _ => return,
        };
        for id in self.sessions.keys() {
            if self.is_operator(id) {
                self.tell(id, &sentence);
            }
        }
    }

    /// What operators of the server are told of the store when they ask; nothing if there is none.
    pub(super) fn store_report(&self) -> Option<String> {
        let remembers = self.settings.chat.remembers;
        remembers.then(|| {
            let Stats {
                stored,
                lost,
                waiting,
                trouble,
            } = &self.storage.stats;
            storage::report(*stored, *lost, *waiting, trouble.as_deref())
        })
    }

    /// The server tells a session something, whichever protocol it speaks.
    pub(super) fn tell(&mut self, id: SessionId, sentence: &str) {
        match self.plain(id) {
            Some(_) => self.send(id, replies::told(sentence)),
            None => self.write_to(id, |_, reader, out| reader.notice(out, sentence)),
        }
    }

    /// Has a record kept; a channel that has a name from then on, as long as is set for that name.
    pub(super) fn keep_record(&mut self, record: Record) {
        let named = match &record {
            Record::Begun {
                conversation,
                channel,
                ..
            }
            | Record::Named {
                conversation,
                channel,
            } if !self.settings.keeps.is_empty() => Some((*conversation, channel.clone())),
            _ => None,
        };
        self.keep(None, Deed::Record(record));
        if let Some((conversation, channel)) = named {
            let keep = self.keep_of(&channel);
            self.keep(None, Deed::Keep { conversation, keep });
        }
    }

    /// Tells the store of each channel how long its lines are kept.
    pub(super) fn set_keeps(&mut self) {
        if !self.settings.chat.remembers {
            return;
        }
        let keeps: Vec<Deed> = self
            .chat
            .conversations()
            .map(|(conversation, channel)| Deed::Keep {
                conversation,
                keep: self.keep_of(channel),
            })
            .collect();
        let orders = keeps.into_iter().map(|deed| Order { ticket: None, deed });
        self.outputs
            .extend(orders.map(|order| Output::Keep(Box::new(order))));
    }

    fn keep_of(&self, channel: &ChannelName) -> Keep {
        match self.settings.keeps.get(channel).copied() {
            None => Keep::Default,
            Some(0) => Keep::Nothing,
            Some(ms) => Keep::For { ms },
        }
    }

    /// Whoever joins a channel whose lines are kept for another time than those of others is told.
    /// Where they are not kept, nobody who comes reads what was said before.
    pub(super) fn heed_keep(&self, reply: &mut Reply) -> Option<String> {
        let Reply::Joined {
            channel, earlier, ..
        } = reply
        else {
            return None;
        };
        let ms = self.settings.keeps.get(channel).copied()?;
        if ms == 0 {
            earlier.clear();
        }
        let remembers = self.settings.chat.remembers;
        remembers.then(|| replies::kept_for(channel, ms))
    }
}
