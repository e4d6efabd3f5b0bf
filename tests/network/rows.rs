//! Long answers: complete, in order, however slowly they are read.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::client::{Client, shot};
use crate::said;
use crate::server::{Server, Setup, small_queues};

const MAKERS: usize = 20;
const CHANNELS_EACH: usize = 100;

/// Two thousand channels with topics: 600 KB in all, more than the sockets hold.
fn server_with_channels() -> (Server, Vec<Client>) {
    let server = small_queues().start();
    let makers = (0..MAKERS).map(|maker| {
        let mut client = Client::named(server.addr(), &format!("maker{maker}"));
        let topic = "t".repeat(280);
        let mut lines = String::new();
        for n in 0..CHANNELS_EACH {
            let name = channel(maker, n);
            lines.push_str(&format!("/join {name}\r\n/topic {name} {topic}\r\n"));
        }
        client.send(lines.as_bytes());
        client.fence();
        client
    });
    let makers = makers.collect();
    (server, makers)
}

fn channel(maker: usize, n: usize) -> String {
    format!("#c{maker}-{n}")
}

/// Each channel once, before anything else; the lobby may be among them.
fn assert_complete(lines: &[String]) {
    let head = lines
        .iter()
        .position(|line| line.ends_with(said::CHANNELS_HEAD));
    let rows = &lines[head.expect("a head") + 1..];
    let names: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row.strip_prefix("*   ")?.split(' ').next())
        .collect();
    for maker in 0..MAKERS {
        for n in 0..CHANNELS_EACH {
            assert!(names.contains(&*channel(maker, n)), "{}", channel(maker, n));
        }
    }
    let channels = rows.iter().filter(|row| row.starts_with("*   #"));
    assert!(channels.count() <= MAKERS * CHANNELS_EACH + 1, "each once");
}

#[test]
fn a_long_list_is_whole_however_it_is_read() {
    let (server, mut makers) = server_with_channels();
    a_slow_reader_gets_it_all(&server, &mut makers);
    nothing_is_heard_meanwhile(&server, &mut makers);
    what_is_said_meanwhile_is_heard_behind_it(&server, &mut makers);
    a_half_closed_connection_gets_it_all(&server);
}

fn a_slow_reader_gets_it_all(server: &Server, makers: &mut [Client]) {
    let mut slow = Client::connect_narrow(server.addr());
    slow.send(b"slow\r\n/list\r\n/ping done\r\n");
    let mut text = String::new();
    let end = format!("{}\r\n", said::pong("done"));
    while !text.contains(&end) {
        text += str::from_utf8(&slow.sip(2_000)).expect("ASCII");
        // The server has turned at least once between two sips.
        makers[0].fence();
    }
    let (rows, _) = text.split_once(&end).expect("it is there");
    let lines: Vec<String> = rows.lines().map(str::to_owned).collect();
    assert_complete(&lines);
}

fn nothing_is_heard_meanwhile(server: &Server, makers: &mut [Client]) {
    let mut asker = Client::named_narrow(server.addr(), "asker");
    asker.send(b"/list\r\n/msg maker0 psst\r\n/ping behind\r\n");
    asker.until_one(|line| line.ends_with(said::CHANNELS_HEAD));
    for _ in 0..20 {
        let heard = makers[0].fence();
        assert!(
            !heard.iter().any(|line| line.ends_with("psst")),
            "too early"
        );
    }
    // What others say comes between the rows; what it asks itself comes behind them.
    makers[1].ask("/msg asker hello");
    let lines = asker.until(&said::pong("behind"));
    let hello = lines
        .iter()
        .position(|line| line.ends_with(" private maker1: hello"));
    let sent = lines.iter().position(|line| *line == said::to("maker0"));
    assert!(
        hello < sent && sent == Some(lines.len() - 2),
        "{hello:?} {sent:?}"
    );
    assert!(
        lines[..lines.len() - 2]
            .iter()
            .all(|line| !line.starts_with("* To"))
    );
    // It may be told of the lobby meanwhile, which it cannot enter a second after it came.
    let is_it = |line: &str| line.ends_with(" private asker: psst");
    makers[0].until_one(is_it);
    assert!(!makers[0].fence().iter().any(|line| is_it(line)), "twice");
}

fn what_is_said_meanwhile_is_heard_behind_it(server: &Server, makers: &mut [Client]) {
    let mut asker = Client::named_narrow(server.addr(), "late");
    asker.say("/list");
    asker.until_one(|line| line.ends_with(said::CHANNELS_HEAD));
    // The question has been read to its end, and the answer waits for its reader.
    makers[0].fence();
    asker.say("/ping behind");
    makers[0].fence();
    let lines = asker.until(&said::pong("behind"));
    assert!(lines.len() > MAKERS * CHANNELS_EACH / 2, "{}", lines.len());
    // Nothing was left unread, and the next edge counts.
    asker.ask("/ping again");
}

fn a_half_closed_connection_gets_it_all(server: &Server) {
    assert_complete(&shot(server.addr(), "shot\n/list"));
    let mut narrow = Client::connect_narrow(server.addr());
    narrow.send(b"narrow\n/list\n/ping done");
    narrow.half_close();
    let lines = narrow.rest();
    assert_complete(&lines);
    assert_eq!(lines.last(), Some(&said::pong("done")));
}

#[test]
fn a_reader_that_leaves_in_the_middle_harms_nobody() {
    let (server, mut makers) = server_with_channels();
    for way in 0..3 {
        let mut asker = Client::named_narrow(server.addr(), "asker");
        asker.say("/list");
        asker.until_one(|line| line.ends_with(said::CHANNELS_HEAD));
        match way {
            0 => asker.reset(),
            1 => drop(asker),
            _ => {
                asker.half_close();
                assert!(asker.rest().len() >= MAKERS * CHANNELS_EACH);
            }
        }
        server.log.wait_for(&["closed"]);
        makers[0].fence();
    }
    // What is stuck shall not be what the next one gets.
    let mut next = Client::named_narrow(server.addr(), "next");
    let stuck = next.send_until_stuck(b"/ping x\r\n", Duration::from_millis(100));
    assert_eq!(stuck, 9);
    next.until(&said::pong("x"));
}

#[test]
fn everybody_is_listed_to_a_slow_reader() {
    const PEOPLE: usize = 300;
    let server = Setup::new().off_pace().start();
    // A long reason makes long rows: 60 KB in all.
    let away = format!("/away {}\r\n", "a".repeat(160));
    let people: Vec<Client> = (0..PEOPLE)
        .map(|n| {
            let mut person = Client::named(server.addr(), &format!("p{n}"));
            person.send(away.as_bytes());
            person.join("#all");
            person
        })
        .collect();
    let mut slow = Client::connect_narrow(server.addr());
    slow.send(b"slow\r\n/who #all\r\n/board #all\r\n/who\r\n/ping done\r\n");
    let lines = slow.until(&said::pong("done"));
    let rows = |n: usize| {
        let row = |line: &&String| line.split([' ', ',']).any(|word| *word == format!("p{n}"));
        lines.iter().filter(row).count()
    };
    for n in 0..PEOPLE {
        assert_eq!(rows(n), 3, "p{n}");
    }
    drop(people);
}
