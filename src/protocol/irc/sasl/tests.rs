//! Exchanges, whole and cut, and what ends them.

use super::*;
use crate::protocol::irc::capabilities::Caps;
use crate::sasl::scram::NONCE_BYTES;
use crate::verifier::{ITERATIONS_MIN, Password, Verifier};
use proptest::prelude::*;
use std::sync::Arc;

const READER: Reader<'static> = Reader {
    server: "chat.office",
    nick: "*",
    caps: Caps::of(&[]),
};

/// An exchange by this mechanism, at its beginning.
fn begun(mechanism: &str) -> Exchange {
    let mut exchange = Exchange::default();
    assert_eq!(exchange.hear(mechanism), sent(&["+"]));
    exchange
}

fn sent(pieces: &[&str]) -> Step {
    Step::Send(pieces.iter().map(|piece| (*piece).to_owned()).collect())
}

fn failed(error: SaslError) -> Step {
    Step::Failed(Failure::Mechanism(error))
}

/// Hears a message in as many pieces as it takes, up to the first step that is one.
fn hear(exchange: &mut Exchange, message: &[u8]) -> Step {
    let mut steps = pieces(message)
        .into_iter()
        .map(|piece| exchange.hear(&piece));
    let step = steps.find(|step| *step != Step::Wait);
    step.expect("a message has an end")
}

#[test]
fn the_example_of_sasl_3_1() {
    let mut exchange = begun("PLAIN");
    let credentials = Credentials {
        name: "jilles".to_owned(),
        password: Password("sesame".to_owned()),
    };
    let step = exchange.hear("amlsbGVzAGppbGxlcwBzZXNhbWU=");
    assert_eq!(step, Step::Check(credentials));
    assert!(!exchange.is_going_on());
}

/// Up to the server's proof.
fn proved(password: &str) -> (Exchange, Step) {
    let verifier =
        Verifier::make("pencil", b"sixteen bytes ok", ITERATIONS_MIN).expect("a password");
    let mut exchange = begun("scram-sha-256");
    let Step::Challenge(first) = hear(&mut exchange, b"n,,n=ann,r=fyko") else {
        panic!("a first message");
    };
    assert_eq!(first.name(), "ann");
    let (challenge, server_first) = first.challenge(&[7; NONCE_BYTES], Arc::new(verifier));
    let nonce = "fykoBwcHBwcHBwcHBwcHBwcHBwcH";
    assert_eq!(
        server_first,
        format!("r={nonce},s=c2l4dGVlbiBieXRlcyBvaw==,i=4096")
    );
    let expected = pieces(server_first.as_bytes());
    assert_eq!(exchange.ask(challenge, &server_first), expected);
    // Made by another implementation: scramp 1.5.0 of Python.
    let proof = match password {
        "pencil" => "J4F5ASsUydUeE2lbSPj7R/O4mqa118/tGMv/TeK8Fwo=",
        _ => "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    };
    let step = hear(
        &mut exchange,
        format!("c=biws,r={nonce},p={proof}").as_bytes(),
    );
    (exchange, step)
}

#[test]
fn scram_is_proved_from_both_sides() {
    let (mut exchange, step) = proved("pencil");
    let signature = "v=G47ADdn+sVeQAqhe3Pf71TC4zpL/x5DYbsIxJJRn4y4=";
    assert_eq!(step, Step::Send(pieces(signature.as_bytes())));
    assert_eq!(exchange.hear("+"), Step::Done("ann".to_owned()));
    assert!(!exchange.is_going_on());
    let (mut exchange, _) = proved("pencil");
    assert_eq!(exchange.hear("*"), Step::Failed(Failure::Aborted));
    let (mut exchange, _) = proved("pencil");
    assert_eq!(exchange.hear("AAAA"), failed(SaslError::Form));
    let (exchange, step) = proved("pen");
    assert_eq!(step, failed(SaslError::Proof));
    assert!(!exchange.is_going_on());
}

#[test]
fn whatever_fails_ends_the_exchange() {
    let long = "A".repeat(PIECE_BYTES + 1);
    let base64 = |message: &[u8]| Base64::encode_string(message);
    for (mechanism, piece, step) in [
        ("PLAIN", "*".to_owned(), Step::Failed(Failure::Aborted)),
        ("PLAIN", long, Step::Failed(Failure::TooLong)),
        ("PLAIN", "+".to_owned(), failed(SaslError::Form)),
        (
            "PLAIN",
            "AGEAYg".to_owned(),
            Step::Failed(Failure::NotBase64),
        ),
        (
            "PLAIN",
            "AGEAYh==".to_owned(),
            Step::Failed(Failure::NotBase64),
        ),
        (
            "PLAIN",
            "AGEA YQ==".to_owned(),
            Step::Failed(Failure::NotBase64),
        ),
        (
            "PLAIN",
            "AGEAYé==".to_owned(),
            Step::Failed(Failure::NotBase64),
        ),
        ("PLAIN", "++".to_owned(), Step::Failed(Failure::NotBase64)),
        (
            "PLAIN",
            "PLAIN".to_owned(),
            Step::Failed(Failure::NotBase64),
        ),
        ("PLAIN", base64(b"a\0b\0c"), failed(SaslError::ForOther)),
        ("PLAIN", base64(b"\0a\0\xff"), failed(SaslError::Encoding)),
        ("SCRAM-SHA-256", "+".to_owned(), failed(SaslError::Form)),
        (
            "SCRAM-SHA-256",
            base64(b"p=x,,n=a,r=b"),
            failed(SaslError::ChannelBinding),
        ),
    ] {
        let mut exchange = begun(mechanism);
        assert_eq!(exchange.hear(&piece), step, "{piece}");
        assert_eq!(exchange, Exchange::default());
    }
}

#[test]
fn without_an_exchange_there_is_nothing_but_a_beginning() {
    let mut exchange = Exchange::default();
    assert_eq!(exchange.hear("*"), Step::Failed(Failure::Aborted));
    for name in ["EXTERNAL", "+", "", "AGEAYg==", "SCRAM-SHA-256-PLUS"] {
        assert_eq!(exchange.hear(name), Step::Failed(Failure::NoSuchMechanism));
    }
    assert_eq!(exchange, Exchange::default());
    let mut exchange = begun("Plain");
    assert!(exchange.is_going_on());
    exchange.end();
    assert!(!exchange.is_going_on());
}

#[test]
fn full_pieces_are_followed_by_another() {
    let full = PIECE_BYTES / 4 * 3;
    for (bytes, lengths) in [
        (0, &[1][..]),
        (1, &[4]),
        (full - 1, &[400, 1]),
        (full, &[400, 1]),
        (full + 1, &[400, 4]),
        (2 * full, &[400, 400, 1]),
    ] {
        let pieces = pieces(&vec![7; bytes]);
        let found: Vec<usize> = pieces.iter().map(String::len).collect();
        assert_eq!(found, lengths, "{bytes}");
    }
    let mut out = String::new();
    write(&pieces(&[0; 300]), &READER, &mut out);
    let zeros = "A".repeat(PIECE_BYTES);
    let expected = format!(":chat.office AUTHENTICATE {zeros}\r\n:chat.office AUTHENTICATE +\r\n");
    assert_eq!(out, expected);
}

#[test]
fn all_pieces_together_have_a_limit() {
    let last = SASL_BYTES_MAX % PIECE_BYTES;
    for (bytes, step) in [
        (last, failed(SaslError::Form)),
        (last + 4, Step::Failed(Failure::TooLong)),
    ] {
        let mut exchange = begun("PLAIN");
        for _ in 0..SASL_BYTES_MAX / PIECE_BYTES {
            assert_eq!(exchange.hear(&"A".repeat(PIECE_BYTES)), Step::Wait);
        }
        assert_eq!(exchange.hear(&"A".repeat(bytes)), step);
    }
    let mut exchange = begun("PLAIN");
    let heard = (0..10).map(|_| exchange.hear(&"A".repeat(PIECE_BYTES)));
    let ends = heard.filter(|step| *step == Step::Failed(Failure::TooLong));
    assert_eq!(ends.count(), 1, "then there is no exchange any more");
}

#[test]
fn the_longest_name_and_password_fit() {
    let (name, password) = ("n".repeat(32), "p".repeat(300));
    let message = format!("{name}\0{name}\0{password}");
    let step = hear(&mut begun("PLAIN"), message.as_bytes());
    let password = Password(password);
    assert_eq!(step, Step::Check(Credentials { name, password }));
}

proptest! {
    #[test]
    fn what_is_cut_is_joined(password in "[^\0]{1,800}") {
        let message = format!("\0ann\0{password}");
        let step = hear(&mut begun("PLAIN"), message.as_bytes());
        if Base64::encode_string(message.as_bytes()).len() > SASL_BYTES_MAX {
            prop_assert_eq!(step, Step::Failed(Failure::TooLong));
        } else {
            let password = Password(password);
            prop_assert_eq!(step, Step::Check(Credentials { name: "ann".to_owned(), password }));
        }
    }

    #[test]
    fn any_bytes_come_back(message in proptest::collection::vec(any::<u8>(), 0..1_500)) {
        let pieces = pieces(&message);
        let (last, full) = pieces.split_last().expect("there is always one");
        prop_assert!(full.iter().all(|piece| piece.len() == PIECE_BYTES));
        prop_assert!(last.len() < PIECE_BYTES);
        let text: String = pieces.iter().filter(|piece| *piece != EMPTY).map(String::as_str).collect();
        prop_assert_eq!(Base64::decode_vec(&text), Ok(message));
    }

    #[test]
    fn it_can_be_saved_at_any_moment(params in proptest::collection::vec("PLAIN|SCRAM-SHA-256|[+*]|[A-Za-z]{400}|\\PC*", 0..9)) {
        let mut exchange = Exchange::default();
        for param in params {
            exchange.hear(&param);
            let saved = postcard::to_stdvec(&exchange).expect("it can be saved");
            let restored: Exchange = postcard::from_bytes(&saved).expect("it can be restored");
            prop_assert_eq!(&restored, &exchange);
        }
    }
}
