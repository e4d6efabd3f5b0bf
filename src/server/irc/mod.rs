//! What an IRC session is heard to say, and how it is answered.

pub(super) mod about;
mod accounts;
mod answers;
mod asking;
pub(super) mod capabilities;
pub(super) mod client;
mod devices;
pub(super) mod fanout;
mod history;
pub(super) mod metadata;
mod monitor;
mod multiline;
mod queries;
pub mod read_marker;
mod registration;
mod sasl;
mod stand_ins;
mod whowas;

use super::session::Session;
use super::{Heard, Server, SessionId};
use crate::chat::time::Now;
use crate::protocol::irc::capabilities::{Cap, Caps};
use crate::protocol::irc::commands::{self, Reading, Spec, When};
use crate::protocol::irc::message::Message;
use crate::protocol::irc::numerics::*;
use crate::protocol::irc::refusals::Complaint;
use crate::protocol::irc::rows::WhoForm;
use crate::protocol::irc::writer::{Line, Reader};
use capabilities::offer;
use client::{Client, Labelled};

/// The longest label that is answered, in bytes (IRCv3 labeled-response).
pub const LABEL_BYTES_MAX: usize = 64;

/// What the session whose message is in hand has asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Which session that is.
    pub(super) by: Option<SessionId>,
    /// What its command is about.
    context: Vec<String>,
    /// In which form it wants people.
    form: Option<WhoForm>,
}

impl Server {
    pub(super) fn hear_irc(&mut self, now: Now, id: SessionId, heard: &Heard<'_>) {
        match heard {
            Heard::Line(line) => self.go_on(now, id, |server, now, id| {
                server.hear_message(now, id, line);
            }),
            Heard::TooLong => {
                self.charge(now, id);
                self.complain(id, &too_long());
            }
            Heard::NotUtf8(text) => self.go_on(now, id, |server, now, id| {
                server.refuse_bytes(now, id, text);
            }),
            Heard::TlsHello => self.close(
                now,
                id,
                "This port speaks IRC without TLS: connect without encryption",
            ),
            Heard::HttpRequest => {}
        }
    }

    /// Does something for an IRC session, then what it has still to do; its answers are gathered if
    /// its message has a label.
    pub(super) fn go_on(
        &mut self,
        now: Now,
        id: SessionId,
        work: impl FnOnce(&mut Self, Now, SessionId),
    ) {
        if self.client(id).is_none() {
            work(self, now, id);
            return self.work_off_plain(now, id);
        }
        self.asked.by = Some(id);
        work(self, now, id);
        self.work_off(now, id);
        self.asked = Asked::default();
        if self.is_working(id) {
            self.pause_answer(id);
        } else {
            self.finish_answer(id);
        }
    }

    /// Does what is still to be done of a session's message, as far as it need not wait.
    fn work_off(&mut self, now: Now, id: SessionId) {
        loop {
            let session = self.sessions.get_mut(id);
            let Some(session) = session.filter(|session| !session.waits()) else {
                return;
            };
            let Some((verb, reading)) = session.irc().and_then(Client::next_todo) else {
                return;
            };
            let spec = commands::lookup(&verb);
            let spec = spec.expect("what is to be done was read by a command of the table");
            self.do_now(now, id, spec, reading);
        }
    }

    /// Whether a session has still something to do of its message.
    fn is_working(&self, id: SessionId) -> bool {
        let session = self.sessions.get(id).filter(|session| !session.closing);
        let busy = self.client(id).is_some_and(Client::is_busy);
        session.is_some_and(|session| session.waits() || busy)
    }

    fn hear_message(&mut self, now: Now, id: SessionId, line: &str) {
        let Some(message) = Message::parse(line) else {
            return self.charge(now, id);
        };
        self.note_label(id, &message);
        let spec = commands::lookup(message.verb);
        if spec.is_none_or(|spec| spec.counts(&message)) {
            self.charge(now, id);
        }
        if message.too_long {
            return self.complain(id, &too_long());
        }
        match spec.ok_or_else(|| unknown(message.verb)) {
            Ok(spec) => self.hear_command(now, id, spec, &message),
            Err(complaint) => self.complain(id, &complaint),
        }
    }

    fn hear_command(
        &mut self,
        now: Now,
        id: SessionId,
        spec: &'static Spec,
        message: &Message<'_>,
    ) {
        let caps = self.caps(id);
        let registered = self.user_of(id).is_some();
        let refused = match spec.when {
            When::Always => None,
            When::IfAsked(cap) if !caps.has(cap) => Some(self.unasked(message.verb, &[cap])),
            When::EarlyIfAsked(cap) if caps.has(cap) => None,
            When::AnyTimeIfAsked(any) => {
                let asked = any.iter().any(|cap| caps.has(*cap));
                (!asked).then(|| self.unasked(message.verb, any))
            }
            _ => (!registered).then(not_registered),
        };
        if let Some(complaint) = refused {
            return self.complain(id, &complaint);
        }
        let mut readings = spec.read(message, caps);
        if readings.len() > 1 {
            return self.put_off(id, spec, readings);
        }
        // What nothing stands behind need not stand in line.
        if let Some(reading) = readings.pop() {
            self.do_now(now, id, spec, reading);
        }
    }

    /// Leaves what a message asks for to be done in order.
    fn put_off(&mut self, id: SessionId, spec: &Spec, readings: Vec<Reading>) {
        if let Some(client) = self.client_mut(id) {
            let todo = &mut client.aside().todo;
            let readings = readings.into_iter();
            todo.extend(readings.map(|reading| (spec.name.to_owned(), reading)));
        }
    }

    fn do_now(&mut self, now: Now, id: SessionId, spec: &'static Spec, reading: Reading) {
        match reading {
            Ok(request) => self.carry_out_irc(now, id, spec.name, request),
            Err(complaint) => self.complain_about(id, spec.name, &complaint),
        }
    }

    /// Says of a line that is not UTF-8 which command it would have been (IRCv3 UTF8ONLY).
    fn refuse_bytes(&mut self, now: Now, id: SessionId, text: &str) {
        self.charge(now, id);
        let message = Message::parse(text);
        if let Some(message) = &message {
            self.note_label(id, message);
        }
        let verb = message.map_or("*", |message| message.verb);
        let is_word = verb.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let verb = if is_word { verb } else { "*" }.to_ascii_uppercase();
        let text = "Only UTF-8 is taken here: set your client to it";
        self.complain(id, &Complaint::fail(&verb, "INVALID_UTF8", &[], text));
    }

    /// Notes the label of a message, which its answer is to have.
    fn note_label(&mut self, id: SessionId, message: &Message<'_>) {
        let Some(client) = self.client_mut(id).filter(|client| client.caps.labels()) else {
            return;
        };
        let label = message.tag("label");
        if let Some(label) = label.filter(|label| (1..=LABEL_BYTES_MAX).contains(&label.len())) {
            client.aside().labelled = Some(Labelled {
                label,
                ..Labelled::default()
            });
        }
    }

    pub(super) fn client(&self, id: SessionId) -> Option<&Client> {
        match &self.sessions.get(id)?.side {
            super::Side::Irc(client) => Some(client),
            super::Side::Plain(_) => None,
        }
    }

    fn client_mut(&mut self, id: SessionId) -> Option<&mut Client> {
        self.sessions.get_mut(id)?.irc()
    }

    fn caps(&self, id: SessionId) -> Caps {
        self.client(id)
            .map(|client| client.caps)
            .unwrap_or_default()
    }

    fn has(&self, id: SessionId, cap: Cap) -> bool {
        self.caps(id).has(cap)
    }

    /// Who reads what is written to a session.
    pub(super) fn reader(&self, id: SessionId) -> Reader<'_> {
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let claimed = || {
            let registration = self.client(id)?.registration.as_ref()?;
            registration.nick.as_ref()
        };
        let nick = user.map(|user| user.nick()).or_else(claimed);
        Reader {
            server: &self.settings.name,
            nick: nick.map_or("*", |nick| nick.as_str()),
            caps: self.caps(id),
        }
    }

    /// Writes something to a session.
    pub(super) fn write_to(
        &mut self,
        id: SessionId,
        write: impl FnOnce(&Self, &Reader<'_>, &mut String),
    ) {
        let mut out = String::new();
        write(self, &self.reader(id), &mut out);
        if !out.is_empty() {
            self.send(id, out);
        }
    }

    pub(super) fn send_numeric(&mut self, id: SessionId, numeric: &str, text: &str) {
        self.write_to(id, |_, reader, out| reader.numeric(out, numeric).text(text));
    }

    pub(super) fn notify(&mut self, id: SessionId, sentence: &str) {
        self.write_to(id, |_, reader, out| reader.notice(out, sentence));
    }

    pub(super) fn complain(&mut self, id: SessionId, complaint: &Complaint) {
        self.write_to(id, |_, reader, out| complaint.write(reader, out));
    }

    /// A notice is never answered, not even by a complaint (RFC 2812, section 3.3.2).
    fn complain_about(&mut self, id: SessionId, verb: &str, complaint: &Complaint) {
        if verb != "NOTICE" {
            self.complain(id, complaint);
        }
    }

    /// There is no such command for a client that has asked for none of these: a person who types
    /// it can ask, if one of them is offered.
    fn unasked(&self, verb: &str, any: &[Cap]) -> Complaint {
        let offer = offer(&self.settings);
        let offered = any.iter().find(|cap| offer.has(**cap));
        let Some(name) = offered.and_then(|cap| cap.name()) else {
            return unknown(verb);
        };
        let text = format!("Only with {name}: CAP REQ :{name} asks for it");
        Complaint::about(ERR_UNKNOWNCOMMAND, &[verb], &text)
    }

    /// The last line of a connection.
    pub(super) fn send_error(&mut self, id: SessionId, why: &str) {
        let mut out = String::new();
        drop_error(&mut out, why);
        self.send(id, out);
    }

    /// What a session that is no more has left elsewhere.
    pub(super) fn forget_client(&mut self, id: SessionId) {
        self.forget_monitored(id);
        if let Some(client) = self.client_mut(id) {
            client.aside().todo.clear();
            client.aside().multiline = None;
            client.tidy();
        }
        let ticket = self.sessions.get_mut(id).and_then(Session::take_ticket);
        if let Some(ticket) = ticket {
            self.tickets.remove(&ticket.number);
        }
    }
}

/// `ERROR` has no source (RFC 2812, section 3.7.4).
fn drop_error(out: &mut String, why: &str) {
    let start = out.len();
    Line::new(out, "", "", "ERROR").text(format_args!("Closing link: {why}"));
    out.replace_range(start..start + ": ".len(), "");
}

fn too_long() -> Complaint {
    Complaint::new(ERR_INPUTTOOLONG, "Input line was too long")
}

fn unknown(verb: &str) -> Complaint {
    let text = "Unknown command: HELP lists all";
    Complaint::about(ERR_UNKNOWNCOMMAND, &[verb], text)
}

fn not_registered() -> Complaint {
    Complaint::new(
        ERR_NOTREGISTERED,
        "You have not registered: NICK and USER do that",
    )
}
