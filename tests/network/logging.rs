//! The log: one line for each connection opened and closed, and never in the way.

use std::time::Duration;

use crate::client::{Client, shot};
use crate::said::{logged, why};
use crate::server::Setup;
use crate::stopwatch::{AT_ONCE, Stopwatch};

#[test]
fn each_connection_is_opened_and_closed_in_one_line_each() {
    let server = Setup::new().start();
    let mut ways = Vec::new();
    let mut quitter = Client::named(server.addr(), "quitter");
    quitter.say("/quit home");
    quitter.rest();
    ways.push((quitter.local_addr(), "home"));
    drop(quitter);
    let leaver = Client::named(server.addr(), "leaver");
    ways.push((leaver.local_addr(), why::LEFT));
    drop(leaver);
    let lost = Client::named(server.addr(), "lost");
    ways.push((lost.local_addr(), why::LOST));
    lost.reset();
    let mut ids = Vec::new();
    for (addr, reason) in ways {
        let addr = addr.to_string();
        let closed = server.log.wait_for(&[" closed: ", &addr, reason]);
        let opened = server.log.wait_for(&[" opened: ", &addr]);
        let id = |line: &str, what: &str| {
            let before = line.split(what).next().expect("something");
            before.split(' ').next_back().expect("an id").to_owned()
        };
        let (first, last) = (id(&opened, " opened: "), id(&closed, " closed: "));
        assert_eq!(first, last);
        assert_eq!(server.log.with(&addr).len(), 2, "two lines in all");
        ids.push(first);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "each has an id of its own");
}

/// What a person typed as a reason stands in the log: it must not forge lines or colours there.
#[test]
fn reasons_in_the_log_are_printable() {
    let server = Setup::new().start();
    let mut client = Client::named(server.addr(), "mallory");
    client.say("/quit \u{1b}[31mred\u{1b}[0m \u{9b}2J \u{202e}evil");
    client.rest();
    let addr = client.local_addr().to_string();
    drop(client);
    let line = server.log.wait_for(&["closed", &addr]);
    let forbidden = |c: char| c.is_control() || c == '\u{202e}';
    assert!(!line.contains(forbidden), "{line:?}");
}

const SHOTS: usize = 1_500;

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let mut server = Setup::new().unread_log().start();
    for n in 0..SHOTS {
        shot(server.addr(), &format!("p{n}\n/ping x"));
    }
    let mut ann = Client::named(server.addr(), "ann");
    ann.fence();
    // Now somebody reads: what did not fit is counted.
    server.read_log_at_last();
    let dropped = server.log.wait_for(&[logged::DROPPED]);
    let mut words = dropped.split(' ');
    let count = words.find_map(|word| word.parse::<usize>().ok());
    let written = server.log.with(" opened: ").len() + server.log.with(" closed: ").len();
    let all = 2 * SHOTS + 1;
    let missing = all.saturating_sub(written);
    assert!(
        count.is_some_and(|count| (1..=all).contains(&count)),
        "{dropped}"
    );
    assert!(missing > 0, "{dropped}");
    // From now on nothing is missing.
    let addr = ann.local_addr().to_string();
    drop(ann);
    server.log.wait_for(&["closed", &addr]);
}

#[test]
fn a_log_that_nobody_reads_does_not_hold_up_the_end() {
    let server = Setup::new().unread_log().start();
    for n in 0..SHOTS {
        shot(server.addr(), &format!("p{n}\n"));
    }
    let ended = server.end("TERM");
    assert!(ended.status.success());
    assert!(
        ended.took < AT_ONCE + Duration::from_millis(400),
        "{:?}",
        ended.took
    );
}

#[test]
fn a_log_that_was_closed_stops_nothing() {
    let watch = Stopwatch::start();
    let server = Setup::new().limits("exec 2>&-").start();
    let mut ann = Client::named(server.addr(), "ann");
    ann.fence();
    assert!(server.end("TERM").status.success());
    assert!(watch.has_patience());
}
