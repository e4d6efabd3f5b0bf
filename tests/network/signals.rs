//! SIGTERM, SIGINT, SIGHUP.

use std::fs;
use std::time::Duration;

use crate::client::{Client, has};
use crate::said::{self, logged, why};
use crate::server::{Server, Setup, TempDir};
use crate::stopwatch::{AT_ONCE, SLACK, Stopwatch};

/// Somebody who does not read, with as much waiting as is allowed or nearly so.
fn sleeper(server: &Server) -> Client {
    let mut sleeper = Client::named_narrow(server.addr(), "sleeper");
    sleeper.join("#flood");
    let mut talker = Client::within(server.addr(), "talker", "#flood");
    for _ in 0..200 {
        talker.say(&"x".repeat(3_000));
    }
    talker.fence();
    sleeper
}

fn end_politely(signal: &str) {
    let server = Setup::new().off_pace().start();
    let _sleeper = sleeper(&server);
    let mut ann = Client::within(server.addr(), "ann", "#a");
    let mut unnamed = Client::connect(server.addr());
    unnamed.until(said::NAME_PROMPT);
    let mut idle = Client::named(server.addr(), "idle");
    let log = server.log.clone();
    let ended = server.end(signal);
    assert_eq!(ended.status.code(), Some(0));
    assert!(
        ended.took < Duration::from_secs(1) + SLACK,
        "{:?}",
        ended.took
    );
    for client in [&mut ann, &mut unnamed, &mut idle] {
        let lines = client.rest();
        let goodbyes = lines.iter().filter(|line| *line == said::CLOSING_DOWN);
        assert_eq!(goodbyes.count(), 1, "{lines:#?}");
        assert_eq!(lines.last().map(String::as_str), Some(said::CLOSING_DOWN));
        assert!(
            !lines.iter().any(|line| line.contains("has gone")),
            "{lines:#?}"
        );
    }
    // Each connection that was opened was closed, the sleeper's too.
    let log = log.whole();
    let ids = |what: &str| {
        let lines = log.iter().filter(|line| line.contains(what));
        let words = lines.map(|line| line.split(what).next().map(str::to_owned));
        let mut ids: Vec<String> = words
            .filter_map(|before| Some(before?.split(' ').next_back()?.to_owned()))
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(" opened: "), ids(" closed: "), "{log:#?}");
    assert!(
        log.iter().any(|line| line.contains(why::CLOSING_DOWN)),
        "{log:#?}"
    );
}

#[test]
fn sigterm_says_goodbye() {
    end_politely("TERM");
}

#[test]
fn sigint_says_goodbye() {
    end_politely("INT");
}

#[test]
fn with_nobody_there_it_ends_at_once() {
    let server = Setup::new().start();
    Client::named(server.addr(), "ann");
    server.log.wait_for(&["closed"]);
    let ended = server.end("TERM");
    assert!(ended.status.success());
    assert!(ended.took < Duration::from_millis(700), "{:?}", ended.took);
}

/// A server with a configuration that can be written anew.
struct Configured {
    dir: TempDir,
    server: Server,
    reloads: usize,
}

impl Configured {
    fn start(text: &str) -> Self {
        Self::set_up(text, |setup, _| setup)
    }

    fn set_up(text: &str, further: impl FnOnce(Setup, &TempDir) -> Setup) -> Self {
        let dir = TempDir::new();
        let config = dir.file("h.toml", text);
        let setup = further(Setup::new(), &dir).flag("--config", &config);
        let server = setup.start();
        Self {
            dir,
            server,
            reloads: 0,
        }
    }

    /// Writes another and has it read; what the log says of it.
    fn reload(&mut self, text: &str) -> String {
        fs::write(self.dir.path("h.toml"), text).expect("written");
        self.server.signal("HUP");
        self.reloads += 1;
        let patience = Stopwatch::start();
        loop {
            let mut told = self.server.log.with(logged::READ_AGAIN);
            told.extend(self.server.log.with(logged::STAYS_AS_IT_WAS));
            told.sort();
            if told.len() == self.reloads {
                return told.pop().expect("each tells something");
            }
            assert!(patience.has_patience(), "nothing is told: {told:#?}");
            std::thread::yield_now();
        }
    }
}

#[test]
fn sighup_changes_what_it_can_and_keeps_everyone() {
    let mut it = Configured::start("allow = [\"127.0.0.0/8\"]\n");
    let addr = it.server.addr();
    let mut ann = Client::within(addr, "ann", "#a");
    assert!(ann.ask("/phone")[0].contains(said::NOT_A_COMMAND));
    let told = it.reload(
        "allow = [\"192.0.2.0/24\"]\n[statuses]\nphone = \"On the phone\"\n\
         [announcements]\nwho = \"operators\"\n",
    );
    assert!(told.contains(logged::READ_AGAIN), "{told}");
    assert!(has(&ann.ask("/phone"), &said::you_are_away("On the phone")));
    assert!(has(&ann.ask("/announce fire"), said::MAY_NOT_ANNOUNCE));
    // The ready-made ones have made way for the file's.
    assert!(ann.ask("/lunch")[0].contains(said::NOT_A_COMMAND));
    let lines = Client::connect(addr).rest();
    assert!(
        lines[0].contains(&said::not_admitted("127.0.0.1")),
        "{lines:?}"
    );
    it.reload("allow = [\"127.0.0.0/8\"]\n");
    let mut bob = Client::within(addr, "bob", "#a");
    bob.say("here again");
    ann.until_one(|line| line.ends_with(" #a bob: here again"));
    assert!(has(&ann.ask("/announce fire"), &said::announced(1)));
}

#[test]
fn a_broken_file_changes_nothing() {
    let mut it = Configured::start("[statuses]\nphone = \"On the phone\"\n");
    let mut ann = Client::within(it.server.addr(), "ann", "#a");
    for broken in [
        "statuses = 3",
        "[status]\n",
        "pace = \"fast\"\n",
        "name = \"",
        "\0",
    ] {
        let told = it.reload(broken);
        assert!(told.contains(logged::STAYS_AS_IT_WAS), "{told}");
        assert!(told.contains("h.toml:1: "), "{told}");
        assert!(has(&ann.ask("/phone"), &said::you_are_away("On the phone")));
        Client::named(it.server.addr(), "bob").fence();
    }
    it.reload("[statuses]\ndesk = \"At my desk\"\n");
    assert!(has(&ann.ask("/desk"), &said::you_are_away("At my desk")));
}

#[test]
fn sighup_changes_the_pace() {
    let mut it = Configured::start("pace = \"2/1\"\n");
    let mut ann = Client::named(it.server.addr(), "ann");
    let watch = Stopwatch::start();
    (0..2).for_each(|_| drop(ann.ask("/watching")));
    assert!(
        watch.elapsed() >= Duration::from_millis(900),
        "{:?}",
        watch.elapsed()
    );
    // One line waits for its turn while the pace changes.
    ann.say("/watching");
    it.reload("pace = \"off\"\n");
    let watch = Stopwatch::start();
    (0..50).for_each(|_| drop(ann.ask("/watching")));
    assert!(watch.elapsed() < 2 * AT_ONCE, "{:?}", watch.elapsed());
    it.reload("pace = \"2/4\"\n");
    let watch = Stopwatch::start();
    (0..6).for_each(|_| drop(ann.ask("/watching")));
    assert!(
        watch.elapsed() >= Duration::from_millis(900),
        "{:?}",
        watch.elapsed()
    );
}

#[test]
fn sighup_changes_for_how_long_is_kept_what_is_said_from_then_on() {
    const NOT_KEPT: &str = "[keep]\n\"#desk\" = \"none\"\n";
    let mut it = Configured::set_up("", |setup, dir| setup.data(&dir.path("data")));
    let mut ann = Client::within(it.server.addr(), "ann", "#desk");
    ann.ask("/msg #desk first");
    it.reload(NOT_KEPT);
    ann.ask("/msg #desk second");
    let mut bob = Client::named(it.server.addr(), "bob");
    assert!(has(&bob.ask("/join #desk"), &said::is_not_kept("#desk")));
    it.reload("");
    ann.ask("/msg #desk third");
    let told = bob.ask("/history #desk");
    let has_word = |word: &str| told.iter().any(|line| line.ends_with(word));
    assert_eq!(
        ["second", "third"].map(has_word),
        [false, true],
        "{told:#?}"
    );
    let carol = Client::named(it.server.addr(), "carol").ask("/join #desk");
    assert!(!has(&carol, &said::is_not_kept("#desk")), "{carol:#?}");
}

#[test]
fn sighup_with_flags_alone_keeps_them() {
    let server = Setup::new().off_pace().start();
    let mut ann = Client::named(server.addr(), "ann");
    server.signal("HUP");
    server.log.wait_for(&[logged::READ_AGAIN]);
    let watch = Stopwatch::start();
    (0..100).for_each(|_| drop(ann.ask("/watching")));
    assert!(watch.elapsed() < 2 * AT_ONCE, "{:?}", watch.elapsed());
}
