//! What is due when for which session, on the monotonic clock.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::SessionId;

/// What is due for a session. What has become void by then is passed over when it rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Timer {
    /// It is greeted.
    WelcomeDue,
    /// It must have a name.
    NameDue,
    /// It enters the lobby.
    LobbyDue,
    /// It can be heard again.
    PaceReady,
    /// What is looked into for it must be answered.
    TicketDue,
    /// What waits for its person is asked for again.
    LettersDue,
}

/// What is due, the next one first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Timers(BTreeSet<(u64, SessionId, Timer)>);

impl Timers {
    pub(super) fn set(&mut self, at_ms: u64, session: SessionId, timer: Timer) {
        self.0.insert((at_ms, session, timer));
    }

    /// Forgets what was set for this moment.
    pub(super) fn cancel(&mut self, at_ms: u64, session: SessionId, timer: Timer) {
        self.0.remove(&(at_ms, session, timer));
    }

    pub(super) fn next_ms(&self) -> Option<u64> {
        self.0.first().map(|(at_ms, ..)| *at_ms)
    }

    pub(super) fn take_due(&mut self, now_ms: u64) -> Option<(SessionId, Timer)> {
        self.next_ms().filter(|at_ms| *at_ms <= now_ms)?;
        self.0
            .pop_first()
            .map(|(_, session, timer)| (session, timer))
    }
}
