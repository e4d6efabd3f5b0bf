//! The whole server without sockets: lines in, lines out.
//!
//! [`Server`] maps users to sessions, reads lines by the protocol of their session, hands them to
//! the chat and turns what the chat says into lines for those who hear it. It is told the time and
//! gives its [`Output`]s to whoever drains them: the event loop, or a test.

pub mod cloak;
mod fanout;
mod registration;
mod session;
pub mod settings;
mod timers;

use std::net::SocketAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::arena::{Beside, key_type};
use crate::chat::Chat;
use crate::chat::UserId;
use crate::chat::channel::check_reason;
use crate::chat::time::Now;
use crate::chat::vocabulary;
use crate::protocol::Protocol;
use crate::protocol::plain::commands::{self, Reading, Request};
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies;
use crate::protocol::plain::screen::Screen;
use crate::protocol::plain::stamp::Clock;
use session::{Progress, Session};
use settings::Settings;
use smallvec::SmallVec;
use timers::{Timer, Timers};

key_type! {
    /// A session: the protocol side of one connection, under the same key.
    SessionId
}

/// How long after giving a name a session enters the lobby at the latest, in milliseconds.
pub const LOBBY_AFTER_MS: u64 = 1_000;

/// How long a new connection is left to speak first, in milliseconds: people do not, but a web
/// browser does, and must not find a greeting in front of its page.
pub const WELCOME_AFTER_MS: u64 = 100;

/// How many lines may be refused before a name is given.
pub const REFUSED_BEFORE_NAME_MAX: u8 = 10;

/// How long the wall clock is taken at its word, in milliseconds: somebody may set it while
/// something waits for it.
pub const WALL_CLOCK_TRUSTED_MS: u64 = 60_000;

/// How many bytes of a long answer are written at once.
pub const LISTING_BYTES: usize = 16_384;

/// Something a connection has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard<'a> {
    /// A line without its end.
    Line(&'a str),
    /// A line that was longer than lines may be.
    TooLong,
    /// The first line of an HTTP request.
    HttpRequest,
    /// The first bytes of a TLS handshake.
    TlsHello,
}

/// What is to be done to connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Write these bytes.
    Send(SessionId, Bytes),
    /// Hear its lines again: it is ready.
    Resume(SessionId),
    /// Call [`Server::drained`] once all that was sent to it has been written.
    AwaitDrain(SessionId),
    /// Write what is still to be written, then close; the reason is for the log.
    Close(SessionId, String),
}

/// The whole server without sockets: plain data, but for its settings.
#[derive(Serialize, Deserialize)]
pub struct Server {
    #[serde(skip)]
    settings: Settings,
    chat: Chat,
    sessions: Beside<SessionId, Session>,
    /// The sessions of each user.
    seats: Beside<UserId, SmallVec<[SessionId; 1]>>,
    timers: Timers,
    #[serde(skip)]
    outputs: Vec<Output>,
}

impl Server {
    /// A server with nobody in it.
    pub fn new(settings: Settings) -> Self {
        Self {
            chat: Chat::new(settings.chat.clone()),
            settings,
            sessions: Beside::default(),
            seats: Beside::default(),
            timers: Timers::default(),
            outputs: Vec::new(),
        }
    }

    /// Takes other settings. Nobody is disconnected.
    pub fn configure(&mut self, settings: Settings) {
        self.chat.configure(settings.chat.clone());
        self.settings = settings;
    }

    /// Makes the person of a session an operator of the server, or no longer.
    pub fn set_operator(&mut self, id: SessionId, operator: bool) {
        if let Some(user) = self.user_of(id) {
            self.chat.set_operator(user, operator);
        }
    }

    /// The chat, to be looked at.
    pub fn chat(&self) -> &Chat {
        &self.chat
    }

    /// Takes what is to be done to connections, in order, in exchange for the room of an empty list.
    pub fn swap_outputs(&mut self, empty: &mut Vec<Output>) {
        std::mem::swap(&mut self.outputs, empty);
    }

    /// Takes what is to be done to connections, in order.
    pub fn drain_outputs(&mut self) -> std::vec::Drain<'_, Output> {
        self.outputs.drain(..)
    }

    /// A connection has been made.
    pub fn open(&mut self, now: Now, id: SessionId, protocol: Protocol, peer: SocketAddr) {
        self.sessions.put(id, Session::new(protocol, peer.ip()));
        match protocol {
            Protocol::Plain => {
                self.timers.set(
                    now.mono_ms + self.settings.name_within_ms,
                    id,
                    Timer::NameDue,
                );
                self.timers
                    .set(now.mono_ms + WELCOME_AFTER_MS, id, Timer::WelcomeDue);
            }
            Protocol::Irc => {
                let line = "ERROR :hallway does not speak IRC yet: use telnet or netcat on its plain port.\r\n";
                self.send(id, line.to_owned());
                self.close(now, id, "no IRC yet");
            }
        }
    }

    /// Whether the session can hear a line now. If not, [`Output::Resume`] says when.
    pub fn is_ready(&mut self, now: Now, id: SessionId) -> bool {
        let Some(session) = self.sessions.get(id) else {
            return false;
        };
        if session.listing.is_some() {
            return false;
        }
        let Some(pace) = self.settings.pace else {
            return true;
        };
        let ready_ms = session.pace.ready_at_ms(pace);
        if ready_ms > now.mono_ms {
            self.timers.set(ready_ms, id, Timer::PaceReady);
        }
        ready_ms <= now.mono_ms
    }

    /// A connection has said something. It must be ready ([`Server::is_ready`]).
    pub fn hear(&mut self, now: Now, id: SessionId, heard: &Heard<'_>) {
        if matches!(heard, Heard::Line(_) | Heard::TooLong) {
            self.welcome(id);
        }
        let Some(session) = self.sessions.get(id) else {
            return;
        };
        match (&session.progress, heard) {
            (Progress::Closing, _) => {}
            (_, Heard::HttpRequest) => {
                let page = replies::web_page(&self.settings.name);
                self.send(id, page);
                self.close(now, id, "a web browser");
            }
            (_, Heard::TlsHello) => {
                self.refuse(id, &refusals::mistake(&Mistake::TlsHere));
                self.close(now, id, "a TLS client");
            }
            (Progress::Naming { .. }, Heard::Line(line)) => self.hear_before_name(now, id, line),
            (Progress::Naming { .. }, Heard::TooLong) => {
                self.charge(now, id);
                self.refuse_before_name(now, id, &refusals::mistake(&Mistake::LineTooLong));
            }
            (Progress::Here { .. }, Heard::Line(line)) => self.hear_line(now, id, line),
            (Progress::Here { .. }, Heard::TooLong) => {
                self.charge(now, id);
                self.refuse(id, &refusals::mistake(&Mistake::LineTooLong));
            }
        }
    }

    /// A connection will say no more. It must be ready ([`Server::is_ready`]).
    pub fn end_of_input(&mut self, now: Now, id: SessionId) {
        self.close(now, id, "left");
    }

    /// All that was sent to a connection has been written.
    pub fn drained(&mut self, now: Now, id: SessionId) {
        self.continue_listing(now, id);
    }

    /// A connection is no more.
    pub fn lost(&mut self, now: Now, id: SessionId, why: &str) {
        self.depart(now, id, why);
        self.sessions.take(id);
    }

    /// Says goodbye to everybody.
    pub fn goodbye(&mut self) {
        for id in self.sessions.keys() {
            let session = self.sessions.get(id);
            if session.is_none_or(|session| session.progress == Progress::Closing) {
                continue;
            }
            self.let_go(id);
            self.send(id, replies::closing_down());
            self.end(id, "the server is closing down");
        }
    }

    /// When [`Server::tick`] has something to do next, on the monotonic clock.
    pub fn next_deadline_ms(&self, now: Now) -> Option<u64> {
        let chat = self.chat.next_deadline_ms();
        let chat = chat.map(|wall_ms| {
            now.mono_ms
                + wall_ms
                    .saturating_sub(now.wall_ms)
                    .min(WALL_CLOCK_TRUSTED_MS)
        });
        chat.into_iter().chain(self.timers.next_ms()).min()
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now) {
        while let Some((id, timer)) = self.timers.take_due(now.mono_ms) {
            self.ring(now, id, timer);
        }
        self.chat.expire(now);
        self.deliver(now, None);
    }

    fn ring(&mut self, now: Now, id: SessionId, timer: Timer) {
        let Some(session) = self.sessions.get(id) else {
            return;
        };
        match (timer, &session.progress) {
            (Timer::NameDue, Progress::Naming { .. }) => {
                self.refuse(id, &refusals::mistake(&Mistake::NoNameInTime));
                self.close(now, id, "no name in time");
            }
            (Timer::WelcomeDue, _) => self.welcome(id),
            (Timer::LobbyDue, _) => drop(self.enter_lobby(now, id)),
            (Timer::PaceReady, _) => self.outputs.push(Output::Resume(id)),
            _ => {}
        }
    }

    fn hear_line(&mut self, now: Now, id: SessionId, line: &str) {
        if line.is_empty() {
            return self.charge(now, id);
        }
        let mut reading = self.read(id, line);
        let astray = reading.request == Err(Mistake::NoCurrentChannel);
        if astray && !self.screen(id).is_adrift() && self.enter_lobby(now, id) {
            reading = self.read(id, line);
            if reading.request == Err(Mistake::NoCurrentChannel) {
                // Why the lobby is closed has been said.
                return self.charge(now, id);
            }
        }
        if reading.counts {
            self.charge(now, id);
        }
        match reading.request {
            Ok(request) => self.carry_out(now, id, request, reading.bare),
            Err(mistake) => self.refuse(id, &refusals::mistake(&mistake)),
        }
    }

    fn read(&mut self, id: SessionId, line: &str) -> Reading {
        let session = self
            .sessions
            .get(id)
            .expect("only sessions that are there are heard");
        commands::read(line, &session.screen, &self.settings.statuses)
    }

    fn charge(&mut self, now: Now, id: SessionId) {
        if let (Some(pace), Some(session)) = (self.settings.pace, self.sessions.get_mut(id)) {
            session.pace.charge(now.mono_ms, pace);
        }
    }

    fn carry_out(&mut self, now: Now, id: SessionId, request: Request, bare: bool) {
        match request {
            Request::Chat(command) => self.command(now, id, command, bare),
            Request::Reply(text) => self.answer_privately(now, id, text),
            Request::Hold => self.hold(id),
            Request::Go => self.go(id),
            Request::Times(times) => {
                self.screen(id).times = times;
                self.send(id, replies::times(times));
            }
            Request::Ping(token) => self.send(id, replies::told(&format!("Pong: {token}"))),
            Request::Help(None) => self.send(id, replies::help(&self.settings.statuses)),
            Request::Help(Some(name)) => self.help(id, &name),
            Request::Quit(why) => self.quit(now, id, why),
        }
    }

    fn command(&mut self, now: Now, id: SessionId, command: vocabulary::Command, bare: bool) {
        let quiet = bare
            || matches!(
                command,
                vocabulary::Command::Say {
                    manner: vocabulary::Manner::Action,
                    ..
                }
            );
        let Some(user) = self.user_of(id) else { return };
        self.chat.handle(now, user, command);
        self.deliver(now, Some(Cause { session: id, quiet }));
    }

    fn answer_privately(&mut self, now: Now, id: SessionId, text: String) {
        let partner = self
            .screen(id)
            .partner()
            .and_then(|user| self.chat.find_user(user));
        let Some(partner) = partner else {
            return self.refuse(id, &refusals::mistake(&Mistake::NobodyToAnswer));
        };
        let to = vocabulary::Target::Person(partner.nick().clone());
        let manner = vocabulary::Manner::Speech;
        self.command(
            now,
            id,
            vocabulary::Command::Say { to, manner, text },
            false,
        );
    }

    fn hold(&mut self, id: SessionId) {
        if self.screen(id).hold() {
            self.send(id, replies::held());
        } else {
            self.refuse(id, &refusals::mistake(&Mistake::HoldingAlready));
        }
    }

    fn go(&mut self, id: SessionId) {
        match self.screen(id).go() {
            None => self.refuse(id, &refusals::mistake(&Mistake::NotHolding)),
            Some((_, 0)) => self.send(id, replies::nothing_held()),
            Some((lines, _)) => self.outputs.push(Output::Send(id, Bytes::from(lines))),
        }
    }

    fn help(&mut self, id: SessionId, name: &str) {
        let name = name.trim_start_matches('/');
        if let Some(spec) = commands::lookup(name) {
            return self.send(id, replies::help_for(spec));
        }
        match self.settings.statuses.get(&name.to_ascii_lowercase()) {
            Some(text) => {
                let help = replies::help_for_status(name, text);
                self.send(id, help);
            }
            None => {
                let meant = commands::meant(name, &self.settings.statuses);
                let mistake = Mistake::UnknownCommand {
                    typed: name.to_owned(),
                    meant,
                };
                self.refuse(id, &refusals::mistake(&mistake));
            }
        }
    }

    fn quit(&mut self, now: Now, id: SessionId, why: Option<String>) {
        if let Err(refusal) = check_reason(why.as_deref()) {
            return self.refuse(id, &refusals::refusal(&refusal, None, &self.clock(now, id)));
        }
        self.let_go(id);
        if let Some(user) = self.user_of(id).and_then(|user| self.chat.find_user(user)) {
            let goodbye = replies::goodbye(Some(user.nick().as_str()));
            self.send(id, goodbye);
        }
        self.close(now, id, why.as_deref().unwrap_or("bye"));
    }

    fn screen(&mut self, id: SessionId) -> &mut Screen {
        let session = self.sessions.get_mut(id);
        &mut session
            .expect("only sessions that are there ask for something")
            .screen
    }

    fn user_of(&self, id: SessionId) -> Option<UserId> {
        self.sessions.get(id)?.user
    }

    fn send(&mut self, id: SessionId, lines: String) {
        self.outputs.push(Output::Send(id, Bytes::from(lines)));
    }

    fn refuse(&mut self, id: SessionId, sentence: &str) {
        self.send(id, refusals::line(sentence));
    }

    /// Lets the user of a session go and closes its connection.
    fn close(&mut self, now: Now, id: SessionId, why: &str) {
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        if matches!(session.progress, Progress::Closing) {
            return;
        }
        self.let_go(id);
        self.depart(now, id, why);
        self.end(id, why);
    }

    /// Shows what was held back, before the session ends.
    fn let_go(&mut self, id: SessionId) {
        let session = self.sessions.get_mut(id);
        if let Some((lines, 1..)) = session.and_then(|session| session.screen.go()) {
            self.outputs.push(Output::Send(id, Bytes::from(lines)));
        }
    }

    /// Closes the connection of a session, which hears nothing more from now on.
    fn end(&mut self, id: SessionId, why: &str) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.listing = None;
            session.progress = Progress::Closing;
            self.outputs.push(Output::Close(id, why.to_owned()));
        }
    }

    /// Takes a session from its user, who leaves with the last one.
    fn depart(&mut self, now: Now, id: SessionId, why: &str) {
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        let Some(user) = session.user.take() else {
            return;
        };
        let Some(seats) = self.seats.get_mut(user) else {
            return;
        };
        seats.retain(|seat| *seat != id);
        if seats.is_empty() {
            self.chat.depart(now, user, why);
            self.deliver(
                now,
                Some(Cause {
                    session: id,
                    quiet: false,
                }),
            );
        }
    }

    fn clock(&self, now: Now, id: SessionId) -> Clock<'_> {
        let times = self.sessions.get(id).map(|session| session.screen.times);
        Clock::new(
            &self.settings.chat.zone,
            now.wall_ms,
            times.unwrap_or_default(),
        )
    }
}

/// The session whose line is being carried out.
#[derive(Clone, Copy)]
struct Cause {
    session: SessionId,
    /// It sees what it typed: a line that says where it went would only be in the way.
    quiet: bool,
}
