//! Who does not read: closed when too much waits, while nobody else notices; and nobody is closed
//! for their own questions.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::io::Write;
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use crate::client::{Client, has, said_by, shot};
use crate::process::{Stopped, resident_kib};
use crate::said::{self, why};
use crate::server::{Server, Setup, small_queues};

/// How much a server that keeps within its bounds may grow by, in KiB: what waits for one
/// connection, and what the allocator makes of it.
const GROWTH_KIB_MAX: u64 = 3 * 1_024;

#[test]
fn a_reader_that_does_not_read_is_closed_and_nobody_else_notices() {
    let server = small_queues().start();
    let mut sleeper = Client::named_narrow(server.addr(), "sleeper");
    sleeper.join("#flood");
    let mut talkers = ["ann", "bob"].map(|nick| Client::within(server.addr(), nick, "#flood"));
    let mut reader = Client::within(server.addr(), "reader", "#flood");
    let gone = said::gone("sleeper", why::TOO_SLOW);
    let mut expected: [Vec<String>; 2] = Default::default();
    let mut heard = Vec::new();
    let mut rounds = 0;
    while !has(&heard, &gone) {
        for (talker, expected) in talkers.iter_mut().zip(&mut expected) {
            let mut lines = String::new();
            for n in 0..50 {
                let text = format!("{rounds} {n} {}", "x".repeat(150));
                let _ = write!(lines, "{text}\r\n");
                expected.push(text);
            }
            talker.send(lines.as_bytes());
            talker.fence();
        }
        heard.extend(reader.fence());
        rounds += 1;
        assert!(rounds < 1_000, "it is never closed");
    }
    for (nick, expected) in ["ann", "bob"].iter().zip(&expected) {
        assert_eq!(said_by(&heard, "#flood", nick), *expected);
    }
    let addr = sleeper.local_addr().to_string();
    let line = server.log.wait_for(&["closed", &addr]);
    assert!(line.contains(why::TOO_SLOW), "{line}");
    assert!(has(
        &shot(server.addr(), "sleeper"),
        &said::hello("sleeper")
    ));
}

const SCRIPTS: usize = 24;
const LINES_EACH: usize = 4_000;

/// Reads as fast as can be until every script has been heard to its end, each in order.
fn hear_every_script(reader: &mut Client) {
    let mut bytes = Vec::new();
    let mut lines = 0;
    while lines < SCRIPTS * LINES_EACH {
        let some = reader.sip(65_536);
        assert!(!some.is_empty(), "closed after {lines} lines");
        lines += some.iter().filter(|byte| **byte == b'\n').count();
        bytes.extend(some);
    }
    let text = String::from_utf8(bytes).expect("UTF-8");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for script in 0..SCRIPTS {
        let texts = said_by(&lines, "#flood", &format!("s{script}"));
        let in_order = texts
            .iter()
            .enumerate()
            .all(|(n, text)| *text == n.to_string());
        assert!(in_order, "{script}: {texts:?}");
    }
}

/// Scripts at the full hour, to somebody who reads all the time: it is not the reader who is slow.
#[test]
fn a_reader_that_reads_is_not_called_slow() {
    let server = Setup::new().off_pace().start();
    let mut reader = Client::named_ethernet(server.addr(), "reader");
    reader.join("#flood");
    reader.until_in_lobby();
    reader.ask("/leave #lobby");
    let stopped = Stopped::process(server.pid());
    let scripts: Vec<Client> = (0..SCRIPTS)
        .map(|script| {
            let mut client = Client::connect(server.addr());
            let lines = (0..LINES_EACH).map(|n| format!("/msg #flood {n}\n"));
            let lines: String = lines.collect();
            client.send(format!("s{script}\n{lines}").as_bytes());
            client.half_close();
            client
        })
        .collect();
    drop(stopped);
    let listeners: Vec<_> = scripts
        .into_iter()
        .map(|mut script| thread::spawn(move || script.rest().len()))
        .collect();
    hear_every_script(&mut reader);
    for listener in listeners {
        assert!(listener.join().expect("a clean end") > LINES_EACH);
    }
}

/// The server turns so often that it would have heard all there is, if it did not pause.
fn give_time(other: &mut Client) {
    (0..1_000).for_each(|_| drop(other.fence()));
}

/// Asks far more than it takes answers; then takes them. It is paused, not closed, and the server
/// keeps to its bounds. Somebody else is there all the time.
fn ask_without_reading(
    server: &Server,
    question: impl Fn(usize) -> String,
    count: usize,
) -> [Client; 2] {
    let mut other = Client::within(server.addr(), "other", "#other");
    let mut asker = Client::named_narrow(server.addr(), "asker");
    other.fence();
    let before = resident_kib(server.pid());
    let questions: String = (0..count).map(|n| question(n) + "\r\n").collect();
    let sent = asker.send_until_stuck(questions.as_bytes(), Duration::from_millis(300));
    give_time(&mut other);
    let growth = resident_kib(server.pid()).saturating_sub(before);
    assert!(
        growth < GROWTH_KIB_MAX,
        "{growth} KiB more after {sent} bytes"
    );
    go_on_sending(&asker, &questions.as_bytes()[sent..]);
    [asker, other]
}

/// Sends the rest and half-closes, while the answers are being read.
fn go_on_sending(asker: &Client, rest: &[u8]) -> thread::JoinHandle<()> {
    let (mut stream, rest) = (asker.socket().try_clone().expect("cloned"), rest.to_vec());
    thread::spawn(move || {
        stream.write_all(&rest).expect("it goes on");
        stream.shutdown(Shutdown::Write).expect("it is open");
    })
}

fn ask_100_000_times_without_reading(server: &Server) {
    const QUESTIONS: usize = 100_000;
    let [mut asker, _other] = ask_without_reading(server, |n| format!("/ping {n:040}"), QUESTIONS);
    for n in 0..QUESTIONS {
        assert_eq!(asker.line(), said::pong(&format!("{n:040}")));
    }
    assert!(asker.rest().is_empty());
    server
        .log
        .wait_for(&["closed", &asker.local_addr().to_string(), why::LEFT]);
}

#[test]
fn whoever_asks_and_does_not_read_is_paused() {
    ask_100_000_times_without_reading(&Setup::new().off_pace().start());
}

#[test]
fn whoever_asks_and_does_not_read_is_paused_with_small_queues_too() {
    ask_100_000_times_without_reading(&small_queues().start());
}

/// Six bytes asked, a hundred times as many answered.
#[test]
fn short_questions_with_long_answers_are_paused_too() {
    const QUESTIONS: usize = 20_000;
    for server in [Setup::new().off_pace().start(), small_queues().start()] {
        let [mut asker, _other] = ask_without_reading(&server, |_| "/help".to_owned(), QUESTIONS);
        let lines = asker.rest();
        let heads = lines
            .iter()
            .filter(|line| line.starts_with(said::HELP_HEAD));
        assert_eq!(heads.count(), QUESTIONS);
    }
}

/// Telnet's "are you there?" is a question, too.
#[test]
fn telnet_questions_are_paused_too() {
    const QUESTIONS: usize = 50_000;
    let server = small_queues().start();
    let mut other = Client::named(server.addr(), "other");
    let mut asker = Client::named_narrow(server.addr(), "asker");
    let before = resident_kib(server.pid());
    let questions = b"\xff\xf6".repeat(QUESTIONS);
    let sent = asker.send_until_stuck(&questions, Duration::from_millis(300));
    give_time(&mut other);
    let growth = resident_kib(server.pid()).saturating_sub(before);
    assert!(
        growth < GROWTH_KIB_MAX,
        "{growth} KiB more after {sent} bytes"
    );
    go_on_sending(&asker, &questions[sent..]);
    let lines = asker.rest();
    assert_eq!(lines.len(), QUESTIONS);
    assert!(lines.iter().all(|line| line.starts_with(said::PRESENT)));
}

/// What waited for `/go` has a bound of its own; that it comes at once, on top of answers that were
/// not read, closes nobody.
#[test]
fn going_on_after_a_hold_is_not_called_slow() {
    const HELD_LINES: usize = 120;
    let server = small_queues().start();
    let mut holder = Client::named_narrow(server.addr(), "holder");
    holder.join("#flood");
    holder.ask("/hold");
    let mut talker = Client::within(server.addr(), "talker", "#flood");
    for n in 0..HELD_LINES {
        talker.say(&format!("{n} {}", "x".repeat(200)));
    }
    talker.fence();
    let questions = "/ping x\r\n".repeat(20_000) + "/go\r\n/ping done\r\n";
    let sent = holder.send_until_stuck(questions.as_bytes(), Duration::from_millis(200));
    talker.fence();
    let rest = go_on_sending(&holder, &questions.as_bytes()[sent..]);
    let heard = holder.until(&said::pong("done"));
    rest.join().expect("all is taken");
    assert_eq!(said_by(&heard, "#flood", "talker").len(), HELD_LINES);
}
