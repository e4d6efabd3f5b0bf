//! The store is slow, or has changed its mind: what people hear until it has answered.

use std::net::{Ipv4Addr, SocketAddr};

use super::super::settings::Settings;
use super::super::tickets::TICKET_MS;
use super::super::{Heard, LOBBY_AFTER_MS, Output, Server, SessionId};
use crate::arena::Key;
use crate::chat::name::ChannelName;
use crate::chat::time::Now;
use crate::chat::vocabulary::{
    Conversation, ConversationId, Extras, Line, Manner, MessageId, Record, Told,
};
use crate::protocol::Protocol;
use crate::store::vocabulary::{Answer, Deed, Found, Question, Trouble};

/// A server, and what its store has been told and asked.
struct Scene {
    server: Server,
    now: Now,
    lines: Vec<Line>,
    conversations: Vec<(ConversationId, ChannelName)>,
    questions: Vec<Question>,
    said: Vec<(SessionId, String)>,
}

fn session(number: u64) -> SessionId {
    SessionId::from(Key::from_bits(number))
}

impl Scene {
    fn new() -> Self {
        let mut settings = Settings::default();
        settings.chat.remembers = true;
        let now = Now {
            mono_ms: 0,
            wall_ms: 1_795_425_240_000,
        };
        let mut scene = Self {
            server: Server::new(now, settings),
            now,
            lines: Vec::new(),
            conversations: Vec::new(),
            questions: Vec::new(),
            said: Vec::new(),
        };
        scene.server.resume(now, Default::default());
        scene.settle();
        scene
    }

    fn settle(&mut self) {
        let outputs: Vec<Output> = self.server.drain_outputs().collect();
        if outputs.is_empty() {
            return;
        }
        for output in outputs {
            match output {
                Output::Send(id, bytes) => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    self.said.push((id, text));
                }
                Output::AwaitDrain(id) => self.server.drained(self.now, id),
                Output::Ask(question) => self.questions.push(*question),
                Output::Keep(order) => self.keep(order.deed),
                _ => {}
            }
        }
        self.settle();
    }

    fn keep(&mut self, deed: Deed) {
        match deed {
            Deed::Record(Record::Line(line)) if !line.told.is_event() => self.lines.push(line),
            Deed::Record(Record::Begun {
                conversation,
                channel,
                ..
            }) => self.conversations.push((conversation, channel)),
            _ => {}
        }
    }

    /// Somebody comes to the door.
    fn open(&mut self, number: u64, protocol: Protocol) -> SessionId {
        let id = session(number);
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
        self.server.open(self.now, id, protocol, peer);
        id
    }

    /// Somebody comes into the lobby, of which nothing is kept.
    fn plain(&mut self, number: u64, name: &str) -> SessionId {
        let id = self.newcomer(number, name);
        self.wait(LOBBY_AFTER_MS);
        self.answer(Ok(Vec::new()));
        id
    }

    fn newcomer(&mut self, number: u64, name: &str) -> SessionId {
        let id = self.open(number, Protocol::Plain);
        self.types(id, name);
        id
    }

    fn irc(&mut self, number: u64, name: &str, caps: &str) -> SessionId {
        let id = self.open(number, Protocol::Irc);
        self.types(id, &format!("CAP REQ :{caps}"));
        self.types(id, &format!("NICK {name}"));
        self.types(id, &format!("USER {name} 0 * :{name}"));
        self.types(id, "CAP END");
        id
    }

    fn types(&mut self, id: SessionId, line: &str) {
        assert!(self.server.is_ready(self.now, id), "{line}");
        self.server.hear(self.now, id, &Heard::Line(line));
        self.settle();
    }

    /// What somebody has heard since the last time.
    fn heard(&mut self, id: SessionId) -> String {
        let (own, others) = self.said.drain(..).partition(|(of, _)| *of == id);
        self.said = others;
        let own: Vec<(SessionId, String)> = own;
        own.into_iter().map(|(_, text)| text).collect()
    }

    /// The store answers the oldest question.
    fn answer(&mut self, outcome: Result<Vec<Line>, Trouble>) {
        let question = self.questions.remove(0);
        let outcome = outcome.map(|lines| Found::Lines {
            lines,
            channels: self.conversations.clone(),
        });
        let ticket = question.ticket;
        self.server
            .stored(self.now, Answer::Found { ticket, outcome });
        self.settle();
    }

    /// The store answers with all lines.
    fn answer_all(&mut self) {
        let lines = self.lines.clone();
        self.answer(Ok(lines));
    }

    fn wait(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.wall_ms += ms;
        self.server.tick(self.now);
        self.settle();
    }
}

/// ann, who has said two things in `#desk`.
fn desk() -> (Scene, SessionId) {
    let mut scene = Scene::new();
    let ann = scene.plain(1, "ann");
    scene.types(ann, "/join #desk");
    scene.answer(Ok(Vec::new()));
    scene.types(ann, "one");
    scene.types(ann, "two");
    scene.heard(ann);
    (scene, ann)
}

#[test]
fn what_is_said_meanwhile_comes_behind_what_was_said_earlier() {
    let (mut scene, ann) = desk();
    let bob = scene.plain(2, "bob");
    scene.heard(bob);
    scene.types(bob, "/join #desk");
    scene.types(ann, "three");
    assert_eq!(scene.heard(bob), "* You are in #desk with ann.\r\n");
    assert!(!scene.server.is_ready(scene.now, bob));
    let earlier = scene.lines[..2].to_vec();
    scene.answer(Ok(earlier));
    let expected = "* Earlier in #desk:\r\n09:14 #desk ann: one\r\n09:14 #desk ann: two\r\n\
                    * Now:\r\n09:14 #desk ann: three\r\n";
    assert_eq!(scene.heard(bob), expected);
    scene.types(ann, "four");
    assert_eq!(scene.heard(bob), "09:14 #desk ann: four\r\n");
}

#[test]
fn what_is_held_already_stays_held() {
    let (mut scene, ann) = desk();
    let bob = scene.plain(2, "bob");
    scene.types(bob, "/hold");
    scene.types(bob, "/join #desk");
    scene.heard(bob);
    scene.types(ann, "three");
    scene.answer(Ok(Vec::new()));
    assert_eq!(scene.heard(bob), "");
    scene.types(bob, "/go");
    assert_eq!(scene.heard(bob), "09:14 #desk ann: three\r\n");
}

#[test]
fn only_what_was_said_until_then_is_asked_for() {
    let (mut scene, ann) = desk();
    let bob = scene.plain(2, "bob");
    scene.types(bob, "/join #desk");
    let crate::store::vocabulary::Query::Lines(wanted) = scene.questions[0].query.clone() else {
        panic!("lines are asked for");
    };
    scene.types(ann, "three");
    let Some(crate::store::vocabulary::Point::Message(id)) = wanted.before else {
        panic!("there is a bound");
    };
    assert!(scene.lines[1].id < id && id <= scene.lines[2].id);
}

#[test]
fn a_line_that_takes_one_into_the_lobby_is_heard_behind_what_was_said_there() {
    let mut scene = Scene::new();
    let bob = scene.newcomer(2, "bob");
    scene.heard(bob);
    scene.types(bob, "/board #lobby");
    scene.types(bob, "hello");
    let told = scene.heard(bob);
    assert!(told.ends_with("* You are in #lobby, alone.\r\n"), "{told}");
    assert!(scene.lines.is_empty());
    scene.answer(Ok(Vec::new()));
    assert_eq!(scene.lines.len(), 1);
}

#[test]
fn rights_are_asked_again_at_the_answer() {
    let (mut scene, ann) = desk();
    let bob = scene.plain(2, "bob");
    scene.types(bob, "/history #desk");
    scene.types(ann, "/ban bob");
    scene.heard(bob);
    scene.answer_all();
    let refused = "*! You are banned from #desk: its operators can /unban you.\r\n";
    assert_eq!(scene.heard(bob), refused);

    scene.types(ann, "/unban bob");
    scene.types(bob, "/search one");
    scene.types(ann, "/mode +s");
    scene.heard(bob);
    scene.answer_all();
    let nothing = "* Nothing like that is kept that you may read.\r\n";
    assert_eq!(scene.heard(bob), nothing);
}

#[test]
fn who_is_blocked_is_not_read_whatever_the_store_gives() {
    let (mut scene, _) = desk();
    let bob = scene.plain(2, "bob");
    scene.types(bob, "/block ann");
    scene.types(bob, "/history #desk");
    scene.heard(bob);
    scene.answer_all();
    let nothing = "* Nothing said in #desk is kept that you may read.\r\n";
    assert_eq!(scene.heard(bob), nothing);
    scene.types(bob, "/unblock ann");
    scene.types(bob, "/block ann!*@*");
    scene.types(bob, "/history #desk");
    scene.heard(bob);
    scene.answer_all();
    assert_eq!(scene.heard(bob), nothing);
}

#[test]
fn every_trouble_has_a_sentence() {
    let (mut scene, _) = desk();
    let bob = scene.plain(2, "bob");
    let carol = scene.irc(
        3,
        "carol",
        "draft/chathistory soju.im/search batch server-time",
    );
    for (trouble, plain, irc) in [
        (
            Trouble::TooSlow,
            "takes too long to look up",
            "takes too long just now",
        ),
        (
            Trouble::Full,
            "Too much is being looked up",
            "Too much is being looked up",
        ),
        (
            Trouble::Failed,
            "cannot be looked up just now",
            "cannot be looked up just now",
        ),
    ] {
        scene.types(bob, "/history #desk");
        scene.heard(bob);
        scene.answer(Err(trouble));
        let told = scene.heard(bob);
        assert!(told.starts_with("*! ") && told.contains(plain), "{told}");

        scene.types(carol, "CHATHISTORY LATEST #desk * 5");
        scene.heard(carol);
        scene.answer(Err(trouble));
        let told = scene.heard(carol);
        let failed = ":hallway FAIL CHATHISTORY MESSAGE_ERROR LATEST #desk :";
        assert!(told.starts_with(failed) && told.contains(irc), "{told}");

        scene.types(carol, "SEARCH text=one");
        scene.answer(Err(trouble));
        let told = scene.heard(carol);
        let failed = ":hallway FAIL SEARCH INTERNAL_ERROR :";
        assert!(told.starts_with(failed) && told.contains(irc), "{told}");

        let times = "timestamp=1970-01-01T00:00:00.000Z timestamp=2070-01-01T00:00:00.000Z";
        scene.types(carol, &format!("CHATHISTORY TARGETS {times} 5"));
        scene.answer(Err(trouble));
        let told = scene.heard(carol);
        let failed = ":hallway FAIL CHATHISTORY MESSAGE_ERROR TARGETS * :";
        assert!(told.starts_with(failed) && told.contains(irc), "{told}");
    }
}

#[test]
fn who_is_not_answered_in_time_goes_on() {
    let (mut scene, ann) = desk();
    let bob = scene.plain(2, "bob");
    scene.types(bob, "/join #desk");
    scene.types(ann, "three");
    scene.heard(bob);
    scene.wait(TICKET_MS);
    let told = scene.heard(bob);
    assert!(
        told.contains("*! That takes too long to look up just now"),
        "{told}"
    );
    assert!(told.ends_with("09:14 #desk ann: three\r\n"), "{told}");
    scene.types(bob, "/ping");
    // The answer comes after all.
    scene.heard(bob);
    scene.answer_all();
    assert_eq!(scene.heard(bob), "");
}

#[test]
fn an_answer_in_time_ends_the_wait() {
    let (mut scene, _) = desk();
    let bob = scene.plain(2, "bob");
    scene.types(bob, "/history #desk");
    scene.answer_all();
    scene.wait(TICKET_MS - 1);
    scene.types(bob, "/history #desk");
    scene.heard(bob);
    scene.wait(1);
    assert_eq!(
        scene.heard(bob),
        "",
        "the later question is not the earlier one"
    );
    scene.answer_all();
    assert!(scene.heard(bob).starts_with("* Earlier in #desk:\r\n"));
}

#[test]
fn the_longest_answer_comes_in_parts() {
    let (mut scene, _) = desk();
    let carol = scene.irc(
        3,
        "carol",
        "draft/chathistory batch server-time message-tags",
    );
    scene.types(carol, "CHATHISTORY LATEST #desk * 100");
    scene.heard(carol);
    let text = vec!["x".repeat(120); 32].join("\n");
    let longest = |counter| Line {
        id: MessageId {
            counter,
            ..scene.lines[0].id
        },
        told: Told::Said {
            manner: Manner::Speech,
            text: text.as_str().into(),
            extras: Extras::default(),
        },
        ..scene.lines[0].clone()
    };
    let lines: Vec<Line> = (0..100).map(longest).collect();
    assert!(matches!(lines[0].conversation, Conversation::Channel(_)));
    let question = scene.questions.remove(0);
    let outcome = Ok(Found::Lines {
        lines,
        channels: Vec::new(),
    });
    let ticket = question.ticket;
    scene
        .server
        .stored(scene.now, Answer::Found { ticket, outcome });
    let mut parts = 0;
    let mut told = String::new();
    loop {
        let mut bytes_at_once = 0;
        let mut more = false;
        let outputs: Vec<Output> = scene.server.drain_outputs().collect();
        for output in outputs {
            match output {
                Output::Send(_, bytes) => {
                    bytes_at_once += bytes.len();
                    told += str::from_utf8(&bytes).expect("it is text");
                }
                Output::AwaitDrain(_) => more = true,
                _ => {}
            }
        }
        assert!(bytes_at_once < 2 * super::super::LISTING_BYTES);
        parts += 1;
        if !more {
            break;
        }
        scene.server.drained(scene.now, carol);
    }
    assert!(parts > 10);
    assert_eq!(told.matches("PRIVMSG #desk").count(), 3_200);
    assert!(told.ends_with("BATCH -h1\r\n"));
}
