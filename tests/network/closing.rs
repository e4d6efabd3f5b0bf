//! How long a connection that is being closed may take: it is given time to read our last words, and
//! no more than that.

use std::time::Duration;

use crate::client::Client;
use crate::said::{self, why};
use crate::server::Setup;
use crate::stopwatch::Stopwatch;

/// `LINGER_MS` in src/net.
const LINGER: Duration = Duration::from_secs(2);

/// `CLOSING_STALL_MS` in src/net.
const STALL: Duration = Duration::from_secs(10);

#[test]
fn whoever_does_not_hang_up_is_hung_up_on() {
    let server = Setup::new().start();
    let mut ann = Client::named(server.addr(), "ann");
    let watch = Stopwatch::start();
    ann.say("/quit home");
    let lines = ann.rest();
    assert!(
        lines
            .last()
            .is_some_and(|line| line.starts_with(said::GOODBYE))
    );
    let addr = ann.local_addr().to_string();
    server.log.wait_for(&["closed", &addr, "home"]);
    assert!(watch.elapsed() >= LINGER - Duration::from_millis(20));
}

#[test]
fn whoever_is_closed_and_does_not_read_is_hung_up_on() {
    let limits = "[limits]\nname-within = \"1s\"\n";
    let server = Setup::new().off_pace().config(limits).start();
    let mut sleeper = Client::connect_narrow(server.addr());
    let watch = Stopwatch::start();
    // More than its socket takes; nobody reads that its time for a name is over.
    sleeper.send("/help\r\n".repeat(2_000).as_bytes());
    let addr = sleeper.local_addr().to_string();
    server
        .log
        .wait_for(&["closed", &addr, why::NO_NAME_IN_TIME]);
    assert!(watch.elapsed() >= STALL, "{:?}", watch.elapsed());
}

/// Whoever reads, however slowly, is waited for.
#[test]
fn whoever_reads_slowly_hears_all_of_it() {
    let server = Setup::new().off_pace().start();
    let mut slow = Client::connect_narrow(server.addr());
    slow.send("/help\r\n".repeat(100).as_bytes());
    slow.say("/quit");
    let mut other = Client::named(server.addr(), "other");
    let mut text = Vec::new();
    loop {
        let sip = slow.sip(1_000);
        if sip.is_empty() {
            break;
        }
        text.extend(sip);
        other.fence();
    }
    let text = String::from_utf8(text).expect("UTF-8");
    assert_eq!(text.matches(said::HELP_HEAD).count(), 100);
    assert!(
        text.lines()
            .last()
            .is_some_and(|line| line.starts_with(said::GOODBYE))
    );
}
