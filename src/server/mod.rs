//! The whole server without sockets: lines in, lines out.
//!
//! [`Server`] maps users to sessions, reads lines by the protocol of their session, hands them to
//! the chat and turns what the chat says into lines for those who hear it. It is told the time and
//! gives its [`Output`]s to whoever drains them: the event loop, or a test.

pub mod accounts;
pub mod cloak;
pub mod devices;
mod earlier;
mod fanout;
pub mod guesses;
mod history;
pub mod irc;
mod letters;
mod missed;
pub mod operators;
mod passwords;
mod plain;
mod promises;
mod registration;
mod retelling;
mod session;
pub mod settings;
mod steward;
mod storage;
pub mod tickets;
mod timers;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::arena::{Beside, key_type};
use crate::chat::Chat;
use crate::chat::UserId;
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::chat::vocabulary;
use crate::check::Check;
use crate::control::vocabulary::Denied;
use crate::protocol::Protocol;
use crate::protocol::plain::commands::Wanted;
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies;
use crate::protocol::stamp::{Clock, Times};
use crate::store::vocabulary::{Order, Question};
use accounts::Accounts;
use devices::Device;
use guesses::Guesses;
use irc::Asked;
use irc::about::About;
use irc::capabilities::offer;
use irc::read_marker::ReadMarkers;
use letters::Post;
use session::{Newcomer, Progress, Session, Side};
use settings::Settings;
use smallvec::SmallVec;
use steward::Wishes;
use storage::Storage;
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
    /// A line that is not UTF-8, where only that is taken: what can be read of it.
    NotUtf8(&'a str),
    /// The first line of an HTTP request.
    HttpRequest,
    /// The first bytes of a TLS handshake.
    TlsHello,
}

/// What is to be done to connections. It is small, for there is one for each reader of a line: what
/// is large is in a box.
#[derive(Debug)]
pub enum Output {
    /// Write these bytes.
    Send(SessionId, Bytes),
    /// Hear its lines again: it is ready.
    Resume(SessionId),
    /// Hide what is typed at a terminal from now on, or show it again.
    Hide(SessionId, bool),
    /// Call [`Server::drained`] once all that was sent to it has been written.
    AwaitDrain(SessionId),
    /// Write what is still to be written, then close; the reason is for the log.
    Close(SessionId, String),
    /// Have a password checked, away from the loop, and call [`Server::checked`] with the answer.
    Verify(Check),
    /// Have something kept, and call [`Server::stored`] with the answer if it has a ticket.
    Keep(Box<Order>),
    /// Have something looked up, and call [`Server::stored`] with the answer.
    Ask(Box<Question>),
    /// Tell whoever runs the server what came of their wish ([`Server::administer`]).
    Granted(u64, Result<(), Denied>),
    /// Read the configuration again and call [`Server::configure`].
    Reload,
}

/// The whole server without sockets: plain data, but for its settings.
#[derive(Serialize, Deserialize)]
pub struct Server {
    #[serde(skip)]
    settings: Settings,
    /// Made of the settings.
    #[serde(skip)]
    about: About,
    chat: Chat,
    sessions: Beside<SessionId, Session>,
    /// The sessions of each user.
    seats: Beside<UserId, SmallVec<[SessionId; 1]>>,
    /// Those that share, or have shared, their user with others.
    devices: BTreeMap<SessionId, Device>,
    timers: Timers,
    /// Whose next line is a password, and what for.
    wanted: BTreeMap<SessionId, Wanted>,
    /// Which sessions monitor whom.
    monitors: BTreeMap<Nick, Vec<SessionId>>,
    /// Whose questions are being looked into elsewhere.
    tickets: BTreeMap<u64, SessionId>,
    post: Post,
    /// The announcements that are being kept, by ticket.
    announcing: BTreeMap<u64, u32>,
    last_ticket: u64,
    last_batch: u64,
    last_nonce: u64,
    guesses: Guesses,
    /// How many connections have not said yet whose they are.
    unknown: usize,
    most_users: usize,
    /// When it was started.
    started: Now,
    #[serde(skip)]
    accounts: Accounts,
    #[serde(skip)]
    storage: Storage,
    #[serde(skip)]
    wishes: Wishes,
    #[serde(skip)]
    read_markers: ReadMarkers,
    #[serde(skip)]
    outputs: Vec<Output>,
    /// What the IRC session whose message is in hand has asked for.
    #[serde(skip)]
    asked: Asked,
}

impl Server {
    /// A server with nobody in it.
    pub fn new(now: Now, settings: Settings) -> Self {
        Self {
            chat: Chat::new(now, settings.of_chat()),
            about: About::new(&settings, now),
            settings,
            sessions: Beside::default(),
            seats: Beside::default(),
            devices: BTreeMap::new(),
            timers: Timers::default(),
            wanted: BTreeMap::new(),
            monitors: BTreeMap::new(),
            tickets: BTreeMap::new(),
            post: Post::default(),
            announcing: BTreeMap::new(),
            last_ticket: 0,
            last_batch: 0,
            last_nonce: 0,
            guesses: Guesses::default(),
            unknown: 0,
            most_users: 0,
            started: now,
            accounts: Accounts::default(),
            storage: Storage::default(),
            wishes: Wishes::default(),
            read_markers: ReadMarkers::default(),
            outputs: Vec::new(),
            asked: Asked::default(),
        }
    }

    /// Takes other settings. Nobody is disconnected.
    pub fn configure(&mut self, now: Now, settings: Settings) {
        self.chat.configure(now, settings.of_chat());
        self.about = About::new(&settings, self.started);
        let offered = offer(&self.settings);
        let before = std::mem::replace(&mut self.settings, settings);
        if before.keeps != self.settings.keeps {
            self.set_keeps();
        }
        self.tell_offer(offered);
    }

    /// Makes the person of a session an operator of the server, or no longer: nobody is told.
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
        let name_due_ms = now.mono_ms + self.settings.name_within_ms;
        let newcomer = Newcomer {
            address: peer.ip(),
            name_due_ms,
        };
        self.sessions.put(id, Session::new(protocol, newcomer));
        self.unknown += 1;
        self.timers.set(name_due_ms, id, Timer::NameDue);
        if protocol == Protocol::Plain {
            let welcome_due_ms = now.mono_ms + WELCOME_AFTER_MS;
            self.timers.set(welcome_due_ms, id, Timer::WelcomeDue);
        }
    }

    /// Whether the session can hear a line now. If not, [`Output::Resume`] says when.
    pub fn is_ready(&mut self, now: Now, id: SessionId) -> bool {
        let Some(session) = self.sessions.get(id) else {
            return false;
        };
        if session.waits() {
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
        match (&session.side, heard) {
            _ if session.closing => {}
            (_, Heard::HttpRequest) => {
                let page = replies::web_page(&self.settings.name);
                self.send(id, page);
                // It is nobody yet, and no other line belongs behind a page.
                self.end(id, "a web browser");
            }
            (Side::Irc(_), heard) => self.hear_irc(now, id, heard),
            (Side::Plain(_), Heard::TlsHello) => {
                self.refuse(id, &refusals::mistake(&Mistake::TlsHere));
                self.close(now, id, "a TLS client");
            }
            (Side::Plain(plain), heard) => {
                let named = !matches!(plain.progress, Progress::Naming { .. });
                self.go_on(now, id, |server, now, id| {
                    server.hear_plain(now, id, named, heard);
                });
            }
        }
    }

    fn hear_plain(&mut self, now: Now, id: SessionId, named: bool, heard: &Heard<'_>) {
        let wanted = self.take_wanted(id);
        match (named, heard) {
            (_, Heard::Line(line)) if wanted.is_some() => {
                self.hear_password(now, id, wanted, line);
            }
            (true, Heard::Line(line)) => self.hear_line(now, id, line),
            (false, Heard::Line(line)) => self.hear_before_name(now, id, line),
            (true, _) => {
                self.charge(now, id);
                self.refuse(id, &refusals::mistake(&Mistake::LineTooLong));
            }
            (false, _) => {
                self.charge(now, id);
                self.refuse_before_name(now, id, &refusals::mistake(&Mistake::LineTooLong));
            }
        }
    }

    /// A connection will say no more. It must be ready ([`Server::is_ready`]).
    pub fn end_of_input(&mut self, now: Now, id: SessionId) {
        self.close(now, id, "left");
    }

    /// All that was sent to a connection has been written.
    pub fn drained(&mut self, now: Now, id: SessionId) {
        self.go_on(now, id, |server, now, id| {
            server.continue_listing(now, id);
            server.continue_retelling(now, id);
            server.continue_letters(now, id);
            server.continue_sync(id);
        });
        if self
            .sessions
            .get(id)
            .is_some_and(|session| !session.waits())
        {
            self.outputs.push(Output::Resume(id));
        }
    }

    /// A connection is no more.
    pub fn lost(&mut self, now: Now, id: SessionId, why: &str) {
        self.depart(now, id, why, false);
        self.is_known(id);
        self.wanted.remove(&id);
        self.sessions.take(id);
    }

    /// Says goodbye to everybody.
    pub fn goodbye(&mut self) {
        const WHY: &str = "the server is closing down";
        for id in self.sessions.keys() {
            let session = self.sessions.get(id);
            if session.is_none_or(|session| session.closing) {
                continue;
            }
            self.let_go(id);
            self.say_goodbye(id, WHY);
            self.end(id, WHY);
        }
    }

    fn say_goodbye(&mut self, id: SessionId, why: &str) {
        match self.sessions.get(id).map(|session| &session.side) {
            Some(Side::Plain(_)) => self.send(id, replies::closing_down()),
            Some(Side::Irc(_)) => self.send_error(id, why),
            None => {}
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
        let session = self.sessions.get(id).filter(|session| !session.closing);
        let Some(session) = session else {
            return;
        };
        match timer {
            Timer::NameDue if session.user.is_none() => {
                self.refuse_late(id);
                self.close(now, id, "no name in time");
            }
            Timer::WelcomeDue => self.welcome(id),
            Timer::LobbyDue => self.go_on(now, id, |server, now, id| {
                server.enter_lobby(now, id);
            }),
            Timer::PaceReady => self.outputs.push(Output::Resume(id)),
            Timer::TicketDue => self.give_up_ticket(now, id),
            Timer::LettersDue => self.bring_what_waits_to(now, id),
            Timer::NameDue => {}
        }
    }

    /// Nobody has said who they are in time. IRC clients are told by the reason of the end.
    fn refuse_late(&mut self, id: SessionId) {
        if self.plain(id).is_some() {
            self.refuse(id, &refusals::mistake(&Mistake::NoNameInTime));
        }
    }

    fn charge(&mut self, now: Now, id: SessionId) {
        if let (Some(pace), Some(session)) = (self.settings.pace, self.sessions.get_mut(id)) {
            session.pace.charge(now.mono_ms, pace);
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
        let cause = Cause {
            session: id,
            quiet,
            verb: "",
        };
        self.deliver(now, Some(cause));
    }

    fn user_of(&self, id: SessionId) -> Option<UserId> {
        self.sessions.get(id)?.user
    }

    fn is_operator(&self, id: SessionId) -> bool {
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        user.is_some_and(|user| user.is_operator())
    }

    fn send(&mut self, id: SessionId, lines: String) {
        self.send_bytes(id, Bytes::from(lines));
    }

    /// Sends lines, or adds them to the answer that has a label.
    fn send_bytes(&mut self, id: SessionId, bytes: Bytes) {
        if self.asked.by != Some(id) || !self.add_to_answer(id, &bytes) {
            self.outputs.push(Output::Send(id, bytes));
        }
    }

    fn refuse(&mut self, id: SessionId, sentence: &str) {
        self.send(id, refusals::line(sentence));
    }

    /// Lets the user of a session go and closes its connection.
    fn close(&mut self, now: Now, id: SessionId, why: &str) {
        self.close_because(now, id, why, false);
    }

    /// The same, in the person's own words.
    fn close_saying(&mut self, now: Now, id: SessionId, why: &str) {
        self.close_because(now, id, why, true);
    }

    fn close_because(&mut self, now: Now, id: SessionId, why: &str, own_words: bool) {
        let Some(session) = self.sessions.get(id) else {
            return;
        };
        if session.closing {
            return;
        }
        self.let_go(id);
        self.depart(now, id, why, own_words);
        if self.plain(id).is_none() {
            self.send_error(id, why);
        }
        self.end(id, why);
    }

    /// Shows what was held back, before the session ends.
    fn let_go(&mut self, id: SessionId) {
        let screen = self.plain(id).map(|plain| &mut plain.screen);
        if let Some((lines, 1..)) = screen.and_then(|screen| screen.go()) {
            self.send_bytes(id, Bytes::from(lines));
        }
    }

    /// Closes the connection of a session, which hears nothing more from now on.
    fn end(&mut self, id: SessionId, why: &str) {
        self.finish_answer(id);
        self.forget_client(id);
        self.is_known(id);
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = None;
            session.closing = true;
            self.outputs.push(Output::Close(id, why.to_owned()));
        }
    }

    /// It is known whose a session is, or nobody's any more.
    fn is_known(&mut self, id: SessionId) {
        let session = self.sessions.get_mut(id);
        if let Some(newcomer) = session.and_then(|session| session.newcomer.take()) {
            self.timers.cancel(newcomer.name_due_ms, id, Timer::NameDue);
            self.unknown -= 1;
        }
    }

    /// Takes a session from its user, who leaves with the last one.
    fn depart(&mut self, now: Now, id: SessionId, why: &str, own_words: bool) {
        self.forget_client(id);
        self.devices.remove(&id);
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
            if let Some(account) = self.chat.account_of(user).map(|account| account.id) {
                self.note_seen(now, account);
            }
            self.chat.disconnect(now, user, why, own_words);
            let cause = Cause {
                session: id,
                quiet: false,
                verb: "",
            };
            self.deliver(now, Some(cause));
        } else if let Some(account) = self.chat.account_of(user).map(|account| account.id) {
            // It may have been the one that was to be shown what waits.
            self.bring_what_waits(now, account);
        }
    }

    fn clock(&self, now: Now, id: SessionId) -> Clock<'_> {
        let times = self.sessions.get(id).map(|session| match &session.side {
            Side::Plain(plain) => plain.screen.times,
            Side::Irc(_) => Times::default(),
        });
        let times = times.unwrap_or_default();
        Clock::new(&self.settings.chat.zone, now.wall_ms, times)
    }
}

/// The session whose line is being carried out.
#[derive(Clone, Copy)]
struct Cause {
    session: SessionId,
    /// It sees what it typed: a line that says where it went would only be in the way.
    quiet: bool,
    /// The command of an IRC client.
    verb: &'static str,
}
