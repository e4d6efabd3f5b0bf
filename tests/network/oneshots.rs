//! `printf ... | nc -N`: everything is carried out, answered, and closed at once.

use std::fmt::Write;

use crate::client::{Client, has, said_by, shot};
use crate::said;
use crate::server::Setup;
use crate::stopwatch::{AT_ONCE, Stopwatch};

#[test]
fn everything_is_carried_out_and_answered() {
    let server = Setup::new().start();
    let mut ops = Client::within(server.addr(), "ops", "#ops");
    let lines = shot(
        server.addr(),
        "cron*\n/msg #ops queue 300\n/ping one\n/jion #x\n/join #ops\nand 301\n/ping two",
    );
    let starts = [
        said::WELCOME,
        said::NAME_PROMPT,
        &said::hello("cron"),
        &said::to("#ops"),
        &said::pong("one"),
        "*! /jion",
        "* You are in #ops",
        "* Earlier in #ops:",
    ];
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{lines:#?}");
    }
    assert_eq!(lines.last(), Some(&said::pong("two")), "{lines:#?}");
    let heard = ops.until(&said::gone("cron", said::why::LEFT));
    assert_eq!(said_by(&heard, "#ops", "cron"), ["queue 300", "and 301"]);
    server.log.wait_for(&["closed", said::why::LEFT]);
}

#[test]
fn every_line_end_will_do_and_the_last_line_needs_none() {
    let server = Setup::new().start();
    let mut ops = Client::within(server.addr(), "ops", "#ops");
    for (place, end) in ["\n", "\r\n", "\r", "\r\0"].into_iter().enumerate() {
        let text = format!("cron{end}/msg #ops a{place}{end}/msg #ops b{place}");
        let lines = shot(server.addr(), &text);
        assert_eq!(lines.last(), Some(&said::to("#ops")));
        let heard = ops.until_one(|line| line.ends_with(&format!(" b{place}")));
        let expected = [format!("a{place}"), format!("b{place}")];
        assert_eq!(said_by(&heard, "#ops", "cron"), expected);
    }
}

#[test]
fn it_is_closed_at_once_and_the_name_is_free_again() {
    let server = Setup::new().start();
    for n in 0..40 {
        let watch = Stopwatch::start();
        let lines = shot(server.addr(), "cron\n/ping x\nbye for now");
        assert!(has(&lines, &said::hello("cron")), "{n}: {lines:#?}");
        assert!(has(&lines, &said::pong("x")), "{n}: {lines:#?}");
        assert!(watch.elapsed() < AT_ONCE, "{n}: {:?}", watch.elapsed());
    }
}

#[test]
fn whoever_says_nothing_at_all_is_closed_at_once() {
    let server = Setup::new().start();
    let watch = Stopwatch::start();
    for text in ["", "\n", "\r", "/quit", "ann"] {
        shot(server.addr(), text);
    }
    assert!(watch.elapsed() < AT_ONCE, "{:?}", watch.elapsed());
}

#[test]
fn a_name_that_is_taken_is_refused_or_numbered() {
    let server = Setup::new().start();
    let mut ops = Client::within(server.addr(), "ops", "#ops");
    let lines = shot(server.addr(), "ops\n/msg #ops nothing");
    assert!(has(&lines, &said::taken("ops")), "{lines:#?}");
    assert!(has(&lines, said::NAME_FIRST), "{lines:#?}");
    assert!(has(&shot(server.addr(), "ops*"), &said::hello("ops2")));
    assert_eq!(said_by(&ops.fence(), "#ops", "ops"), [""; 0]);
}

fn numbered(count: usize) -> (String, Vec<String>) {
    let texts: Vec<String> = (1..=count).map(|n| format!("queue {n}")).collect();
    let mut shot = String::from("cron*\n");
    for text in &texts {
        let _ = writeln!(shot, "/msg #ops {text}");
    }
    (shot, texts)
}

#[test]
fn five_hundred_lines_at_once_without_pace() {
    let server = Setup::new().off_pace().start();
    let mut ops = Client::within(server.addr(), "ops", "#ops");
    let (text, expected) = numbered(500);
    let answers = shot(server.addr(), text.trim_end());
    let taken = answers.iter().filter(|line| **line == said::to("#ops"));
    assert_eq!(taken.count(), 500);
    let heard = ops.until_one(|line| line.ends_with(" #ops cron: queue 500"));
    assert_eq!(said_by(&heard, "#ops", "cron"), expected);
}

/// `printf ... >/dev/tcp/chat.office/2323`: nobody is there any more to take the answers.
#[test]
fn whoever_sends_and_goes_is_heard_to_the_last_line() {
    const LINES: usize = 5_000;
    let server = Setup::new().off_pace().start();
    let mut ops = Client::within(server.addr(), "ops", "#ops");
    for _ in 0..3 {
        let (text, expected) = numbered(LINES);
        let mut client = Client::connect(server.addr());
        client.send(text.as_bytes());
        drop(client);
        let last = format!(": queue {LINES}");
        let heard = ops.until_one(|line| line.ends_with(&last));
        let mut texts = said_by(&heard, "#ops", "cron");
        texts.extend(said_by(&heard, "#ops", "cron2"));
        assert_eq!(texts, expected);
    }
}

#[test]
fn pace_delays_but_loses_nothing() {
    let server = Setup::new().flag("--pace", "40/1000").start();
    let mut ops = Client::within(server.addr(), "ops", "#ops");
    let (text, expected) = numbered(60);
    let answers = shot(server.addr(), text.trim_end());
    let taken = answers.iter().filter(|line| **line == said::to("#ops"));
    assert_eq!(taken.count(), 60);
    let heard = ops.until_one(|line| line.ends_with(" #ops cron: queue 60"));
    assert_eq!(said_by(&heard, "#ops", "cron"), expected);
}

#[test]
fn pace_is_kept_to() {
    let server = Setup::new().flag("--pace", "5/20").start();
    let watch = Stopwatch::start();
    let (text, _) = numbered(24);
    let answers = shot(server.addr(), text.trim_end());
    // The name and 24 lines, of which 5 come at once: 20 wait for a twentieth of a second each.
    assert!(watch.elapsed().as_millis() >= 990, "{:?}", watch.elapsed());
    let refused = answers.iter().filter(|line| line.starts_with("*! "));
    assert_eq!(refused.count(), 24, "nobody has made #ops: {answers:#?}");
}

/// More than any buffer between the two holds, in both directions.
#[test]
fn a_long_shot_is_carried_out_to_its_end() {
    const LINES: usize = 60_000;
    let server = Setup::new().off_pace().start();
    let mut client = Client::connect(server.addr());
    let mut text = String::from("cron\n");
    for n in 0..LINES {
        let _ = writeln!(text, "/ping {n:090}");
    }
    let stream = client.socket().try_clone().expect("cloned");
    let writer = std::thread::spawn(move || {
        std::io::Write::write_all(&mut &stream, text.trim_end().as_bytes()).expect("it is taken");
        stream.shutdown(std::net::Shutdown::Write).expect("open");
    });
    client.until(&said::hello("cron"));
    for n in 0..LINES {
        assert_eq!(client.line(), said::pong(&format!("{n:090}")));
    }
    assert!(client.rest().is_empty());
    writer.join().expect("all was written");
}

/// RFC 793's urgent data, which telnet's "synch" uses, must not hold up what comes behind it.
#[cfg(target_os = "linux")]
#[test]
fn urgent_data_holds_nothing_up() {
    let server = Setup::new().start();
    let mut client = Client::named(server.addr(), "ann");
    let stopped = crate::process::Stopped::process(server.pid());
    // IAC IP, IAC DM with the DM urgent, as telnet has it (RFC 854), and a line behind it.
    client.send(b"/ping before\r\n\xff\xf4\xff");
    client.send_urgent(0xf2);
    client.send(b"/ping behind\r\n");
    drop(stopped);
    client.until(&said::pong("before"));
    client.until(&said::pong("behind"));
}
