//! The event loop: one thread, mio, no tick.
//!
//! A turn is: hear, answer, send, bury. Reading never writes, writing never closes, and only
//! burying closes; what burying says to others is sent in the same turn. Sockets are registered
//! once, edge-triggered, for both directions; whoever may have bytes left stays on a list.

mod clock;
mod connection;
mod listener;
mod queue;

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use log::{info, warn};
use mio::{Events, Interest, Poll, Token};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook_mio::v1_0::Signals;

use crate::arena::{Arena, Key};
use crate::chat::time::Now;
use crate::protocol::Protocol;
use crate::protocol::plain::terminal;
use crate::server::{Heard, Output, Server, SessionId};
use clock::Clock;
use connection::{Closing, Connection, Fill};
use listener::{AcceptFault, Listener, Spare, accept_fault, no_ipv6};

/// How much is read from one connection at once.
const SCRATCH_BYTES: usize = 65_536;

/// Nothing more is read from a connection that has so many bytes of answers to take.
pub const UNREAD_ANSWERS_BYTES: usize = 32_768;

/// How much is heard from all connections in a turn: what one turn makes for one reader must be
/// less than its queue takes.
const HEARD_PER_TURN: usize = 32_768;

/// How much of that is heard from one connection, for fairness.
const HEARD_PER_CONNECTION: usize = 8_192;

/// What a line weighs besides its bytes: about what is written in front of it.
const LINE_WEIGHT: usize = 64;

/// How many connections one listener accepts in a turn.
const ACCEPTED_PER_TURN: usize = 256;

/// How long a listener rests when there is no descriptor left, in milliseconds.
const LISTENER_REST_MS: u64 = 200;

/// How long a connection that is being closed may take no byte, in milliseconds.
const CLOSING_STALL_MS: u64 = 10_000;

/// How long the other side has to close too once it has been told everything, in milliseconds.
const LINGER_MS: u64 = 2_000;

/// How long saying goodbye may take, in milliseconds.
const GOODBYE_MS: u64 = 800;

const SIGNALS: Token = Token(usize::MAX);

/// Listeners' tokens count down from here: connections' keys do not come so far.
const LISTENERS: usize = usize::MAX - 1;

/// What the loop needs to know besides the server.
pub struct Options {
    /// Where to listen, and for what.
    pub listeners: Vec<(SocketAddr, Protocol)>,
    /// How many bytes may wait for one connection before it is closed as too slow.
    pub send_queue_bytes: usize,
    /// Who may connect; `Err` is the line for those who may not.
    pub admits: Box<dyn Fn(IpAddr) -> Result<(), String>>,
}

/// What can be changed while the loop runs.
pub struct Reloaded {
    /// See [`Options::send_queue_bytes`].
    pub send_queue_bytes: usize,
    /// See [`Options::admits`].
    pub admits: Box<dyn Fn(IpAddr) -> Result<(), String>>,
    /// What the server is to go by.
    pub server: crate::server::settings::Settings,
}

/// The loop and all that it owns.
pub struct Loop {
    poll: Poll,
    signals: Signals,
    clock: Clock,
    now: Now,
    options: Options,
    server: Server,
    listeners: Vec<Listener>,
    connections: Arena<SessionId, Connection>,
    spare: Spare,
    scratch: Box<[u8]>,
    /// Empty but for its room, while outputs are being carried out and in between.
    outputs: Vec<Output>,
    hungry: Vec<SessionId>,
    /// How much more is heard in this turn.
    turn_left: usize,
    dirty: Vec<SessionId>,
    doomed: Vec<(SessionId, String)>,
    /// When connections that are being closed are closed at the latest.
    closings: BTreeSet<(u64, SessionId)>,
}

impl Loop {
    /// Opens the listeners.
    ///
    /// # Errors
    /// One sentence: a listener that cannot be opened, or no signals or polling to be had.
    pub fn new(options: Options, server: Server) -> Result<Self, String> {
        let plainly = |error: io::Error| format!("cannot start the event loop: {error}");
        let poll = Poll::new().map_err(plainly)?;
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).map_err(plainly)?;
        poll.registry()
            .register(&mut signals, SIGNALS, Interest::READABLE)
            .map_err(plainly)?;
        let clock = Clock::start();
        let mut this = Self {
            poll,
            signals,
            clock,
            now: clock.read(),
            options,
            server,
            listeners: Vec::new(),
            connections: Arena::default(),
            spare: Spare::take_one(),
            scratch: vec![0; SCRATCH_BYTES].into(),
            outputs: Vec::new(),
            hungry: Vec::new(),
            turn_left: 0,
            dirty: Vec::new(),
            doomed: Vec::new(),
            closings: BTreeSet::new(),
        };
        for (addr, protocol) in this.options.listeners.clone() {
            this.listen(addr, protocol)
                .map_err(|error| cannot_listen(addr, &error))?;
        }
        Ok(this)
    }

    fn listen(&mut self, addr: SocketAddr, protocol: Protocol) -> io::Result<()> {
        let mut listener = match Listener::bind(addr, protocol) {
            Err(error) if no_ipv6(addr, &error) && addr.ip().is_unspecified() => {
                let all_ipv4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, addr.port()));
                Listener::bind(all_ipv4, protocol)?
            }
            Err(error) if no_ipv6(addr, &error) && self.listens_on_loopback(addr, protocol) => {
                warn!("this machine has no IPv6: {addr} is left out");
                return Ok(());
            }
            bound => bound?,
        };
        let token = Token(LISTENERS - self.listeners.len());
        self.poll
            .registry()
            .register(&mut listener.socket, token, Interest::READABLE)?;
        self.listeners.push(listener);
        Ok(())
    }

    /// Whether `localhost`, which is both loopback addresses, is heard on the other one.
    fn listens_on_loopback(&self, addr: SocketAddr, protocol: Protocol) -> bool {
        let twin = SocketAddr::from((Ipv4Addr::LOCALHOST, addr.port()));
        addr.ip().is_loopback() && self.options.listeners.contains(&(twin, protocol))
    }

    /// Where it listens: what port 0 has become.
    ///
    /// # Errors
    /// The system does not say.
    pub fn addresses(&self) -> io::Result<Vec<(Protocol, SocketAddr)>> {
        self.listeners
            .iter()
            .map(|listener| Ok((listener.protocol, listener.addr()?)))
            .collect()
    }

    /// Runs until a signal ends it. `reload` is called at each SIGHUP; what it returns counts from
    /// then on.
    ///
    /// # Errors
    /// One sentence: the system's polling has failed.
    pub fn run(mut self, reload: impl Fn() -> Option<Reloaded>) -> Result<(), String> {
        let mut events = Events::with_capacity(1_024);
        loop {
            let timeout = self.timeout();
            self.wait(&mut events, timeout)?;
            let mut ended = false;
            for signal in self.note(&events) {
                match signal {
                    SIGHUP => self.reload(&reload),
                    _ => ended = true,
                }
            }
            if ended {
                return self.end(&mut events);
            }
            self.turn();
        }
    }

    fn wait(&mut self, events: &mut Events, timeout: Option<Duration>) -> Result<(), String> {
        match self.poll.poll(events, timeout) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => events.clear(),
            Err(error) => return Err(format!("cannot wait for events: {error}")),
        }
        self.now = self.clock.read();
        Ok(())
    }

    /// Until the next thing is due; at once if anybody has something left to read.
    fn timeout(&self) -> Option<Duration> {
        let now_ms = self.now.mono_ms;
        let resting = |listener: &&Listener| listener.rest_until_ms > now_ms;
        let eager = self
            .listeners
            .iter()
            .any(|listener| listener.hungry && !resting(&listener));
        if eager || !self.hungry.is_empty() {
            return Some(Duration::ZERO);
        }
        let rests = self
            .listeners
            .iter()
            .filter(|l| l.hungry)
            .map(|l| l.rest_until_ms);
        let closings = self.closings.first().map(|(at_ms, _)| *at_ms);
        let due = self
            .server
            .next_deadline_ms(self.now)
            .into_iter()
            .chain(closings)
            .chain(rests)
            .min();
        due.map(|at_ms| Duration::from_millis(at_ms.saturating_sub(now_ms)))
    }

    /// Notes who can be read and written; returns the signals that came.
    fn note(&mut self, events: &Events) -> Vec<i32> {
        let mut signals = Vec::new();
        for event in events {
            match event.token() {
                SIGNALS => signals.extend(self.signals.pending()),
                Token(token) if token > LISTENERS - self.listeners.len() => {
                    self.listeners[LISTENERS - token].hungry = true;
                }
                Token(token) => {
                    self.note_connection(SessionId::from(Key::from_bits(token as u64)), event)
                }
            }
        }
        signals
    }

    fn note_connection(&mut self, id: SessionId, event: &mio::event::Event) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if event.is_readable() || event.is_read_closed() || event.is_error() || is_urgent(event) {
            connection.read_on |= event.is_read_closed() || event.is_error() || is_urgent(event);
            mark(&mut self.hungry, &mut connection.hungry, id);
        }
        if event.is_writable() {
            connection.writable = true;
            if !connection.queue.is_empty() {
                mark(&mut self.dirty, &mut connection.dirty, id);
            }
        }
    }

    /// Hear, answer, send, bury, until nobody has anything to be written and nobody is doomed.
    fn turn(&mut self) {
        self.server.tick(self.now);
        self.carry_out();
        self.accept();
        self.hear();
        while !self.dirty.is_empty() || !self.doomed.is_empty() {
            self.send();
            self.bury();
        }
        self.end_closings();
    }

    fn accept(&mut self) {
        for place in 0..self.listeners.len() {
            let listener = &self.listeners[place];
            if listener.hungry && listener.rest_until_ms <= self.now.mono_ms {
                self.accept_from(place);
            }
        }
    }

    fn accept_from(&mut self, place: usize) {
        for _ in 0..ACCEPTED_PER_TURN {
            let listener = &mut self.listeners[place];
            match listener.socket.accept() {
                Ok((stream, peer)) => {
                    let protocol = listener.protocol;
                    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
                    self.open(stream, peer, protocol);
                }
                Err(error) => match accept_fault(&error) {
                    AcceptFault::Nobody => {
                        listener.hungry = false;
                        return;
                    }
                    AcceptFault::Gone => info!("somebody went before being let in: {error}"),
                    AcceptFault::NoDescriptor => {
                        if !self.turn_one_away(place) {
                            return;
                        }
                    }
                },
            }
        }
    }

    /// Tells somebody that there is no room. Says whether the next one may be there.
    fn turn_one_away(&mut self, place: usize) -> bool {
        let listener = &mut self.listeners[place];
        let line = full_line(listener.protocol);
        match self
            .spare
            .turn_one_away(&listener.socket, line, &mut self.scratch)
        {
            Ok(peer) => {
                warn!(
                    "turned away: {} from {peer} (no descriptor left)",
                    listener.protocol.as_str()
                );
                true
            }
            Err(error) => match accept_fault(&error) {
                AcceptFault::Gone => true,
                AcceptFault::Nobody => {
                    listener.hungry = false;
                    false
                }
                AcceptFault::NoDescriptor => {
                    warn!("cannot even turn anybody away: {error}");
                    listener.rest_until_ms = self.now.mono_ms + LISTENER_REST_MS;
                    false
                }
            },
        }
    }

    fn open(&mut self, mut stream: mio::net::TcpStream, peer: SocketAddr, protocol: Protocol) {
        let id = self.connections.next_key();
        let token = Token(Key::from(id).bits() as usize);
        let interest = interest();
        if let Err(error) = self.poll.registry().register(&mut stream, token, interest) {
            warn!("cannot watch a connection from {peer}: {error}");
            return;
        }
        self.connections.insert(Connection::new(stream, peer));
        info!("{id} opened: {} from {peer}", protocol.as_str());
        match (self.options.admits)(peer.ip()) {
            Ok(()) => self.server.open(self.now, id, protocol, peer),
            Err(sentence) => {
                self.enqueue(id, refused_line(protocol, &sentence).into());
                self.start_closing(id, "not admitted".to_owned());
            }
        }
        self.carry_out();
    }

    /// Hears who is hungry, in turn; whoever this turn is too short for is first in the next.
    fn hear(&mut self) {
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

    fn hear_one(&mut self, id: SessionId) {
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
    fn keep(&mut self, id: SessionId, rest: Vec<u8>, at: usize) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.keep(rest, at);
        }
        self.stay_hungry(id);
    }

    /// Whether the session is ready for a line, and takes the answers to those before.
    fn can_hear(&mut self, id: SessionId) -> bool {
        let Some(connection) = self.connections.get_mut(id) else {
            return false;
        };
        connection.choked = connection.queue.bytes() > UNREAD_ANSWERS_BYTES;
        !connection.choked && self.server.is_ready(self.now, id)
    }

    fn read(&mut self, id: SessionId) {
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
    fn listen_to(&mut self, id: SessionId, mut bytes: &[u8]) -> usize {
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

    fn pass_on(&mut self, id: SessionId, heard: &terminal::Heard<'_>) {
        let heard = match heard {
            terminal::Heard::Line(typed) => Heard::Line(&typed.text),
            terminal::Heard::TooLong => Heard::TooLong,
            terminal::Heard::HttpRequest => Heard::HttpRequest,
            terminal::Heard::TlsHello => Heard::TlsHello,
            terminal::Heard::Answer(answer) => {
                return self.enqueue(id, Bytes::copy_from_slice(answer.as_bytes()));
            }
        };
        self.server.hear(self.now, id, &heard);
        self.carry_out();
    }

    fn hear_end(&mut self, id: SessionId) {
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
    fn overhear(&mut self, id: SessionId) {
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

    fn stay_hungry(&mut self, id: SessionId) {
        if let Some(connection) = self.connections.get_mut(id) {
            mark(&mut self.hungry, &mut connection.hungry, id);
        }
    }

    /// Does what the server wants done.
    fn carry_out(&mut self) {
        let mut outputs = std::mem::take(&mut self.outputs);
        self.server.swap_outputs(&mut outputs);
        for output in outputs.drain(..) {
            match output {
                Output::Send(id, bytes) => self.enqueue(id, bytes),
                Output::Resume(id) => self.stay_hungry(id),
                Output::AwaitDrain(id) => {
                    if let Some(connection) = self.connections.get_mut(id) {
                        connection.await_drain = true;
                        mark(&mut self.dirty, &mut connection.dirty, id);
                    }
                }
                Output::Close(id, reason) => self.start_closing(id, reason),
            }
        }
        self.outputs = outputs;
    }

    fn enqueue(&mut self, id: SessionId, bytes: Bytes) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.queue.push(bytes);
            mark(&mut self.dirty, &mut connection.dirty, id);
        }
    }

    fn start_closing(&mut self, id: SessionId, reason: String) {
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

    fn send(&mut self) {
        for id in std::mem::take(&mut self.dirty) {
            if let Some(connection) = self.connections.get_mut(id) {
                connection.dirty = false;
                match connection.flush() {
                    Ok(progress) => self.after_flush(id, progress),
                    Err(error) => self.doom(id, lost(&error)),
                }
            }
        }
    }

    fn after_flush(&mut self, id: SessionId, progress: bool) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if connection.closing.is_some() {
            return self.continue_closing(id, progress);
        }
        if connection.queue.bytes() > self.options.send_queue_bytes {
            let bytes = connection.queue.bytes();
            return self.doom(
                id,
                format!("too slow: {bytes} bytes were waiting to be read"),
            );
        }
        if connection.queue.is_empty() && std::mem::take(&mut connection.await_drain) {
            self.server.drained(self.now, id);
            return self.carry_out();
        }
        if connection.choked && connection.queue.bytes() <= UNREAD_ANSWERS_BYTES {
            mark(&mut self.hungry, &mut connection.hungry, id);
        }
    }

    /// Everything is written first; then the other side is told so and given time to close too.
    fn continue_closing(&mut self, id: SessionId, progress: bool) {
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

    fn set_closing_deadline(&mut self, id: SessionId, deadline_ms: u64) {
        let connection = self.connections.get_mut(id);
        let Some(closing) = connection.and_then(|connection| connection.closing.as_deref_mut())
        else {
            return;
        };
        self.closings.remove(&(closing.deadline_ms, id));
        closing.deadline_ms = deadline_ms;
        self.closings.insert((deadline_ms, id));
    }

    fn end_closings(&mut self) {
        while let Some(&(at_ms, id)) = self.closings.first() {
            if at_ms > self.now.mono_ms {
                return;
            }
            self.closings.pop_first();
            self.bury_closing(id);
            self.bury();
        }
    }

    fn bury_closing(&mut self, id: SessionId) {
        let connection = self.connections.get_mut(id);
        let Some(closing) = connection.and_then(|connection| connection.closing.as_deref_mut())
        else {
            return;
        };
        self.closings.remove(&(closing.deadline_ms, id));
        let reason = std::mem::take(&mut closing.reason);
        self.doom(id, reason);
    }

    fn doom(&mut self, id: SessionId, reason: String) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if !connection.doomed {
            connection.doomed = true;
            self.doomed.push((id, reason));
        }
    }

    fn bury(&mut self) {
        for (id, reason) in std::mem::take(&mut self.doomed) {
            let Some(mut connection) = self.connections.remove(id) else {
                continue;
            };
            if let Some(closing) = &connection.closing {
                self.closings.remove(&(closing.deadline_ms, id));
            }
            // Closing a socket takes it off the poll as well; where not, its events find nothing.
            let _ = self.poll.registry().deregister(connection.stream());
            let peer = connection.peer;
            drop(connection);
            info!("{id} closed: {peer} ({reason})");
            self.server.lost(self.now, id, &reason);
            self.carry_out();
        }
    }

    fn reload(&mut self, reload: &impl Fn() -> Option<Reloaded>) {
        if let Some(reloaded) = reload() {
            self.options.send_queue_bytes = reloaded.send_queue_bytes;
            self.options.admits = reloaded.admits;
            self.server.configure(reloaded.server);
        }
    }

    /// Says goodbye to everybody; whoever does not read it cannot hold it up.
    fn end(mut self, events: &mut Events) -> Result<(), String> {
        info!("closing down: {} connections", self.connections.len());
        self.listeners.clear();
        self.server.goodbye();
        let deadline_ms = self.now.mono_ms + GOODBYE_MS;
        self.turn();
        while !self.connections.is_empty() && self.now.mono_ms < deadline_ms {
            let left = Duration::from_millis(deadline_ms - self.now.mono_ms);
            let timeout = self.timeout().map_or(left, |timeout| timeout.min(left));
            self.wait(events, Some(timeout))?;
            self.note(events);
            self.turn();
        }
        for id in self.connections.keys() {
            self.bury_closing(id);
        }
        self.bury();
        Ok(())
    }
}

/// Sockets are registered once, for all that can happen to them.
fn interest() -> Interest {
    let interest = Interest::READABLE | Interest::WRITABLE;
    #[cfg(target_os = "linux")]
    let interest = interest | Interest::PRIORITY;
    interest
}

/// Whether there is urgent data, at which reads end short (tcp(7)).
#[cfg_attr(not(target_os = "linux"), expect(unused_variables))]
fn is_urgent(event: &mio::event::Event) -> bool {
    #[cfg(target_os = "linux")]
    return event.is_priority();
    #[cfg(not(target_os = "linux"))]
    return false;
}

/// Why a connection is no more, without numbers that only the system's manual explains.
fn lost(error: &io::Error) -> String {
    format!("connection lost: {}", error.kind())
}

/// Puts a connection on a list, once.
fn mark(list: &mut Vec<SessionId>, on_list: &mut bool, id: SessionId) {
    if !*on_list {
        *on_list = true;
        list.push(id);
    }
}

fn refused_line(protocol: Protocol, sentence: &str) -> String {
    match protocol {
        Protocol::Plain => format!("*! {sentence}\r\n"),
        Protocol::Irc => format!("ERROR :{sentence}\r\n"),
    }
}

fn full_line(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Plain => {
            "*! The server is full: it can open no more connections. Try again later.\r\n"
        }
        Protocol::Irc => {
            "ERROR :The server is full: it can open no more connections. Try again later.\r\n"
        }
    }
}

fn cannot_listen(addr: SocketAddr, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => "something else listens there; stop it or choose another port",
        io::ErrorKind::PermissionDenied => "ports below 1024 need permission; choose another port",
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        _ => "check the address",
    };
    format!("cannot listen on {addr}: {error} ({remedy})")
}
