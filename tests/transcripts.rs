//! Conversations are the tests: `tests/transcripts/*.txt` and the blocks of `protocol.md` whose
//! info string is `transcript`.
//!
//! Each is played twice: in memory, into the server without sockets, where the clock stands still
//! until it is moved; and over sockets, into a real `hallway serve`. Everything that anybody hears
//! must be in the script, right behind what caused it; nothing may be left over.
//!
//! ```text
//! # A comment.
//! config: pace = "off"                a line of TOML: what the server is configured with
//!
//! ann> ann                            ann connects, and types a line at the name prompt
//! ann< * Hello, ann. ...              ann hears a line
//! bob, carol: arrive                  they connect, give their names and come into #lobby; what is
//!                                     heard of that is left out
//! ann> morning                        ann types a line
//! bob< 09:14 #lobby ann: morning      bob hears it: what one line makes several people hear can
//! carol< 09:14 #lobby ann: morning    come in any order, but for one person it is the order
//! ```
//!
//! | line | what |
//! | --- | --- |
//! | `NAME> TEXT` | NAME types TEXT and a line feed; who is not connected connects first |
//! | `NAME< TEXT` | NAME hears the line TEXT; it is waited for |
//! | `NAME: connects` | NAME connects and says nothing yet |
//! | `NAME: connects to the IRC port` | the same, to the listener for IRC |
//! | `NAME, NAME: arrive` | they come into `#lobby`, and nobody need say what is heard of it |
//! | `NAME, NAME: arrive by IRC [with CAPS]` | they register with IRC clients that have asked for these capabilities; what they hear of it themselves is left out |
//! | `NAME: sends "BYTES"` | just these bytes: `\r`, `\n`, `\t`, `\"`, `\\`, `\xff` |
//! | `NAME: hears "BYTES"` | an answer to telnet, or text that CR LF does not end |
//! | `NAME: ends` | NAME sends nothing more and still listens, like `nc -N` at the end of its input; right behind what NAME typed, it comes with it |
//! | `NAME: hangs up` | NAME is gone; somebody should hear of it, or nobody knows when it happened |
//! | `NAME: is closed` | NAME hears that the server has closed the connection |
//! | `NAME: is an operator of the server` | from now on |
//! | `clock: 2026-11-23 23:59:50` | the clock on the wall is set (UTC); every script begins on a Monday, 09:14 |
//! | `wait: 1h30m` | time passes |
//! | `hallway: remembers` | the server has a store; without it, it is started with `--data none` |
//! | `disk: is full`, `disk: is slow`, `disk: is well` | the store can keep nothing and find nothing, or does it and nobody hears of it, or is as before; in memory only |
//! | `hallway: stops` | the server is told to end |
//! | `hallway: restarts` | the server ends, everybody is closed, and another takes up what it remembers |
//! | `config: KEY = VALUE` | one line of the configuration file |
//! | `motd: TEXT` | one line of the message of the day |
//! | `in memory only: WHY` | the script is not played over sockets |
//!
//! `{1..30}` in a typed line, and in what is heard of it, repeats the step with each number; in
//! what is heard alone, or in the names of those who hear or arrive, it is so many lines or people.
//! `{x*160}` is 160 times `x`. `…` in a line that is heard is any text.
//!
//! Over sockets the clock is the real one, so moments there may be any: `09:14` at the beginning of
//! a line, and in what the server tells also `Monday, 23 November 2026 09:14` and `idle 2m`; in IRC
//! messages also moments in tags, message ids, numbers of ten digits (seconds since 1970) and cloaks. Nobody
//! can move that clock or make somebody an operator of the server: scripts that do so are played in
//! memory only. Nobody sleeps: a line that is still to come is waited for (in memory the clock is
//! moved on, by two seconds at most), and after each step everybody's `/ping` is answered before
//! the next begins. Who has given a name comes into `#lobby` one second later: a script that goes
//! on without waiting for that must be played in memory only.
//!
//! `TRANSCRIPT=away cargo test --test transcripts` plays only the files with `away` in their name.
//! `UPDATE=1` writes what was heard in memory into these files: look at the difference.

mod staging;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;

use hallway::protocol::plain::commands;
use staging::hearing::{Item, Times};
use staging::memory::Memory;
use staging::report::{Corrections, report};
use staging::script::{self, Act, Script};
use staging::sentences;
use staging::sockets::Sockets;
use staging::{Outcome, Stage, play};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of conversations, by name.
fn files() -> Vec<PathBuf> {
    let folder = root().join("tests/transcripts");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .chain(Some(root().join("protocol.md")).filter(|path| path.exists()))
        .collect();
    files.sort();
    files
}

/// The files that are asked for.
fn chosen() -> Vec<PathBuf> {
    let wanted = std::env::var("TRANSCRIPT").unwrap_or_default();
    let is_wanted = |path: &PathBuf| path.to_string_lossy().contains(&wanted);
    files().into_iter().filter(is_wanted).collect()
}

/// The conversations of these files.
fn scripts(files: &[PathBuf]) -> Vec<Script> {
    let read = |path: &PathBuf| script::read(path).unwrap_or_else(|why| panic!("{why}"));
    files.iter().flat_map(read).collect()
}

/// Plays a script up to its first fault, which is reported.
fn report_on<S: Stage>(script: &Script, stage: Outcome<S>) -> Option<String> {
    let mut stage = match stage {
        Ok(stage) => stage,
        Err(why) => return Some(format!("{}: {why}\n", script.file())),
    };
    let (name, times) = (stage.name(), stage.times());
    let mut found = None;
    play(script, &mut stage, &mut |step, fault| {
        found = Some(report(script, step, &fault, name, times));
        false
    });
    found
}

fn none_of(reports: Vec<String>) {
    assert!(
        reports.is_empty(),
        "{} conversations went another way.\n\n{}",
        reports.len(),
        reports.join("\n")
    );
}

#[test]
fn in_memory() {
    if std::env::var("UPDATE").is_ok() {
        return chosen().iter().for_each(|path| update(path));
    }
    let scripts = scripts(&chosen());
    let reports = scripts
        .iter()
        .filter_map(|script| report_on(script, Memory::new(script)));
    none_of(reports.collect());
}

/// Writes what is heard into the file, where it is something else.
fn update(path: &Path) {
    let mut corrections = Corrections::default();
    for script in script::read(path).unwrap_or_else(|why| panic!("{why}")) {
        let mut stage = Memory::new(&script).unwrap_or_else(|why| panic!("{why}"));
        let mut left = BTreeSet::new();
        play(&script, &mut stage, &mut |step, fault| {
            if !corrections.note(step, &fault) && left.insert(step.line) {
                println!(
                    "{}",
                    report(&script, step, &fault, "left as it is", Times::Exactly)
                );
            }
            true
        });
    }
    corrections.apply(path).expect("the file can be written");
}

#[test]
fn over_sockets() {
    let scripts = scripts(&chosen());
    let played = scripts.iter().filter(|script| !script.in_memory_only);
    let reports = thread::scope(|scope| {
        let plays =
            played.map(|script| scope.spawn(move || report_on(script, Sockets::new(script))));
        let plays: Vec<_> = plays.collect();
        let ended = plays.into_iter().map(|play| play.join().expect("no panic"));
        ended.flatten().collect::<Vec<String>>()
    });
    none_of(reports);
}

#[test]
fn the_protocol_document_has_conversations() {
    let document = root().join("protocol.md");
    let is_there = document.exists();
    let scripts = scripts(&files());
    let of_document = scripts.iter().filter(|script| script.path == document);
    assert!(
        !is_there || of_document.count() > 0,
        "protocol.md has no transcript"
    );
}

/// What is typed in any conversation, line by line.
fn typed(scripts: &[Script]) -> BTreeSet<String> {
    let acts = scripts.iter().flat_map(|script| &script.steps);
    let acts = acts.flat_map(|step| &step.acts);
    let bytes = acts.filter_map(|act| match act {
        Act::Types { bytes, .. } => Some(String::from_utf8_lossy(bytes)),
        _ => None,
    });
    let lines = |text: std::borrow::Cow<'_, str>| -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    };
    bytes.flat_map(lines).collect()
}

#[test]
fn every_command_is_typed() {
    let typed = typed(&scripts(&files()));
    let is_typed = |name: &str| {
        let command = format!("/{name}");
        typed
            .iter()
            .any(|line| line.split(' ').next() == Some(&command))
    };
    let missing: Vec<&str> = commands::names().filter(|name| !is_typed(name)).collect();
    assert!(missing.is_empty(), "nobody types {missing:?}");
}

#[test]
fn every_sentence_is_heard() {
    let scripts = scripts(&files());
    let steps = scripts.iter().flat_map(|script| &script.steps);
    let heard = steps.flat_map(|step| &step.heard);
    let heard: BTreeSet<String> = heard.map(|heard| heard.item.to_string()).collect();
    let unheard = sentences::all(root())
        .into_iter()
        .filter(|sentence| !heard.iter().any(|line| sentence.is_in(line)));
    let unheard: Vec<String> = unheard.map(|sentence| sentence.to_string()).collect();
    assert!(
        unheard.is_empty(),
        "nobody hears these, in any conversation:\n{}",
        unheard.join("\n")
    );
}

#[test]
fn whatever_goes_another_way_is_found() {
    const HELLO: &str = "ann, bob: arrive\nbob> hello\n";
    #[rustfmt::skip]
    let cases = [
        // what is heard of bob's hello, and the line of the fault
        ("ann< 09:14 #lobby bob: hello\n", None),
        ("ann< 09:14 #lobby …: h…o\n", None),
        ("", Some(2)),
        ("ann< 09:15 #lobby bob: hello\n", Some(2)),
        ("ann< 09:14 #lobby bob: hello \n", Some(2)),
        ("ann< 09:14 #lobby …: hello!\n", Some(2)),
        ("carol< 09:14 #lobby bob: hello\n", Some(2)),
        ("ann< 09:14 #lobby bob: hello\nbob< * To #lobby.\n", Some(2)),
        ("ann< 09:14 #lobby bob: hello\nann: is closed\n", Some(2)),
        ("ann< 09:14 #lobby bob: hello\nann> /ping {1..3}\nann< * Pong: {1..3}\n", None),
        ("ann< 09:14 #lobby bob: hello\nann> /ping {1..3}\nann< * Pong: 1\n", Some(4)),
        ("ann< 09:14 #lobby bob: hello\nann> /ping 1\n", Some(4)),
    ];
    for (heard, line) in cases {
        let text = format!("{HELLO}{heard}");
        let script = script::parse(Path::new("found.txt"), &text, 1..=usize::MAX).expect(&text);
        let mut stage = Memory::new(&script).expect("no configuration");
        let mut found = None;
        play(&script, &mut stage, &mut |step, _| {
            found = Some(step.line);
            false
        });
        assert_eq!(found, line, "{text}");
    }
}

#[test]
fn over_sockets_moments_may_be_any() {
    #[rustfmt::skip]
    let cases = [
        ("09:14 #lobby bob: at 09:14", "23:59 #lobby bob: at 09:14", true),
        ("09:14 #lobby bob: at 09:14", "09:14 #lobby bob: at 09:15", false),
        ("09:14 #lobby bob: hi", "2026-11-23T09:14:00+00:00 #lobby bob: hi", false),
        ("* ann is away, until 13:00.", "* ann is away, until Monday, 2 March 2026 13:00.", true),
        ("* ann is away, until 13:00.", "* ann is away.", false),
        ("*   available  ann  idle 0s", "*   available  ann  idle 12m", true),
        ("*   available  ann  idle 0s", "*   available  bob  idle 0s", false),
    ];
    for (script, heard, fits) in cases {
        let [script, heard] = [script, heard].map(|line| Item::Line(line.to_owned()));
        assert_eq!(script.fits(&heard, Times::Any), fits, "{script} {heard}");
        assert_eq!(script.fits(&heard, Times::Exactly), script == heard);
    }
    assert!(Item::Line("* Monday, 23 November 2026.".to_owned()).is_date());
    assert!(!Item::Line("* Monday, 23 November 2026 09:14.".to_owned()).is_date());
}
