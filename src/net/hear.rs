//! Reading connections, and hearing their lines: everybody in turn, nobody for too long.

use bytes::Bytes;

use super::connection::Fill;
use super::{Loop, lost, mark};
use crate::protocol::heard;
use crate::server::{Heard, SessionId};

/// Nothing more is read from a connection that has so many bytes of answers to take.
pub const UNREAD_ANSWERS_BYTES: usize = 32_768;

/// How much is heard from all connections in a turn: what one turn makes for one reader must be
/// less than its queue takes.
const HEARD_PER_TURN: usize = 32_768;

/// How much of that is heard from one connection, for fairness.
const HEARD_PER_CONNECTION: usize = 8_192;

/// What a line weighs besides its bytes: about what is written in front of it.
const LINE_WEIGHT: usize = 64;

impl Loop {
    /// Hears who is hungry, in turn; whoever this turn is too short for is first in the next.
    pub(super) fn hear(&mut self) {
        self.turn_left = HEARD_PER_TURN;
        let hungry = std::mem::take(&mut self.hungry);
        let mut hungry = hungry.into_iter();
        while self.turn_left > 0 {
            let Some(id) = hungry.next() else { return };
            if let Some(connection) = self.connections.get_mut(id) {
                connection.hungry = false;
                self.hear_one(id);
            }
        }
        let still_hungry = std::mem::take(&mut self.hungry);
        self.hungry = hungry.chain(still_hungry).collect();
    }

    pub(super) fn hear_one(&mut self, id: SessionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if connection.closing.is_some() {
            return self.overhear(id);
        }
        if !self.can_hear(id) {
            return;
        }
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if connection.has_rest() {
            let (rest, at) = connection.take_rest();
            let left = self.listen_to(id, &rest[at..]);
            let at = rest.len() - left;
            return self.keep(id, rest, at);
        }
        if connection.ended {
            return self.hear_end(id);
        }
        self.read(id);
    }

    /// Keeps what could not be heard; there may be more behind it.
    pub(super) fn keep(&mut self, id: SessionId, rest: Vec<u8>, at: usize) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.keep(rest, at);
        }
        self.stay_hungry(id);
    }

    /// Whether the session is ready for a line, and takes the answers to those before.
    pub(super) fn can_hear(&mut self, id: SessionId) -> bool {
        let Some(connection) = self.connections.get_mut(id) else {
            return false;
        };
        connection.choked = connection.queue.bytes() > UNREAD_ANSWERS_BYTES;
        !connection.choked && self.server.is_ready(self.now, id)
    }

    pub(super) fn read(&mut self, id: SessionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let mut scratch = std::mem::take(&mut self.scratch);
        match connection.fill(&mut scratch) {
            Ok(Fill::Some(read)) => {
                let left = self.listen_to(id, &scratch[..read]);
                self.keep(id, scratch[read - left..read].to_vec(), 0);
            }
            Ok(Fill::Last(read)) => {
                let left = self.listen_to(id, &scratch[..read]);
                if left > 0 {
                    self.keep(id, scratch[read - left..read].to_vec(), 0);
                }
            }
            Ok(Fill::Nothing) => {}
            Ok(Fill::End) => {
                connection.ended = true;
                self.hear_end(id);
            }
            Err(error) => self.doom(id, lost(&error)),
        }
        self.scratch = scratch;
    }

    /// Hears line by line, as long as the session is ready and has not had its share of the turn.
    /// Says how many bytes are left.
    pub(super) fn listen_to(&mut self, id: SessionId, mut bytes: &[u8]) -> usize {
        let mut share = self.turn_left.min(HEARD_PER_CONNECTION);
        while share > 0 && self.can_hear(id) {
            let before = bytes.len();
            let connection = self.connections.get_mut(id);
            let heard = connection.and_then(|connection| connection.next_heard(&mut bytes));
            let Some(heard) = heard else { return 0 };
            let weight = before - bytes.len() + LINE_WEIGHT;
            share = share.saturating_sub(weight);
            self.turn_left = self.turn_left.saturating_sub(weight);
            self.pass_on(id, &heard);
        }
        bytes.len()
    }

    pub(super) fn pass_on(&mut self, id: SessionId, heard: &heard::Heard<'_>) {
        let heard = match heard {
            heard::Heard::Line(typed) => Heard::Line(&typed.text),
            heard::Heard::TooLong => Heard::TooLong,
            heard::Heard::NotUtf8(text) => Heard::NotUtf8(text),
            heard::Heard::HttpRequest => Heard::HttpRequest,
            heard::Heard::TlsHello => Heard::TlsHello,
            heard::Heard::Answer(answer) => {
                if answer.is_negotiation() {
                    self.server.negotiated(id);
                }
                return self.enqueue(id, Bytes::copy_from_slice(answer.as_bytes()));
            }
        };
        self.server.hear(self.now, id, &heard);
        self.carry_out();
    }

    pub(super) fn hear_end(&mut self, id: SessionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if let Some(heard) = connection.last_heard() {
            self.pass_on(id, &heard);
        }
        if self.server.is_ready(self.now, id) {
            self.server.end_of_input(self.now, id);
            self.carry_out();
        }
    }

    /// Reads what nobody will hear: unread bytes would make the system break the connection off
    /// before the other side has read our last words.
    pub(super) fn overhear(&mut self, id: SessionId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        match connection.fill(&mut self.scratch) {
            Ok(Fill::Some(_)) => mark(&mut self.hungry, &mut connection.hungry, id),
            Ok(Fill::Last(_) | Fill::Nothing) => {}
            Ok(Fill::End) => {
                connection.ended = true;
                mark(&mut self.dirty, &mut connection.dirty, id);
            }
            Err(_) => self.bury_closing(id),
        }
    }

    /// Hears a session that is ready again, unless there is nothing to be heard of it.
    ///
    /// No edge of the poll is lost by that: one that came while the session was not ready is noted
    /// as `unread`, which only a read takes back, and one that comes later makes it hungry.
    pub(super) fn resume(&mut self, id: SessionId) {
        let more = self.connections.get_mut(id);
        if more.is_some_and(|connection| connection.has_more()) {
            self.stay_hungry(id);
        }
    }

    pub(super) fn stay_hungry(&mut self, id: SessionId) {
        if let Some(connection) = self.connections.get_mut(id) {
            mark(&mut self.hungry, &mut connection.hungry, id);
        }
    }
}
