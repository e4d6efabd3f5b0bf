//! Starting: listeners, ready lines, what keeps a server from starting, `hallway check`.

use std::net::{Ipv6Addr, SocketAddr, TcpListener};

use crate::client::{Client, has};
use crate::said;
use crate::server::{Setup, TempDir, hallway, one_sentence};

pub(crate) fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[test]
fn ready_lines_and_nothing_else_go_to_standard_output() {
    let mut listeners = vec!["--plain", "127.0.0.1:0", "--plain", "127.0.0.1:0"];
    if has_ipv6() {
        listeners.extend(["--plain", "[::1]:0"]);
    }
    listeners.extend(["--irc", "127.0.0.1:0"]);
    let server = Setup::listening(&listeners).start();
    let count = listeners.len() / 2;
    for (place, line) in server.ready().iter().enumerate() {
        let protocol = if place + 1 == count { "irc" } else { "plain" };
        let addr = server.addr_of(place);
        assert_eq!(*line, format!("hallway: {protocol} on {addr}"));
        assert_ne!(addr.port(), 0);
    }
    let mut everybody: Vec<Client> = (0..count - 1)
        .map(|place| Client::within(server.addr_of(place), &format!("p{place}"), "#a"))
        .collect();
    everybody[0].say("morning all");
    for other in &mut everybody[1..] {
        let lines = other.until_one(|line| line.ends_with(" #a p0: morning all"));
        assert!(!lines.is_empty());
    }
    let mut irc = Client::irc(server.addr_of(count - 1), "irc");
    irc.say("JOIN #a");
    irc.until(":irc!~irc@");
    everybody[0].say("hello");
    irc.until_one(|line| line.ends_with(" PRIVMSG #a :hello"));
    let ready = server.ready().to_vec();
    let ended = server.end("TERM");
    assert_eq!(ended.stdout, ready);
    assert!(ended.status.success());
}

#[test]
fn all_addresses_are_of_both_families() {
    if !has_ipv6() {
        return;
    }
    let server = Setup::listening(&["--plain", "[::]:0"]).start();
    let port = server.addr().port();
    let at = |host: &str| format!("{host}:{port}").parse().expect("an address");
    for (nick, host, address) in [("four", "127.0.0.1", "127.0.0.1"), ("six", "[::1]", "::1")] {
        let mut client = Client::named(at(host), nick);
        let lines = client.ask(&format!("/whois {nick}"));
        let from = format!("*   from {address}");
        assert!(lines.contains(&from), "unmapped: {lines:#?}");
        server
            .log
            .wait_for(&["opened", &client.local_addr().to_string()]);
    }
}

#[test]
fn a_port_alone_is_all_addresses_and_localhost_both() {
    if !has_ipv6() {
        return;
    }
    let server = Setup::listening(&["--plain", "0"]).start();
    assert!(server.addr().ip().is_unspecified() && server.addr().is_ipv6());
    let server = Setup::listening(&["--plain", "localhost:0", "--irc", "127.0.0.1:0"]).start();
    assert_eq!(server.addr_of(0).ip().to_string(), "127.0.0.1");
    assert_eq!(server.addr_of(1).ip().to_string(), "::1");
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let first = Setup::new().start();
    let addr = first.addr().to_string();
    let output = hallway(&["serve", "--data", "none", "--plain", &addr]);
    assert_eq!(output.status.code(), Some(1));
    let sentence = one_sentence(&output);
    assert!(sentence.contains(&addr), "{sentence}");
    assert!(
        sentence.contains("something else listens there"),
        "{sentence}"
    );
    // Whoever was there first is not disturbed.
    Client::named(first.addr(), "ann");
}

#[test]
fn a_server_that_ended_leaves_its_port_free() {
    let first = Setup::new().start();
    let addr = first.addr();
    let mut client = Client::named(addr, "ann");
    assert!(first.end("TERM").status.success());
    client.rest();
    let second = Setup::listening(&["--plain", &addr.to_string()]).start();
    assert_eq!(second.addr(), addr);
    Client::named(addr, "ann");
}

#[test]
fn flags_that_make_no_sense_are_one_sentence() {
    let cases: [(&[&str], &str); 9] = [
        (&["--plain", "chat.office:2323"], "--plain"),
        (&["--plain", "127.0.0.1"], "--plain"),
        (&["--plain", "127.0.0.1:65536"], "--plain"),
        (&["--irc", "nonsense"], "--irc"),
        (&["--pace", "fast"], "--pace"),
        (&["--allow", "10.0.0.0/33"], "--allow"),
        (&["--zone", "Mars/Olympus"], "--zone"),
        (&["--name", "two words"], "--name"),
        (
            &["--config", "/nowhere/hallway.toml"],
            "/nowhere/hallway.toml",
        ),
    ];
    for (flags, part) in cases {
        let output = hallway(&[&["serve", "--data", "none"], flags].concat());
        assert_eq!(output.status.code(), Some(1), "{flags:?}");
        let sentence = one_sentence(&output);
        assert!(sentence.contains(part), "{flags:?}: {sentence}");
    }
}

#[test]
fn arguments_that_do_not_exist_are_refused_with_the_nearest() {
    for (arguments, meant) in [
        (vec!["serve", "--plian", "0"], "--plain"),
        (vec!["sevre"], "serve"),
    ] {
        let output = hallway(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(output.stdout, b"");
        let text = String::from_utf8(output.stderr).expect("text");
        assert!(text.contains(meant), "{text}");
    }
}

#[test]
fn a_broken_configuration_keeps_the_server_from_starting() {
    let dir = TempDir::new();
    let file = dir.file("h.toml", "name = \"x\"\nplian = [\"0\"]\npace = \"fast\"\n");
    let output = hallway(&["serve", "--data", "none", "--config", &file]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).expect("text");
    let faults: Vec<&str> = text.lines().collect();
    assert_eq!(faults.len(), 2, "{text}");
    assert!(faults[0].starts_with(&format!("{file}:2: ")), "{text}");
    assert!(faults[0].contains("Did you mean \"plain\"?"), "{text}");
    assert!(faults[1].starts_with(&format!("{file}:3: ")), "{text}");
}

#[test]
fn check_says_what_is_wrong_or_that_all_is_well() {
    let dir = TempDir::new();
    let good = dir.file(
        "good.toml",
        "pace = \"off\"\n[limits]\nname-within = \"1s\"\n",
    );
    for arguments in [vec!["check"], vec!["check", "--config", &good]] {
        let output = hallway(&arguments);
        assert!(output.status.success(), "{arguments:?}");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(
            text.ends_with("all is well.\n") && text.lines().count() == 1,
            "{text}"
        );
        assert_eq!(output.stderr, b"");
    }
    let bad = dir.file("bad.toml", "\n[limits]\nname_within = \"1s\"\n");
    let output = hallway(&["check", "--config", &bad]);
    assert_eq!(output.status.code(), Some(1));
    let sentence = one_sentence(&output);
    assert!(sentence.starts_with(&format!("{bad}:3: ")), "{sentence}");
    assert!(
        sentence.contains("Did you mean \"name-within\"?"),
        "{sentence}"
    );
    let output = hallway(&["check", "--config", "/nowhere/hallway.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(one_sentence(&output).contains("/nowhere/hallway.toml"));
}

/// What `check` calls well, `serve` can start with.
#[test]
fn check_and_serve_agree() {
    let dir = TempDir::new();
    for (place, text) in [
        "[channels]\npermanent = [\"#helpdesk\", \"#kaffeeküche\"]\n",
        "[channels]\npermanent = [\"#what?\"]\n",
        "[channels]\npermanent = [\"#\"]\n",
        "[channels]\npermanent = [\"##\"]\n",
        "[channels]\npermanent = [\"#abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"]\n",
        "[channels]\nmodes = \"+nt\"\n",
        "zone = \"Europe/Berlin\"\n",
        "zone = \"Europe/Nowhere\"\n",
        "[statuses]\nphone = \"On the phone\"\n",
        "[statuses]\njoin = \"At a joint\"\n",
    ]
    .into_iter()
    .enumerate()
    {
        let file = dir.file(&format!("{place}.toml"), text);
        let well = hallway(&["check", "--config", &file]).status.success();
        // It cannot start in any case: the address is not this machine's.
        let listeners = ["--plain", "192.0.2.1:2323", "--data", "none"];
        let served = hallway(&[&["serve", "--config", &file], &listeners[..]].concat());
        let sentence = one_sentence(&served);
        assert_eq!(
            sentence.starts_with("cannot listen"),
            well,
            "{text}: {sentence}"
        );
    }
}

#[test]
fn only_the_listeners_given_are_opened() {
    let listeners = "plain = [\"192.0.2.1:2323\"]\nirc = [\"192.0.2.1:6667\"]\n";
    let server = Setup::new().config(listeners).start();
    let mut client = Client::connect(server.addr());
    client.say("ann");
    assert!(has(&client.until(&said::hello("ann")), said::WELCOME));
    assert_eq!(server.end("TERM").stdout.len(), 1);
}

#[test]
fn the_limit_on_open_files_is_raised_and_logged() {
    let server = Setup::new().limits("ulimit -Sn 30").start();
    let line = server.log.wait_for(&[said::logged::OPEN_FILES]);
    assert!(!line.ends_with(" 30"), "{line}");
    let _: Vec<Client> = (0..40)
        .map(|n| Client::named(server.addr(), &format!("p{n}")))
        .collect();
}

/// The first address whose bytes a listener could mistake for its own.
#[test]
fn listeners_keep_apart() {
    let two = ["--plain", "127.0.0.1:0", "--plain", "127.0.0.2:0"];
    let server = Setup::listening(&two).start();
    let (first, second) = (server.addr_of(0), server.addr_of(1));
    let on_second = SocketAddr::new(second.ip(), first.port());
    if first.port() != second.port() {
        assert!(std::net::TcpStream::connect(on_second).is_err());
    }
    Client::named(first, "ann");
    Client::named(second, "bob");
}
