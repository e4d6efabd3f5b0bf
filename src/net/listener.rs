//! Listeners, and what to do when a connection cannot be accepted.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, SockRef, Socket, TcpKeepalive, Type};

use crate::protocol::Protocol;

/// How many connections wait to be accepted: a whole building comes back at once after a power cut.
const BACKLOG: i32 = 4_096;

/// A silent connection is probed after this long...
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);
/// ...every so often...
const KEEPALIVE_EVERY: Duration = Duration::from_secs(15);
/// ...and is dead when so many probes are not answered.
const KEEPALIVE_PROBES: u32 = 4;
/// What was sent must be acknowledged within this time (`TCP_USER_TIMEOUT`).
const UNACKNOWLEDGED_FOR: Duration = Duration::from_secs(120);

/// A listener: an address and what is spoken there.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) protocol: Protocol,
    /// It may have somebody to accept.
    pub(super) hungry: bool,
    /// It cannot accept before this moment on the monotonic clock: descriptors have run out.
    pub(super) rest_until_ms: u64,
}

impl Listener {
    /// Listens. What is set on the listening socket, those it accepts inherit.
    pub(super) fn bind(addr: SocketAddr, protocol: Protocol) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        if addr.is_ipv6() {
            socket.set_only_v6(!addr.ip().is_unspecified())?;
        }
        socket.set_tcp_nodelay(true)?;
        set_keepalive(&socket)?;
        // Telnet's "synch" comes as urgent data: out of line, its IAC would be missing from the stream.
        socket.set_out_of_band_inline(true)?;
        socket.bind(&addr.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        let socket = TcpListener::from_std(socket.into());
        Ok(Self {
            socket,
            protocol,
            hungry: true,
            rest_until_ms: 0,
        })
    }

    pub(super) fn addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

fn set_keepalive(socket: &Socket) -> io::Result<()> {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY)
        .with_retries(KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    SockRef::from(socket).set_tcp_user_timeout(Some(UNACKNOWLEDGED_FOR))?;
    Ok(())
}

/// Whether an address cannot be listened on because the machine has no IPv6.
pub(super) fn no_ipv6(addr: SocketAddr, error: &io::Error) -> bool {
    let absent = error.raw_os_error() == Some(libc::EAFNOSUPPORT)
        || error.kind() == io::ErrorKind::AddrNotAvailable;
    addr.is_ipv6() && absent
}

/// What an accept that failed means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AcceptFault {
    /// Nobody is there.
    Nobody,
    /// That one is gone; the next may be there.
    Gone,
    /// No descriptor is left.
    NoDescriptor,
}

/// Sorts what `accept` says (accept(2): errors of the network belong to the one who came).
pub(super) fn accept_fault(error: &io::Error) -> AcceptFault {
    match error.raw_os_error() {
        _ if error.kind() == io::ErrorKind::WouldBlock => AcceptFault::Nobody,
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM) => {
            AcceptFault::NoDescriptor
        }
        _ => AcceptFault::Gone,
    }
}

/// A descriptor that is given up to tell somebody that there is none left.
pub(super) struct Spare(Option<File>);

impl Spare {
    pub(super) fn take_one() -> Self {
        Self(File::open("/dev/null").ok())
    }

    /// Accepts with the spare descriptor and turns that one away. Says who it was.
    pub(super) fn turn_one_away(
        &mut self,
        listener: &TcpListener,
        line: &str,
        scratch: &mut [u8],
    ) -> io::Result<SocketAddr> {
        self.0 = None;
        let accepted = listener.accept();
        let turned_away = accepted.map(|(stream, peer)| {
            say_and_close(&stream, line, scratch);
            peer
        });
        *self = Self::take_one();
        turned_away
    }
}

/// How often what somebody has sent is read before they are turned away.
const LAST_READS: usize = 16;

/// A fresh socket takes a line at once. What was sent already is read first: unread bytes would
/// make the system break the connection off, perhaps before the line is read.
fn say_and_close(mut stream: &TcpStream, line: &str, scratch: &mut [u8]) {
    let _ = stream.write(line.as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
    for _ in 0..LAST_READS {
        if !matches!(stream.read(scratch), Ok(1..)) {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_on_the_listener_is_inherited() {
        let listener = Listener::bind("127.0.0.1:0".parse().expect("an address"), Protocol::Plain)
            .expect("listens");
        let _client =
            std::net::TcpStream::connect(listener.addr().expect("bound")).expect("connects");
        let accepted = loop {
            match listener.socket.accept() {
                Ok((stream, _)) => break stream,
                Err(error) => assert_eq!(accept_fault(&error), AcceptFault::Nobody),
            }
        };
        let socket = SockRef::from(&accepted);
        assert!(socket.tcp_nodelay().expect("asked"));
        assert!(socket.keepalive().expect("asked"));
        assert_eq!(socket.tcp_keepalive_time().expect("asked"), KEEPALIVE_AFTER);
        assert_eq!(
            socket.tcp_user_timeout().expect("asked"),
            Some(UNACKNOWLEDGED_FOR)
        );
    }

    #[test]
    fn faults_of_accept_are_sorted() {
        let fault = |code| accept_fault(&io::Error::from_raw_os_error(code));
        assert_eq!(fault(libc::EAGAIN), AcceptFault::Nobody);
        assert_eq!(fault(libc::EMFILE), AcceptFault::NoDescriptor);
        assert_eq!(fault(libc::ENFILE), AcceptFault::NoDescriptor);
        assert_eq!(fault(libc::ECONNABORTED), AcceptFault::Gone);
        assert_eq!(fault(libc::EPROTO), AcceptFault::Gone);
    }
}
