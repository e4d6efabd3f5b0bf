//! `hallway send` against the real server: exit statuses, sentences, and a pipeline that outlives
//! its server.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// How long a line is awaited.
const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    process: Child,
    addr: String,
}

impl Server {
    fn start(addr: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hallway"))
            .args(["serve", "--plain", addr, "--data", "none"])
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdout = process.stdout.take().expect("it is piped");
        let mut ready = String::new();
        BufReader::new(stdout)
            .read_line(&mut ready)
            .expect("a ready line");
        let (_, addr) = ready
            .trim()
            .rsplit_once(' ')
            .expect("an address at its end");
        Self {
            process,
            addr: addr.to_owned(),
        }
    }

    fn send(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hallway"));
        command.args(["send", "--server", &self.addr]).args(args);
        command
    }

    fn post(&self, args: &[&str]) -> Output {
        self.send(args)
            .stdin(Stdio::null())
            .output()
            .expect("it runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Person(BufReader<TcpStream>);

impl Person {
    fn arrive(server: &Server, name: &str) -> Self {
        let stream = TcpStream::connect(&server.addr).expect("it connects");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("it can be set");
        let mut person = Self(BufReader::new(stream));
        person.say(&format!("{name}\n/join #ops"));
        person.hears("#ops");
        person
    }

    fn say(&mut self, line: &str) {
        self.0
            .get_mut()
            .write_all(format!("{line}\n").as_bytes())
            .expect("it is sent");
    }

    /// The first line that has `part` in it.
    fn hears(&mut self, part: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("a line in time");
            assert!(read > 0, "closed before {part:?} was heard");
            if line.contains(part) {
                return line.trim_end().to_owned();
            }
        }
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

#[test]
fn what_the_server_took_ends_with_0_and_what_it_refused_with_1() {
    let server = Server::start("127.0.0.1:0");
    let mut ann = Person::arrive(&server, "ann");

    let taken = server.post(&["--as", "cron*", "--to", "#ops", "queue", "300"]);
    assert_eq!(
        (taken.status.code(), complaint(&taken)),
        (Some(0), String::new())
    );
    assert!(ann.hears("queue").ends_with("#ops cron: queue 300"));

    let taken = server.post(&["--as", "cron*", "--to", "ann", "/quit is only a text"]);
    assert_eq!(taken.status.code(), Some(0));
    assert!(
        ann.hears("/quit")
            .ends_with("private cron: /quit is only a text")
    );

    let taken = server.post(&["--as", "cron*", "--announce", "fire drill"]);
    assert_eq!(taken.status.code(), Some(0));
    assert!(ann.hears("fire").ends_with("!!!1 cron: fire drill"));

    for (args, sentence) in [
        (&["--to", "bob", "hi"][..], "Nobody called bob is here"),
        (&["--to", "#nowhere", "hi"], "There is no channel #nowhere"),
        (&["--as", "ann", "--to", "#ops", "hi"], "ann is taken"),
        (&["--as", "a:b", "--to", "#ops", "hi"], "cannot be a name"),
    ] {
        let refused = server.post(args);
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        assert!(
            complaint(&refused).contains(sentence),
            "{}",
            complaint(&refused)
        );
        assert_eq!(complaint(&refused).lines().count(), 1);
    }
}

#[test]
fn the_environment_can_name_the_server() {
    let server = Server::start("127.0.0.1:0");
    let mut ann = Person::arrive(&server, "ann");
    let status = Command::new(env!("CARGO_BIN_EXE_hallway"))
        .args([
            "send",
            "--as",
            "cron*",
            "--to",
            "#ops",
            "by the environment",
        ])
        .env("HALLWAY_SERVER", &server.addr)
        .status()
        .expect("it runs");
    assert_eq!(status.code(), Some(0));
    assert!(
        ann.hears("environment")
            .ends_with("#ops cron: by the environment")
    );
}

#[test]
fn a_server_that_is_not_there_is_one_sentence() {
    let gone = {
        let server = Server::start("127.0.0.1:0");
        server.addr.clone()
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_hallway"));
    let output = command
        .args(["send", "--server", &gone, "--to", "ann", "hi"])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(complaint(&output).lines().count(), 1);
    assert!(
        complaint(&output).contains("Cannot reach"),
        "{}",
        complaint(&output)
    );
}

#[test]
fn each_line_of_a_pipe_arrives_once_and_in_order() {
    let server = Server::start("127.0.0.1:0");
    let mut ann = Person::arrive(&server, "ann");
    let mut pipe = server
        .send(&["--as", "log", "--to", "#ops"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut input = pipe.stdin.take().expect("it is piped");
    for n in 0..60 {
        writeln!(input, "line {n}\n").expect("it is taken");
    }
    drop(input);
    for n in 0..60 {
        assert!(
            ann.hears(" log: ")
                .ends_with(&format!("#ops log: line {n}"))
        );
    }
    assert_eq!(pipe.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_pipe_comes_back_to_a_server_that_was_lost() {
    let server = Server::start("127.0.0.1:0");
    let addr = server.addr.clone();
    let mut ann = Person::arrive(&server, "ann");
    let mut pipe = server
        .send(&["--as", "log", "--to", "#lobby"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut input = pipe.stdin.take().expect("it is piped");
    let mut complaints = BufReader::new(pipe.stderr.take().expect("it is piped")).lines();
    ann.say("/join #lobby");
    writeln!(input, "before").expect("it is taken");
    assert!(ann.hears("before").ends_with("#lobby log: before"));
    drop(server);
    let lost = complaints.next().expect("a complaint").expect("text");
    assert!(lost.contains("lost") || lost.contains("Lost"), "{lost}");
    writeln!(input, "while it was away").expect("it is taken");

    let server = Server::start(&addr);
    let mut ann = Person::arrive(&server, "ann");
    ann.say("/join #lobby");
    assert!(
        ann.hears("while it was away")
            .ends_with("#lobby log: while it was away")
    );
    drop(input);
    assert_eq!(pipe.wait().expect("it ends").code(), Some(0));
}
