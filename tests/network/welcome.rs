//! The first lines: the greeting, the name, and the time there is for it.

use std::time::Duration;

use crate::client::{Client, has};
use crate::said;
use crate::server::Setup;
use crate::stopwatch::{AT_ONCE, Stopwatch};

#[test]
fn whoever_says_nothing_is_greeted_after_a_moment() {
    let server = Setup::new().start();
    let watch = Stopwatch::start();
    let mut client = Client::connect(server.addr());
    assert!(client.line().starts_with(said::WELCOME));
    assert!(watch.elapsed() >= Duration::from_millis(90));
    assert_eq!(client.line(), said::NAME_PROMPT);
    client.say("ann");
    assert!(client.line().starts_with(&said::hello("ann")));
}

#[test]
fn whoever_speaks_first_is_greeted_at_once() {
    let server = Setup::new().start();
    let watch = Stopwatch::start();
    for n in 0..20 {
        let mut client = Client::connect(server.addr());
        client.say(&format!("p{n}"));
        let lines = client.until(&said::hello(&format!("p{n}")));
        assert!(lines[0].starts_with(said::WELCOME));
        assert_eq!((&*lines[1], lines.len()), (said::NAME_PROMPT, 3));
    }
    // Twenty times the moment would be two seconds.
    assert!(watch.elapsed() < 2 * AT_ONCE, "{:?}", watch.elapsed());
}

#[test]
fn without_a_name_in_time_the_connection_is_closed() {
    let setup = Setup::new().config("[limits]\nname-within = \"1s\"\n");
    let server = setup.start();
    let watch = Stopwatch::start();
    let mut ann = Client::named(server.addr(), "ann");
    let silent = Client::connect(server.addr());
    let mut stubborn = Client::connect(server.addr());
    stubborn.say("/join #a");
    for mut client in [silent, stubborn] {
        let lines = client.rest();
        assert!(
            lines
                .last()
                .is_some_and(|line| line.starts_with(said::NO_NAME_IN_TIME))
        );
        let addr = client.local_addr().to_string();
        drop(client);
        server
            .log
            .wait_for(&["closed", &addr, said::why::NO_NAME_IN_TIME]);
    }
    assert!(watch.elapsed() >= Duration::from_millis(990));
    // Who has one stays.
    ann.fence();
}

#[test]
fn ten_refused_lines_end_it() {
    let server = Setup::new().start();
    let mut client = Client::connect(server.addr());
    for _ in 0..10 {
        client.say("/who");
    }
    let lines = client.rest();
    let refused = lines
        .iter()
        .filter(|line| line.starts_with(said::NAME_FIRST));
    assert_eq!(refused.count(), 10);
    assert!(has(&lines, said::TOO_MANY_WITHOUT_NAME));
}

#[test]
fn the_lobby_is_entered_after_a_second_or_at_the_first_words() {
    let server = Setup::new().start();
    let watch = Stopwatch::start();
    let mut silent = Client::named(server.addr(), "silent");
    let mut eager = Client::named(server.addr(), "eager");
    eager.say("morning");
    eager.until_in_lobby();
    assert!(watch.elapsed() < AT_ONCE);
    silent.until_in_lobby();
    assert!(watch.elapsed() >= Duration::from_millis(990));
}
