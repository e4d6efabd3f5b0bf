//! The office: the server without sockets, the people at its connections, and a clock that somebody
//! else holds. It does what the event loop does, and lets the referee look after each step.

mod checks;
mod deeds;
mod delivery;
mod hearing;
mod steps;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};

use hallway::arena::Arena;
use hallway::chat::UserId;
use hallway::chat::name::ChannelName;
use hallway::chat::pace::Pace;
use hallway::chat::time::{Now, Zone};
use hallway::protocol::irc::framing::Framer;
use hallway::protocol::plain::terminal::Terminal;
use hallway::protocol::{heard, modes};
use hallway::server::cloak::CloakKey;
use hallway::server::settings::{Operator, Settings};
use hallway::server::{Server, SessionId};
use hallway::verifier::{ITERATIONS_MIN, Verifier};

use crate::irc::client::Client;
use crate::lines::Told;
use crate::person::Person;
use crate::prng::Rng;
use crate::referee::{Outcome, Referee};
use crate::saying::Intent;
use crate::truth::Truth;

/// Lines shown when something is wrong.
const LINES_SHOWN: usize = 60;

/// What an operator of the server must know.
const PASSWORD: &str = "secret";

/// What kind of office it is.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub people_max: usize,
    pub pace: Option<Pace>,
    pub modes: &'static str,
    /// How many of a hundred come on IRC.
    pub irc_percent: usize,
}

const fn pace(burst: u32, every_us: u64) -> Option<Pace> {
    Some(Pace { burst, every_us })
}

/// From a room to more people than are told of each other's comings and goings.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    Kind { people_max: 6, pace: None, modes: "", irc_percent: 40 },
    Kind { people_max: 10, pace: pace(40, 100_000), modes: "nt", irc_percent: 60 },
    Kind { people_max: 40, pace: None, modes: "", irc_percent: 45 },
    Kind { people_max: 8, pace: pace(3, 400_000), modes: "u", irc_percent: 30 },
];

struct Connection {
    terminal: Terminal,
    framer: Framer,
    /// On IRC.
    client: Option<Client>,
    /// What it has sent that was not heard yet.
    sent: VecDeque<u8>,
    ended: bool,
    heard_end: bool,
    await_drain: bool,
    /// Until when a password of it is being looked into.
    verifying_until_ms: u64,
    hungry: bool,
    closed: bool,
    browser: bool,
    person: Person,
    user: Option<UserId>,
    /// Until when what it has said takes, at its pace.
    paid_until_us: u64,
    /// When it was greeted by name.
    named_ms: u64,
    /// Lines that nobody foretold may be among those that it holds.
    lenient: bool,
}

/// One line of the story as it happens.
struct Step {
    cause: Option<SessionId>,
    line: Option<String>,
    /// Nobody can tell what it says.
    wild: bool,
    /// It says something.
    speaks: bool,
    going: bool,
    outcome: Outcome,
    heard: Vec<(SessionId, Told, String)>,
    /// Where IRC clients have come in.
    entered: Vec<(SessionId, ChannelName)>,
    /// What a channel was called, and is called now.
    renamed: Option<(ChannelName, ChannelName)>,
    /// Who was sent something, or did it.
    touched: BTreeSet<SessionId>,
    /// Of whom IRC clients have heard.
    sources: Vec<(SessionId, String)>,
}

/// The whole simulation of one seed.
pub struct Office {
    seed: u64,
    kind: Kind,
    chance: Rng,
    /// When to save and restore, apart from what people do.
    fate: Option<Rng>,
    settings: Settings,
    server: Server,
    now: Now,
    connections: Arena<SessionId, Connection>,
    hungry: VecDeque<SessionId>,
    arrivals: u32,
    announcements: u32,
    token: u64,
    intents: BTreeMap<u64, Intent>,
    referee: Referee,
    truth: Truth,
    operators: BTreeSet<UserId>,
    steps: u64,
    pub restores: u64,
    /// Passwords that are being looked into: whose, the ticket, and whether it is right.
    checks: Vec<(SessionId, u64, bool)>,
    log: Vec<String>,
}

impl Office {
    pub fn new(seed: u64, restoring: bool) -> Self {
        let kind = KINDS[(seed % KINDS.len() as u64) as usize];
        let settings = settings(&kind, true);
        let now = Now {
            mono_ms: 1_000,
            wall_ms: 1_795_421_700_000,
        };
        let mut office = Self {
            seed,
            kind,
            chance: Rng::new(seed),
            fate: restoring.then(|| Rng::new(!seed)),
            server: Server::new(now, settings.clone()),
            settings,
            now,
            connections: Arena::default(),
            hungry: VecDeque::new(),
            arrivals: 0,
            announcements: 0,
            token: 0,
            intents: BTreeMap::new(),
            referee: Referee::default(),
            truth: Truth::default(),
            operators: BTreeSet::new(),
            steps: 0,
            restores: 0,
            checks: Vec::new(),
            log: Vec::new(),
        };
        office
            .referee
            .meet_channels(office.server.chat(), &office.truth, kind.modes);
        office
    }

    /// Lets people do so many things; then everybody goes home.
    pub fn live(&mut self, deeds: u64) {
        for deed in 0..deeds {
            self.deed();
            if deed == deeds / 4 {
                self.guard();
            } else if deed == deeds / 3 {
                self.shout();
            } else if deed == deeds / 2 {
                self.build();
            }
        }
        if self.chance.percent(50) {
            self.note("goodbye".to_owned());
            self.step(None, None, |server, _| server.goodbye());
        }
        for id in self.connections.keys() {
            self.lose(id);
        }
        self.pass(3_600_000);
        assert_eq!(self.server.chat().population(), 0);
        assert_eq!(
            self.server.next_deadline_ms(self.now),
            None,
            "nothing is left to be done"
        );
    }

    /// The whole story, line by line.
    pub fn log(&self) -> &[String] {
        &self.log
    }

    /// How many lines were foretold and heard.
    pub fn confirmed(&self) -> u64 {
        self.referee.confirmed
    }

    /// How many messages were foretold and heard by IRC clients.
    pub fn confirmed_irc(&self) -> u64 {
        self.referee.confirmed_irc
    }

    /// The state at the end.
    pub fn state(&self) -> Vec<u8> {
        postcard::to_allocvec(&self.server).expect("plain data")
    }

    /// An upgrade without hanging up: the state goes through bytes and comes back.
    fn save_and_restore(&mut self) {
        let Some(fate) = &mut self.fate else { return };
        if !fate.percent(4) {
            return;
        }
        self.restores += 1;
        let saved = self.state();
        let mut restored: Server = postcard::from_bytes(&saved).expect("plain data");
        restored.configure(self.now, self.settings.clone());
        let again = postcard::to_allocvec(&restored).expect("plain data");
        assert!(saved == again, "a restored server is saved otherwise");
        self.server = restored;
        self.truth = self.look();
    }

    fn connection(&mut self, id: SessionId) -> &mut Connection {
        self.connections
            .get_mut(id)
            .expect("the connection is there")
    }

    fn note(&mut self, line: String) {
        let Now { mono_ms, wall_ms } = self.now;
        if line.starts_with(' ') {
            self.log.push(line);
        } else {
            self.log
                .push(format!("[{} {mono_ms} {wall_ms}] {line}", self.steps));
        }
    }

    fn fail(&self, id: Option<SessionId>, fault: &str) -> ! {
        let who = id.map_or_else(String::new, |id| {
            let nick = self.connections.get(id).and_then(|c| c.person.nick.clone());
            format!(
                "{id} ({}): ",
                nick.map_or_else(|| "?".to_owned(), |nick| nick.to_string())
            )
        });
        panic!("{who}{fault}");
    }
}

/// Whatever failed, here or in the server: how it came to it, and how to see it again.
impl Drop for Office {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let shown = &self.log[self.log.len().saturating_sub(LINES_SHOWN)..];
            if let Ok(path) = std::env::var("HALLWAY_SIM_LOG") {
                let written = std::fs::write(&path, self.log.join("\n"));
                eprintln!("the log is in {path}: {written:?}");
            }
            eprintln!(
                "{}\n^ seed {}, step {}, {} restores ({:?})\n  again: HALLWAY_SIM_SEED={} cargo test --test simulation",
                shown.join("\n"),
                self.seed,
                self.steps,
                self.restores,
                self.kind,
                self.seed
            );
        }
    }
}

/// Whether a line may say something.
fn speaks(line: &str) -> bool {
    let command = line.split(' ').next().unwrap_or("").to_ascii_lowercase();
    let bare = !line.starts_with('/') || line.starts_with("//");
    bare || ["/msg", "/notice", "/me", "/reply", "/announce"].contains(&command.as_str())
}

/// The channel that a command names, in which it may say something.
fn spoken_in(line: &str) -> Option<ChannelName> {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let command = words.next()?.to_ascii_lowercase();
    let named = ["/msg", "/notice"].contains(&command.as_str());
    ChannelName::parse(words.next()?).ok().filter(|_| named)
}

/// What was heard, no longer borrowed.
enum Item {
    Line(String),
    TooLong,
    NotUtf8(String),
    Browser,
    Tls,
    Nothing,
}

impl From<heard::Heard<'_>> for Item {
    fn from(heard: heard::Heard<'_>) -> Self {
        match heard {
            heard::Heard::Line(typed) => Self::Line(typed.text.into_owned()),
            heard::Heard::TooLong => Self::TooLong,
            heard::Heard::NotUtf8(text) => Self::NotUtf8(text),
            heard::Heard::HttpRequest => Self::Browser,
            heard::Heard::TlsHello => Self::Tls,
            heard::Heard::Answer(_) => Self::Nothing,
        }
    }
}

/// Made but once, for that takes its time.
fn verifier() -> Arc<Verifier> {
    static VERIFIER: OnceLock<Arc<Verifier>> = OnceLock::new();
    let make = || Verifier::make(PASSWORD, b"some salt", ITERATIONS_MIN);
    let made = VERIFIER.get_or_init(|| Arc::new(make().expect("a password")));
    made.clone()
}

fn settings(kind: &Kind, desk: bool) -> Settings {
    let zone = jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
    let desk = ["#desk"]
        .iter()
        .filter(|_| desk)
        .map(|name| ChannelName::parse(name).expect("a name"));
    Settings {
        name: "test".to_owned(),
        chat: hallway::chat::settings::Settings {
            zone: Zone::new(zone),
            permanent: desk.collect(),
            modes: modes::flags(kind.modes).expect("modes"),
            announcing: Pace {
                burst: 2,
                every_us: 1_000_000,
            },
            ..Default::default()
        },
        pace: kind.pace,
        operators: vec![Operator {
            name: "ann".to_owned(),
            verifier: verifier(),
            host: Some("staff.test".to_owned()),
        }],
        statuses: [("lunch".to_owned(), "At lunch".to_owned())].into(),
        cloak_key: CloakKey(*b"sixteen letters!"),
        ..Settings::default()
    }
}
