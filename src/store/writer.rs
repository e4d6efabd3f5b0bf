//! The thread that writes. It alone changes the database.

use std::fmt::Display;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::chat::vocabulary::Record;

use super::accounts::Outcome;
use super::health::{Health, Part};
use super::queue::{Queue, is_owed};
use super::retention::Sweep;
use super::vocabulary::{Answer, Deed, Order, Trouble};
use super::{Clock, deeds};

/// How much of what decides who may read what is kept while the disk takes nothing.
pub const OWED_MAX: usize = 16_384;

/// Everything is synced within a second: this, and what one sync takes.
const SYNC_AFTER_MS: u64 = 600;

/// How soon what could not be written is tried again.
const AGAIN_AFTER_MS: u64 = 1_000;

/// When nothing comes for so long, SQLite gives the memory back in which it holds parts of the file.
const REST_AFTER_MS: u64 = 1_000;

/// How often the database is looked through for what is too old.
const SWEPT_EACH_MS: u64 = 60 * 60 * 1000;

/// How long others get between two steps of that.
const BETWEEN_STEPS_MS: u64 = 5;

pub(super) struct Writer<W> {
    pub(super) db: Connection,
    /// SQLite's log of writes, which is what a sync is about.
    pub(super) log: PathBuf,
    pub(super) queue: Arc<Queue>,
    pub(super) answers: Sender<Answer>,
    pub(super) health: Arc<Health>,
    pub(super) clock: Clock,
    pub(super) wake: W,
    pub(super) sweep: Sweep,
    pub(super) state: State,
}

/// What is still to be done.
#[derive(Debug, Default)]
pub(super) struct State {
    owed: Vec<Order>,
    /// On the monotonic clock.
    sync_at_ms: Option<u64>,
    rest_at_ms: Option<u64>,
    sweep_at_ms: u64,
}

/// What came of some orders.
type Outcomes = Vec<(Option<u64>, Outcome)>;

impl<W: Fn()> Writer<W> {
    pub(super) fn run(mut self) {
        loop {
            let (orders, ended) = self.queue.gather(self.patience());
            let count = orders.len();
            if count > 0 || !self.state.owed.is_empty() {
                self.carry_out(orders);
            }
            self.queue.settle(count);
            if ended {
                break;
            }
            self.sync_if_due();
            self.sweep_if_due();
            self.rest_if_due();
        }
        self.finish();
    }

    fn now_ms(&self) -> u64 {
        (self.clock)().mono_ms
    }

    /// How long there is nothing to do unless something comes.
    fn patience(&self) -> Duration {
        let now_ms = self.now_ms();
        let owed = (!self.state.owed.is_empty()).then_some(now_ms + AGAIN_AFTER_MS);
        let due = [
            Some(self.state.sweep_at_ms),
            self.state.sync_at_ms,
            self.state.rest_at_ms,
            owed,
        ];
        let next = due.into_iter().flatten().min().unwrap_or(now_ms);
        Duration::from_millis(next.saturating_sub(now_ms))
    }

    /// What is owed comes first: it was ordered first.
    fn carry_out(&mut self, orders: Vec<Order>) {
        self.state.rest_at_ms = Some(self.now_ms() + REST_AFTER_MS);
        let mut all = std::mem::take(&mut self.state.owed);
        all.extend(orders);
        match self.transaction(&all) {
            Ok(outcomes) => self.succeeded(outcomes),
            // One of them is at fault, not the disk.
            Err(error) if all.len() > 1 && !is_of_the_disk(&error) => self.one_by_one(all),
            Err(error) => self.failed(all, &error),
        }
    }

    fn one_by_one(&mut self, orders: Vec<Order>) {
        for order in orders {
            match self.transaction(std::slice::from_ref(&order)) {
                Ok(outcomes) => self.succeeded(outcomes),
                Err(error) => self.failed(vec![order], &error),
            }
        }
    }

    /// All or nothing; synced if anybody waits for it.
    fn transaction(&mut self, orders: &[Order]) -> rusqlite::Result<Outcomes> {
        let synced = orders.iter().any(|order| order.ticket.is_some());
        let synchronous = if synced { "FULL" } else { "NORMAL" };
        self.db.pragma_update(None, "synchronous", synchronous)?;
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.db.transaction_with_behavior(behavior)?;
        let mut outcomes = Vec::with_capacity(orders.len());
        for order in orders {
            let outcome = deeds::carry_out(&transaction, &order.deed)?;
            outcomes.push((order.ticket, outcome));
        }
        transaction.commit()?;
        self.state.sync_at_ms = match synced {
            true => None,
            false => self
                .state
                .sync_at_ms
                .or(Some(self.now_ms() + SYNC_AFTER_MS)),
        };
        self.health.stored(lines_of(orders));
        Ok(outcomes)
    }

    fn succeeded(&self, outcomes: Outcomes) {
        self.well();
        let asked = outcomes.into_iter();
        self.answer_all(asked.filter_map(|(ticket, outcome)| Some((ticket?, outcome))));
    }

    /// Who is told of it, or reads an answer, finds what it has cost in the counts.
    fn failed(&mut self, orders: Vec<Order>, error: &rusqlite::Error) {
        let (asked, unasked): (Vec<_>, Vec<_>) =
            orders.into_iter().partition(|order| order.ticket.is_some());
        let of_the_disk = is_of_the_disk(error);
        for order in unasked {
            let owed = of_the_disk && is_owed(&order.deed);
            if owed && self.state.owed.len() < OWED_MAX {
                self.state.owed.push(order);
            } else {
                self.health.lost(1);
            }
        }
        self.ill(error);
        let tickets = asked.iter().filter_map(|order| order.ticket);
        self.answer_all(tickets.map(|ticket| (ticket, Err(Trouble::Failed))));
    }

    fn well(&self) {
        if self.health.well(Part::Writing) {
            (self.wake)();
        }
    }

    /// Somebody may want to know.
    fn ill(&self, error: &dyn Display) {
        if self.health.ill(Part::Writing, error) {
            (self.wake)();
        }
    }

    fn answer_all(&self, outcomes: impl Iterator<Item = (u64, Outcome)>) {
        let mut any = false;
        for (ticket, outcome) in outcomes {
            // Whoever asked may be gone: it is done all the same.
            any |= self.answers.send(Answer::Done { ticket, outcome }).is_ok();
        }
        if any {
            (self.wake)();
        }
    }

    fn sync_if_due(&mut self) {
        let now_ms = self.now_ms();
        if self.state.sync_at_ms.is_some_and(|at| at <= now_ms) {
            self.sync();
        }
    }

    /// The log is no file that SQLite locks, so it may be opened and closed beside it.
    fn sync(&mut self) {
        match File::open(&self.log).and_then(|log| log.sync_data()) {
            Ok(()) => self.state.sync_at_ms = None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.state.sync_at_ms = None,
            Err(error) => {
                self.ill(&error);
                self.state.sync_at_ms = Some(self.now_ms() + AGAIN_AFTER_MS);
            }
        }
    }

    fn rest_if_due(&mut self) {
        let now_ms = self.now_ms();
        if self.state.rest_at_ms.take_if(|at| *at <= now_ms).is_none() {
            return;
        }
        if let Err(error) = self.db.release_memory() {
            log::warn!("store: memory could not be given back: {error}");
        }
    }

    fn sweep_if_due(&mut self) {
        let now = (self.clock)();
        if now.mono_ms < self.state.sweep_at_ms {
            return;
        }
        let pause_ms = match self.sweep.step(&mut self.db, now.wall_ms) {
            Ok(true) => BETWEEN_STEPS_MS,
            Ok(false) => SWEPT_EACH_MS,
            Err(error) => {
                self.ill(&error);
                SWEPT_EACH_MS
            }
        };
        self.state.sweep_at_ms = now.mono_ms + pause_ms;
    }

    /// The log goes into the database, and the log away with the last connection.
    fn finish(mut self) {
        self.sync();
        let lost = self.state.owed.len() as u64;
        self.health.lost(lost);
        let emptied = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        let closed = self.db.close().map_err(|(_, error)| error);
        if let Err(error) = emptied.and(closed) {
            log::error!("store: the database could not be closed in order: {error}");
        }
    }
}

/// Whether others would fail as well.
fn is_of_the_disk(error: &rusqlite::Error) -> bool {
    use ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, OutOfMemory,
        PermissionDenied, ReadOnly, SystemIoFailure,
    };
    let of_the_disk = [
        CannotOpen,
        DatabaseBusy,
        DatabaseCorrupt,
        DatabaseLocked,
        DiskFull,
        OutOfMemory,
        PermissionDenied,
        ReadOnly,
        SystemIoFailure,
    ];
    let code = error.sqlite_error_code();
    code.is_some_and(|code| of_the_disk.contains(&code))
}

fn lines_of(orders: &[Order]) -> u64 {
    let is_line = |order: &&Order| {
        matches!(
            order.deed,
            Deed::Record(Record::Line(_)) | Deed::KeepFor { .. }
        )
    };
    orders.iter().filter(is_line).count() as u64
}
