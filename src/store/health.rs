//! What a store tells of itself: counts that anybody may read at any moment, and one line in the log
//! when trouble begins and one when it ends.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::vocabulary::Stats;

/// How a store is, as its threads write it.
#[derive(Debug, Default)]
pub(super) struct Health {
    stored: AtomicU64,
    lost: AtomicU64,
    trouble: Mutex<[Option<String>; 3]>,
    /// Orders were given back, and there has not been much room since.
    full: AtomicBool,
}

/// Who has trouble.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Writing,
    Reading,
    Taking,
}

/// What the log says when trouble begins, and when it ends.
const SENTENCES: [(&str, &str); 3] = [
    (
        "the history cannot be written, chat goes on without",
        "the history is written again",
    ),
    (
        "the history cannot be read, chat goes on without",
        "the history is read again",
    ),
    (
        "more is said than can be written, chat goes on without",
        "all that is said is written again",
    ),
];

impl Health {
    pub(super) fn stats(&self, waiting: usize) -> Stats {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        Stats {
            stored: self.stored.load(Relaxed),
            lost: self.lost.load(Relaxed),
            waiting,
            trouble: trouble.iter().flatten().next().cloned(),
        }
    }

    pub(super) fn stored(&self, lines: u64) {
        self.stored.fetch_add(lines, Relaxed);
    }

    pub(super) fn lost(&self, orders: u64) {
        self.lost.fetch_add(orders, Relaxed);
    }

    /// An order was given back, for so many wait already.
    pub(super) fn refused(&self) {
        self.lost(1);
        if !self.full.swap(true, Relaxed) {
            self.ill(Part::Taking, &"too much waits to be written");
        }
    }

    /// An order was taken, and there is much room.
    pub(super) fn has_room(&self) {
        if self.full.load(Relaxed) && self.full.swap(false, Relaxed) {
            self.well(Part::Taking);
        }
    }

    /// Whether it was well before.
    pub(super) fn ill(&self, part: Part, error: &dyn std::fmt::Display) -> bool {
        let mut troubles = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = &mut troubles[part as usize];
        let begins = trouble.is_none();
        if begins {
            let (begins, _) = SENTENCES[part as usize];
            log::error!("store: {begins}: {error}");
        }
        *trouble = Some(error.to_string());
        begins
    }

    /// Whether it was ill before.
    pub(super) fn well(&self, part: Part) -> bool {
        let mut troubles = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = troubles[part as usize].take().is_some();
        if ends {
            let (_, ends) = SENTENCES[part as usize];
            let lost = self.lost.load(Relaxed);
            log::info!("store: {ends}; {lost} orders were lost since the start");
        }
        ends
    }
}
