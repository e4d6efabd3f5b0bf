//! A whole building at once.
#![cfg(target_os = "linux")]

use std::thread;
use std::time::Duration;

use crate::client::{Client, has};
use crate::process::{Stopped, ticks};
use crate::said;
use crate::server::{Server, Setup};
use crate::stopwatch::{SLACK, Stopwatch};

const PEOPLE: usize = 2_000;

/// What else this process and the server have open.
const OTHER_DESCRIPTORS: u64 = 600;

/// As many as the machine allows: descriptors, and connections that wait to be accepted.
fn people() -> usize {
    let descriptors = rlimit::increase_nofile_limit(u64::MAX).expect("asked");
    let descriptors = descriptors.saturating_sub(OTHER_DESCRIPTORS) as usize;
    let backlog = std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("Linux tells");
    let backlog: usize = backlog.trim().parse().expect("a number");
    PEOPLE.min(descriptors).min(backlog)
}

/// All connect and say their names before any of them is heard.
fn come_at_once(server: &Server, people: usize) -> Vec<Client> {
    let stopped = Stopped::process(server.pid());
    let addr = server.addr();
    let comers = (0..8).map(|thread| {
        thread::spawn(move || {
            let mine = (thread..people).step_by(8);
            let come = |n| {
                let mut client = Client::connect(addr);
                client.say(&format!("p{n}"));
                client
            };
            mine.map(come).collect::<Vec<Client>>()
        })
    });
    let comers: Vec<_> = comers.collect();
    let crowd = comers
        .into_iter()
        .flat_map(|comer| comer.join().expect("all come"));
    let crowd = crowd.collect();
    drop(stopped);
    crowd
}

#[test]
fn two_thousand_come_hear_an_announcement_and_go() {
    let people = people();
    let server = Setup::new().start();
    let mut crowd = come_at_once(&server, people);
    for client in &mut crowd {
        client.until("* Hello, ");
    }
    for client in &mut crowd {
        client.until_in_lobby();
    }
    nobody_costs_anything(&server);
    everybody_is_listed(&mut crowd[0], people);
    crowd[0].say("/announce fire drill in ten minutes");
    for client in &mut crowd[1..] {
        client.until_one(|line| line.ends_with(" !!!1 p0: fire drill in ten minutes"));
    }
    go_at_once(crowd);
    let mut last = Client::named(server.addr(), "last");
    let patience = Stopwatch::start();
    while !has(&last.ask("/who"), said::ONE_PERSON) {
        assert!(patience.has_patience(), "some are still there");
    }
}

/// The second in which nothing happens but one newcomer.
fn nobody_costs_anything(server: &Server) {
    let mut newcomer = Client::named(server.addr(), "newcomer");
    let before = ticks(server.pid());
    newcomer.until_in_lobby();
    let used = ticks(server.pid()) - before;
    assert!(used < 10, "{used} ticks in a second");
}

fn everybody_is_listed(asker: &mut Client, people: usize) {
    let mut lines = asker.ask("/who");
    lines.retain(|line| line.starts_with("*   p"));
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), people);
}

fn go_at_once(mut crowd: Vec<Client>) {
    let mut leavers = Vec::new();
    while !crowd.is_empty() {
        let some = crowd.split_off(crowd.len() - crowd.len().div_ceil(8));
        leavers.push(thread::spawn(move || drop(some)));
    }
    for leaver in leavers {
        leaver.join().expect("all go");
    }
}

#[test]
fn two_thousand_are_said_goodbye_to_within_a_second() {
    let server = Setup::new().start();
    let mut crowd = come_at_once(&server, people());
    for client in &mut crowd {
        client.until("* Hello, ");
    }
    let ended = server.end("TERM");
    assert!(ended.status.success());
    assert!(
        ended.took < Duration::from_secs(1) + SLACK,
        "{:?}",
        ended.took
    );
    for client in &mut crowd {
        let lines = client.rest();
        assert_eq!(lines.last().map(String::as_str), Some(said::CLOSING_DOWN));
    }
}
