//! One who sends as fast as it can does not keep the others from being heard; one who breaks off
//! is missed.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::{Client, has, shot};
use crate::said::{self, why};
use crate::server::{Server, Setup};
use crate::stopwatch::Stopwatch;

/// How long one answer may take while somebody blasts, on a busy machine.
const SOON: Duration = Duration::from_secs(2);

/// How much the blaster sends at once.
const BLOCK_BYTES: usize = 16_384;

/// Somebody sends the line over and over while another asks fifty times.
fn ask_while_one_blasts(server: &Server, line: &str) {
    let blaster = Client::named(server.addr(), "blaster*");
    let mut other = Client::named(server.addr(), "other*");
    let stream = blaster.socket().try_clone().expect("cloned");
    let block = line.repeat(BLOCK_BYTES / line.len());
    let done = Arc::new(AtomicBool::new(false));
    let blocks = Arc::new(AtomicUsize::new(0));
    let (until, count) = (done.clone(), blocks.clone());
    let writer = thread::spawn(move || {
        while !until.load(Ordering::Relaxed) {
            let taken = (&stream).write_all(block.as_bytes());
            taken.expect("it is never closed");
            count.fetch_add(1, Ordering::Relaxed);
        }
        stream.shutdown(Shutdown::Both).expect("it is open");
    });
    let mut answers = blaster.socket().try_clone().expect("cloned");
    let reader = thread::spawn(move || {
        let mut sip = vec![0; BLOCK_BYTES];
        while answers.read(&mut sip).is_ok_and(|read| read > 0) {}
    });
    while blocks.load(Ordering::Relaxed) < 10 {
        other.fence();
    }
    for _ in 0..50 {
        let watch = Stopwatch::start();
        other.fence();
        let took = watch.elapsed();
        assert!(took < SOON, "{line:?}: {took:?}");
    }
    assert!(!writer.is_finished(), "it goes on all the time");
    done.store(true, Ordering::Relaxed);
    writer.join().expect("it is never closed");
    reader.join().expect("it ends with the connection");
}

#[test]
fn one_who_blasts_does_not_keep_others_waiting() {
    let server = Setup::new().off_pace().start();
    for line in ["\n", "/ping x\n", "/help\n", "/list nothing\n"] {
        ask_while_one_blasts(&server, line);
    }
}

#[test]
fn a_reset_in_the_middle_of_a_line_is_a_departure_with_its_reason() {
    let server = Setup::new().start();
    let mut ann = Client::within(server.addr(), "ann", "#a");
    for _ in 0..3 {
        let mut bob = Client::within(server.addr(), "bob", "#a");
        bob.send(b"I have just ");
        let addr = bob.local_addr().to_string();
        bob.reset();
        let heard = ann.until(&said::gone("bob", why::LOST));
        assert!(!heard.iter().any(|line| line.contains("I have just")));
        server.log.wait_for(&["closed", &addr, why::LOST]);
    }
    assert!(has(&shot(server.addr(), "bob"), &said::hello("bob")));
}

#[test]
fn who_hangs_up_in_the_middle_of_a_line_has_said_it() {
    let server = Setup::new().start();
    let mut ann = Client::within(server.addr(), "ann", "#a");
    let mut bob = Client::within(server.addr(), "bob", "#a");
    bob.send(b"I have just ");
    drop(bob);
    let heard = ann.until(&said::gone("bob", why::LEFT));
    assert!(
        heard
            .iter()
            .any(|line| line.ends_with(" #a bob: I have just "))
    );
}
