//! A store in a folder of its own, which goes with it.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use hallway::chat::account::AccountId;
use hallway::chat::time::Now;
use hallway::chat::vocabulary::Line;
use hallway::store::vocabulary::{
    Answer, Asker, Deed, Found, Order, Query, Question, Restored, Scope, Trouble, Wanted,
};
use hallway::store::{FILE, OpenError, Options, Retention, Store};

use crate::lines::wanted;

/// How long a thread may take for what it has to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that is removed with this value.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Relaxed);
        let name = format!("hallway-store-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // What another run of this number has left.
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// One that somebody else has chosen.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join(FILE)
    }

    /// A connection of one's own to the database.
    pub(crate) fn look(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).expect("it is there")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A clock that stands still, or goes on by so many milliseconds whenever it is read.
#[derive(Debug, Clone)]
pub(crate) struct Ticking {
    now_ms: Arc<AtomicU64>,
    step_ms: Arc<AtomicU64>,
}

impl Ticking {
    pub(crate) fn new() -> Self {
        Self {
            now_ms: Arc::new(AtomicU64::new(0)),
            step_ms: Arc::new(AtomicU64::new(0)),
        }
    }

    pub(crate) fn step(&self, ms: u64) {
        self.step_ms.store(ms, Relaxed);
    }

    pub(crate) fn go_on(&self, ms: u64) {
        self.now_ms.fetch_add(ms, Relaxed);
    }

    fn read(&self) -> Now {
        let step_ms = self.step_ms.load(Relaxed);
        let mono_ms = self.now_ms.fetch_add(step_ms, Relaxed);
        Now {
            mono_ms,
            wall_ms: mono_ms,
        }
    }
}

/// A store, and who waits for its answers.
pub(crate) struct Shelf {
    store: Option<Store>,
    pub(crate) restored: Restored,
    pub(crate) clock: Ticking,
    woken: Receiver<()>,
    answers: RefCell<Vec<Answer>>,
    next: Cell<u64>,
    pub(crate) folder: Arc<Folder>,
}

/// For tests that are about what is kept and not for how long.
pub(crate) const FOREVER: Retention = Retention::FOREVER;

impl Shelf {
    pub(crate) fn new() -> Self {
        Self::with(FOREVER)
    }

    pub(crate) fn with(retention: Retention) -> Self {
        Self::open(&Arc::new(Folder::new()), retention).expect("it opens")
    }

    pub(crate) fn open(folder: &Arc<Folder>, retention: Retention) -> Result<Self, OpenError> {
        let (wakes, woken) = channel();
        let clock = Ticking::new();
        let (store, restored) = open(folder.path(), retention, &clock, wakes)?;
        Ok(Self {
            store: Some(store),
            restored,
            clock,
            woken,
            answers: RefCell::default(),
            next: Cell::new(1),
            folder: folder.clone(),
        })
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().expect("it has not ended")
    }

    pub(crate) fn end(mut self) -> (Arc<Folder>, Vec<Answer>) {
        let answers = self.store.take().expect("it has not ended").end();
        (self.folder, answers)
    }

    pub(crate) fn reopen(self) -> Self {
        let (folder, _) = self.end();
        Self::open(&folder, FOREVER).expect("it opens again")
    }

    /// Orders what nobody waits for.
    pub(crate) fn give(&self, deeds: impl IntoIterator<Item = Deed>) {
        for deed in deeds {
            let order = Order { ticket: None, deed };
            self.store().submit(order).expect("there is room");
        }
    }

    pub(crate) fn submit(&self, deed: Deed) -> u64 {
        let ticket = self.ticket();
        let order = Order {
            ticket: Some(ticket),
            deed,
        };
        self.store().submit(order).expect("there is room");
        ticket
    }

    pub(crate) fn done(&self, deed: Deed) -> Result<Option<AccountId>, Trouble> {
        let ticket = self.submit(deed);
        self.outcome(ticket)
    }

    pub(crate) fn outcome(&self, ticket: u64) -> Result<Option<AccountId>, Trouble> {
        let mine =
            |answer: &Answer| matches!(answer, Answer::Done { ticket: of, .. } if *of == ticket);
        match self.wait(mine) {
            Answer::Done { outcome, .. } => outcome,
            Answer::Found { .. } => unreachable!("an order was answered"),
        }
    }

    /// Waits until all that was ordered is done, or was tried.
    pub(crate) fn settle(&self) {
        let account = AccountId(u64::MAX);
        let nobody = Deed::RemoveAccount {
            account,
            with_messages: false,
        };
        let outcome = self.done(nobody);
        assert!(outcome.is_err(), "there is no such account");
    }

    pub(crate) fn ask(&self, asker: Asker, query: Query) -> Result<Found, Trouble> {
        let ticket = self.ticket();
        let question = Question {
            ticket,
            asker,
            query,
        };
        self.store().ask(question).expect("there is room");
        let mine =
            |answer: &Answer| matches!(answer, Answer::Found { ticket: of, .. } if *of == ticket);
        match self.wait(mine) {
            Answer::Found { outcome, .. } => outcome,
            Answer::Done { .. } => unreachable!("a question was answered"),
        }
    }

    pub(crate) fn lines(&self, asker: Asker, query: Query) -> Vec<Line> {
        match self.ask(asker, query) {
            Ok(Found::Lines { lines, .. }) => lines,
            other => panic!("lines were asked for: {other:?}"),
        }
    }

    /// The milliseconds of the lines that are found.
    pub(crate) fn found(&self, asker: Asker, query: Query) -> Vec<u64> {
        ms_of(&self.lines(asker, query))
    }

    /// The same, of what was said last.
    pub(crate) fn newest(&self, asker: Asker, scope: Scope) -> Vec<u64> {
        self.found(asker, Query::Lines(wanted(scope)))
    }

    pub(crate) fn asked(&self, asker: Asker, wanted: Wanted) -> Vec<u64> {
        self.found(asker, Query::Lines(wanted))
    }

    fn ticket(&self) -> u64 {
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        ticket
    }

    fn wait(&self, mine: impl Fn(&Answer) -> bool) -> Answer {
        loop {
            let mut answers = self.answers.borrow_mut();
            answers.extend(self.store().take_answers());
            if let Some(place) = answers.iter().position(&mine) {
                return answers.remove(place);
            }
            drop(answers);
            self.woken.recv_timeout(PATIENCE).expect("it wakes");
        }
    }
}

pub(crate) fn ms_of(lines: &[Line]) -> Vec<u64> {
    lines.iter().map(|line| line.id.ms).collect()
}

fn open(
    dir: &Path,
    retention: Retention,
    clock: &Ticking,
    wakes: Sender<()>,
) -> Result<(Store, Restored), OpenError> {
    let clock = clock.clone();
    let options = Options {
        retention,
        clock: Arc::new(move || clock.read()),
    };
    // Whoever opened it may be gone before it.
    let wake = move || {
        let _ = wakes.send(());
    };
    Store::open(dir, options, wake)
}
