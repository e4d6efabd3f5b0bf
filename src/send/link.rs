//! One connection to the server, from its making to its loss, in a thread of its own.

use std::io::{self, BufReader, ErrorKind};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

use super::address::Address;
use super::courier::Event;
use super::line;
use super::post_office::Note;
use super::{ANSWER_SECONDS, CONNECT_SECONDS, LINE_BYTES_MAX};

/// Silence after which the system asks whether the other end is still there, so that no router in between forgets the connection.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);
/// The time between two such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// Unanswered questions after which the connection is lost.
const KEEPALIVE_RETRIES: u32 = 4;

/// Connects, and reports everything that happens under this number; the last report is always [`Event::Down`].
pub(super) fn spawn(number: u64, address: Address, notes: Sender<Note>) {
    thread::spawn(move || {
        let down = Event::Down(follow(number, &address, &notes).map_or_else(
            |error| reason(&error),
            |()| "the server closed it".to_owned(),
        ));
        // Nobody is left to hear it once the rest of the program is over.
        let _ = notes.send(Note::Link(number, down));
    });
}

/// An error in words, without the number that the system has for it.
pub(super) fn reason(error: &io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut chars = words.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

fn follow(number: u64, address: &Address, notes: &Sender<Note>) -> io::Result<()> {
    let stream = Arc::new(connect(address)?);
    let tell = |note| notes.send(note).map_err(|_| ErrorKind::BrokenPipe);
    tell(Note::Connected(number, Arc::clone(&stream)))?;
    let mut input = BufReader::new(&*stream);
    while let Some(line) = line::read(&mut input, LINE_BYTES_MAX)? {
        if let Some(event) = understood(&line.bytes) {
            tell(Note::Link(number, event))?;
        }
    }
    Ok(())
}

fn connect(address: &Address) -> io::Result<TcpStream> {
    let mut failure = ErrorKind::AddrNotAvailable.into();
    for candidate in (address.host.as_str(), address.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&candidate, Duration::from_secs(CONNECT_SECONDS.into())) {
            Ok(stream) => return prepared(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn prepared(stream: TcpStream) -> io::Result<TcpStream> {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_IDLE)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_RETRIES);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(Duration::from_secs(ANSWER_SECONDS.into())))?;
    Ok(stream)
}

/// The two shapes of lines that matter here.
fn understood(line: &[u8]) -> Option<Event> {
    if let Some(token) = line.strip_prefix(b"* Pong: ") {
        return Some(Event::Pong(line::readable(token)));
    }
    line.strip_prefix(b"*!")
        .map(|words| Event::Refusal(line::readable(words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pongs_and_refusals_are_understood() {
        for (line, event) in [
            ("* Pong: 17\r", Some(Event::Pong("17".into()))),
            (
                "*! There is\x1b nobody called bob here.\r",
                Some(Event::Refusal("There is nobody called bob here.".into())),
            ),
            ("* Welcome to hallway.\r", None),
            ("09:15 private bob: *! no", None),
            ("09:15 private bob: * Pong: 17", None),
            ("", None),
        ] {
            assert_eq!(understood(line.as_bytes()), event);
        }
    }

    #[test]
    fn reasons_read_as_a_part_of_a_sentence() {
        assert_eq!(
            reason(&io::Error::from_raw_os_error(111)),
            "connection refused"
        );
        assert_eq!(reason(&io::Error::other("Odd")), "odd");
    }
}
