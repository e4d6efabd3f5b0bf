//! `hallway export`, beside a server and without one.

use std::path::Path;
use std::process::Output;

use crate::client::Client;
use crate::server::{Server, Setup, TempDir, hallway, one_sentence};

fn start(data: &Path) -> Server {
    Setup::new().data(data).start()
}

fn export(data: &Path, arguments: &[&str]) -> Output {
    let place = ["export", "--data", data.to_str().expect("a plain path")];
    hallway(&[&place, arguments].concat())
}

fn lines(data: &Path, arguments: &[&str]) -> Vec<String> {
    let output = export(data, arguments);
    assert!(output.status.success(), "{output:?}");
    // Nobody looks: nothing is said of how far it is.
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(str::to_owned).collect()
}

/// Lines without the time at their beginning.
fn words(data: &Path, arguments: &[&str]) -> Vec<String> {
    let stamped = lines(data, arguments);
    let words = stamped.iter().map(|line| {
        let (stamp, words) = line.split_once(' ').expect("a time");
        assert_eq!(stamp.len(), "2026-11-24T09:00:00+00:00".len(), "{line}");
        words.to_owned()
    });
    words.collect()
}

/// What was said before an account is made is on the disk when it is.
fn somebody_with_an_account(server: &Server, name: &str) -> Client {
    let mut client = Client::named(server.addr(), name);
    client.ask(&format!("/register {name}'s secret"));
    client
}

#[test]
fn history_is_written_for_people_and_for_programs() {
    let dir = TempDir::new();
    let data = dir.path("data");
    let server = start(&data);
    let mut ann = somebody_with_an_account(&server, "ann");
    let mut bob = somebody_with_an_account(&server, "bob");
    ann.join("#desk");
    ann.ask("/topic Who covers the \"desk\"?");
    bob.join("#desk");
    ann.ask("morning");
    bob.ask("/me yawns");
    bob.ask("/msg ann not so loud");
    bob.ask("/msg #lobby hello");
    bob.ask("/leave #desk home");
    somebody_with_an_account(&server, "zoe");

    // Beside the server.
    let desk = [
        "* ann joined #desk.",
        "* ann set the topic of #desk: Who covers the \"desk\"?",
        "* bob joined #desk.",
        "#desk ann: morning",
        "#desk * bob yawns",
        "* bob left #desk (home).",
    ];
    assert_eq!(words(&data, &["--channel", "#DESK"]), desk);
    assert_eq!(
        words(&data, &["--person", "ann"]),
        ["private to ann bob: not so loud"]
    );
    assert_eq!(words(&data, &["--person", "zoe"]), [""; 0]);
    let all = words(&data, &[]);
    assert!(all.contains(&"#lobby bob: hello".to_owned()), "{all:#?}");
    assert!(
        desk.iter()
            .all(|line| all.iter().any(|found| found == line))
    );
    assert_eq!(words(&data, &["--since", "9000-01-01"]), [""; 0]);
    assert_eq!(words(&data, &["--until", "2000-01-01T10:00Z"]), [""; 0]);
    let bounds = ["--since", "2000-01-01", "--until", "9000-01-01"];
    assert_eq!(words(&data, &bounds), all);

    // And without.
    let objects = lines(&data, &["--channel", "#desk", "--format", "jsonl"]);
    assert!(server.end("TERM").status.success());
    // Whoever was there has been put out meanwhile.
    let later = lines(&data, &["--channel", "#desk", "--format", "jsonl"]);
    assert_eq!(later[..objects.len()], objects);
    for (object, words) in objects.iter().zip([
        "\"kind\":\"join\",\"channel\":\"#desk\",\"from\":\"ann\",\"account\":\"ann\"}",
        "\"kind\":\"topic\",\"channel\":\"#desk\",\"from\":\"ann\",\"account\":\"ann\",\"text\":\"Who covers the \\\"desk\\\"?\"}",
        "\"kind\":\"join\"",
        "\"kind\":\"message\",\"channel\":\"#desk\",\"from\":\"ann\",\"account\":\"ann\",\"text\":\"morning\"}",
        "\"kind\":\"action\"",
        "\"kind\":\"leave\",\"channel\":\"#desk\",\"from\":\"bob\",\"account\":\"bob\",\"text\":\"home\"}",
    ]) {
        assert!(object.starts_with("{\"id\":\"") && object.contains(words), "{object}");
    }
    assert_eq!(objects.len(), desk.len());
    let private = lines(&data, &["--person", "bob", "--format", "jsonl"]);
    assert!(
        private[0].contains("\"to\":\"ann\",\"from\":\"bob\""),
        "{private:?}"
    );
}

#[test]
fn what_is_not_to_be_kept_is_not_there() {
    let dir = TempDir::new();
    let data = dir.path("data");
    let config = "[history]\nkeep-messages = \"forever\"\n[keep]\n\"#lounge\" = \"none\"\n";
    let server = Setup::new().data(&data).config(config).start();
    let mut ann = Client::within(server.addr(), "ann", "#lounge");
    ann.ask("between you and me");
    ann.join("#desk");
    ann.ask("kept");
    ann.ask("/register ann's secret");
    assert_eq!(words(&data, &["--channel", "#lounge"]), [""; 0]);
    assert!(words(&data, &["--channel", "#desk"]).contains(&"#desk ann: kept".to_owned()));

    // A server that knows nothing of that keeps what is said from then on.
    server.end("TERM");
    let server = Setup::new().data(&data).start();
    let mut ann = Client::within(server.addr(), "bob", "#lounge");
    ann.ask("out loud");
    ann.ask("/register bob's secret");
    let kept = words(&data, &["--channel", "#lounge"]);
    assert!(
        kept.contains(&"#lounge bob: out loud".to_owned()),
        "{kept:?}"
    );
}

/// The recipe of the README, in the same words of SQL.
#[test]
fn a_backup_beside_the_server_is_a_whole_one() {
    let dir = TempDir::new();
    let (data, other) = (dir.path("data"), dir.path("other"));
    let server = start(&data);
    let mut ann = somebody_with_an_account(&server, "ann");
    ann.ask("/msg #lobby before");
    somebody_with_an_account(&server, "bob");
    std::fs::create_dir(&other).expect("made");
    let copy = other.join("hallway.db");
    let copy = copy.to_str().expect("a plain path");
    let original = rusqlite::Connection::open(data.join("hallway.db")).expect("it opens");
    original
        .execute_batch(&format!("VACUUM INTO '{copy}'"))
        .expect("it is copied");
    drop(original);
    ann.ask("/msg #lobby after");

    let copied = words(&other, &[]);
    assert!(copied.contains(&"#lobby ann: before".to_owned()));
    assert!(!copied.contains(&"#lobby ann: after".to_owned()));
    let restored = start(&other);
    let mut client = Client::connect(restored.addr());
    client.say("/login ann ann's secret");
    client.until("* Hello, ann");
}

#[test]
fn what_cannot_be_exported_is_one_sentence() {
    let dir = TempDir::new();
    let data = dir.path("data");
    let refused = |arguments: &[&str]| {
        let output = export(&data, arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        one_sentence(&output)
    };
    assert!(refused(&[]).contains("nothing is kept in"));
    assert!(!data.exists(), "looking makes nothing");
    start(&data).end("TERM");
    for (arguments, part) in [
        (["--channel", "#nowhere"], "nothing of #nowhere is kept"),
        (["--channel", "nowhere"], "--channel must be a channel"),
        (["--person", "eve"], "there is no account eve"),
        (["--person", "#x"], "--person must be a name"),
        (["--since", "yesterday"], "--since must be a day or a time"),
        (["--until", "24.11."], "--until must be a day or a time"),
    ] {
        let sentence = refused(&arguments);
        assert!(sentence.contains(part), "{sentence}");
    }
}
