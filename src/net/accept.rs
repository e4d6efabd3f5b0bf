//! Opening listeners, and letting people in.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use log::{info, warn};
use mio::{Interest, Token};

use super::connection::Connection;
use super::listener::{AcceptFault, Listener, accept_fault, no_ipv6};
use super::{LISTENERS, Loop, token};
use crate::protocol::Protocol;

/// How many connections one listener accepts in a turn.
const ACCEPTED_PER_TURN: usize = 256;

/// How long a listener rests when there is no descriptor left, in milliseconds.
const LISTENER_REST_MS: u64 = 200;

impl Loop {
    pub(super) fn listen(&mut self, addr: SocketAddr, protocol: Protocol) -> io::Result<()> {
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
    pub(super) fn listens_on_loopback(&self, addr: SocketAddr, protocol: Protocol) -> bool {
        let twin = SocketAddr::from((Ipv4Addr::LOCALHOST, addr.port()));
        addr.ip().is_loopback() && self.options.listeners.contains(&(twin, protocol))
    }

    pub(super) fn accept(&mut self) {
        for place in 0..self.listeners.len() {
            let listener = &self.listeners[place];
            if listener.hungry && listener.rest_until_ms <= self.now.mono_ms {
                self.accept_from(place);
            }
        }
    }

    pub(super) fn accept_from(&mut self, place: usize) {
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
    pub(super) fn turn_one_away(&mut self, place: usize) -> bool {
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

    pub(super) fn open(
        &mut self,
        mut stream: mio::net::TcpStream,
        peer: SocketAddr,
        protocol: Protocol,
    ) {
        let id = self.connections.next_key();
        let token = token(id);
        let interest = interest();
        if let Err(error) = self.poll.registry().register(&mut stream, token, interest) {
            warn!("cannot watch a connection from {peer}: {error}");
            return;
        }
        self.connections
            .insert(Connection::new(stream, peer, protocol));
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

pub(super) fn cannot_listen(addr: SocketAddr, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => "something else listens there; stop it or choose another port",
        io::ErrorKind::PermissionDenied => "ports below 1024 need permission; choose another port",
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        _ => "check the address",
    };
    format!("cannot listen on {addr}: {} ({remedy})", error.kind())
}

/// Sockets are registered once, for all that can happen to them.
fn interest() -> Interest {
    let interest = Interest::READABLE | Interest::WRITABLE;
    #[cfg(target_os = "linux")]
    let interest = interest | Interest::PRIORITY;
    interest
}
