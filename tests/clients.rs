//! The Python of `protocol.md` is run: the clients against a real server, and the regular
//! expression for the shapes of lines.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long a line is awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many lines the document promises at most.
const CLIENT_LINES: usize = 40;

/// The blocks of Python in the document, in order.
fn blocks() -> Vec<String> {
    let path = format!("{}/protocol.md", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(path).expect("the document is there");
    let blocks = document.split("```python\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split_once("```\n"));
    blocks.map(|(block, _)| block.to_owned()).collect()
}

/// The one block that has this in it.
fn block(part: &str) -> String {
    let mut found = blocks().into_iter().filter(|block| block.contains(part));
    let block = found.next();
    assert!(found.next().is_none(), "{part} is in several");
    block.unwrap_or_else(|| panic!("{part} is in no block"))
}

struct Server {
    process: Child,
    plain: String,
    irc: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hallway"))
            .args(["serve", "--plain", "127.0.0.1:0", "--irc", "127.0.0.1:0"])
            .args(["--data", "none", "--name", "chat.office"])
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdout = process.stdout.take().expect("it is piped");
        let mut ready = BufReader::new(stdout).lines();
        let mut port = || {
            let line = ready.next().expect("a ready line").expect("it is text");
            let (_, port) = line.rsplit_once(':').expect("a port at its end");
            port.to_owned()
        };
        Self {
            plain: port(),
            irc: port(),
            process,
        }
    }

    /// Somebody on the plain protocol, who is in the lobby.
    fn visitor(&self, name: &str) -> Visitor {
        let stream = TcpStream::connect(format!("127.0.0.1:{}", self.plain)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut visitor = Visitor {
            lines: BufReader::new(stream.try_clone().expect("another handle")),
            stream,
        };
        visitor.say(name);
        visitor.hears("* You are in #lobby");
        visitor
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Visitor {
    stream: TcpStream,
    lines: BufReader<TcpStream>,
}

impl Visitor {
    fn say(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.stream.write_all(line.as_bytes()).expect("it is there");
    }

    /// Waits for a line that has this in it.
    fn hears(&mut self, part: &str) {
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            let read = self.lines.read_line(&mut line);
            assert!(read.is_ok_and(|bytes| bytes > 0), "{part:?} was not heard");
        }
    }
}

/// A program in Python.
struct Program {
    process: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Program {
    fn start(name: &str, code: &str, args: &[&str]) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, code).expect("the folder is there");
        let mut process = Command::new("python3")
            .arg(&path)
            .args(args)
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is needed for the clients of protocol.md");
        let stdout = process.stdout.take().expect("it is piped");
        let (sender, lines) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            lines
                .map(|line| sender.send(line))
                .take_while(Result::is_ok)
                .count()
        });
        Self {
            stdin: process.stdin.take(),
            process,
            lines,
        }
    }

    fn types(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("its input is open");
        writeln!(stdin, "{line}").expect("it reads");
    }

    /// Waits for a line that has this in it.
    fn shows(&self, part: &str) {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|why| panic!("{part:?} was not shown: {why}"));
            if line.contains(part) {
                return;
            }
        }
    }

    /// Ends its input, and waits until it has ended itself.
    fn ends(mut self) {
        drop(self.stdin.take());
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        let status = self.process.wait().expect("it was started");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_plain_client_works() {
    let server = Server::start();
    let mut bob = server.visitor("bob");
    let code = block("server.shutdown");
    assert!(code.lines().count() <= CLIENT_LINES);
    let mut ann = Program::start("plain.py", &code, &["127.0.0.1", &server.plain]);
    ann.shows("* What is your name?");
    ann.types("ann");
    ann.types("/join #lobby");
    ann.shows("* You are in #lobby with bob.");
    ann.types("grüß dich");
    bob.hears("#lobby ann: grüß dich");
    bob.say("hello ann");
    ann.shows("#lobby bob: hello ann");
    ann.ends();
    bob.hears("* ann has gone");
}

#[test]
fn the_irc_client_works() {
    let server = Server::start();
    let mut bob = server.visitor("bob");
    let code = block("CAP REQ");
    assert!(code.lines().count() <= CLIENT_LINES);
    let args = ["127.0.0.1", &server.irc, "bob"];
    let mut ann = Program::start("irc.py", &code, &args);
    bob.hears("* bob_ joined #lobby.");
    ann.shows("* bob_ JOIN #lobby");
    ann.types("grüß dich: wie geht's?");
    bob.hears("#lobby bob_: grüß dich: wie geht's?");
    bob.say("hello :)");
    ann.shows("#lobby bob: hello :)");
    ann.types("/PRIVMSG bob :psst");
    bob.hears("private bob_: psst");
    ann.types("/TOPIC #nowhere");
    ann.shows("403 bob_ #nowhere");
    bob.say("/announce fire drill");
    ann.shows("bob_ bob: !!!1 fire drill");
    ann.ends();
    bob.hears("* bob_ has gone");
}

#[test]
fn the_shapes_of_lines_are_taken_apart() {
    let code = block("SHAPE")
        + r#"
import sys
for line in sys.stdin:
    found = SHAPE.fullmatch(line.rstrip("\n"))
    groups = ("time", "to", "where", "speech", "action", "notice", "text")
    print("|".join(found[group] or "" for group in groups) if found else "-", flush=True)
"#;
    let mut shape = Program::start("shape.py", &code, &[]);
    for (line, expected) in [
        (
            "09:14 #lobby ann: morning: all",
            "09:14||#lobby|ann|||morning: all",
        ),
        ("09:14 private ann: psst", "09:14||private|ann|||psst"),
        ("09:14 private to ann: psst", "09:14|ann|||||psst"),
        ("09:14 #lobby * ann waves", "09:14||#lobby||ann||waves"),
        (
            "09:14 private to ann * bob waves",
            "09:14||private to ann||bob||waves",
        ),
        ("09:14 #lobby -ann- done", "09:14||#lobby|||ann|done"),
        ("09:14 !!!7 ann: drill", "09:14||!!!7|ann|||drill"),
        (
            "2026-11-23T09:14:02+01:00 #kaffeeküche josé: ja",
            "2026-11-23T09:14:02+01:00||#kaffeeküche|josé|||ja",
        ),
        ("* ann joined #lobby.", "-"),
        ("*! Nobody called bib is here.", "-"),
    ] {
        shape.types(line);
        let heard = shape.lines.recv_timeout(PATIENCE);
        assert_eq!(heard.as_deref(), Ok(expected), "{line}");
    }
    shape.ends();
}

#[test]
fn every_block_of_python_is_run() {
    let run = ["server.shutdown", "CAP REQ", "SHAPE"].map(block);
    assert_eq!(blocks().len(), run.len());
}
