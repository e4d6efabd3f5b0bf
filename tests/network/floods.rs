//! Bytes without end, lines too long.
#![cfg(target_os = "linux")]

use crate::client::{Client, said_by};
use crate::process::resident_kib;
use crate::said;
use crate::server::Setup;

const MIB: usize = 1_024 * 1_024;

/// How much a server may grow by that hears a flood, in KiB.
const GROWTH_KIB_MAX: u64 = 2 * 1_024;

#[test]
fn a_flood_without_a_line_end_uses_bounded_memory_and_is_refused_once() {
    let server = Setup::new().start();
    let mut flooder = Client::named(server.addr(), "flooder");
    let mut other = Client::named(server.addr(), "other");
    let before = resident_kib(server.pid());
    let flood = vec![b'x'; MIB];
    for _ in 0..100 {
        flooder.send(&flood);
        other.fence();
    }
    let growth = resident_kib(server.pid()).saturating_sub(before);
    assert!(growth < GROWTH_KIB_MAX, "{growth} KiB more");
    flooder.say("");
    let lines = flooder.fence();
    let refused = lines.iter().filter(|line| line.starts_with(said::TOO_LONG));
    assert_eq!(refused.count(), 1, "{lines:#?}");
}

#[test]
fn a_flood_before_the_name_is_refused_once_too() {
    let server = Setup::new().start();
    let mut flooder = Client::connect(server.addr());
    flooder.send(&vec![b'x'; 4 * MIB]);
    flooder.half_close();
    let lines = flooder.rest();
    let refused = lines.iter().filter(|line| line.starts_with("*! "));
    assert_eq!(refused.count(), 1, "{lines:#?}");
    assert!(
        lines
            .last()
            .is_some_and(|line| line.starts_with(said::TOO_LONG))
    );
}

#[test]
fn a_line_has_at_most_4096_bytes() {
    let server = Setup::new().start();
    let mut ann = Client::within(server.addr(), "ann", "#a");
    let mut bob = Client::within(server.addr(), "bob", "#a");
    let longest = "x".repeat(4_096);
    assert_eq!(bob.ask(&longest), [""; 0]);
    assert_eq!(said_by(&ann.fence(), "#a", "bob"), [&*longest]);
    let lines = bob.ask(&format!("{longest}y"));
    assert!(
        lines.len() == 1 && lines[0].starts_with(said::TOO_LONG),
        "{lines:?}"
    );
    assert_eq!(said_by(&ann.fence(), "#a", "bob"), [""; 0]);
}
