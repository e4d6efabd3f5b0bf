//! `floor`: a bare relay. It knows just enough to be talked to like a chat server, checks nothing
//! and hands the same ready-made bytes to each who is to hear a line: what it costs, the system
//! costs.
//!
//! Usage: floor [--greeting-bytes N]
//! Prints its ports like hallway does, and runs until it is ended.

mod canned;
mod member;
mod relay;
mod verbs;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};

use member::{Member, Wire};
use relay::Relay;

/// How many connections wait to be accepted.
const BACKLOG: i32 = 4_096;

const SCRATCH_BYTES: usize = 65_536;

/// The length of a greeting, unless another is asked for.
const GREETING_BYTES: usize = 2_048;

const IRC: Token = Token(usize::MAX - 1);
const PLAIN: Token = Token(usize::MAX - 2);

fn main() -> io::Result<()> {
    let mut arguments = pico_args::Arguments::from_env();
    let greeting = arguments.opt_value_from_str("--greeting-bytes");
    let greeting = greeting
        .map_err(io::Error::other)?
        .unwrap_or(GREETING_BYTES);
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let poll = Poll::new()?;
    let mut listeners = [(IRC, Wire::Irc, listen()?), (PLAIN, Wire::Plain, listen()?)];
    for (token, _, listener) in &mut listeners {
        poll.registry()
            .register(listener, *token, Interest::READABLE)?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "floor: irc on {}", listeners[0].2.local_addr()?)?;
    writeln!(out, "floor: plain on {}", listeners[1].2.local_addr()?)?;
    out.flush()?;
    run(poll, &listeners, Relay::new(greeting))
}

/// What is set on the listening socket, those it accepts inherit.
fn listen() -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_tcp_nodelay(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket.into()))
}

fn run(
    mut poll: Poll,
    listeners: &[(Token, Wire, TcpListener)],
    mut relay: Relay,
) -> io::Result<()> {
    let mut events = Events::with_capacity(1_024);
    let mut scratch = vec![0; SCRATCH_BYTES];
    let mut readable = Vec::new();
    loop {
        if let Err(error) = poll.poll(&mut events, None)
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error);
        }
        for event in &events {
            match listeners
                .iter()
                .find(|listener| listener.0 == event.token())
            {
                Some((_, wire, listener)) => accept(&poll, listener, *wire, &mut relay),
                None => {
                    let id = event.token().0;
                    if event.is_readable() || event.is_read_closed() {
                        readable.push(id);
                    }
                    if event.is_writable() {
                        relay.mark_unwritten(id);
                    }
                }
            }
        }
        for id in readable.drain(..) {
            relay.hear(id, &mut scratch);
        }
        relay.send();
    }
}

fn accept(poll: &Poll, listener: &TcpListener, wire: Wire, relay: &mut Relay) {
    while let Ok((mut stream, _)) = listener.accept() {
        let token = Token(relay.next_id());
        let both = Interest::READABLE | Interest::WRITABLE;
        if poll.registry().register(&mut stream, token, both).is_ok() {
            relay.open(Member::new(stream, wire));
        }
    }
}
