//! Many who do anything, all at once: afterwards the server serves on.

use std::net::SocketAddr;
use std::thread;

use crate::client::{Client, has};
use crate::said;
use crate::server::Setup;
use crate::stopwatch::Stopwatch;

const PEOPLE: u64 = 12;
const VISITS: usize = 40;

/// Numbers without pattern, the same in every run (Numerical Recipes' generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, from: &[&'a [u8]]) -> &'a [u8] {
        from[self.roll(from.len())]
    }
}

const THINGS: [&[u8]; 24] = [
    b"cron*\n",
    b"ann\r\n",
    b"bob*\n",
    b"/join #a\r\n",
    b"/join #b\r\n",
    b"/leave\n",
    b"hello there\r\n",
    b"/who\n/list\n/board\n",
    b"/help\n/help\n/help\n/help\n/help\n/help\n",
    b"/msg #a said from outside\n",
    b"/msg ann psst\n",
    b"/nick carol\n",
    b"/hold\n",
    b"/go\n",
    b"/watch #a\n/watch ann\n",
    b"/away until 13:00\n",
    b"/quit\n",
    b"\xff\xf6\xff\xfd\x06",
    b"\x00\x08\x15\x7f\xff",
    b"no end",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00",
    b"\n\n\n\n\n\n\n\n\n\n",
    b"/kick ann out\n/mode +m-m\n/topic x\n",
];

/// Comes, says things, perhaps listens, and goes in one of four ways.
fn visit(addr: SocketAddr, dice: &mut Dice) {
    let mut client = match dice.roll(3) {
        0 => Client::connect_narrow(addr),
        _ => Client::connect(addr),
    };
    if dice.roll(4) > 0 {
        client.send(dice.pick(&THINGS[..3]));
    }
    for _ in 0..dice.roll(30) {
        let thing = dice.pick(&THINGS);
        // It may have been closed already.
        if client
            .try_send(&thing.repeat(1 + dice.roll(4) * dice.roll(20)))
            .is_err()
        {
            break;
        }
    }
    match dice.roll(4) {
        0 => client.reset(),
        1 => drop(client),
        2 => {
            client.try_half_close();
            client.drain();
        }
        _ => {
            client.try_half_close();
        }
    }
}

#[test]
fn whatever_many_do_at_once_the_server_serves_on() {
    let server = Setup::new().off_pace().start();
    let addr = server.addr();
    let people = (0..PEOPLE).map(|seed| {
        thread::spawn(move || {
            let mut dice = Dice(seed);
            (0..VISITS).for_each(|_| visit(addr, &mut dice));
        })
    });
    let people: Vec<_> = people.collect();
    for person in people {
        person.join().expect("whatever happens to them, they go on");
    }
    let mut last = Client::named(addr, "last");
    let patience = Stopwatch::start();
    while !has(&last.ask("/who"), said::ONE_PERSON) {
        assert!(patience.has_patience(), "some are still there");
    }
    let ended = server.end("TERM");
    assert_eq!(ended.status.code(), Some(0));
}
