//! A server that is killed in the middle of its work. What it has said in words is there afterwards,
//! and so is what it has relayed a while before: once, and in order.
//!
//! A few times here; `scripts/check-kill` does it a few hundred times, and takes the server at its
//! word about that while.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use crate::client::Client;
use crate::prng::Rng;
use crate::server::{Server, Setup, TempDir, hallway};
use crate::stopwatch::{SLACK, Stopwatch};

/// How often `scripts/check-kill` wants it.
const ROUNDS: &str = "HALLWAY_KILLS";

/// Within how many milliseconds it wants lines to be written, where the machine is a busy one.
const WITHIN: &str = "HALLWAY_KILLS_WITHIN_MS";

/// How long after it was relayed a line is the operating system's.
const WRITTEN_WITHIN: Duration = Duration::from_millis(50);

/// How many lines each says at once.
const TOGETHER: u64 = 20;

/// How fast each is heard: a store that is compiled for debugging, on a busy machine, keeps up with
/// three of them.
const PACE: &str = "100/400";

/// What is to be there once the server is killed.
#[derive(Default)]
struct Due {
    /// What was heard in the channel, in that order, and when.
    heard: Vec<(String, Duration)>,
    accounts: Vec<String>,
    /// What was announced and kept.
    announced: Vec<String>,
}

/// A password is hashed as little as can be: that is not what this is about.
const QUICK: &str = "[accounts]\niterations = 4096\n";

fn number_of(variable: &str) -> Option<u64> {
    let value = env::var(variable).ok()?;
    Some(value.parse().expect("a number"))
}

fn start(data: &Path) -> Server {
    let listeners = ["--plain", "127.0.0.1:0", "--irc", "127.0.0.1:0"];
    let setup = Setup::listening(&listeners)
        .flag("--pace", PACE)
        .config(QUICK);
    setup.data(data).start()
}

/// Two say something on the plain protocol and one on IRC, and somebody hears it.
struct Talk {
    listener: Client,
    plain: [Client; 2],
    irc: Client,
    said: u64,
}

impl Talk {
    fn begin(server: &Server) -> Self {
        let listener = Client::within(server.addr(), "ear", "#desk");
        let plain = ["ann", "bob"].map(|nick| Client::within(server.addr(), nick, "#desk"));
        let mut irc = Client::irc(server.addr_of(1), "carol");
        irc.say("JOIN #desk");
        irc.until_one(|line| line.contains(" 366 "));
        Self {
            listener,
            plain,
            irc,
            said: 0,
        }
    }

    /// Each says some lines. Whoever does not take them any more has been killed.
    fn say(&mut self, round: u64) {
        let mut texts = [String::new(), String::new()];
        for _ in 0..TOGETHER {
            self.said += 1;
            let text = format!("round {round} line {}", self.said);
            texts[0] += &format!("{text}\r\n");
            texts[1] += &format!("PRIVMSG #desk :{text}\r\n");
        }
        for client in &mut self.plain {
            client.send(texts[0].as_bytes());
        }
        self.irc.send(texts[1].as_bytes());
    }

    fn hear(&mut self, lines: u64, watch: &Stopwatch, due: &mut Due) {
        for _ in 0..lines {
            let line = loop {
                let line = self.listener.line();
                if let Some(words) = said(&line) {
                    break words.to_owned();
                }
            };
            due.heard.push((line, watch.elapsed()));
        }
    }
}

/// Who has said what, of a line that somebody has said.
fn said(line: &str) -> Option<&str> {
    let (_, words) = line.split_once(" #desk ")?;
    words.contains(": round ").then_some(words)
}

fn register(server: &Server, name: &str, due: &mut Due) {
    let mut client = Client::named(server.addr(), name);
    client.say(&format!("/register {name}'s secret"));
    client.until(&format!("* {name} is yours from now on"));
    due.accounts.push(name.to_owned());
    let text = format!("{name} is here");
    client.say(&format!("/announce {text}"));
    client.until_one(|line| line.contains("and kept for those who are away"));
    due.announced.push(text);
}

/// Talks for a while of chance's choosing and kills the server in the middle of a line; how long
/// it has talked.
fn talk_until_killed(server: Server, round: u64, chance: &mut Rng, due: &mut Due) -> Duration {
    let mut talk = Talk::begin(&server);
    let until = Duration::from_millis(100 + chance.next() % 900);
    let watch = Stopwatch::start();
    register(&server, &format!("early{round}"), due);
    while watch.elapsed() < until {
        talk.say(round);
        talk.hear(3 * TOGETHER, &watch, due);
    }
    talk.say(round);
    if chance.percent(50) {
        register(&server, &format!("late{round}"), due);
    }
    talk.hear(chance.next() % (3 * TOGETHER), &watch, due);
    let talked = watch.elapsed();
    assert!(server.end("KILL").status.code().is_none());
    talked
}

fn export(data: &Path) -> Vec<String> {
    let data = data.to_str().expect("a plain path");
    let output = hallway(&["export", "--data", data, "--channel", "#desk"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().filter_map(said).map(str::to_owned).collect()
}

fn accounts(data: &Path) -> Vec<String> {
    let data = data.to_str().expect("a plain path");
    let output = hallway(&["account", "list", "--data", data]);
    let text = String::from_utf8(output.stdout).expect("text");
    let names = text.lines().filter_map(|line| line.split('\t').next());
    names.map(str::to_owned).collect()
}

fn assert_sound(data: &Path) {
    let copy: PathBuf = data.join("hallway.db");
    let db = Connection::open(copy).expect("it opens");
    let found: String = db
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("it can be checked");
    assert_eq!(found, "ok");
}

#[test]
fn what_was_acknowledged_or_relayed_a_while_before_is_there() {
    let wanted = number_of(ROUNDS);
    let rounds = wanted.unwrap_or(4);
    // Only whoever asks for many times has a machine to themselves.
    let within = match (wanted, number_of(WITHIN)) {
        (_, Some(ms)) => Duration::from_millis(ms),
        (Some(_), None) => WRITTEN_WITHIN,
        (None, None) => WRITTEN_WITHIN + SLACK,
    };
    let dir = TempDir::new();
    let data = dir.path("data");
    let mut registered = Vec::new();
    let mut kept_before = Vec::new();
    for round in 0..rounds {
        let mut chance = Rng::new(round);
        let mut due = Due::default();
        let talked = talk_until_killed(start(&data), round, &mut chance, &mut due);
        assert_sound(&data);

        // It starts again.
        let server = start(&data);
        let kept = export(&data);
        assert_eq!(kept[..kept_before.len()], kept_before, "round {round}");
        let new = &kept[kept_before.len()..];
        let heard = due.heard.iter().map(|(line, _)| line);
        let fault = new.iter().zip(heard).find(|(kept, heard)| kept != heard);
        assert_eq!(fault, None, "round {round}: each once, in order");
        let settled = due.heard.iter().take_while(|(_, at)| *at + within < talked);
        let settled = settled.count();
        assert!(
            new.len() >= settled,
            "round {round}: {settled} of {} lines were relayed long ago, {} are kept",
            due.heard.len(),
            new.len()
        );
        registered.append(&mut due.accounts);
        let there = accounts(&data);
        let missing = registered.iter().find(|name| !there.contains(name));
        assert_eq!(missing, None, "round {round}");
        let listed = Client::named(server.addr(), "reader").ask("/announcements");
        let is_listed = |text: &String| listed.iter().any(|line| line.ends_with(text));
        let lost = due.announced.iter().find(|text| !is_listed(text));
        assert_eq!(lost, None, "round {round}");
        drop(server);
        kept_before = kept;
    }
}
