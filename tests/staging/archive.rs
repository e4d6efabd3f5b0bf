//! The real store of a server without sockets: who asks it waits for the answer, so that a script
//! is played the same each time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use hallway::chat::time::Now;
use hallway::store::vocabulary::{Answer, Order, Question, Restored};
use hallway::store::{OpenError, Options, Retention, Store};

use super::Outcome;
use super::script::Script;

/// How long an answer is awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often a store is opened again that seems to be in use: whoever starts a program beside it, as
/// other tests do, has all open files for a moment, and so their locks.
const TRIES: usize = 10_000;

/// An open store.
pub(crate) struct Archive {
    store: Store,
    woken: Receiver<()>,
    clock: Arc<[AtomicU64; 2]>,
}

/// A folder for the store of a script, with nothing in it.
///
/// # Errors
/// It cannot be made.
pub(crate) fn folder(script: &Script, stage: &str) -> Outcome<PathBuf> {
    let stem = script
        .path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let line = script.steps.first().map_or(0, |step| step.line);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{stem}-{line}-{stage}-data"));
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(path),
    }
}

impl Archive {
    /// Opens the store of a folder.
    ///
    /// # Errors
    /// It does not open.
    pub(crate) fn open(folder: &Path, now: Now) -> Outcome<(Self, Restored)> {
        let (wake, woken): (Sender<()>, _) = channel();
        let clock = Arc::new([now.mono_ms, now.wall_ms].map(AtomicU64::new));
        let shown = clock.clone();
        let options = Options {
            retention: Retention::default(),
            clock: Arc::new(move || Now {
                mono_ms: shown[0].load(SeqCst),
                wall_ms: shown[1].load(SeqCst),
            }),
        };
        // Once the stage is gone, nobody waits to be woken.
        let wake = move || wake.send(()).unwrap_or_default();
        let open = || Store::open(folder, options.clone(), wake.clone());
        let mut opened = open();
        for _ in 0..TRIES {
            if !matches!(opened, Err(OpenError::Locked(_))) {
                break;
            }
            std::thread::yield_now();
            opened = open();
        }
        let (store, restored) = opened.map_err(|error| error.to_string())?;
        let archive = Self {
            store,
            woken,
            clock,
        };
        Ok((archive, restored))
    }

    /// What time it is from now on.
    pub(crate) fn set_clock(&self, now: Now) {
        self.clock[0].store(now.mono_ms, SeqCst);
        self.clock[1].store(now.wall_ms, SeqCst);
    }

    /// Has something kept; the answer, if somebody waits for it.
    pub(crate) fn keep(&self, order: Order) -> Vec<Answer> {
        let awaited = order.ticket.is_some();
        self.store.submit(order).expect("there is room");
        self.answers(awaited)
    }

    /// The answer to a question.
    pub(crate) fn ask(&self, question: Question) -> Vec<Answer> {
        self.store.ask(question).expect("there is room");
        self.answers(true)
    }

    fn answers(&self, awaited: bool) -> Vec<Answer> {
        let mut answers = self.store.take_answers();
        while awaited && answers.is_empty() {
            let woken = self.woken.recv_timeout(PATIENCE);
            woken.expect("the store answers");
            answers = self.store.take_answers();
        }
        answers
    }
}
