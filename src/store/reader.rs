//! The thread that reads, on a connection that cannot write: a question never delays a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::Clock;
use super::health::{Health, Part};
use super::history;
use super::queue::Queue;
use super::vocabulary::{Answer, Found, Question, Trouble};

/// How many questions may wait for the one in hand.
pub const QUESTIONS_WAITING_MAX: usize = 256;

/// How long the answer to one question may be looked for, in milliseconds.
pub const QUESTION_MS_MAX: u64 = 500;

/// How long a question waits for what was to be kept before it, in milliseconds: as long as the disk
/// keeps up, it is there much sooner.
pub const CATCHING_UP_MS_MAX: u64 = 500;

/// After how many steps of SQLite's machine the clock is looked at: some ten microseconds.
const STEPS: i32 = 500;

/// A question, and how many orders had been taken before it.
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) behind: u64,
}

/// Questions as they come, each once what was ordered before it has been carried out.
pub(super) struct Questions {
    pub(super) asked: Receiver<Asked>,
    pub(super) orders: Arc<Queue>,
}

impl Questions {
    fn next(&self) -> Option<Question> {
        let Asked { question, behind } = self.asked.recv().ok()?;
        let patience = Duration::from_millis(CATCHING_UP_MS_MAX);
        self.orders.wait_for(behind, patience);
        Some(question)
    }
}

pub(super) struct Reader<W> {
    db: Connection,
    questions: Questions,
    answers: Sender<Answer>,
    health: Arc<Health>,
    clock: Clock,
    wake: W,
    deadline_ms: Arc<AtomicU64>,
    ending: Arc<AtomicBool>,
}

impl<W: Fn()> Reader<W> {
    /// `ending`: nobody waits for answers any more.
    pub(super) fn new(
        mut db: Connection,
        questions: Questions,
        answers: Sender<Answer>,
        health: Arc<Health>,
        clock: Clock,
        wake: W,
        ending: Arc<AtomicBool>,
    ) -> rusqlite::Result<Self> {
        let deadline_ms = Arc::new(AtomicU64::new(0));
        let (now, until, ended) = (clock.clone(), deadline_ms.clone(), ending.clone());
        let too_slow = move || ended.load(Relaxed) || now().mono_ms >= until.load(Relaxed);
        db.progress_handler(STEPS, Some(too_slow))?;
        Ok(Self {
            db,
            questions,
            answers,
            health,
            clock,
            wake,
            deadline_ms,
            ending,
        })
    }

    pub(super) fn run(mut self) {
        while let Some(question) = self.questions.next() {
            if self.ending.load(Relaxed) {
                break;
            }
            let ticket = question.ticket;
            let outcome = self.answer(&question);
            if self
                .answers
                .send(Answer::Found { ticket, outcome })
                .is_err()
            {
                break;
            }
            (self.wake)();
        }
    }

    fn answer(&mut self, question: &Question) -> Result<Found, Trouble> {
        let deadline_ms = (self.clock)().mono_ms + QUESTION_MS_MAX;
        self.deadline_ms.store(deadline_ms, Relaxed);
        let answered = self.look(question);
        match answered {
            Ok(found) => {
                self.health.well(Part::Reading);
                Ok(found)
            }
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                Err(Trouble::TooSlow)
            }
            Err(error) => {
                self.health.ill(Part::Reading, &error);
                Err(Trouble::Failed)
            }
        }
    }

    /// All that a question looks at is of the same moment.
    fn look(&mut self, question: &Question) -> rusqlite::Result<Found> {
        let behavior = TransactionBehavior::Deferred;
        let moment = self.db.transaction_with_behavior(behavior)?;
        history::answer(&moment, question)
    }
}
