//! What a store tells of itself: counts that anybody may read at any moment, and one line in the log
//! when trouble begins and one when it ends.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// How a store is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many lines it has kept since it was opened.
    pub stored: u64,
    /// How many orders it could not carry out.
    pub lost: u64,
    /// How many orders wait.
    pub waiting: usize,
    /// What is wrong, while something is.
    pub trouble: Option<String>,
}

/// The same, as the threads write it.
#[derive(Debug, Default)]
pub(super) struct Health {
    stored: AtomicU64,
    lost: AtomicU64,
    trouble: Mutex<[Option<String>; 2]>,
}

/// Who has trouble.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Writing,
    Reading,
}

/// What the log says when trouble begins, and when it ends.
const SENTENCES: [(&str, &str); 2] = [
    (
        "the history cannot be written, chat goes on without",
        "the history is written again",
    ),
    (
        "the history cannot be read, chat goes on without",
        "the history is read again",
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

    pub(super) fn ill(&self, part: Part, error: &dyn std::fmt::Display) {
        let mut troubles = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = &mut troubles[part as usize];
        if trouble.is_none() {
            let (begins, _) = SENTENCES[part as usize];
            log::error!("store: {begins}: {error}");
        }
        *trouble = Some(error.to_string());
    }

    pub(super) fn well(&self, part: Part) {
        let mut troubles = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if troubles[part as usize].take().is_some() {
            let (_, ends) = SENTENCES[part as usize];
            let lost = self.lost.load(Relaxed);
            log::info!("store: {ends}; {lost} orders were lost since the start");
        }
    }
}
