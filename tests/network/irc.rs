//! IRC over real sockets: what only the loop, the worker and the framing of bytes can show.

use crate::client::{Client, shot};
use crate::server::Setup;

const LISTENERS: [&str; 4] = ["--plain", "127.0.0.1:0", "--irc", "127.0.0.1:0"];

/// The verifier of the password `secret`, with few iterations.
const VERIFIER: &str = "SCRAM-SHA-256$4096:RV2OzDDIKaicQfphOOoCiw==$LZ4uGs7zI82rEBnREhE8QTcbkD6SB2EY/neOxLi2l24=:2h0BQ8TC6oD80eAZtUfK5jyaissv4IKbo95CXUvzatw=";

fn with_operator() -> Setup {
    let operator = format!("[[operator]]\nname = \"boss\"\nverifier = \"{VERIFIER}\"\n");
    Setup::listening(&LISTENERS).config(&operator)
}

#[test]
fn a_script_can_say_something_by_irc_in_one_go() {
    let server = Setup::listening(&LISTENERS).start();
    let mut ann = Client::within(server.addr(), "ann", "#ops");
    let script = "NICK cron\r\nUSER cron 0 * :cron\r\nPRIVMSG #ops :queue 300\r\nPING done";
    let lines = shot(server.addr_of(1), script);
    assert!(
        lines.iter().any(|line| line.ends_with(" :done")),
        "{lines:?}"
    );
    assert!(
        lines.last().is_some_and(|line| line.starts_with("ERROR :")),
        "{lines:?}"
    );
    ann.until_one(|line| line.ends_with(" #ops cron: queue 300"));
}

#[test]
fn bytes_may_come_one_by_one() {
    let server = Setup::listening(&LISTENERS).start();
    let mut client = Client::connect(server.addr_of(1));
    for byte in b"NICK ann\r\nUSER ann 0 * :Ann\rPING now\n" {
        client.send(&[*byte]);
    }
    client.until_one(|line| line.ends_with(" :now"));
}

#[test]
fn strangers_on_the_irc_port_are_told_where_they_are() {
    let server = Setup::listening(&LISTENERS).start();
    let mut browser = Client::connect(server.addr_of(1));
    browser.send(b"GET / HTTP/1.1\r\nHost: chat.office\r\n\r\n");
    let page = browser.rest_bytes();
    assert!(page.starts_with(b"HTTP/1.0 400 "), "{page:?}");
    let lines = shot(server.addr_of(1), "\u{16}\u{3}\u{1}\u{2}");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("ERROR :") && lines[0].contains("TLS"),
        "{lines:?}"
    );
}

#[test]
fn an_operator_is_known_by_a_password_that_is_checked_on_the_side() {
    let server = with_operator().start();
    let mut ann = Client::irc(server.addr_of(1), "ann");
    // What stands behind it waits, so that it is answered in order.
    ann.send(b"OPER boss wrong\r\nPING one\r\nOPER boss secret\r\nPING two\r\n");
    let lines = ann.until_one(|line| line.ends_with(" :two"));
    let numerics: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(numerics, ["464", "PONG", "381", "MODE", "PONG"]);
    let mut bob = Client::named(server.addr(), "bob");
    bob.say("/oper boss secret");
    bob.until("* You are +o now");
}

#[test]
fn more_passwords_than_can_wait_are_put_off() {
    let server = with_operator().off_pace().start();
    let people = 60;
    let mut askers: Vec<Client> = (0..people)
        .map(|number| Client::irc(server.addr_of(1), &format!("p{number}")))
        .collect();
    let mut plain: Vec<Client> = (0..people)
        .map(|number| Client::named(server.addr(), &format!("q{number}")))
        .collect();
    for (asker, plain) in askers.iter_mut().zip(&mut plain) {
        asker.say("OPER boss wrong");
        plain.say("/oper boss wrong");
    }
    let mut put_off = 0;
    for plain in &mut plain {
        let lines = plain.until("*! T");
        put_off += usize::from(
            lines
                .iter()
                .any(|line| line.starts_with("*! Too many passwords")),
        );
    }
    assert!(put_off > 0, "nobody was put off");
    for asker in &mut askers {
        asker.until_one(|line| line.contains(" 464 ") || line.contains(" 263 "));
    }
}

#[test]
fn somebody_who_does_not_read_is_closed_and_the_others_hear_why() {
    let server = Setup::listening(&LISTENERS)
        .off_pace()
        .config("[limits]\nsend-queue = \"128 KiB\"\n")
        .start();
    let mut ann = Client::irc(server.addr_of(1), "ann");
    ann.say("JOIN #a");
    ann.until_one(|line| line.contains(" 366 "));
    let mut bob = Client::connect_narrow(server.addr_of(1));
    bob.send(b"NICK bob\r\nUSER bob 0 * :bob\r\nJOIN #a\r\n");
    ann.until_one(|line| line.ends_with(" JOIN #a"));
    let line = format!("PRIVMSG #a :{}\r\n", "x".repeat(400));
    let gone = |line: &str| line.starts_with(":bob!") && line.contains(" QUIT :too slow");
    for round in 0..2_000 {
        ann.send(line.as_bytes());
        ann.say(&format!("PING {round}"));
        let heard = ann.until_one(|line| line.ends_with(&format!(" :{round}")));
        if heard.iter().any(|line| gone(line)) {
            return;
        }
    }
    panic!("bob was never closed");
}

#[test]
fn long_answers_come_in_pieces_and_nothing_overtakes_them() {
    let server = Setup::listening(&LISTENERS).off_pace().start();
    let people = 400;
    let mut crowd: Vec<Client> = (0..people)
        .map(|number| {
            Client::irc(
                server.addr_of(1),
                &format!("person-with-a-long-name-{number}"),
            )
        })
        .collect();
    for client in &mut crowd {
        client.say("JOIN #crowd");
        client.until_one(|line| line.contains(" 366 "));
    }
    let mut ann = Client::irc(server.addr_of(1), "ann");
    ann.send(b"JOIN #crowd\r\nWHO #crowd\r\nNAMES #crowd\r\nPING done\r\n");
    let lines = ann.until_one(|line| line.ends_with(" :done"));
    let count = |numeric: &str| {
        let of = |line: &&String| line.split(' ').nth(1) == Some(numeric);
        lines.iter().filter(of).count()
    };
    assert_eq!(
        (count("352"), count("315"), count("366")),
        (people + 1, 1, 2)
    );
    let names = lines.iter().filter(|line| line.contains(" 353 "));
    let names: usize = names
        .map(|line| line.split(" :").nth(1).map_or(0, |n| n.split(' ').count()))
        .sum();
    assert_eq!(names, 2 * (people + 1));
}
