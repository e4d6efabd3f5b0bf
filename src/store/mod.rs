//! What hallway remembers: an SQLite database on threads of its own, never in the way of the loop.
//!
//! # What is promised
//!
//! - Whoever gives an order or asks a question waits for nothing: [`Store::submit`] and
//!   [`Store::ask`] take it or give it back.
//! - Orders are carried out in the order of coming. What gathers within 25 ms is one transaction: 50
//!   ms after it came, a line is the operating system's, which keeps it when the program is killed;
//!   within a second it is synced, and then a power cut does not harm it either.
//! - An order with a ticket is answered when it is synced, with all that came before it, or else with
//!   why it is not: then nothing of it is there.
//! - A line is kept once, under its id. What was kept is in the order of ids.
//! - While the disk takes nothing, orders with tickets are answered [`Trouble::Failed`] and lines,
//!   and what somebody has seen or read, are lost and counted ([`Stats`]). All else, what decides who
//!   may read what and what people have set, is tried again until it is done, up to [`OWED_MAX`] of
//!   it; the log says when trouble begins and when it ends. The same holds for what is given back
//!   because too much waits.
//! - Nothing of a database that is damaged, another program's or a later hallway's is changed.
//! - A question is answered with all that was ordered before it, unless the disk takes longer than
//!   half a second for that.
//! - A question is answered from one moment of the database, within [`QUESTION_MS_MAX`] or not at
//!   all. Its asker's rights choose what is looked at (`rights.rs`); what they may not read uses up
//!   nothing of what they asked for.
//! - What is taken back, and what is too old, is gone from the tables, where its text is overwritten,
//!   and is not found any more. Which words it had is in the file until their part of the index is
//!   merged with others.
//!
//! # The files
//!
//! In the folder, for its owner alone: `lock`, `hallway.db`, and while a server runs SQLite's
//! `hallway.db-wal` and `hallway.db-shm`.
//!
//! # The tables
//!
//! | table | has | key |
//! | --- | --- | --- |
//! | `accounts` | name, verifier, when last seen | number, never used again |
//! | `conversations` | name, whether it has ended, how long it is kept | their own number |
//! | `stays` | who was in a conversation, from which line to which | account, conversation, first line |
//! | `pairs` | the two accounts of a private conversation | number |
//! | `speakers` | who says lines, as they were called then | number |
//! | `lines` | all lines, the rest of which is in `speakers` | their id in one integer (`key.rs`) |
//! | `waiting` | which private lines are still to be read | line |
//! | `read_markers` | up to when somebody has read a channel or a conversation | account, target |
//! | `blocks`, `watches` | what the owners of accounts have chosen | number |
//! | `announcements` | those in force and those being forgotten | number |
//! | `hearers` | how far each has come with the owner of an account | announcement, account |
//! | `absences` | until when the owner of an account is away | account |
//! | `stayers` | whose owner stays when they are not connected | account |
//! | `kept` | the channels that are kept for good, and whose they are | conversation |
//! | `kept_operators`, `kept_masks` | who runs them, and their lists | number |
//! | `erasures` | whose lines are being forgotten | account |
//! | `marks` | the last line, conversation and announcement there ever were | |
//! | `search` | the words of lines, their place, their sender; no text | line |
//!
//! A place is a conversation's number, or a pair's with a minus before it. `lines_by_place` orders
//! lines by place, whether they are open and whether they are events, and then by id: what somebody
//! may read is some stretches of it.
//!
//! # Memory
//!
//! Each of the two connections may hold 1 MiB of the file; the one that writes gives that back after a
//! second without work. Words that go into the index in one transaction take at most 128 KiB, SQLite
//! aims at 4 MiB in all, and nothing is mapped. All of it is taken only when it is needed.

mod absences;
mod accounts;
mod announcements;
mod deeds;
mod export;
mod health;
mod history;
mod kept;
mod key;
mod lines;
mod lock;
mod metadata;
mod open;
mod preferences;
mod queue;
mod reader;
mod retention;
mod rights;
mod row;
mod schema;
mod search;
mod stayers;
mod stays;
mod told;
pub mod vocabulary;
mod writer;

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::chat::time::Now;

use health::Health;
use queue::Queue;
use reader::{Asked, Questions, Reader};
use retention::Sweep;
use vocabulary::{Answer, Order, Question, Restored};
use writer::{State, Writer};

pub use accounts::{Listed, list as list_accounts};
pub use export::{Export, ExportError, Exported, Selection, Whose};
pub use key::SITES_MAX;
pub use open::{FILE, OpenError};
pub use queue::{ORDERS_WAITING_BYTES_MAX, ORDERS_WAITING_MAX};
pub use reader::{CATCHING_UP_MS_MAX, QUESTION_MS_MAX, QUESTIONS_WAITING_MAX};
pub use retention::Retention;
pub use vocabulary::Stats;
pub use writer::OWED_MAX;

#[cfg(doc)]
use vocabulary::Trouble;

/// What both clocks show, for threads that do not read clocks themselves.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// How a store is to be.
#[derive(Clone)]
pub struct Options {
    /// What is kept for how long.
    pub retention: Retention,
    /// What time it is.
    pub clock: Clock,
}

/// An open store. It ends with this value, like by [`Store::end`].
pub struct Store {
    orders: Arc<Queue>,
    questions: Option<SyncSender<Asked>>,
    answers: Receiver<Answer>,
    health: Arc<Health>,
    /// Nobody waits for answers to questions any more.
    ending: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
    _lock: File,
}

impl Store {
    /// Opens the store of a folder, which is made if it is not there, and starts its threads. They
    /// call `wake` when there are answers that can be taken.
    ///
    /// # Errors
    /// [`OpenError`] says what to do. Nothing that was there is changed.
    pub fn open(
        dir: &Path,
        options: Options,
        wake: impl Fn() + Send + Clone + 'static,
    ) -> Result<(Self, Restored), OpenError> {
        open::folder(dir)?;
        let lock = lock::lock(dir)?;
        let path = dir.join(FILE);
        let writing = open::writing(&path)?;
        let restored = open::restore(&writing, &path)?;
        let reading = open::reading(&path)?;
        let (queue, health) = (Arc::new(Queue::default()), Arc::new(Health::default()));
        let ending = Arc::new(AtomicBool::new(false));
        let (questions, asked) = sync_channel(QUESTIONS_WAITING_MAX);
        let (answered, answers) = channel();
        let reader = Reader::new(
            reading,
            Questions {
                asked,
                orders: queue.clone(),
            },
            answered.clone(),
            health.clone(),
            options.clock.clone(),
            wake.clone(),
            ending.clone(),
        );
        let reader = reader.map_err(|error| OpenError::unusable(&path, &error))?;
        let writer = Writer {
            db: writing,
            log: dir.join(format!("{FILE}-wal")),
            queue: queue.clone(),
            answers: answered,
            health: health.clone(),
            clock: options.clock,
            wake,
            sweep: Sweep::new(options.retention),
            state: State::default(),
        };
        let mut store = Self {
            orders: queue,
            questions: Some(questions),
            answers,
            health,
            ending,
            reader: None,
            writer: None,
            _lock: lock,
        };
        store.reader = Some(start("history", dir, move || reader.run())?);
        store.writer = Some(start("store", dir, move || writer.run())?);
        Ok((store, restored))
    }

    /// Has something kept.
    ///
    /// # Errors
    /// Gives the order back when [`ORDERS_WAITING_MAX`] or [`ORDERS_WAITING_BYTES_MAX`] wait
    /// already. What is owed, which is all but lines, announcements and what somebody has seen or
    /// read, is taken until it is twice as much. What is given back is counted as lost.
    #[expect(
        clippy::result_large_err,
        reason = "what is refused is given back as it came: a box would cost every line"
    )]
    pub fn submit(&self, order: Order) -> Result<(), Order> {
        let waiting = self
            .orders
            .push(order)
            .inspect_err(|_| self.health.refused())?;
        if waiting <= ORDERS_WAITING_MAX / 2 {
            self.health.has_room();
        }
        Ok(())
    }

    /// Asks something; questions are answered one after the other, with what was ordered before.
    ///
    /// # Errors
    /// Gives the question back when [`QUESTIONS_WAITING_MAX`] wait already.
    #[expect(
        clippy::result_large_err,
        reason = "what is refused is given back as it came: a box would cost every question"
    )]
    pub fn ask(&self, question: Question) -> Result<(), Question> {
        let Some(questions) = &self.questions else {
            return Err(question);
        };
        let behind = self.orders.taken();
        let sent = questions.try_send(Asked { question, behind });
        sent.map_err(|error| match error {
            TrySendError::Full(asked) | TrySendError::Disconnected(asked) => asked.question,
        })
    }

    /// The answers since the last call. Those to orders come in the order of the orders, those to
    /// questions in the order of the questions.
    pub fn take_answers(&self) -> Vec<Answer> {
        self.answers.try_iter().collect()
    }

    /// How it is.
    pub fn stats(&self) -> Stats {
        self.health.stats(self.orders.len())
    }

    /// Carries out what was ordered, syncs and closes everything, and gives the last answers.
    /// Questions that wait are not answered any more.
    pub fn end(mut self) -> Vec<Answer> {
        self.close();
        self.take_answers()
    }

    /// The reader first: the log of writes is emptied when nobody reads from it.
    fn close(&mut self) {
        self.ending.store(true, Relaxed);
        self.questions = None;
        join(self.reader.take());
        self.orders.end();
        join(self.writer.take());
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Store");
        debug.field("stats", &self.stats()).finish_non_exhaustive()
    }
}

fn start(
    name: &str,
    dir: &Path,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    let named = Builder::new().name(name.to_owned());
    let started = named.spawn(run);
    started.map_err(|error| OpenError::unusable(dir, &error))
}

fn join(thread: Option<JoinHandle<()>>) {
    if thread.is_some_and(|thread| thread.join().is_err()) {
        log::error!("store: one of its threads has failed");
    }
}
