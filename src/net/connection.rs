//! A connection: a socket and its two buffers, both without heap while it is idle.

use std::fmt;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv6Addr, Shutdown, SocketAddr};

use mio::net::TcpStream;

use super::queue::{Queue, Spare};
use crate::protocol::Protocol;
use crate::protocol::heard::Heard;
use crate::protocol::irc::framing::Framer;
use crate::protocol::plain::telnet::Answer;
use crate::protocol::plain::terminal::Terminal;

/// Whether a short read never says that nothing is left. On Linux it does, but at urgent data, of
/// which the poll tells (`EPOLLPRI`); elsewhere the poll does not.
const READ_ON_ALWAYS: bool = cfg!(not(target_os = "linux"));

/// What reading a connection once has given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// So many bytes, and perhaps there are more.
    Some(usize),
    /// So many bytes, and no more for now.
    Last(usize),
    /// Nothing for now.
    Nothing,
    /// Nothing ever again.
    End,
}

/// Why and until when a connection is being closed.
#[derive(Debug)]
pub(super) struct Closing {
    pub(super) reason: String,
    /// All has been written and the other side has been told that no more will come.
    pub(super) said_all: bool,
    /// On the monotonic clock: it is closed then, whatever the other side does.
    pub(super) deadline_ms: u64,
}

/// The other side's address, smaller than the standard library has it: IPv4 as mapped into IPv6.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    ip: Ipv6Addr,
    port: u16,
}

impl From<SocketAddr> for Peer {
    fn from(addr: SocketAddr) -> Self {
        let ip = match addr.ip() {
            IpAddr::V4(ip) => ip.to_ipv6_mapped(),
            IpAddr::V6(ip) => ip,
        };
        let port = addr.port();
        Self { ip, port }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::new(IpAddr::V6(self.ip).to_canonical(), self.port).fmt(f)
    }
}

/// What was read but cannot be heard yet: all from a place on.
#[derive(Debug)]
struct Rest {
    bytes: Vec<u8>,
    at: usize,
}

/// The hearing side of a connection, by its protocol.
#[derive(Debug)]
enum Ear {
    Plain(Terminal),
    Irc(Framer),
}

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    pub(super) peer: Peer,
    ear: Ear,
    rest: Option<Box<Rest>>,
    pub(super) queue: Queue,
    pub(super) closing: Option<Box<Closing>>,
    /// On the list of those that may have something to read.
    pub(super) hungry: bool,
    /// On the list of those that have something to write.
    pub(super) dirty: bool,
    /// On the list of those to be buried.
    pub(super) doomed: bool,
    /// The socket takes bytes.
    pub(super) writable: bool,
    /// The socket may have something that is not read yet. A read that has taken all says that it
    /// has not, and the poll's next edge that it has.
    pub(super) unread: bool,
    /// A short read is not the last: the end is behind it, or what follows urgent data.
    pub(super) read_on: bool,
    /// The other side's last byte has been read.
    pub(super) ended: bool,
    /// It has too many answers to take to be heard: it is hungry again once it has taken them.
    pub(super) choked: bool,
    /// The other side takes nothing any more.
    pub(super) unheard: bool,
    /// The session wants to know when the queue is empty.
    pub(super) await_drain: bool,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, protocol: Protocol) -> Self {
        let ear = match protocol {
            Protocol::Plain => Ear::Plain(Terminal::new()),
            Protocol::Irc => Ear::Irc(Framer::new()),
        };
        Self {
            stream,
            peer: peer.into(),
            ear,
            rest: None,
            queue: Queue::default(),
            closing: None,
            hungry: false,
            dirty: false,
            doomed: false,
            writable: true,
            unread: true,
            read_on: READ_ON_ALWAYS,
            ended: false,
            choked: false,
            unheard: false,
            await_drain: false,
        }
    }

    pub(super) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Whether there is anything to be heard of it once its session is ready.
    pub(super) fn has_more(&self) -> bool {
        self.has_rest() || self.ended || self.unread
    }

    /// Reads once, and notes whether that was all.
    pub(super) fn fill(&mut self, scratch: &mut [u8]) -> io::Result<Fill> {
        let filled = self.read(scratch);
        if matches!(filled, Ok(Fill::Last(_) | Fill::Nothing)) {
            self.unread = false;
        }
        filled
    }

    /// Reads once. A short read is the last, unless more is known to be behind it.
    fn read(&mut self, scratch: &mut [u8]) -> io::Result<Fill> {
        loop {
            return match self.stream.read(scratch) {
                Ok(0) => Ok(Fill::End),
                Ok(n) if n < scratch.len() && !self.read_on => Ok(Fill::Last(n)),
                Ok(n) => Ok(Fill::Some(n)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Fill::Nothing),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
        }
    }

    /// The next thing that the other side has said.
    pub(super) fn next_heard<'i>(&mut self, bytes: &mut &'i [u8]) -> Option<Heard<'i>> {
        match &mut self.ear {
            Ear::Plain(terminal) => terminal.hear(bytes),
            Ear::Irc(framer) => framer.hear(bytes),
        }
    }

    /// Hides what is typed from now on, or shows it again: what the other side is to be told.
    pub(super) fn hide(&mut self, hidden: bool) -> Option<Answer> {
        match &mut self.ear {
            Ear::Plain(terminal) => terminal.hide(hidden),
            Ear::Irc(_) => None,
        }
    }

    /// The unterminated last line.
    pub(super) fn last_heard(&mut self) -> Option<Heard<'static>> {
        match &mut self.ear {
            Ear::Plain(terminal) => terminal.finish(),
            Ear::Irc(framer) => framer.finish(),
        }
    }

    /// Keeps what cannot be heard yet: what stands behind `at`.
    pub(super) fn keep(&mut self, rest: Vec<u8>, at: usize) {
        let kept = at < rest.len();
        self.rest = kept.then(|| Box::new(Rest { bytes: rest, at }));
    }

    /// Takes what could not be heard before, and where it begins.
    pub(super) fn take_rest(&mut self) -> (Vec<u8>, usize) {
        let rest = self.rest.take();
        rest.map_or((Vec::new(), 0), |rest| (rest.bytes, rest.at))
    }

    pub(super) fn has_rest(&self) -> bool {
        self.rest.is_some()
    }

    /// Writes as much as the socket takes. Says whether anything went.
    ///
    /// Who takes nothing any more may still have said something, which lies unread: a script that
    /// sends and goes. So a connection that cannot be written is read to its end like any other.
    pub(super) fn flush(&mut self, spare: &mut Spare) -> bool {
        let before = self.queue.bytes();
        if self.writable && !self.unheard {
            match self.queue.write_to(&mut self.stream, spare) {
                Ok(stopped) => self.writable = !stopped,
                Err(_) => self.unheard = true,
            }
        }
        if self.unheard {
            self.queue = Queue::default();
        }
        self.queue.bytes() < before
    }

    /// Tells the other side that no more will come.
    pub(super) fn say_end(&self) {
        // It may have gone already: then there is nobody to tell.
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}
