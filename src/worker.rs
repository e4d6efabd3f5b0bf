//! Checks passwords on a thread of its own: one check takes longer than the event loop may stand
//! still. One thread and a short queue also bound how many guesses those outside can make.

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;

use crate::check::{Check, Checked};

/// How many checks may wait for the one in hand.
pub const WAITING_MAX: usize = 32;

/// A thread that checks passwords, in the order in which they were submitted. It ends with this
/// value, once the check in hand is done: nobody waits for it.
#[derive(Debug)]
pub struct Worker {
    waiting: SyncSender<Check>,
    done: Receiver<Checked>,
}

impl Worker {
    /// Starts the thread. It calls `wake` after each result that can be taken.
    ///
    /// # Errors
    /// No thread can be had.
    pub fn start(wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (waiting, checks) = sync_channel(WAITING_MAX);
        let (results, done) = channel();
        let named = thread::Builder::new().name("passwords".to_owned());
        named.spawn(move || check_all(&checks, &results, wake))?;
        Ok(Self { waiting, done })
    }

    /// Has a password checked, without waiting for it.
    ///
    /// # Errors
    /// Gives the check back when [`WAITING_MAX`] wait already, or when `wake` has panicked.
    pub fn submit(&self, check: Check) -> Result<(), Check> {
        self.waiting.try_send(check).map_err(|error| match error {
            TrySendError::Full(check) | TrySendError::Disconnected(check) => check,
        })
    }

    /// The results since the last call, oldest first.
    pub fn take_done(&self) -> Vec<Checked> {
        self.done.try_iter().collect()
    }
}

/// What still waits when nobody takes results any more is left undone.
fn check_all(checks: &Receiver<Check>, results: &Sender<Checked>, wake: impl Fn()) {
    for check in checks {
        if results.send(check.run()).is_err() {
            return;
        }
        wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Job, Outcome};
    use crate::verifier::{ITERATIONS_MIN, Verifier};
    use std::sync::Arc;
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::Duration;

    /// How long the thread may take for what it has to do.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn pencil() -> Arc<Verifier> {
        Arc::new(Verifier::make("pencil", b"salt", ITERATIONS_MIN).expect("a password"))
    }

    fn check(ticket: u64, password: &str, verifier: &Arc<Verifier>) -> Check {
        Check {
            ticket,
            password: password.to_owned(),
            job: Job::Check(verifier.clone()),
        }
    }

    #[test]
    fn results_come_in_order_and_each_wakes() {
        let (wakes, woken) = channel();
        let worker = Worker::start(move || wakes.send(()).expect("it is awaited")).expect("starts");
        let verifier = pencil();
        let passwords = ["pencil", "pencl", "", "pencil"];
        for (ticket, password) in (1..).zip(passwords) {
            worker
                .submit(check(ticket, password, &verifier))
                .expect("there is room");
        }
        let mut done = Vec::new();
        for count in 1..=passwords.len() {
            woken.recv_timeout(PATIENCE).expect("a wake for each");
            done.extend(worker.take_done());
            assert!(done.len() >= count, "the result is there before the wake");
        }
        let expected = [(1, true), (2, false), (3, false), (4, true)];
        assert_eq!(
            done,
            expected.map(|(ticket, holds)| Checked {
                ticket,
                outcome: Outcome::Holds(holds)
            })
        );
        assert_eq!(worker.take_done(), [], "each is taken once");
    }

    #[test]
    fn one_more_than_may_wait_is_given_back() {
        let (wakes, woken) = channel();
        let (go, wait) = channel();
        let worker = Worker::start(move || {
            wakes.send(()).expect("it is awaited");
            wait.recv().expect("it is told to go on");
        });
        let (worker, verifier) = (worker.expect("starts"), pencil());
        worker
            .submit(check(0, "pencil", &verifier))
            .expect("there is room");
        woken.recv_timeout(PATIENCE).expect("it is done");
        for ticket in 1..=WAITING_MAX as u64 {
            worker
                .submit(check(ticket, "", &verifier))
                .expect("there is room");
        }
        let back = worker
            .submit(check(99, "pencil", &verifier))
            .expect_err("one past");
        assert_eq!((back.ticket, &*back.password), (99, "pencil"));
        for _ in 0..=WAITING_MAX {
            go.send(()).expect("it waits");
        }
        for _ in 0..WAITING_MAX {
            woken.recv_timeout(PATIENCE).expect("none was lost");
        }
        assert_eq!(worker.take_done().len(), 1 + WAITING_MAX);
        worker.submit(back).expect("there is room again");
    }

    #[test]
    fn the_thread_ends_with_the_worker() {
        let (wakes, woken) = channel();
        let (go, wait) = channel::<()>();
        let worker = Worker::start(move || {
            wakes.send(()).expect("it is awaited");
            let _ = wait.recv();
        });
        let (worker, verifier) = (worker.expect("starts"), pencil());
        for ticket in 0..3 {
            worker
                .submit(check(ticket, "pencil", &verifier))
                .expect("there is room");
        }
        woken.recv_timeout(PATIENCE).expect("the first is done");
        drop((worker, go));
        let end = woken.recv_timeout(PATIENCE);
        assert_eq!(
            end,
            Err(RecvTimeoutError::Disconnected),
            "the others are left undone"
        );
    }
}
