//! More connections than descriptors.
#![cfg(target_os = "linux")]

use crate::client::Client;
use crate::process::{Stopped, ticks};
use crate::said::{self, logged};
use crate::server::{Server, Setup};

/// How many descriptors the server has for everything.
const DESCRIPTORS: usize = 40;

fn small() -> Setup {
    Setup::new().limits(&format!("ulimit -n {DESCRIPTORS}"))
}

fn small_server() -> Server {
    small().start()
}

/// Fills the server until it turns somebody away; those who got in, with their names.
fn fill(server: &Server) -> Vec<Client> {
    let mut inside: Vec<Client> = Vec::new();
    loop {
        assert!(inside.len() <= DESCRIPTORS, "it is never full");
        let mut client = Client::connect(server.addr());
        let nick = format!("p{}", inside.len());
        client.say(&nick);
        if client.line().starts_with(said::SERVER_FULL) {
            assert!(client.rest().is_empty());
            return inside;
        }
        client.until(&said::hello(&nick));
        inside.push(client);
    }
}

#[test]
fn whoever_finds_no_room_is_told_so() {
    let server = small_server();
    let mut inside = fill(&server);
    assert!(inside.len() > DESCRIPTORS / 2, "{} got in", inside.len());
    for _ in 0..30 {
        let mut outside = Client::connect(server.addr());
        let lines = outside.rest();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with(said::SERVER_FULL));
        let addr = outside.local_addr().to_string();
        server.log.wait_for(&[logged::TURNED_AWAY, &addr]);
    }
    let nicks = inside.iter_mut().map(|client| client.fence());
    assert_eq!(nicks.count(), inside.len());
    let told = server.log.with(logged::TURNED_AWAY);
    assert_eq!(told.len(), 31, "one line for each: {told:#?}");
}

/// A script speaks before it listens. What it said must not cost it the answer.
#[test]
fn whoever_speaks_first_is_told_so_too() {
    let server = small_server();
    let _inside = fill(&server);
    let mut clients: Vec<Client> = {
        let _stopped = Stopped::process(server.pid());
        let shot = |_| {
            let mut client = Client::connect(server.addr());
            client.send(b"cron*\n/msg #ops hello\n");
            client
        };
        (0..10).map(shot).collect()
    };
    for client in &mut clients {
        let lines = client.rest();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(said::SERVER_FULL));
    }
}

#[test]
fn a_full_server_neither_spins_nor_stops() {
    let server = small_server();
    let mut inside = fill(&server);
    let waiting = std::net::TcpStream::connect(server.addr()).expect("it listens");
    let before = ticks(server.pid());
    // The last one's second before the lobby: time goes by without a clock being asked.
    let last = inside.last_mut().expect("somebody is there");
    last.until_in_lobby();
    let used = ticks(server.pid()) - before;
    assert!(used < 30, "{used} ticks in about a second");
    drop(waiting);
    let told = server.log.with(logged::TURNED_AWAY);
    assert!(told.len() <= 2, "only who was there: {told:#?}");
}

#[test]
fn after_some_have_left_others_get_in() {
    let server = small_server();
    let mut inside = fill(&server);
    for round in 0..3 {
        for mut client in inside.drain(..5) {
            client.say("/quit");
            client.rest();
            let addr = client.local_addr().to_string();
            drop(client);
            server.log.wait_for(&["closed", &addr]);
        }
        for n in 0..5 {
            inside.push(Client::named(server.addr(), &format!("r{round}-{n}")));
        }
        let lines = Client::connect(server.addr()).rest();
        assert!(lines[0].starts_with(said::SERVER_FULL), "{lines:?}");
    }
    // Everybody goes at once, and as many come at once.
    let count = inside.len();
    let addrs: Vec<String> = inside.iter().map(|c| c.local_addr().to_string()).collect();
    inside.clear();
    for addr in addrs {
        server.log.wait_for(&["closed", &addr]);
    }
    inside.extend((0..count).map(|n| Client::named(server.addr(), &format!("n{n}"))));
}

/// Reading a file needs a descriptor, too.
#[test]
fn a_full_server_keeps_its_configuration() {
    let setup = small().config("pace = \"off\"\n");
    let server = setup.start();
    let mut inside = fill(&server);
    server.signal("HUP");
    server.log.wait_for(&[logged::STAYS_AS_IT_WAS]);
    for client in &mut inside {
        client.fence();
    }
}
