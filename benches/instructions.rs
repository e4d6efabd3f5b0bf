//! The hot path without sockets, for counting instructions: the same number every time, on however
//! busy a machine. `scripts/check-instructions` runs each case under callgrind, which counts what
//! happens inside [`measured`], and compares.
//!
//! A bench of this package and not a package of its own, because it needs nothing that the server
//! does not have and is built like the server, with the same profile, lints and lock file.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hallway::arena::Key;
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::time::{Now, Zone};
use hallway::chat::user::Identity;
use hallway::chat::vocabulary::{
    Audience, Event, Extras, Happening, Manner, MessageId, Place, Said,
};
use hallway::protocol::Protocol;
use hallway::protocol::irc::capabilities::{Cap, Caps};
use hallway::protocol::irc::framing::Framer;
use hallway::protocol::irc::message::Message;
use hallway::protocol::irc::writer::Reader;
use hallway::protocol::plain::terminal::Terminal;
use hallway::protocol::stamp::{Clock, Times};
use hallway::protocol::{irc, plain};
use hallway::server::settings::Settings;
use hallway::server::{Heard, Output, Server, SessionId};

/// How often each case does what it measures.
const TIMES: usize = 20;

/// How often it has done so before, unmeasured: what grows has grown by then.
const TIMES_BEFORE: usize = 3;

const NOW: Now = Now {
    mono_ms: 1_000,
    wall_ms: 1_770_000_000_000,
};

const TEXT: &str = "the printer on the third floor is out of paper again, sorry";

/// A case: its name, and what it does.
type Case = (&'static str, fn());

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("irc-line-to-1", || line_to(Tongue::Irc, 1)),
    ("irc-line-to-50", || line_to(Tongue::Irc, 50)),
    ("irc-line-to-500", || line_to(Tongue::Irc, 500)),
    ("irc-tags-line-to-50", || line_to(Tongue::Tagged, 50)),
    ("irc-line-to-nick", private_line),
    ("plain-line-to-1", || line_to(Tongue::Plain, 1)),
    ("plain-line-to-50", || line_to(Tongue::Plain, 50)),
    ("plain-line-to-500", || line_to(Tongue::Plain, 500)),
    ("irc-parse", parse_irc),
    ("plain-parse", parse_plain),
    ("irc-render", render_irc),
    ("plain-render", render_plain),
    ("irc-register", || register(Tongue::Irc)),
    ("plain-register", || register(Tongue::Plain)),
    ("irc-names-of-500", || question("NAMES #hall")),
    ("irc-who-of-500", || question("WHO #hall")),
];

/// Without arguments, as `cargo bench` calls it, it runs all cases, to show that they run.
fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    if wanted.first().is_some_and(|word| word == "--list") {
        return CASES
            .iter()
            .for_each(|(name, _)| println!("{name} {TIMES}"));
    }
    for (name, case) in CASES {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            case();
        }
    }
}

/// Instructions are counted in here only: callgrind knows it by its name.
#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
}

fn repeat(mut work: impl FnMut()) {
    (0..TIMES_BEFORE).for_each(|_| work());
    measured(&mut || (0..TIMES).for_each(|_| work()));
}

#[derive(Clone, Copy, PartialEq)]
enum Tongue {
    Irc,
    Tagged,
    Plain,
}

/// A server and the outputs that it is asked for, which are thrown away.
struct Office {
    server: Server,
    /// Empty but for its room, as the loop's.
    outputs: Vec<Output>,
    people: u64,
}

impl Office {
    fn new() -> Self {
        let settings = Settings {
            pace: None,
            ..Settings::default()
        };
        Self {
            server: Server::new(NOW, settings),
            outputs: Vec::new(),
            people: 0,
        }
    }

    /// Lets somebody come, up to the end of the greeting.
    fn arrive(&mut self, tongue: Tongue) -> SessionId {
        let id = SessionId::from(Key::from_bits(self.people));
        let nick = format!("person{}", self.people);
        self.people += 1;
        let protocol = match tongue {
            Tongue::Plain => Protocol::Plain,
            Tongue::Irc | Tongue::Tagged => Protocol::Irc,
        };
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
        self.server.open(NOW, id, protocol, peer);
        if tongue == Tongue::Tagged {
            self.say(id, "CAP REQ :message-tags server-time");
            self.say(id, "CAP END");
        }
        match tongue {
            Tongue::Plain => self.say(id, &nick),
            Tongue::Irc | Tongue::Tagged => {
                self.say(id, &format!("NICK {nick}"));
                self.say(id, &format!("USER {nick} 0 * :{nick}"));
            }
        }
        id
    }

    fn enter(&mut self, tongue: Tongue) -> SessionId {
        let id = self.arrive(tongue);
        match tongue {
            Tongue::Plain => self.say(id, "/join #hall"),
            Tongue::Irc | Tongue::Tagged => self.say(id, "JOIN #hall"),
        }
        id
    }

    /// Hears a line and throws away what is to be written, as the loop does once it is written.
    fn say(&mut self, id: SessionId, line: &str) {
        self.server.hear(NOW, id, &Heard::Line(line));
        let mut outputs = std::mem::take(&mut self.outputs);
        self.server.swap_outputs(&mut outputs);
        while !outputs.is_empty() {
            for output in outputs.drain(..) {
                if let Output::AwaitDrain(id) = black_box(output) {
                    self.server.drained(NOW, id);
                }
            }
            self.server.swap_outputs(&mut outputs);
        }
        self.outputs = outputs;
    }
}

fn line_to(tongue: Tongue, readers: usize) {
    let mut office = Office::new();
    let speaker = office.enter(tongue);
    for _ in 0..readers {
        office.enter(tongue);
    }
    let line = match tongue {
        Tongue::Plain => TEXT.to_owned(),
        Tongue::Irc | Tongue::Tagged => format!("PRIVMSG #hall :{TEXT}"),
    };
    repeat(|| office.say(speaker, &line));
}

fn private_line() {
    let mut office = Office::new();
    let speaker = office.arrive(Tongue::Irc);
    office.arrive(Tongue::Irc);
    repeat(|| office.say(speaker, &format!("PRIVMSG person1 :{TEXT}")));
}

fn question(line: &str) {
    let mut office = Office::new();
    let asker = office.enter(Tongue::Irc);
    for _ in 1..500 {
        office.enter(Tongue::Irc);
    }
    repeat(|| office.say(asker, line));
}

fn register(tongue: Tongue) {
    let mut office = Office::new();
    for _ in 0..500 {
        office.arrive(tongue);
    }
    repeat(|| {
        office.arrive(tongue);
    });
}

fn parse_irc() {
    let mut framer = Framer::new();
    let bytes = format!("@+draft/reply=1 PRIVMSG #hall :{TEXT}\r\n");
    repeat(|| {
        let heard = framer.hear(&mut black_box(bytes.as_bytes()));
        if let Some(hallway::protocol::heard::Heard::Line(typed)) = heard {
            black_box(Message::parse(&typed.text));
        }
    });
}

fn parse_plain() {
    let mut terminal = Terminal::new();
    let bytes = format!("{TEXT}\r\n");
    repeat(|| drop(black_box(terminal.hear(&mut black_box(bytes.as_bytes())))));
}

fn said() -> Event {
    let from = Identity::new(
        Nick::parse("ann").expect("it is a name"),
        "~ann",
        "abcdefgh.ijklmnop.qrstuvwx.cloak",
        "Ann",
        IpAddr::V4(Ipv4Addr::LOCALHOST),
    );
    Event {
        at_ms: NOW.wall_ms,
        audience: Audience::default(),
        what: Happening::Said(Said {
            id: MessageId::default(),
            at_ms: NOW.wall_ms,
            author: Key::from_bits(0).into(),
            from: Arc::new(from),
            place: Place::Channel(ChannelName::parse("#hall").expect("it is a channel")),
            manner: Manner::Speech,
            text: TEXT.into(),
            extras: Extras::default(),
        }),
    }
}

fn render_irc() {
    let event = said();
    let mut caps = Caps::default();
    caps.set(Cap::ServerTime, true);
    caps.set(Cap::MessageTags, true);
    let reader = Reader {
        server: "hallway",
        nick: "bob",
        caps,
    };
    repeat(|| {
        let mut out = String::with_capacity(128);
        irc::events::write(&event, &reader, &mut out);
        black_box(out);
    });
}

fn render_plain() {
    let event = said();
    let zone = Zone::utc();
    let clock = Clock::new(&zone, NOW.wall_ms, Times::Short);
    repeat(|| drop(black_box(plain::events::render(&event, false, &clock))));
}
