//! Those who are not admitted, and those who speak something else: one clear line each.

use std::net::IpAddr;

use crate::client::{Client, has, shot};
use crate::ports::has_ipv6;
use crate::said::{self, why};
use crate::server::Setup;
use crate::stopwatch::{AT_ONCE, Stopwatch};

#[test]
fn whoever_is_not_admitted_is_told_why() {
    let server = Setup::listening(&["--plain", "127.0.0.1:0", "--irc", "127.0.0.1:0"])
        .flag("--allow", "192.0.2.0/24")
        .start();
    let watch = Stopwatch::start();
    for (place, start) in [(0, "*! "), (1, "ERROR :")] {
        for sent in [0, 20, 300_000] {
            let mut client = Client::connect(server.addr_of(place));
            let line = "x".repeat(sent);
            client.send(line.as_bytes());
            let lines = client.rest();
            assert_eq!(lines.len(), 1, "{lines:?}");
            let expected = format!("{start}{}", said::not_admitted("127.0.0.1"));
            assert!(lines[0].starts_with(&expected), "{lines:?}");
            client.assert_heard_out();
            let addr = client.local_addr().to_string();
            server.log.wait_for(&["opened", &addr]);
            drop(client);
            server.log.wait_for(&["closed", &addr, why::NOT_ADMITTED]);
        }
    }
    assert!(watch.elapsed() < 2 * AT_ONCE, "{:?}", watch.elapsed());
}

#[test]
fn several_networks_can_be_admitted() {
    let server = Setup::new()
        .flag("--allow", "192.0.2.0/24")
        .flag("--allow", "127.0.0.0/8")
        .start();
    Client::named(server.addr(), "ann");
}

/// Whoever comes over IPv4 to a socket of both families has an IPv4 address (RFC 4291, 2.5.5.2).
#[test]
fn ipv4_addresses_are_unmapped_before_they_are_judged() {
    if !has_ipv6() {
        return;
    }
    for (network, admitted) in [("127.0.0.0/8", [true, false]), ("::1", [false, true])] {
        let server = Setup::listening(&["--plain", "[::]:0"])
            .flag("--allow", network)
            .start();
        for (host, admitted) in ["127.0.0.1", "::1"].into_iter().zip(admitted) {
            let host: IpAddr = host.parse().expect("an address");
            let mut client = Client::connect((host, server.addr().port()).into());
            client.say("ann");
            client.half_close();
            let lines = client.rest();
            assert_eq!(has(&lines, &said::hello("ann")), admitted, "{lines:?}");
            let refused = lines[0].contains(&said::not_admitted(&host.to_string()));
            assert_eq!(refused, !admitted, "{lines:?}");
        }
    }
}

/// Reads a whole HTTP response: the head, and as much body as the head says.
fn assert_is_page(bytes: Vec<u8>) {
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(text.starts_with("HTTP/1."), "{text}");
    let (head, body) = text.split_once("\r\n\r\n").expect("an empty line");
    let mut lines = head.split("\r\n");
    let status = lines.next().expect("a status line");
    let code = status.split(' ').nth(1).expect("a code");
    assert!(code.len() == 3 && code.starts_with('4'), "{status}");
    let mut length = None;
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok();
        }
    }
    assert_eq!(length, Some(body.len()), "{text}");
    assert!(
        body.contains("hallway") && body.contains("telnet"),
        "{text}"
    );
    assert!(!body.contains('\u{1b}') && body.ends_with('\n'), "{text}");
}

#[test]
fn a_web_browser_gets_a_page_and_nothing_in_front_of_it() {
    let server = Setup::new().start();
    let head = "Host: chat.office:2323\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n";
    let body = "a=b&".repeat(50_000);
    let with_body = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    for request in [
        format!("GET / HTTP/1.1\r\n{head}\r\n"),
        "GET /favicon.ico HTTP/1.0\n\n".to_owned(),
        format!("POST /login?next=/ HTTP/1.1\r\n{head}{with_body}"),
    ] {
        let mut browser = Client::connect(server.addr());
        browser.send(request.as_bytes());
        assert_is_page(browser.rest_bytes());
        browser.assert_heard_out();
        let addr = browser.local_addr().to_string();
        drop(browser);
        server.log.wait_for(&["closed", &addr, why::BROWSER]);
    }
}

#[test]
fn a_browser_that_half_closes_gets_its_page() {
    let server = Setup::new().start();
    let mut browser = Client::connect(server.addr());
    browser.send(b"GET / HTTP/1.1\r\nHost: chat.office\r\n\r\n");
    browser.half_close();
    assert_is_page(browser.rest_bytes());
}

#[test]
fn a_tls_client_gets_one_line() {
    let server = Setup::new().start();
    let mut hello = vec![
        0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03,
    ];
    hello.extend((0..501).map(|n| (n * 37 % 256) as u8));
    let mut client = Client::connect(server.addr());
    client.send(&hello);
    let lines = client.rest();
    assert!(
        lines.len() == 1 && lines[0].starts_with(said::NOT_PLAIN_TLS),
        "{lines:?}"
    );
    client.assert_heard_out();
    let addr = client.local_addr().to_string();
    drop(client);
    server.log.wait_for(&["closed", &addr, why::TLS]);
}

#[test]
fn an_irc_client_is_sent_to_the_other_port() {
    let server = Setup::new().start();
    for greeting in [
        "CAP LS 302\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n",
        "nick ann\n",
    ] {
        let lines = shot(server.addr(), greeting);
        assert!(has(&lines, said::IRC_ELSEWHERE), "{lines:#?}");
        assert!(!has(&lines, &said::hello("ann")), "{lines:#?}");
    }
}
