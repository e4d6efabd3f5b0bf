//! Somebody with a netcat.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::said;
use crate::stopwatch::PATIENCE;

/// What a narrow client's socket holds of what it has not read, in bytes.
const NARROW_BYTES: usize = 4_096;

/// The largest segment that is sent to a narrow client, in bytes. The server's side of the socket
/// begins with room for so many of them: on loopback that would be megabytes.
const NARROW_SEGMENT_BYTES: u32 = 536;

const ETHERNET_SEGMENT_BYTES: u32 = 1_448;

/// Somebody with a netcat: says lines, hears lines.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    nick: String,
    fences: u32,
    in_lobby: bool,
    last: Vec<String>,
}

impl Client {
    pub(crate) fn connect(addr: SocketAddr) -> Self {
        Self::over(TcpStream::connect(addr).expect("it listens"))
    }

    /// Its socket and the server's hold little: what it does not read is soon in the server's way.
    pub(crate) fn connect_narrow(addr: SocketAddr) -> Self {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None).expect("a socket");
        socket.set_recv_buffer_size(NARROW_BYTES).expect("set");
        socket.set_tcp_mss(NARROW_SEGMENT_BYTES).expect("set");
        socket.connect(&addr.into()).expect("it listens");
        Self::over(socket.into())
    }

    /// Its segments are those of an Ethernet, and so the server's side of the socket holds less than
    /// the megabytes it would on loopback.
    pub(crate) fn connect_ethernet(addr: SocketAddr) -> Self {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None).expect("a socket");
        socket.set_tcp_mss(ETHERNET_SEGMENT_BYTES).expect("set");
        socket.connect(&addr.into()).expect("it listens");
        Self::over(socket.into())
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream.set_write_timeout(Some(PATIENCE)).expect("set");
        stream.set_nodelay(true).expect("set");
        Self {
            stream: BufReader::new(stream),
            nick: "?".to_owned(),
            fences: 0,
            in_lobby: false,
            last: Vec::new(),
        }
    }

    pub(crate) fn named(addr: SocketAddr, nick: &str) -> Self {
        Self::connect(addr).called(nick)
    }

    /// Somebody with an IRC client, registered.
    pub(crate) fn irc(addr: SocketAddr, nick: &str) -> Self {
        let mut client = Self::connect(addr);
        client.nick = nick.to_owned();
        client.send(format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n").as_bytes());
        client.until_one(|line| line.contains(" 422 ") || line.contains(" 376 "));
        client
    }

    pub(crate) fn named_narrow(addr: SocketAddr, nick: &str) -> Self {
        Self::connect_narrow(addr).called(nick)
    }

    pub(crate) fn named_ethernet(addr: SocketAddr, nick: &str) -> Self {
        Self::connect_ethernet(addr).called(nick)
    }

    fn called(mut self, nick: &str) -> Self {
        self.nick = nick.to_owned();
        self.say(nick);
        self.until(said::hello(nick).trim_end_matches("*."));
        self
    }

    /// As somebody in the channel.
    pub(crate) fn within(addr: SocketAddr, nick: &str, channel: &str) -> Self {
        let mut client = Self::named(addr, nick);
        client.join(channel);
        client
    }

    pub(crate) fn join(&mut self, channel: &str) {
        self.say(&format!("/join {channel}"));
        self.fence();
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.socket().local_addr().expect("bound")
    }

    pub(crate) fn say(&mut self, line: &str) {
        self.send(format!("{line}\r\n").as_bytes());
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.socket().write_all(bytes).expect("it takes bytes");
    }

    /// Sends, unless the connection has been closed.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let stuck = Some(Duration::from_millis(200));
        self.socket().set_write_timeout(stuck)?;
        self.socket().write_all(bytes)
    }

    /// Sends as much as is taken, until nothing has been for so long. Says how much it was.
    pub(crate) fn send_until_stuck(&mut self, bytes: &[u8], stuck: Duration) -> usize {
        let mut socket = self.socket();
        socket.set_write_timeout(Some(stuck)).expect("set");
        let mut sent = 0;
        while sent < bytes.len() {
            match socket.write(&bytes[sent..]) {
                Ok(written) => sent += written,
                Err(error) if is_timeout(&error) => break,
                Err(error) => panic!("{}: after {sent} bytes: {error}", self.nick),
            }
        }
        socket.set_write_timeout(Some(PATIENCE)).expect("set");
        sent
    }

    pub(crate) fn half_close(&mut self) {
        self.socket().shutdown(Shutdown::Write).expect("it is open");
    }

    /// Half-closes, unless the connection has been closed.
    pub(crate) fn try_half_close(&self) {
        let _ = self.socket().shutdown(Shutdown::Write);
    }

    /// Reads to the end, however that comes.
    pub(crate) fn drain(&mut self) {
        let _ = std::io::copy(&mut self.stream, &mut std::io::sink());
    }

    /// Breaks the connection off: the other side is told of a reset.
    pub(crate) fn reset(self) {
        let linger = Some(Duration::ZERO);
        SockRef::from(self.socket())
            .set_linger(linger)
            .expect("set");
    }

    /// Sends a byte as urgent data, as telnet does for its "synch".
    pub(crate) fn send_urgent(&mut self, byte: u8) {
        let sent = SockRef::from(self.socket()).send_out_of_band(&[byte]);
        assert_eq!(sent.expect("it takes bytes"), 1);
    }

    /// The next line without its end, or `None` at the end. What the server tells of the lobby is
    /// left out: when it is entered depends on how busy the machine is.
    pub(crate) fn maybe_line(&mut self) -> Option<String> {
        loop {
            let line = self.any_line()?;
            self.in_lobby |= line.starts_with(said::YOU_ARE_IN_LOBBY);
            if !(line.starts_with("* ") && line.contains("#lobby")) {
                return Some(line);
            }
        }
    }

    /// Waits for the second after which everybody enters the lobby.
    pub(crate) fn until_in_lobby(&mut self) {
        while !self.in_lobby {
            let line = self.any_line().expect("it goes on");
            self.in_lobby = line.starts_with(said::YOU_ARE_IN_LOBBY);
        }
    }

    /// Every line ends in CRLF.
    fn any_line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        if let Err(error) = self.stream.read_until(b'\n', &mut line) {
            let part = String::from_utf8_lossy(&line);
            panic!("{}: {error} behind {:#?} {part:?}", self.nick, self.last);
        }
        if line.is_empty() {
            return None;
        }
        let line = String::from_utf8(line).expect("UTF-8");
        let Some(line) = line.strip_suffix("\r\n") else {
            panic!("{}: {line:?} does not end in CRLF", self.nick);
        };
        if self.last.len() == 10 {
            self.last.remove(0);
        }
        self.last.push(line.to_owned());
        Some(line.to_owned())
    }

    pub(crate) fn line(&mut self) -> String {
        let line = self.maybe_line();
        line.unwrap_or_else(|| panic!("{}: the end behind {:#?}", self.nick, self.last))
    }

    /// Reads until a line that begins so; all of them.
    pub(crate) fn until(&mut self, start: &str) -> Vec<String> {
        self.until_one(|line| line.starts_with(start))
    }

    /// Reads until such a line; all of them.
    pub(crate) fn until_one(&mut self, is_it: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = vec![self.line()];
        while !lines.last().is_some_and(|line| is_it(line)) {
            lines.push(self.line());
        }
        lines
    }

    /// Everything before has been taken or refused: what was heard until that was said.
    pub(crate) fn fence(&mut self) -> Vec<String> {
        self.fences += 1;
        let token = format!("fence-{}-{}", self.nick, self.fences);
        self.say(&format!("/ping {token}"));
        let mut lines = self.until(&said::pong(&token));
        lines.pop();
        lines
    }

    /// Says a line and hears what is answered.
    pub(crate) fn ask(&mut self, line: &str) -> Vec<String> {
        self.say(line);
        self.fence()
    }

    /// Some bytes, whatever they are; none at the end.
    pub(crate) fn sip(&mut self, bytes: usize) -> Vec<u8> {
        let mut sip = vec![0; bytes];
        let read = self.stream.read(&mut sip).expect("something comes");
        sip.truncate(read);
        sip
    }

    /// All lines until the server closes, which it does without a reset.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.maybe_line()).collect()
    }

    /// Goes on talking to a server that has said all: it listens on, rather than reset a connection
    /// whose last words may not have been read yet. On loopback a reset is there at once.
    pub(crate) fn assert_heard_out(&mut self) {
        self.send(b"more");
        let error = self.socket().take_error().expect("asked");
        assert!(error.is_none(), "{}: {error:?}", self.nick);
    }

    /// All bytes until the server closes, which it does without a reset.
    pub(crate) fn rest_bytes(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).expect("a clean end");
        bytes
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// `printf TEXT | nc -N`: all that was answered until the server closed.
pub(crate) fn shot(addr: SocketAddr, text: &str) -> Vec<String> {
    let mut client = Client::connect(addr);
    client.send(text.as_bytes());
    client.half_close();
    client.rest()
}

/// Whether one of the lines begins so.
pub(crate) fn has(lines: &[String], start: &str) -> bool {
    lines.iter().any(|line| line.starts_with(start))
}

/// The texts of what was said in a channel by one person, in order.
pub(crate) fn said_by(lines: &[String], channel: &str, nick: &str) -> Vec<String> {
    let start = format!(" {channel} {nick}: ");
    let texts = lines
        .iter()
        .filter_map(|line| line.get(5..)?.strip_prefix(&start));
    texts.map(str::to_owned).collect()
}
