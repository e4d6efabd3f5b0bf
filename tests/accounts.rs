//! What no script can have of accounts: SCRAM-SHA-256 by a client, line by line, for what it says
//! depends on what it is told; and accounts that were there before the server.

use std::net::SocketAddr;
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use hallway::arena::Arena;
use hallway::chat;
use hallway::chat::account::{Account, AccountId};
use hallway::chat::name::Nick;
use hallway::chat::time::Now;
use hallway::check::Check;
use hallway::protocol::Protocol;
use hallway::server::settings::Settings;
use hallway::server::{Heard, Output, Server, SessionId};
use hallway::store::vocabulary::{Answer, Deed, Restored, Trouble};
use hallway::verifier::{ITERATIONS_MIN, Verifier};

/// What the client begins with, without the header.
const CLIENT_FIRST: &str = "n=ann,r=fyko+d2lbbFgONRv9qkxdawL";

/// A server with one account, and clients that talk to it.
struct Office {
    server: Server,
    now: Now,
    connections: Arena<SessionId, ()>,
}

impl Office {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        let now = Now::default();
        let settings = Settings {
            chat: chat::settings::Settings {
                remembers: true,
                ..chat::settings::Settings::default()
            },
            iterations: ITERATIONS_MIN,
            ..settings
        };
        let verifier = Verifier::make("pencil", b"salt", ITERATIONS_MIN).expect("a password");
        let account = Account {
            id: AccountId(1),
            name: Nick::parse("ann").expect("a name"),
        };
        let mut server = Server::new(now, settings);
        let restored = Restored {
            accounts: vec![(account, Arc::new(verifier))],
            ..Restored::default()
        };
        server.resume(now, restored);
        Self {
            server,
            now,
            connections: Arena::default(),
        }
    }

    fn connect(&mut self) -> SessionId {
        self.connect_by(Protocol::Irc)
    }

    fn connect_by(&mut self, protocol: Protocol) -> SessionId {
        let id = self.connections.insert(());
        let peer = SocketAddr::from(([127, 0, 0, 1], 49_152));
        self.server.open(self.now, id, protocol, peer);
        id
    }

    /// What a client is told that says this, without that a password is checked.
    fn say(&mut self, id: SessionId, line: &str) -> Vec<String> {
        let (told, checks) = self.hear(id, line);
        assert!(checks.is_empty(), "SCRAM needs no password to be checked");
        told
    }

    /// The same, with the password checked.
    fn say_password(&mut self, id: SessionId, line: &str) -> Vec<String> {
        let (mut told, checks) = self.hear(id, line);
        for check in checks {
            self.server.checked(self.now, check.run());
            told.extend(self.told(id).0);
        }
        told
    }

    fn hear(&mut self, id: SessionId, line: &str) -> (Vec<String>, Vec<Check>) {
        self.server.hear(self.now, id, &Heard::Line(line));
        self.told(id)
    }

    fn told(&mut self, id: SessionId) -> (Vec<String>, Vec<Check>) {
        let (mut told, mut checks) = (String::new(), Vec::new());
        for output in self.server.drain_outputs() {
            match output {
                Output::Send(to, bytes) if to == id => {
                    told += str::from_utf8(&bytes).expect("only text is sent");
                }
                Output::Verify(check) => checks.push(check),
                _ => {}
            }
        }
        let told = told.split_terminator("\r\n").map(str::to_owned);
        (told.collect(), checks)
    }

    /// The one message of the mechanism with which the server answers.
    fn challenge(&mut self, id: SessionId, message: &str) -> String {
        let line = format!("AUTHENTICATE {}", Base64::encode_string(message.as_bytes()));
        let told = self.say(id, &line);
        let piece = told[0].rsplit(' ').next().expect("a piece");
        let answer = Base64::decode_vec(piece).unwrap_or_else(|_| panic!("{told:?}"));
        String::from_utf8(answer).expect("it is text")
    }

    /// Logs in up to the client's proof, and says what is to come of it.
    fn prove(&mut self, id: SessionId, password: &str) -> (String, String) {
        let begun = self.say(id, "AUTHENTICATE SCRAM-SHA-256");
        assert!(begun[0].ends_with("AUTHENTICATE +"), "{begun:?}");
        let server_first = self.challenge(id, &format!("n,,{CLIENT_FIRST}"));
        client(password, &server_first)
    }
}

fn hmac(key: &[u8], text: &str) -> [u8; 32] {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    hmac.update(text.as_bytes());
    hmac.finalize().into_bytes().into()
}

/// The client's last message, and the server's (RFC 5802, section 3).
fn client(password: &str, server_first: &str) -> (String, String) {
    let value = |key: &str| {
        let attributes = server_first.split(',');
        let mut values = attributes.filter_map(|attribute| attribute.strip_prefix(key));
        values.next().expect("it is there")
    };
    let salt = Base64::decode_vec(value("s=")).expect("base64");
    let iterations = value("i=").parse().expect("a number");
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), &salt, iterations);
    let without_proof = format!("c=biws,r={}", value("r="));
    let exchange = format!("{CLIENT_FIRST},{server_first},{without_proof}");
    let mut proof = hmac(&salted, "Client Key");
    let signature = hmac(&Sha256::digest(proof), &exchange);
    let pairs = proof.iter_mut().zip(signature);
    pairs.for_each(|(byte, of_signature)| *byte ^= of_signature);
    let proof = Base64::encode_string(&proof);
    let server = Base64::encode_string(&hmac(&hmac(&salted, "Server Key"), &exchange));
    (format!("{without_proof},p={proof}"), format!("v={server}"))
}

#[test]
fn whoever_knows_the_password_is_logged_in() {
    let mut office = Office::new();
    let ann = office.connect();
    for line in ["CAP REQ sasl", "NICK ann", "USER ann 0 * :Ann"] {
        office.say(ann, line);
    }
    let (proof, expected) = office.prove(ann, "pencil");
    assert_eq!(office.challenge(ann, &proof), expected);
    let told = office.say(ann, "AUTHENTICATE +");
    assert!(told[0].contains(" 900 ann ann!~ann@"), "{told:?}");
    assert!(told[1].contains(" 903 ann "), "{told:?}");
    let told = office.say(ann, "CAP END");
    assert!(told[0].contains(" 001 ann "), "{told:?}");
    let user = office
        .server
        .chat()
        .find_nick(&Nick::parse("ann").expect("a name"));
    let account = user.and_then(|user| office.server.chat().account_of(user));
    assert_eq!(account.map(|account| account.id), Some(AccountId(1)));
}

#[test]
fn whoever_does_not_is_not() {
    let mut office = Office::new();
    let eve = office.connect();
    let (proof, _) = office.prove(eve, "pen");
    let line = format!("AUTHENTICATE {}", Base64::encode_string(proof.as_bytes()));
    let told = office.say(eve, &line);
    assert!(told[0].contains(" 904 * "), "{told:?}");
}

/// What was overheard cannot be said again, in this exchange or another.
#[test]
fn no_two_challenges_are_the_same() {
    let mut office = Office::new();
    let [ann, eve] = [office.connect(), office.connect()];
    let (proof, _) = office.prove(ann, "pencil");
    office.prove(eve, "");
    let line = format!("AUTHENTICATE {}", Base64::encode_string(proof.as_bytes()));
    let told = office.say(eve, &line);
    let expected = "the nonce is not the one of this exchange";
    assert!(told[0].ends_with(expected), "{told:?}");
}

#[test]
fn a_name_that_nobody_has_looks_like_any_other() {
    let mut office = Office::new();
    let eve = office.connect();
    let mut salt_of = |name: &str| {
        office.say(eve, "AUTHENTICATE SCRAM-SHA-256");
        let first = office.challenge(eve, &format!("n,,n={name},r=abc"));
        office.say(eve, "AUTHENTICATE *");
        let (_, salt) = first.split_once(",s=").expect("a salt");
        salt.to_owned()
    };
    let nobody = salt_of("nobody");
    assert_eq!(salt_of("NOBODY"), nobody);
    assert_ne!(salt_of("somebody"), nobody);
    assert!(nobody.ends_with(&format!(",i={ITERATIONS_MIN}")));
}

#[test]
fn guesses_by_scram_are_slowed_too() {
    let mut office = Office::new();
    let eve = office.connect();
    let mut fault = String::new();
    for _ in 0..=10 {
        office.say(eve, "AUTHENTICATE SCRAM-SHA-256");
        let first = Base64::encode_string(format!("n,,{CLIENT_FIRST}").as_bytes());
        fault = office.say(eve, &format!("AUTHENTICATE {first}")).concat();
        office.say(eve, "AUTHENTICATE *");
    }
    assert!(
        fault.contains("too many wrong passwords, try again in 10"),
        "{fault}"
    );
}

/// An account whose owner runs the server is made before it is named in the configuration: else
/// whoever came first would run it.
#[test]
fn owners_of_some_accounts_run_the_server() {
    let nick = |name: &str| Nick::parse(name).expect("a name");
    let settings = || Settings {
        operator_accounts: vec![nick("ann"), nick("boss")],
        ..Settings::default()
    };
    let mut office = Office::with(settings());
    let ann = office.connect();
    let told = office.say_password(ann, "PASS ann:pencil");
    assert!(told[0].contains(" 900 "), "{told:?}");
    office.say(ann, "NICK ann");
    let told = office.say(ann, "USER ann 0 * :Ann").concat();
    assert!(told.ends_with(" MODE ann +o"), "{told}");
    let told = office.say(ann, "NICKSERV LOGOUT").join("\n");
    assert!(told.contains(" MODE ann -o"), "{told}");
    assert!(told.ends_with(" NICK ann2"), "{told}");
    let told = office
        .say_password(ann, "NICKSERV IDENTIFY ann pencil")
        .join("\n");
    assert!(told.contains(" MODE ann2 +o"), "{told}");
    for line in ["NICKSERV LOGOUT", "NICK boss"] {
        office.say(ann, line);
    }
    let told = office.say(ann, "REGISTER * * :crayon").concat();
    assert!(told.contains("TEMPORARILY_UNAVAILABLE"), "{told}");
    let told = office.say(ann, "NICKSERV REGISTER crayon").concat();
    assert!(told.ends_with("registers names: ask them."), "{told}");
}

/// bob at a terminal, who registers: the store answers this.
fn registering(outcome: Result<Option<AccountId>, Trouble>) -> (Office, SessionId) {
    let mut office = Office::new();
    let bob = office.connect_by(Protocol::Plain);
    office.say(bob, "bob");
    let (_, checks) = office.hear(bob, "/register crayon");
    for check in checks {
        office.server.checked(office.now, check.run());
    }
    let orders = office
        .server
        .drain_outputs()
        .filter_map(|output| match output {
            Output::Keep(order) => order.ticket,
            _ => None,
        });
    let ticket = orders.last().expect("something is to be kept");
    office
        .server
        .stored(office.now, Answer::Done { ticket, outcome });
    (office, bob)
}

/// What somebody at a terminal is told whose account the store does not keep.
fn registering_that_fails(trouble: Trouble) -> String {
    let (mut office, bob) = registering(Err(trouble));
    office.told(bob).0.concat()
}

#[test]
fn the_store_hears_when_an_owner_was_here_last() {
    let (mut office, bob) = registering(Ok(Some(AccountId(7))));
    office.told(bob);
    office.now.wall_ms += 60_000;
    office.server.lost(office.now, bob, "gone");
    let at_ms = office.now.wall_ms;
    let seen = office.server.drain_outputs().any(|output| match output {
        Output::Keep(order) => matches!(
            order.deed,
            Deed::Seen { account: AccountId(7), at_ms: at } if at == at_ms
        ),
        _ => false,
    });
    assert!(seen);
}

#[test]
fn what_is_not_kept_is_nobodys() {
    assert_eq!(
        registering_that_fails(Trouble::NameTaken),
        "*! bob is registered already: /login bob PASSWORD if it is yours."
    );
    for trouble in [Trouble::Failed, Trouble::Full] {
        assert_eq!(
            registering_that_fails(trouble),
            "*! That could not be kept just now, so nothing has changed: try again later."
        );
    }
}
