//! A disk that takes nothing: chat goes on, and those who run the server are told.

use std::path::Path;

use rlimit::{INFINITY, Resource};

use crate::client::{Client, has};
use crate::server::{Server, Setup, TempDir};

const LISTENERS: [&str; 4] = ["--plain", "127.0.0.1:0", "--irc", "127.0.0.1:0"];

/// The verifier of the password `secret`, with few iterations.
const OPERATOR: &str = "[[operator]]\nname = \"boss\"\nverifier = \"SCRAM-SHA-256$4096:RV2OzDDIKaicQfphOOoCiw==$LZ4uGs7zI82rEBnREhE8QTcbkD6SB2EY/neOxLi2l24=:2h0BQ8TC6oD80eAZtUfK5jyaissv4IKbo95CXUvzatw=\"\n";

/// No file of the server's can grow beyond some KiB, for as long as that limit is there. The signal
/// that comes with it is not to end the server: on a disk that is full there is none.
fn on_a_small_disk(data: &Path) -> Server {
    let setup = Setup::listening(&LISTENERS).off_pace().config(OPERATOR);
    setup
        .data(data)
        .limits("trap '' XFSZ; ulimit -S -f 400")
        .start()
}

fn make_room(server: &Server) {
    let pid = i32::try_from(server.pid()).expect("a process");
    let limits = Some((INFINITY, INFINITY));
    rlimit::prlimit(pid, Resource::FSIZE, limits, None).expect("it is one's own process");
}

#[test]
fn operators_hear_when_an_outage_begins_and_when_it_ends() {
    let dir = TempDir::new();
    let server = on_a_small_disk(&dir.path("data"));
    let mut boss = Client::named(server.addr(), "boss");
    boss.say("/oper boss secret");
    boss.fence();
    assert!(has(&boss.ask("/about"), "* The history since the start: "));
    let mut chief = Client::irc(server.addr_of(1), "chief");
    chief.say("OPER boss secret");
    chief.until_one(|line| line.contains(" 381 "));
    let mut ann = Client::within(server.addr(), "ann", "#desk");
    assert!(!has(&ann.ask("/about"), "* The history"));
    let mut bob = Client::within(server.addr(), "bob", "#desk");

    let long = "word ".repeat(700);
    for _ in 0..200 {
        ann.ask(&long);
    }
    let begun = "The history is in trouble: ";
    boss.until(&format!("* {begun}"));
    chief.until_one(|line| line.contains(&format!("NOTICE chief :{begun}")));
    assert!(
        server
            .log
            .wait_for(&["store:", "cannot be written"])
            .contains("ERROR")
    );
    let report = boss.ask("/about").join("\n");
    assert!(report.contains("Trouble: "), "{report}");

    // Chat goes on.
    ann.ask("still here");
    bob.until_one(|line| line.ends_with("#desk ann: still here"));

    make_room(&server);
    ann.ask("and kept");
    boss.until_one(|line| {
        line.starts_with("* The history is kept again; ") && line.ends_with(" were lost.")
    });
    chief.until_one(|line| line.contains("NOTICE chief :The history is kept again; "));
    chief.say("STATS d");
    let report = chief.until_one(|line| line.contains(" 219 ")).join("\n");
    assert!(
        report.contains(" 249 ") && !report.contains("Trouble"),
        "{report}"
    );
    // Once each.
    let later = boss.ask("/about");
    assert!(!has(&later, "* The history is"), "{later:?}");
}
