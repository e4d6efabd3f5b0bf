//! Many clients in one thread.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, SockRef, Socket, Type};

use crate::Fault;
use crate::line::Line;

const SCRATCH_BYTES: usize = 262_144;

/// Each source address has some 28,000 ports, of which others need some.
const CLIENTS_PER_ADDRESS: usize = 20_000;

/// A connection to a server.
struct Client {
    stream: TcpStream,
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    /// What the socket did not take yet.
    unsent: Vec<u8>,
    /// The server may close the connection.
    leaving: bool,
}

/// Clients by number.
pub struct Crowd {
    poll: Poll,
    events: Events,
    clients: Vec<Option<Client>>,
    scratch: Box<[u8]>,
    /// How many bytes were heard.
    pub bytes_heard: u64,
}

impl Crowd {
    /// Nobody yet.
    ///
    /// # Errors
    /// The system has no polling to offer.
    pub fn new() -> Result<Self, Fault> {
        Ok(Self {
            poll: Poll::new().map_err(|error| format!("cannot poll: {error}"))?,
            events: Events::with_capacity(4_096),
            clients: Vec::new(),
            scratch: vec![0; SCRATCH_BYTES].into(),
            bytes_heard: 0,
        })
    }

    /// How many there have been.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Whether there has been nobody.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// Connects one more; says its number.
    ///
    /// # Errors
    /// There are no more descriptors or ports.
    pub fn connect(&mut self, port: u16) -> Result<usize, Fault> {
        self.clients.push(None);
        let id = self.clients.len() - 1;
        self.reconnect(id, port)?;
        Ok(id)
    }

    /// Connects again under the same number.
    ///
    /// # Errors
    /// There are no more descriptors or ports.
    pub fn reconnect(&mut self, id: usize, port: u16) -> Result<(), Fault> {
        let socket = start_connecting(id, port);
        let stream = socket.map_err(|error| format!("cannot connect client {id}: {error}"))?;
        let mut stream = TcpStream::from_std(stream.into());
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut stream, Token(id), both)
            .map_err(|error| format!("cannot watch client {id}: {error}"))?;
        self.clients[id] = Some(Client {
            stream,
            partial: Vec::new(),
            unsent: Vec::new(),
            leaving: false,
        });
        Ok(())
    }

    /// Cuts a client off, without a word.
    pub fn cut(&mut self, id: usize) {
        self.clients[id] = None;
    }

    /// The server may close the connection of this client from now on.
    pub fn leave(&mut self, id: usize) {
        if let Some(client) = &mut self.clients[id] {
            client.leaving = true;
        }
    }

    /// Sends lines, with their ends.
    ///
    /// # Errors
    /// The server has closed the connection.
    pub fn send(&mut self, id: usize, lines: &[u8]) -> Result<(), Fault> {
        let Some(client) = &mut self.clients[id] else {
            return Err(format!("client {id} is not connected"));
        };
        client.unsent.extend_from_slice(lines);
        client.flush().map_err(|error| lost(id, &error))
    }

    /// Hears what comes within a time.
    ///
    /// # Errors
    /// The server has closed a connection.
    pub fn listen(
        &mut self,
        timeout: Duration,
        mut hear: impl FnMut(usize, Line<'_>),
    ) -> Result<(), Fault> {
        let polled = self.poll.poll(&mut self.events, Some(timeout));
        if let Err(error) = polled
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(format!("cannot poll: {error}"));
        }
        for event in &self.events {
            let id = event.token().0;
            let Some(client) = &mut self.clients[id] else {
                continue;
            };
            let heard = client.attend(event, &mut self.scratch, |line| hear(id, line));
            match heard {
                Ok(bytes) => self.bytes_heard += bytes,
                Err(_) if client.leaving => self.clients[id] = None,
                Err(error) => return Err(lost(id, &error)),
            }
        }
        Ok(())
    }
}

impl Client {
    fn attend(
        &mut self,
        event: &Event,
        scratch: &mut [u8],
        mut hear: impl FnMut(Line<'_>),
    ) -> io::Result<u64> {
        let mut bytes = 0;
        if event.is_readable() || event.is_read_closed() {
            loop {
                let read = match self.stream.read(scratch) {
                    Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(read) => read,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::NotConnected => break,
                    Err(error) => return Err(error),
                };
                bytes += read as u64;
                self.split(&scratch[..read], &mut hear);
                if read < scratch.len() && !event.is_read_closed() {
                    break;
                }
            }
        }
        if event.is_writable() {
            self.flush()?;
        }
        Ok(bytes)
    }

    fn split(&mut self, mut bytes: &[u8], hear: &mut impl FnMut(Line<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let line = &bytes[..end];
            bytes = &bytes[end + 1..];
            if self.partial.is_empty() {
                hear(Line::read(without_return(line)));
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                hear(Line::read(without_return(&whole)));
            }
        }
        self.partial.extend_from_slice(bytes);
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(written) => drop(self.unsent.drain(..written)),
                Err(error) => return not_yet(error),
            }
        }
        self.unsent = Vec::new();
        Ok(())
    }
}

/// A socket that is not connected yet takes no bytes, like one that is full.
fn not_yet(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected => Ok(()),
        _ => Err(error),
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn lost(id: usize, error: &io::Error) -> Fault {
    format!("client {id} has lost its connection: {error}")
}

fn start_connecting(id: usize, port: u16) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    // A cut leaves nothing behind: ports would run out of connections that wait for nothing.
    SockRef::from(&socket).set_linger(Some(Duration::ZERO))?;
    let source = u8::try_from(id / CLIENTS_PER_ADDRESS).unwrap_or(u8::MAX);
    if source > 0 {
        let source = SocketAddr::from((Ipv4Addr::new(127, 0, 1, source), 0));
        socket.bind(&source.into())?;
    }
    match socket.connect(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()) {
        Err(error) if error.raw_os_error() != Some(EINPROGRESS) => Err(error),
        _ => Ok(socket),
    }
}

/// What a connection that is being made says (`connect(2)`), on Linux.
const EINPROGRESS: i32 = 115;
