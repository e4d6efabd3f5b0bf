//! Bytes into lines, heard when the session is ready, as the event loop does it.

use hallway::protocol::irc::commands;
use hallway::protocol::irc::message::Message;
use hallway::server::{Heard, SessionId};

use super::{Connection, Item, Office};

impl Office {
    pub(super) fn be_hungry(&mut self, id: SessionId) {
        let connection = self.connection(id);
        if !std::mem::replace(&mut connection.hungry, true) {
            self.hungry.push_back(id);
        }
    }

    pub(super) fn hear(&mut self) {
        while let Some(id) = self.hungry.pop_front() {
            if self.connections.get(id).is_some() {
                self.connection(id).hungry = false;
                self.hear_one(id);
            }
        }
        for (id, connection) in self.connections.iter() {
            let waits = !connection.sent.is_empty() && !connection.closed;
            let has_reason = self.is_answered_later(connection) || self.is_out_of_pace(connection);
            assert!(!waits || has_reason, "{id} waits in vain");
        }
    }

    /// Whether the answer to what it has typed last is not complete yet.
    pub(super) fn is_answered_later(&self, connection: &Connection) -> bool {
        connection.await_drain || connection.verifying_until_ms > self.now.mono_ms
    }

    pub(super) fn is_out_of_pace(&self, connection: &Connection) -> bool {
        let now_us = self.now.mono_ms * 1_000;
        self.kind.pace.is_some_and(|pace| {
            let room_us = u64::from(pace.burst - 1) * pace.every_us;
            connection.paid_until_us > now_us + room_us
        })
    }

    /// Hears line by line, as long as the session is ready, like the event loop.
    pub(super) fn hear_one(&mut self, id: SessionId) {
        while !self.connection(id).closed && self.server.is_ready(self.now, id) {
            let connection = self.connection(id);
            let bytes: Vec<u8> = connection.sent.drain(..).collect();
            let mut rest = &bytes[..];
            let heard = match connection.client {
                Some(_) => connection.framer.hear(&mut rest).map(Item::from),
                None => connection.terminal.hear(&mut rest).map(Item::from),
            };
            connection.sent.extend(rest);
            match heard {
                Some(item) => self.pass_on(id, item),
                None if connection.ended => return self.hear_end(id),
                None => return,
            }
        }
    }

    pub(super) fn hear_end(&mut self, id: SessionId) {
        let connection = self.connection(id);
        let last = match connection.client {
            Some(_) => connection.framer.finish().map(Item::from),
            None => connection.terminal.finish().map(Item::from),
        };
        if let Some(item) = last {
            self.pass_on(id, item);
        }
        let connection = self.connection(id);
        if !connection.closed && !connection.heard_end && self.server.is_ready(self.now, id) {
            self.connection(id).heard_end = true;
            self.note(format!("{id} has sent all"));
            self.step(Some(id), None, |server, now| server.end_of_input(now, id));
        }
    }

    pub(super) fn pass_on(&mut self, id: SessionId, item: Item) {
        match item {
            Item::Line(line) => {
                self.note(format!("{id}> {line}"));
                if self.counts(id, &line) {
                    self.pay(id);
                }
                if let Some(client) = &mut self.connection(id).client {
                    let done = client.types(&line);
                    done.unwrap_or_else(|fault| self.fail(Some(id), &fault));
                }
                let typed = line.clone();
                self.step(Some(id), Some(typed), |server, now| {
                    server.hear(now, id, &Heard::Line(&line))
                });
            }
            Item::TooLong => {
                self.note(format!("{id}> a line that is too long"));
                self.pay(id);
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::TooLong)
                });
            }
            Item::NotUtf8(text) => {
                self.note(format!("{id}> what is not UTF-8: {text}"));
                self.pay(id);
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::NotUtf8(&text))
                });
            }
            Item::Browser => {
                self.connection(id).browser = true;
                self.note(format!("{id} is a browser"));
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::HttpRequest)
                });
                assert!(self.connection(id).closed, "browsers are sent away");
            }
            Item::Tls => {
                self.note(format!("{id} is a TLS client"));
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::TlsHello)
                });
                assert!(self.connection(id).closed, "TLS clients are sent away");
            }
            Item::Nothing => {}
        }
    }

    /// Whether a line counts against the pace.
    pub(super) fn counts(&mut self, id: SessionId, line: &str) -> bool {
        let connection = self.connection(id);
        if connection.client.is_some() {
            return Message::parse(line).is_none_or(|message| {
                commands::lookup(message.verb).is_none_or(|spec| spec.counts(&message))
            });
        }
        let named = connection.person.nick.is_some();
        !named || !line.to_ascii_lowercase().starts_with("/ping")
    }

    /// Nobody is heard faster than the pace: so many lines at once, then one every so often.
    pub(super) fn pay(&mut self, id: SessionId) {
        let Some(pace) = self.kind.pace else { return };
        let now_us = self.now.mono_ms * 1_000;
        let paid = &mut self.connection(id).paid_until_us;
        *paid = now_us.max(*paid) + pace.every_us;
        let ahead = *paid - now_us;
        assert!(
            ahead <= u64::from(pace.burst) * pace.every_us,
            "{id} is heard too fast"
        );
    }
}
