//! The event loop: one thread, mio, no tick.
//!
//! A turn is: hear, answer, send, bury. Reading never writes, writing never closes, and only
//! burying closes; what burying says to others is sent in the same turn. Sockets are registered
//! once, edge-triggered, for both directions; whoever may have bytes left stays on a list.

mod accept;
mod clock;
mod closing;
mod connection;
mod hear;
mod listener;
mod queue;

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use log::{error, info, warn};
use mio::{Events, Interest, Poll, Token, Waker};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook_mio::v1_0::Signals;

use crate::arena::{Arena, Key};
use crate::chat::time::Now;
use crate::control::Control;
use crate::protocol::Protocol;
use crate::server::settings::Settings;
use crate::server::{Output, Server, SessionId};
use crate::store::vocabulary::{Answer, Order, Question, Trouble};
use crate::store::{self, Retention, Store};
use crate::worker::Worker;
use accept::cannot_listen;
use clock::Clock;
use connection::Connection;
pub use hear::UNREAD_ANSWERS_BYTES;
use listener::{Listener, Spare};

/// How much is read from one connection at once.
const SCRATCH_BYTES: usize = 65_536;

/// How long saying goodbye may take, in milliseconds.
const GOODBYE_MS: u64 = 600;

/// The room for outputs is given back above this many.
const OUTPUTS_KEPT: usize = 4_096;

const SIGNALS: Token = Token(usize::MAX);

/// The worker has an answer.
const WORKER: Token = Token(usize::MAX - 1);

/// Listeners' tokens count down from here: connections' keys do not come so far.
const LISTENERS: usize = usize::MAX - 2;

/// What the loop needs to know besides the server.
pub struct Options {
    /// Where to listen, and for what.
    pub listeners: Vec<(SocketAddr, Protocol)>,
    /// How many bytes may wait for one connection before it is closed as too slow.
    pub send_queue_bytes: usize,
    /// Who may connect; `Err` is the line for those who may not.
    pub admits: Box<dyn Fn(IpAddr) -> Result<(), String>>,
    /// Where the store is, and for how long it keeps what; `None`: nothing is remembered.
    pub store: Option<(PathBuf, Retention)>,
}

/// What can be changed while the loop runs.
pub struct Reloaded {
    /// See [`Options::send_queue_bytes`].
    pub send_queue_bytes: usize,
    /// See [`Options::admits`].
    pub admits: Box<dyn Fn(IpAddr) -> Result<(), String>>,
    /// What the server is to go by.
    pub server: Settings,
}

/// The loop and all that it owns.
pub struct Loop {
    poll: Poll,
    signals: Signals,
    clock: Clock,
    now: Now,
    options: Options,
    server: Server,
    worker: Worker,
    store: Option<Store>,
    /// How whoever runs the server tells it what they want.
    control: Option<Control>,
    /// Somebody who may wants the configuration read again.
    reload_wanted: bool,
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
    spare_queues: queue::Spare,
    doomed: Vec<(SessionId, String)>,
    /// When connections that are being closed are closed at the latest.
    closings: BTreeSet<(u64, SessionId)>,
}

impl Loop {
    /// Opens the listeners.
    ///
    /// # Errors
    /// One sentence: a listener that cannot be opened, or no signals or polling to be had.
    pub fn new(options: Options, settings: Settings) -> Result<Self, String> {
        let plainly = |error: io::Error| format!("cannot start the event loop: {error}");
        let poll = Poll::new().map_err(plainly)?;
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).map_err(plainly)?;
        poll.registry()
            .register(&mut signals, SIGNALS, Interest::READABLE)
            .map_err(plainly)?;
        let waker = Arc::new(Waker::new(poll.registry(), WORKER).map_err(plainly)?);
        // A loop that cannot be woken finds the answers at its next turn.
        let wake = move || drop(waker.wake());
        let worker = Worker::start(wake.clone()).map_err(plainly)?;
        let clock = Clock::start();
        let now = clock.read();
        let mut server = Server::new(now, settings);
        let (mut store, mut control) = (None, None);
        if let Some((dir, retention)) = &options.store {
            let how = store::Options {
                retention: *retention,
                clock: Arc::new(move || clock.read()),
            };
            let opened = Store::open(dir, how, wake.clone());
            let (opened, restored) = opened.map_err(|e| e.to_string())?;
            control = listen_for_wishes(dir, wake);
            server.resume(now, restored);
            store = Some(opened);
        }
        let mut this = Self {
            poll,
            signals,
            clock,
            now,
            options,
            server,
            worker,
            store,
            control,
            reload_wanted: false,
            listeners: Vec::new(),
            connections: Arena::default(),
            spare: Spare::take_one(),
            scratch: vec![0; SCRATCH_BYTES].into(),
            outputs: Vec::new(),
            hungry: Vec::new(),
            turn_left: 0,
            dirty: Vec::new(),
            spare_queues: queue::Spare::default(),
            doomed: Vec::new(),
            closings: BTreeSet::new(),
        };
        for (addr, protocol) in this.options.listeners.clone() {
            this.listen(addr, protocol)
                .map_err(|error| cannot_listen(addr, &error))?;
        }
        Ok(this)
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
            if std::mem::take(&mut self.reload_wanted) {
                self.reload(&reload);
            }
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
                WORKER => {}
                Token(token) if token > LISTENERS - self.listeners.len() => {
                    self.listeners[LISTENERS - token].hungry = true;
                }
                Token(number) => {
                    let id = self.connections.key_at(number & SLOT_BITS);
                    if let Some(id) = id.filter(|id| token(*id) == Token(number)) {
                        self.note_connection(id, event);
                    }
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
            connection.unread = true;
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
        for checked in self.worker.take_done() {
            self.server.checked(self.now, checked);
        }
        for answer in self.store.iter().flat_map(Store::take_answers) {
            self.server.stored(self.now, answer);
        }
        if let Some(store) = &self.store {
            self.server.note_store(store.stats());
        }
        for (number, wish) in self.control.iter_mut().flat_map(Control::take_wishes) {
            self.server.administer(self.now, number, wish);
        }
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

    /// Does what the server wants done.
    fn carry_out(&mut self) {
        let mut outputs = std::mem::take(&mut self.outputs);
        self.server.swap_outputs(&mut outputs);
        while !outputs.is_empty() {
            outputs
                .drain(..)
                .for_each(|output| self.carry_out_one(output));
            self.server.swap_outputs(&mut outputs);
        }
        outputs.shrink_to(OUTPUTS_KEPT);
        self.outputs = outputs;
    }

    fn carry_out_one(&mut self, output: Output) {
        match output {
            Output::Send(id, bytes) => self.enqueue(id, bytes),
            Output::Hide(id, hidden) => {
                let connection = self.connections.get_mut(id);
                if let Some(answer) = connection.and_then(|it| it.hide(hidden)) {
                    self.enqueue(id, Bytes::copy_from_slice(answer.as_bytes()));
                }
            }
            Output::Resume(id) => self.resume(id),
            Output::AwaitDrain(id) => {
                if let Some(connection) = self.connections.get_mut(id) {
                    connection.await_drain = true;
                    mark(&mut self.dirty, &mut connection.dirty, id);
                }
            }
            Output::Close(id, reason) => self.start_closing(id, reason),
            Output::Keep(order) => self.have_kept(*order),
            Output::Ask(question) => self.ask(*question),
            Output::Granted(number, outcome) => {
                if let Some(control) = &mut self.control {
                    control.answer(number, outcome);
                }
            }
            Output::Reload => self.reload_wanted = true,
            Output::Verify(check) => {
                if let Err(check) = self.worker.submit(check) {
                    error!("too many passwords wait to be checked");
                    self.server.not_checked(self.now, check.ticket);
                }
            }
        }
    }

    /// What cannot be kept is counted by the store; who waits for it is told.
    fn have_kept(&mut self, order: Order) {
        let store = self.store.as_ref();
        let refused = store.map_or(Some(order.ticket), |store| match store.submit(order) {
            Ok(()) => None,
            Err(order) => Some(order.ticket),
        });
        if let Some(ticket) = refused.flatten() {
            let outcome = Err(Trouble::Full);
            self.server
                .stored(self.now, Answer::Done { ticket, outcome });
        }
    }

    fn ask(&mut self, question: Question) {
        let ticket = question.ticket;
        let store = self.store.as_ref();
        if store.is_none_or(|store| store.ask(question).is_err()) {
            let outcome = Err(Trouble::Full);
            self.server
                .stored(self.now, Answer::Found { ticket, outcome });
        }
    }

    fn enqueue(&mut self, id: SessionId, bytes: Bytes) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.queue.push(bytes, &mut self.spare_queues);
            mark(&mut self.dirty, &mut connection.dirty, id);
        }
    }

    fn send(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        for id in dirty.drain(..) {
            if let Some(connection) = self.connections.get_mut(id) {
                connection.dirty = false;
                let progress = connection.flush(&mut self.spare_queues);
                if connection.unheard {
                    mark(&mut self.hungry, &mut connection.hungry, id);
                }
                self.after_flush(id, progress);
            }
        }
        // What has become dirty meanwhile has room of its own.
        if self.dirty.is_empty() {
            dirty.shrink_to(OUTPUTS_KEPT);
            self.dirty = dirty;
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
            self.server.configure(self.now, reloaded.server);
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
        self.carry_out();
        // What has been said is on the disk before the program ends.
        drop(self.store);
        Ok(())
    }
}

/// Without it the server does all it has to do, and `hallway account` says that it is not reached.
fn listen_for_wishes(dir: &Path, wake: impl Fn() + Send + 'static) -> Option<Control> {
    let control = Control::listen(dir, wake);
    control
        .inspect_err(|error| warn!("`hallway account` cannot reach this server: {error}"))
        .ok()
}

/// What both clocks show, for programs without a loop.
pub fn clock() -> store::Clock {
    let clock = Clock::start();
    Arc::new(move || clock.read())
}

/// Whether there is urgent data, at which reads end short (tcp(7)).
#[cfg_attr(not(target_os = "linux"), expect(unused_variables))]
fn is_urgent(event: &mio::event::Event) -> bool {
    #[cfg(target_os = "linux")]
    return event.is_priority();
    #[cfg(not(target_os = "linux"))]
    return false;
}

/// The slot's part of a connection's token.
const SLOT_BITS: usize = u32::MAX as usize;

/// A connection's key as a token: cut off to the slot where a token has 32 bits, which is enough,
/// for nothing is closed between the poll and the noting of its events.
fn token(id: SessionId) -> Token {
    Token(Key::from(id).bits() as usize)
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
