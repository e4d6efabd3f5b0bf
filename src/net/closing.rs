//! Closing a connection so that the other side reads our last words: everything is written, then
//! the other side is told that no more will come, and given time to close too.

use super::connection::Closing;
use super::{Loop, mark};
use crate::server::SessionId;

/// How long a connection that is being closed may take no byte, in milliseconds.
const CLOSING_STALL_MS: u64 = 10_000;

/// How long the other side has to close too once it has been told everything, in milliseconds.
const LINGER_MS: u64 = 2_000;

impl Loop {
    pub(super) fn start_closing(&mut self, id: SessionId, reason: String) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if connection.closing.is_some() {
            return;
        }
        let deadline_ms = self.now.mono_ms + CLOSING_STALL_MS;
        connection.closing = Some(Box::new(Closing {
            reason,
            said_all: false,
            deadline_ms,
        }));
        connection.keep(Vec::new(), 0);
        self.closings.insert((deadline_ms, id));
        mark(&mut self.dirty, &mut connection.dirty, id);
        mark(&mut self.hungry, &mut connection.hungry, id);
    }

    /// Everything is written first; then the other side is told so and given time to close too.
    pub(super) fn continue_closing(&mut self, id: SessionId, progress: bool) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let written = connection.queue.is_empty();
        let ended = connection.ended;
        let Some(closing) = connection.closing.as_deref_mut() else {
            return;
        };
        let mut deadline_ms = closing.deadline_ms;
        if written && !closing.said_all {
            closing.said_all = true;
            deadline_ms = self.now.mono_ms + LINGER_MS;
            connection.say_end();
        } else if progress {
            deadline_ms = self.now.mono_ms + CLOSING_STALL_MS;
        }
        if written && ended {
            return self.bury_closing(id);
        }
        self.set_closing_deadline(id, deadline_ms);
    }

    pub(super) fn set_closing_deadline(&mut self, id: SessionId, deadline_ms: u64) {
        let connection = self.connections.get_mut(id);
        let Some(closing) = connection.and_then(|connection| connection.closing.as_deref_mut())
        else {
            return;
        };
        self.closings.remove(&(closing.deadline_ms, id));
        closing.deadline_ms = deadline_ms;
        self.closings.insert((deadline_ms, id));
    }

    pub(super) fn end_closings(&mut self) {
        while let Some(&(at_ms, id)) = self.closings.first() {
            if at_ms > self.now.mono_ms {
                return;
            }
            self.closings.pop_first();
            self.bury_closing(id);
            self.bury();
        }
    }

    pub(super) fn bury_closing(&mut self, id: SessionId) {
        let connection = self.connections.get_mut(id);
        let Some(closing) = connection.and_then(|connection| connection.closing.as_deref_mut())
        else {
            return;
        };
        self.closings.remove(&(closing.deadline_ms, id));
        let reason = std::mem::take(&mut closing.reason);
        self.doom(id, reason);
    }
}
