//! Against a peer with a script, over real sockets.

use super::*;
use std::io::{BufReader, Cursor, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// How long a second lasts here.
const SECOND: Duration = Duration::from_millis(200);
/// Patience with a courier that says nothing, so that a failure is not a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// The server's side of one connection.
struct Peer {
    reader: BufReader<TcpStream>,
}

impl Peer {
    fn accept(listener: &TcpListener) -> Peer {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A reset drops what is still waiting to be sent.
        stream.set_nodelay(true).unwrap();
        let mut peer = Peer {
            reader: BufReader::new(stream),
        };
        peer.says("* Welcome to hallway on test. 3 people are here.\r\n* What is your name?\r\n");
        peer
    }

    fn greeted(listener: &TcpListener) -> Peer {
        let mut peer = Peer::accept(listener);
        peer.hears(&["cron*", "/ping hello"]);
        peer.says("* Hello, cron.\r\n09:14 #lobby eve: * Pong: 1\r\n* Pong: hello\r\n");
        peer
    }

    fn hears(&mut self, lines: &[&str]) {
        for line in lines {
            let mut heard = String::new();
            self.reader.read_line(&mut heard).unwrap();
            assert_eq!(heard, format!("{line}\r\n"));
        }
    }

    fn says(&mut self, text: &str) {
        self.reader.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn closes(self) {
        self.reader.get_ref().shutdown(Shutdown::Both).unwrap();
    }

    fn answers_until_quit(mut self) {
        loop {
            let mut heard = String::new();
            self.reader.read_line(&mut heard).unwrap();
            match heard.strip_prefix("/ping ") {
                Some(token) => self.says(&format!("* Pong: {token}")),
                None if heard == "/quit\r\n" => return,
                None => assert!(heard.starts_with("/msg #ops "), "{heard:?}"),
            }
        }
    }

    fn parts(mut self) {
        self.hears(&["/quit"]);
        assert_eq!(self.reader.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}

/// A server that does what the script says, and the name of where it is.
fn server(script: impl FnOnce(&TcpListener) + Send + 'static) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (address, thread::spawn(move || script(&listener)))
}

/// Sends to `#ops` as `cron*`: exit status and complaints.
fn send(server: &str, text: Option<&str>, input: impl Read + Send + 'static) -> (u8, String) {
    let options = Options {
        server: server.to_owned(),
        name: Some("cron*".to_owned()),
        to: Some("#ops".to_owned()),
        announce: false,
        text: text.map(str::to_owned),
    };
    let mut complaints = Vec::new();
    let (notes, received) = mpsc::channel();
    let errand = Errand::new(&options).unwrap();
    let status = errand.run(
        SECOND,
        BufReader::new(input),
        &mut complaints,
        notes,
        &received,
    );
    (
        status,
        String::from_utf8(complaints)
            .unwrap()
            .replace(server, "SERVER"),
    )
}

#[test]
fn a_text_is_posted_and_acknowledged() {
    let (address, peer) = server(|listener| {
        let mut peer = Peer::greeted(listener);
        peer.hears(&[
            "/msg #ops /queue 300",
            "/ping 1",
            "/msg #ops done",
            "/ping 3",
        ]);
        peer.says("* Pong: 1\r\n* Pong: 3\r\n");
        peer.parts();
    });
    let heard = send(
        &address,
        Some("/queue 300\r\n\r\ndone"),
        Cursor::new("unread"),
    );
    assert_eq!(heard, (0, String::new()));
    peer.join().unwrap();
}

#[test]
fn a_refused_text_is_an_error() {
    let (address, peer) = server(|listener| {
        let mut peer = Peer::greeted(listener);
        peer.hears(&["/msg #ops hi", "/ping 1"]);
        peer.says("*! There is no channel #ops.\r\n* Pong: 1\r\n");
        peer.parts();
    });
    let complaint = "hallway send: The server refused the text: There is no channel #ops.\n";
    assert_eq!(
        send(&address, Some("hi"), Cursor::new("")),
        (1, complaint.to_owned())
    );
    peer.join().unwrap();
}

#[test]
fn those_turned_away_hear_why() {
    let (address, peer) = server(|listener| {
        let mut peer = Peer::accept(listener);
        peer.says("*! This server is for the office only.\r\n");
        // Closed with the name unread: a reset.
    });
    let complaint = "hallway send: SERVER refused \"cron*\": This server is for the office only.\n";
    assert_eq!(
        send(&address, Some("hi"), Cursor::new("")),
        (1, complaint.to_owned())
    );
    peer.join().unwrap();
}

#[test]
fn a_server_that_is_not_there_is_an_error_for_a_text() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let complaint = "hallway send: Cannot reach SERVER: connection refused.\n";
    assert_eq!(
        send(&address, Some("hi"), Cursor::new("")),
        (1, complaint.to_owned())
    );
}

#[test]
fn lines_of_input_survive_the_loss_of_the_connection() {
    let (address, peer) = server(|listener| {
        let mut first = Peer::greeted(listener);
        first.hears(&["/msg #ops one", "/ping 1", "/msg #ops two", "/ping 3"]);
        first.says("* Pong: 1\r\n* Goodbye.\r\n");
        first.closes();
        let mut second = Peer::greeted(listener);
        second.hears(&["/msg #ops two", "/ping 3", "/msg #ops three", "/ping 4"]);
        second.says("* Pong: 3\r\n* Pong: 4\r\n");
        second.parts();
    });
    let (status, complaints) = send(&address, None, Cursor::new("one\n \t\r\ntwo\r\nthree"));
    let expected = "hallway send: Lost SERVER: the server closed it; trying again until it is back.\n\
                    hallway send: Connected to SERVER.\n";
    assert_eq!((status, complaints.as_str()), (0, expected));
    peer.join().unwrap();
}

#[test]
fn a_connection_that_answers_nothing_is_replaced() {
    let (address, peer) = server(|listener| {
        let mut silent = Peer::greeted(listener);
        silent.hears(&["/msg #ops one", "/ping 1"]);
        let mut second = Peer::greeted(listener);
        second.hears(&["/msg #ops one", "/ping 1"]);
        second.says("* Pong: 1\r\n");
        second.parts();
    });
    let (status, complaints) = send(&address, None, Cursor::new("one\n"));
    assert_eq!(status, 0);
    assert!(
        complaints.contains("it has not answered for 15 seconds; trying again"),
        "{complaints}"
    );
    peer.join().unwrap();
}

#[test]
fn the_input_is_not_read_further_ahead_than_the_window() {
    /// Lines without end, counted.
    struct Endless(mpsc::Sender<()>);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.send(()).map_err(std::io::Error::other)?;
            buffer[..2].copy_from_slice(b"x\n");
            Ok(2)
        }
    }
    let (reads, counted) = mpsc::channel();
    let (address, peer) = server(move |listener| {
        let mut peer = Peer::greeted(listener);
        for token in 1..=WINDOW_LINES {
            peer.hears(&["/msg #ops x", &format!("/ping {token}")]);
        }
        // Everything sent has been read, and one line more at most.
        assert!((WINDOW_LINES..=WINDOW_LINES + 1).contains(&counted.try_iter().count()));
        peer.says("*! No more.\r\n* Pong: 1\r\n");
        peer.hears(&["/msg #ops x", "/ping 33"]);
        // The reader's next line fails, which ends the input.
        drop(counted);
        (2..=33).for_each(|token| peer.says(&format!("* Pong: {token}\r\n")));
        peer.answers_until_quit();
    });
    let (status, complaints) = send(&address, None, Endless(reads));
    assert_eq!(status, 1);
    assert!(
        complaints.starts_with("hallway send: The server refused line 1: No more.\n"),
        "{complaints}"
    );
    assert!(
        complaints.contains("The input could not be read to its end"),
        "{complaints}"
    );
    peer.join().unwrap();
}

#[test]
fn options_that_make_no_sense_are_one_sentence() {
    let options = |server: &str, name: &str| Options {
        server: server.to_owned(),
        name: Some(name.to_owned()),
        to: Some("bob".to_owned()),
        ..Options::default()
    };
    for (options, words) in [
        (options("", "cron"), "is not a server"),
        (options("chat", "/quit"), "cannot be a name"),
        (
            Options {
                announce: true,
                ..options("chat", "cron")
            },
            "not for bob",
        ),
    ] {
        assert!(Errand::new(&options).is_err_and(|sentence| sentence.contains(words)));
    }
}
