//! The office: the server without sockets, the people at its connections, and a clock that somebody
//! else holds. It does what the event loop does, and lets the referee look after each step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use hallway::arena::{Arena, Key};
use hallway::chat::UserId;
use hallway::chat::limits::TOPIC_BYTES_MAX;
use hallway::chat::mode::Rank;
use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::pace::Pace;
use hallway::chat::time::{Now, Zone};
use hallway::check::Checked;
use hallway::protocol::Protocol;
use hallway::protocol::heard;
use hallway::protocol::irc::commands;
use hallway::protocol::irc::framing::Framer;
use hallway::protocol::irc::message::Message;
use hallway::protocol::modes;
use hallway::protocol::plain::screen::HOLD_BYTES_MAX;
use hallway::protocol::plain::terminal::{LINE_BYTES_MAX, Terminal};
use hallway::server::cloak::CloakKey;
use hallway::server::operators::TICKET_MS;
use hallway::server::settings::{Operator, Settings};
use hallway::server::{Heard, LISTING_BYTES, LOBBY_AFTER_MS, Output, Server, SessionId};
use hallway::verifier::{ITERATIONS_MIN, Verifier};

use super::audience::Audience;
use super::forecast::{Forecast, Scene};
use super::irc::client::Client;
use super::irc::reading;
use super::irc::talk;
use super::irc::whims as irc_whims;
use super::irc::wire::Line;
use super::lines::{self, Told};
use super::person::{Answer, Person, Question};
use super::prng::Rng;
use super::referee::{Ears, Outcome, Referee};
use super::saying::Intent;
use super::truth::Truth;
use super::whims::{self, CHANNELS, Whim};

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
    Kind { people_max: 36, pace: None, modes: "", irc_percent: 45 },
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
            if deed == deeds / 3 {
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

    fn deed(&mut self) {
        let room = self.connections.len() < self.kind.people_max;
        let keys = self.connections.keys();
        if keys.is_empty() || room && self.chance.percent(12) {
            return self.open();
        }
        let id = *self.chance.pick(&keys);
        match self.chance.below(100) {
            0 => self.lose(id),
            1 => self.half_close(id),
            2 => self.paste(id),
            3..6 => self.make_noise(id),
            6..18 => self.pass_some_time(),
            18 => self.set_the_clock(),
            19 if self.chance.percent(20) => self.reconfigure(),
            21 => self.appoint(id),
            20 if self.chance.percent(10) => self.visit_by_mistake(id),
            _ => self.type_line(id),
        }
        self.drain();
        self.look_into_passwords();
        self.hear();
        self.bury();
    }

    /// In a small office somebody holds the lines of others, and somebody says more than fits.
    fn shout(&mut self) {
        let mut keys = self.plain_keys().into_iter();
        let (Some(one), Some(other), true) = (keys.next(), keys.next(), self.kind.people_max < 7)
        else {
            return;
        };
        self.type_lines(one, &["/go", "/join #desk", "/hold"]);
        self.type_lines(other, &["/join #desk"]);
        let long = "x".repeat(LINE_BYTES_MAX - 20);
        for _ in 0..HOLD_BYTES_MAX / LINE_BYTES_MAX + 2 {
            self.type_lines(other, &[&long]);
        }
    }

    /// In a small office somebody makes more channels than one answer lists at once.
    fn build(&mut self) {
        let Some(id) = self.plain_keys().into_iter().next() else {
            return;
        };
        if self.kind.people_max > 6 {
            return;
        }
        let topic = "so much to say about it ".repeat(TOPIC_BYTES_MAX / 24);
        for number in 0..LISTING_BYTES / TOPIC_BYTES_MAX + 10 {
            let (join, topic) = (format!("/join #room-{number}"), format!("/topic {topic}"));
            self.type_lines(id, &[&join, &topic]);
        }
        for other in self.plain_keys() {
            self.type_lines(other, &["/list", "/ping behind it"]);
        }
        for other in self.connections.keys() {
            if self.connection(other).client.is_some() {
                self.type_lines(other, &["@label=long LIST", "PING behind"]);
            }
        }
    }

    fn plain_keys(&self) -> Vec<SessionId> {
        let plain = self.connections.iter().filter(|(_, c)| c.client.is_none());
        plain.map(|(id, _)| id).collect()
    }

    /// Somebody types just these lines.
    fn type_lines(&mut self, id: SessionId, lines: &[&str]) {
        for line in lines {
            self.send(id, format!("{line}\n").as_bytes());
        }
        self.hear();
    }

    fn open(&mut self) {
        let address = IpAddr::V4(Ipv4Addr::new(
            10,
            0,
            self.chance.below(3) as u8,
            self.chance.below(9) as u8,
        ));
        let id = self.connections.insert(Connection {
            terminal: Terminal::new(),
            framer: Framer::new(),
            client: None,
            sent: VecDeque::new(),
            ended: false,
            heard_end: false,
            await_drain: false,
            verifying_until_ms: 0,
            hungry: false,
            closed: false,
            browser: false,
            person: Person::default(),
            user: None,
            named_ms: 0,
            paid_until_us: 0,
            lenient: false,
        });
        let protocol = if self.chance.percent(self.kind.irc_percent) {
            self.connection(id).client = Some(Client::default());
            Protocol::Irc
        } else {
            Protocol::Plain
        };
        self.note(format!("{id} opens on {protocol:?}"));
        self.step(None, None, |server, now| {
            server.open(now, id, protocol, SocketAddr::new(address, 1))
        });
    }

    fn lose(&mut self, id: SessionId) {
        self.note(format!("{id} is lost"));
        let user = self.connection(id).user;
        self.connections.remove(id);
        self.step_of(Some(id), user, None, |server, now| {
            server.lost(now, id, "connection lost")
        });
    }

    fn half_close(&mut self, id: SessionId) {
        self.note(format!("{id} sends no more"));
        let connection = self.connection(id);
        connection.ended = true;
        self.be_hungry(id);
    }

    fn paste(&mut self, id: SessionId) {
        for _ in 0..2 + self.chance.below(12) {
            self.type_line(id);
        }
    }

    fn type_line(&mut self, id: SessionId) {
        let names: Vec<String> = self
            .truth
            .users
            .values()
            .map(|user| user.nick.to_string())
            .collect();
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        if let Some(client) = &connection.client {
            let mut whim = irc_whims::Whim {
                rng: &mut self.chance,
                client,
                names: &names,
                token: &mut self.token,
                announcements: self.announcements,
            };
            let (lines, intent) = whim.next();
            self.intents.extend(intent);
            let end = *self.chance.pick(&["\r\n", "\n", "\r\n\r\n"]);
            let bytes: String = lines.into_iter().map(|line| line + end).collect();
            return self.send(id, bytes.as_bytes());
        }
        let mut whim = Whim {
            rng: &mut self.chance,
            person: &connection.person,
            names: &names,
            token: &mut self.token,
            announcements: self.announcements,
        };
        let (line, intent) = whim.next();
        self.intents.extend(intent);
        let end = *self.chance.pick(&["\n", "\r\n", "\r\0", "\r"]);
        let mut bytes = line.into_bytes();
        bytes.extend(end.bytes());
        self.send(id, &bytes);
    }

    fn make_noise(&mut self, id: SessionId) {
        if self.connection(id).client.is_some() {
            let bytes = irc_whims::noise(&mut self.chance);
            return self.send(id, &bytes);
        }
        let mut bytes = whims::noise(&mut self.chance);
        if self.chance.percent(80) {
            bytes.push(b'\n');
        }
        self.send(id, &bytes);
    }

    fn visit_by_mistake(&mut self, id: SessionId) {
        let bytes: &[u8] = match self.chance.below(3) {
            0 => b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            1 => b"\x16\x03\x01\x02\x00",
            _ => b"CAP LS 302\r\nNICK ann\r\n",
        };
        self.send(id, bytes);
    }

    fn send(&mut self, id: SessionId, bytes: &[u8]) {
        let connection = self.connection(id);
        if connection.ended || connection.closed {
            return;
        }
        connection.sent.extend(bytes);
        self.be_hungry(id);
    }

    fn pass_some_time(&mut self) {
        let spans = [
            (6, 0),
            (6, 7),
            (6, 100),
            (6, 400),
            (8, 1_000),
            (4, 5_000),
            (3, 61_000),
            (1, 1_800_000),
        ];
        let ms = *self.chance.weigh(&spans);
        self.pass(ms);
    }

    /// Time passes, and what is due meanwhile is done when it is due.
    fn pass(&mut self, ms: u64) {
        let end_ms = self.now.mono_ms + ms;
        loop {
            let due_ms = self.server.next_deadline_ms(self.now).unwrap_or(end_ms);
            let at_ms = due_ms.clamp(self.now.mono_ms, end_ms);
            self.now.wall_ms += at_ms - self.now.mono_ms;
            self.now.mono_ms = at_ms;
            self.note("tick".to_owned());
            self.step(None, None, |server, now| server.tick(now));
            self.hear();
            if at_ms >= end_ms {
                break;
            }
        }
    }

    /// The wall clock jumps: somebody sets it.
    fn set_the_clock(&mut self) {
        let jumps = [
            -86_400_000_i64,
            -3_600_000,
            -1_000,
            1_000,
            600_000,
            3_600_000,
            40_000_000,
        ];
        let jump = *self.chance.pick(&jumps);
        self.now.wall_ms = self.now.wall_ms.saturating_add_signed(jump);
        self.note(format!("the wall clock jumps by {jump}"));
        self.step(None, None, |server, now| server.tick(now));
    }

    /// The configuration is read again, perhaps with other permanent channels.
    fn reconfigure(&mut self) {
        self.settings = settings(&self.kind, self.chance.percent(50));
        self.note("reconfigured".to_owned());
        let settings = self.settings.clone();
        self.step(None, None, |server, now| server.configure(now, settings));
    }

    /// Whoever runs the building makes somebody an operator, or no longer.
    fn appoint(&mut self, id: SessionId) {
        let Some(user) = self.connection(id).user else {
            return;
        };
        let operator = self.chance.percent(50);
        if operator {
            self.operators.insert(user);
        } else {
            self.operators.remove(&user);
        }
        self.note(format!("{id} is an operator: {operator}"));
        self.step(None, None, |server, _| server.set_operator(id, operator));
    }

    /// As a rule everybody reads at once.
    fn drain(&mut self) {
        for id in self.connections.keys() {
            if self.connection(id).await_drain && self.chance.percent(70) {
                self.connection(id).await_drain = false;
                self.note(format!("{id} has read all"));
                self.step(Some(id), None, |server, now| server.drained(now, id));
            }
        }
    }

    /// A password takes its time, and may take too long.
    fn look_into_passwords(&mut self) {
        while !self.checks.is_empty() && self.chance.percent(60) {
            let (id, ticket, holds) = self.checks.remove(0);
            let connection = self.connections.get_mut(id);
            let cause = connection.map(|connection| {
                connection.verifying_until_ms = 0;
                id
            });
            self.note(format!("the password of {id} is right: {holds}"));
            self.step(cause, None, |server, now| {
                server.checked(now, &Checked { ticket, holds });
            });
        }
    }

    /// Those who are closed go at last.
    fn bury(&mut self) {
        for id in self.connections.keys() {
            if self.connection(id).closed && self.chance.percent(30) {
                self.lose(id);
            }
        }
    }

    fn be_hungry(&mut self, id: SessionId) {
        let connection = self.connection(id);
        if !std::mem::replace(&mut connection.hungry, true) {
            self.hungry.push_back(id);
        }
    }

    fn hear(&mut self) {
        while let Some(id) = self.hungry.pop_front() {
            if self.connections.get(id).is_some() {
                self.connection(id).hungry = false;
                self.hear_one(id);
            }
        }
        for (id, connection) in self.connections.iter() {
            let waits = !connection.sent.is_empty() && !connection.closed;
            let has_reason = self.is_answered_later(connection) || self.is_out_of_pace(connection);
            assert!(!waits || has_reason, "{id} waits in vain");
        }
    }

    /// Whether the answer to what it has typed last is not complete yet.
    fn is_answered_later(&self, connection: &Connection) -> bool {
        connection.await_drain || connection.verifying_until_ms > self.now.mono_ms
    }

    fn is_out_of_pace(&self, connection: &Connection) -> bool {
        let now_us = self.now.mono_ms * 1_000;
        self.kind.pace.is_some_and(|pace| {
            let room_us = u64::from(pace.burst - 1) * pace.every_us;
            connection.paid_until_us > now_us + room_us
        })
    }

    /// Hears line by line, as long as the session is ready, like the event loop.
    fn hear_one(&mut self, id: SessionId) {
        while !self.connection(id).closed && self.server.is_ready(self.now, id) {
            let connection = self.connection(id);
            let bytes: Vec<u8> = connection.sent.drain(..).collect();
            let mut rest = &bytes[..];
            let heard = match connection.client {
                Some(_) => connection.framer.hear(&mut rest).map(Item::from),
                None => connection.terminal.hear(&mut rest).map(Item::from),
            };
            connection.sent.extend(rest);
            match heard {
                Some(item) => self.pass_on(id, item),
                None if connection.ended => return self.hear_end(id),
                None => return,
            }
        }
    }

    fn hear_end(&mut self, id: SessionId) {
        let connection = self.connection(id);
        let last = match connection.client {
            Some(_) => connection.framer.finish().map(Item::from),
            None => connection.terminal.finish().map(Item::from),
        };
        if let Some(item) = last {
            self.pass_on(id, item);
        }
        let connection = self.connection(id);
        if !connection.closed && !connection.heard_end && self.server.is_ready(self.now, id) {
            self.connection(id).heard_end = true;
            self.note(format!("{id} has sent all"));
            self.step(Some(id), None, |server, now| server.end_of_input(now, id));
        }
    }

    fn pass_on(&mut self, id: SessionId, item: Item) {
        match item {
            Item::Line(line) => {
                self.note(format!("{id}> {line}"));
                if self.counts(id, &line) {
                    self.pay(id);
                }
                if let Some(client) = &mut self.connection(id).client {
                    let done = client.types(&line);
                    done.unwrap_or_else(|fault| self.fail(Some(id), &fault));
                }
                let typed = line.clone();
                self.step(Some(id), Some(typed), |server, now| {
                    server.hear(now, id, &Heard::Line(&line))
                });
            }
            Item::TooLong => {
                self.note(format!("{id}> a line that is too long"));
                self.pay(id);
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::TooLong)
                });
            }
            Item::NotUtf8(text) => {
                self.note(format!("{id}> what is not UTF-8: {text}"));
                self.pay(id);
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::NotUtf8(&text))
                });
            }
            Item::Browser => {
                self.connection(id).browser = true;
                self.note(format!("{id} is a browser"));
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::HttpRequest)
                });
                assert!(self.connection(id).closed, "browsers are sent away");
            }
            Item::Tls => {
                self.note(format!("{id} is a TLS client"));
                self.step(Some(id), None, |server, now| {
                    server.hear(now, id, &Heard::TlsHello)
                });
                assert!(self.connection(id).closed, "TLS clients are sent away");
            }
            Item::Nothing => {}
        }
    }

    /// Whether a line counts against the pace.
    fn counts(&mut self, id: SessionId, line: &str) -> bool {
        let connection = self.connection(id);
        if connection.client.is_some() {
            return Message::parse(line).is_none_or(|message| {
                commands::lookup(message.verb).is_none_or(|spec| spec.counts(&message))
            });
        }
        let named = connection.person.nick.is_some();
        !named || !line.to_ascii_lowercase().starts_with("/ping")
    }

    /// Nobody is heard faster than the pace: so many lines at once, then one every so often.
    fn pay(&mut self, id: SessionId) {
        let Some(pace) = self.kind.pace else { return };
        let now_us = self.now.mono_ms * 1_000;
        let paid = &mut self.connection(id).paid_until_us;
        *paid = now_us.max(*paid) + pace.every_us;
        let ahead = *paid - now_us;
        assert!(
            ahead <= u64::from(pace.burst) * pace.every_us,
            "{id} is heard too fast"
        );
    }

    fn step(
        &mut self,
        cause: Option<SessionId>,
        line: Option<String>,
        act: impl FnOnce(&mut Server, Now),
    ) {
        let user = cause
            .and_then(|id| self.connections.get(id))
            .and_then(|connection| connection.user);
        self.step_of(cause, user, line, act);
    }

    /// One input, all of its outputs, and what the referee says of it.
    fn step_of(
        &mut self,
        cause: Option<SessionId>,
        user: Option<UserId>,
        line: Option<String>,
        act: impl FnOnce(&mut Server, Now),
    ) {
        self.steps += 1;
        let (forecast, wild) = self.foresee(cause, user, line.as_deref());
        let speaks = wild || forecast.speaks();
        let attentive = self.listen(cause, line.as_deref(), wild);
        let ears = self.ears();
        self.referee.begin(&forecast, &ears);
        let renaming = line.as_deref().and_then(|line| self.renaming(line));
        act(&mut self.server, self.now);
        let going = line
            .as_deref()
            .is_some_and(|line| line.to_ascii_lowercase().starts_with("/go"));
        let mut step = Step {
            cause,
            line,
            wild,
            speaks,
            going,
            outcome: Outcome::default(),
            heard: Vec::new(),
            entered: Vec::new(),
            renamed: None,
            sources: Vec::new(),
        };
        self.carry_out(&mut step);
        step.renamed = renaming.filter(|(before, new)| self.is_renamed(before, new));
        self.follow(&step);
        if let Some(connection) = cause.and_then(|id| self.connections.get_mut(id)) {
            let talk = connection.client.as_mut().map(|client| &mut client.talk);
            talk.into_iter().for_each(super::irc::talk::Talk::rest);
        }
        self.find_arrivals();
        let before = std::mem::take(&mut self.truth);
        self.truth = self.look();
        let chat = self.server.chat();
        self.referee
            .meet_channels(chat, &self.truth, self.kind.modes);
        if let Some(user) = user {
            let outcome = self.referee.end(forecast, &self.truth, user, step.outcome);
            outcome.unwrap_or_else(|fault| self.fail(cause, &fault));
        }
        self.learn(&step, user, &attentive);
        self.check_people(&step, &before);
        self.check_audience(&step, &before, user, &attentive);
        self.check_secrets(&step, &before);
        self.check_sources(&step, &before);
        let chat = self.server.chat();
        self.referee
            .part_from_channels(chat, &self.truth)
            .unwrap_or_else(|fault| self.fail(cause, &fault));
        let due_ms = self.server.next_deadline_ms(self.now);
        assert!(
            step.line.is_some() || due_ms.is_none_or(|at| at > self.now.mono_ms) || cause.is_some(),
            "the loop would spin"
        );
        self.save_and_restore();
    }

    /// On which protocol people are.
    fn ears(&self) -> Ears {
        let caps = |connection: &Connection| connection.client.as_ref().map(|c| c.caps);
        let open = self.connections.iter();
        open.filter_map(|(_, connection)| Some((connection.user?, caps(connection))))
            .collect()
    }

    /// What a line would have a channel called, if the channel is there and the name is free.
    fn renaming(&self, line: &str) -> Option<(ChannelName, ChannelName)> {
        let mut words = talk::split(line)
            .1
            .split(' ')
            .filter(|word| !word.is_empty());
        let asks = words
            .next()
            .is_some_and(|verb| verb == "/rename" || verb == "RENAME");
        let mut name = || ChannelName::parse(words.next()?).ok();
        let (before, new) = (name().filter(|_| asks)?, name()?);
        let chat = self.server.chat();
        let free = before == new || chat.find_channel(&new).is_none();
        free.then_some((chat.find_channel(&before)?.name().clone(), new))
    }

    fn is_renamed(&self, before: &ChannelName, new: &ChannelName) -> bool {
        let chat = self.server.chat();
        let found = chat.find_channel(new);
        let called = found.is_some_and(|found| found.name().as_str() == new.as_str());
        called
            && (before != new || before.as_str() != new.as_str())
            && (before == new || chat.find_channel(before).is_none())
    }

    /// Everything that goes by a channel's name follows it.
    fn follow(&mut self, step: &Step) {
        let Some((before, new)) = &step.renamed else {
            return;
        };
        self.referee.rename_channel(before, new);
        for id in self.connections.keys() {
            self.connection(id).person.follow(before, new);
        }
    }

    /// What must come of a line; and whether nobody can tell.
    fn foresee(
        &mut self,
        cause: Option<SessionId>,
        user: Option<UserId>,
        line: Option<&str>,
    ) -> (Forecast, bool) {
        let (Some(id), Some(line)) = (cause, line) else {
            return (Forecast::default(), false);
        };
        let token = line
            .find("tok")
            .and_then(|at| line.get(at + 3..at + 9))
            .and_then(|digits| digits.parse().ok());
        let intent = token
            .and_then(|token: u64| self.intents.get(&token))
            .filter(|intent| intent.line == line);
        let connection = self
            .connections
            .get_mut(id)
            .expect("only who is there is heard");
        let Some(user) = user else {
            connection.person.types(line);
            return (Forecast::default(), false);
        };
        let person = &mut connection.person;
        let scene = Scene {
            chat: self.server.chat(),
            truth: &self.truth,
            who: user,
            person,
            at_ms: self.now.wall_ms,
        };
        let forecast = self.referee.forecast(scene, line, intent);
        let plain = connection.client.is_none();
        let wild = forecast.wild || plain && intent.is_none() && speaks(line);
        let place = spoken_in(line).or_else(|| person.current().cloned());
        let place = place.unwrap_or_else(|| self.settings.chat.lobby.clone());
        if wild {
            self.referee.blur(&place);
        }
        person.types(line);
        (forecast, wild)
    }

    /// Those who hear what comes as it comes.
    fn listen(
        &mut self,
        cause: Option<SessionId>,
        line: Option<&str>,
        wild: bool,
    ) -> BTreeSet<UserId> {
        let _ = line;
        let mut attentive = BTreeSet::new();
        for id in self.connections.keys() {
            let connection = self.connection(id);
            if connection.person.holding {
                connection.lenient |= wild;
            }
            if let Some(user) = connection.user
                && connection.client.is_none()
                && (!connection.person.holding)
                && (Some(id) != cause
                    || !line.is_some_and(|line| line.to_ascii_lowercase().starts_with("/go")))
            {
                attentive.insert(user);
            }
        }
        attentive
    }

    fn carry_out(&mut self, step: &mut Step) {
        let outputs: Vec<Output> = self.server.drain_outputs().collect();
        for output in outputs {
            match output {
                Output::Send(id, bytes) => self.deliver(step, id, &bytes),
                Output::Resume(id) if self.connections.get(id).is_some() => {
                    self.be_hungry(id);
                }
                Output::Resume(_) => {}
                Output::AwaitDrain(id) => self.connection(id).await_drain = true,
                Output::Verify(check) => {
                    let id = step.cause.expect("somebody has given a password");
                    self.connection(id).verifying_until_ms = self.now.mono_ms + TICKET_MS;
                    self.checks
                        .push((id, check.ticket, check.password == PASSWORD));
                }
                Output::Reload => self.note("is asked to reload".to_owned()),
                Output::Close(id, reason) => {
                    self.note(format!("{id} closed: {reason}"));
                    let connection = self.connection(id);
                    let ended = connection.client.as_ref().is_none_or(|c| c.ended);
                    if !ended && !connection.browser {
                        self.fail(Some(id), "is closed without an ERROR");
                    }
                    if let Some(user) = self.connection(id).user {
                        let heard = self.referee.check_heard(user, false);
                        heard.unwrap_or_else(|fault| self.fail(Some(id), &fault));
                    }
                    let closed = std::mem::replace(&mut self.connection(id).closed, true);
                    assert!(!closed, "{id} is closed twice");
                }
            }
        }
    }

    fn deliver(&mut self, step: &mut Step, id: SessionId, bytes: &[u8]) {
        let Some(connection) = self.connections.get(id) else {
            panic!("{id} is sent something and is not there");
        };
        assert!(
            !connection.closed,
            "{id} is sent something after it was closed"
        );
        let text = std::str::from_utf8(bytes).expect("all that is sent is UTF-8");
        if connection.browser {
            return self.note(format!("  {id}< {text:?}"));
        }
        if text.is_empty() {
            return;
        }
        let whole = text
            .strip_suffix("\r\n")
            .unwrap_or_else(|| panic!("no end in {text:?}"));
        for line in whole.split("\r\n") {
            self.note(format!("  {id}< {line}"));
            if self.connection(id).client.is_some() {
                self.hear_irc_line(step, id, line);
                continue;
            }
            assert!(lines::is_printable(line), "{line:?} is not printable");
            self.hear_line(step, id, line);
        }
    }

    fn hear_irc_line(&mut self, step: &mut Step, id: SessionId, raw: &str) {
        let line = Line::read(raw).unwrap_or_else(|fault| self.fail(Some(id), &fault));
        let connection = self.connections.get_mut(id).expect("it was just there");
        let caused = step.cause == Some(id);
        let client = connection.client.as_mut().expect("only clients hear this");
        let uttered = match client.hear(&line, caused) {
            Ok(uttered) => uttered,
            Err(fault) => self.fail(Some(id), &fault),
        };
        let connection = self.connections.get_mut(id).expect("it was just there");
        let client = connection.client.as_ref().expect("only clients hear this");
        connection.person.nick.clone_from(&client.nick);
        if let (Some(uttered), Some(user), Some(nick)) = (&uttered, connection.user, &client.nick)
            && uttered.line.source.contains('!')
            && !uttered.text.starts_with("Announcement ")
        {
            let number = uttered
                .text
                .strip_prefix("!!!")
                .and_then(|t| t.split(' ').next());
            let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
            self.announcements = self.announcements.max(number);
            let heard = self
                .referee
                .hear_uttered(user, nick.as_str(), uttered, client.caps);
            if !step.wild {
                heard.unwrap_or_else(|fault| self.fail(Some(id), &fault));
            }
        }
        let connection = self.connection(id);
        let operates = connection.client.as_mut().and_then(|c| c.operates.take());
        match (operates, connection.user) {
            (Some(true), Some(user)) => drop(self.operators.insert(user)),
            (Some(false), Some(user)) => drop(self.operators.remove(&user)),
            _ => {}
        }
        if line.source.contains('!') {
            step.sources.push((id, line.source.clone()));
        }
        self.check_block(id, &line);
        let own = self.connection(id).person.nick.as_ref();
        if line.verb == "JOIN" && own.is_some_and(|nick| nick.as_str() == line.nick()) {
            let name = ChannelName::parse(line.param(0));
            step.entered.extend(name.ok().map(|name| (id, name)));
        }
        for told in reading::told(&line) {
            if caused {
                step.outcome.refusals += usize::from(matches!(told, Told::Refused(_)));
                step.outcome.told_away += usize::from(matches!(told, Told::TheyAreAway(_)));
            }
            step.heard.push((id, told, raw.to_owned()));
        }
    }

    /// Nobody is asked anything by those whom they block.
    fn check_block(&self, id: SessionId, line: &Line) {
        let Some(connection) = self.connections.get(id) else {
            return;
        };
        let asks = match line.verb.as_str() {
            "INVITE" => Some(line.nick()),
            "710" => line.param(2).split('!').next(),
            _ => None,
        };
        let me = connection.person.nick.as_ref();
        let to_me = me.is_some_and(|nick| nick.as_str() == line.param(0));
        let asks = asks
            .filter(|_| to_me)
            .and_then(|nick| Nick::parse(nick).ok());
        let asks = asks.and_then(|nick| self.truth.named(&nick));
        if let (Some(user), Some(asks)) = (connection.user, asks)
            && self.referee.blocks.hides(self.server.chat(), user, asks)
        {
            self.fail(Some(id), "is asked by somebody whom it blocks");
        }
    }

    fn hear_line(&mut self, step: &mut Step, id: SessionId, line: &str) {
        let told = lines::meaning(line).unwrap_or_else(|fault| self.fail(Some(id), &fault));
        let connection = self.connections.get_mut(id).expect("it was just there");
        let live = !connection.person.earlier.open;
        let fuzzy = connection.person.is_fuzzy() || connection.person.holding;
        let outcome = connection.person.hear(&told, line);
        if let Err(fault) = outcome {
            self.fail(Some(id), &fault);
        }
        let cause = step.cause == Some(id);
        match &told {
            Told::Refused(_) => step.outcome.refusals += usize::from(cause),
            Told::OwnMode('o', on) => {
                let user = connection.user;
                match on {
                    true => self.operators.extend(user),
                    false => self.operators.retain(|other| Some(*other) != user),
                }
            }
            Told::TheyAreAway(_) => step.outcome.told_away += usize::from(cause),
            Told::Said(said) if live => self.hear_said(step, id, said, false, fuzzy),
            Told::Announced { said, number } if live => {
                self.announcements = self.announcements.max(*number);
                self.hear_said(step, id, said, true, fuzzy);
            }
            _ => {}
        }
        step.heard.push((id, told, line.to_owned()));
    }

    fn hear_said(
        &mut self,
        step: &Step,
        id: SessionId,
        said: &lines::Said,
        announced: bool,
        fuzzy: bool,
    ) {
        let connection = self.connections.get(id).expect("it was just there");
        let Some(user) = connection.user else {
            self.fail(Some(id), "hears what is said without a name");
        };
        let lenient = step.wild || connection.lenient;
        let heard = self
            .referee
            .hear_said(user, said, announced, lenient, &self.truth);
        let at_ms = heard.unwrap_or_else(|fault| self.fail(Some(id), &fault));
        let Some(at_ms) = at_ms.filter(|_| !fuzzy) else {
            return;
        };
        let person = &connection.person;
        let civil = self.settings.chat.zone.civil(at_ms);
        let (mut short, mut iso) = (String::new(), String::new());
        civil.write_hh_mm(&mut short);
        civil.write_iso(&mut iso);
        if said.stamp != short && said.stamp != iso {
            self.fail(Some(id), &format!("{} is the time of {iso}", said.stamp));
        }
        if said.stamp == short && person.day.is_some_and(|day| day != civil.day_number) {
            self.fail(Some(id), "was not told that the day has changed");
        }
    }

    /// Whoever was greeted by name is a user now, of a generation of its own.
    fn find_arrivals(&mut self) {
        for id in self.connections.keys() {
            let connection = self.connections.get(id).expect("its key was just listed");
            let nick = connection
                .person
                .nick
                .as_ref()
                .filter(|_| !connection.closed);
            let (None, Some(nick)) = (connection.user, nick) else {
                continue;
            };
            let generation = u64::from(self.arrivals) << 32;
            let slots = 0..self.kind.people_max as u64;
            let user = slots
                .map(|slot| UserId::from(Key::from_bits(generation | slot)))
                .find(|user| {
                    self.server
                        .chat()
                        .find_user(*user)
                        .is_some_and(|user| user.nick() == nick)
                });
            if user.is_none() {
                self.fail(Some(id), &format!("is greeted as {nick}, who is not here"));
            }
            self.arrivals += 1;
            let today = self.settings.chat.zone.civil(self.now.wall_ms).day_number;
            let named_ms = self.now.mono_ms;
            let connection = self.connection(id);
            connection.user = user;
            connection.person.day = Some(today);
            connection.named_ms = named_ms;
        }
    }

    fn look(&mut self) -> Truth {
        for id in self.connections.keys() {
            let user = self.connection(id).user;
            let here = user.is_some_and(|user| self.server.chat().find_user(user).is_some());
            let connection = self.connection(id);
            if connection.closed && !here {
                connection.user = None;
            }
        }
        let users = self
            .connections
            .iter()
            .filter_map(|(_, connection)| connection.user);
        let truth = Truth::read(self.server.chat(), users).map(|truth| Truth {
            operators: self
                .operators
                .iter()
                .copied()
                .filter(|user| truth.users.contains_key(user))
                .collect(),
            ..truth
        });
        truth.unwrap_or_else(|fault| self.fail(None, &fault))
    }

    /// What the referee learns from what people were told, as it was told.
    fn learn(&mut self, step: &Step, user: Option<UserId>, attentive: &BTreeSet<UserId>) {
        let Some(user) = user.filter(|_| !step.going) else {
            return;
        };
        if let Some(line) = step.line.as_deref().filter(|_| step.outcome.refusals == 0) {
            self.referee.uninvite(self.server.chat(), line);
        }
        for (id, told, _) in &step.heard {
            let connection = self.connections.get(*id);
            let hearer = connection.and_then(|connection| connection.user);
            let irc = connection.is_some_and(|connection| connection.client.is_some());
            if irc || hearer.is_some_and(|hearer| attentive.contains(&hearer)) {
                self.referee.learn_rules(told);
            }
            if step.cause == Some(*id) {
                let outcome = self.learn_answer(step, user, told);
                outcome.unwrap_or_else(|fault| self.fail(step.cause, &fault));
            }
        }
    }

    fn learn_answer(&mut self, step: &Step, user: UserId, told: &Told) -> Result<(), String> {
        self.referee.learn_rules(told);
        if let Told::Noted(acknowledged, people) = told {
            let place = if step.line.as_deref().is_some_and(|l| l.starts_with('/')) {
                1
            } else {
                2
            };
            let line = step.line.as_deref().map(|line| talk::split(line).1);
            let word = line.and_then(|line| line.split(' ').nth(place));
            let number = word.and_then(|word| word.parse().ok()).unwrap_or(0);
            let counted = (*acknowledged, *people);
            return self.referee.acknowledge(user, number, counted, &self.truth);
        }
        self.referee.learn(user, told, &self.truth)
    }

    /// Each picture is the truth.
    fn check_people(&mut self, step: &Step, before: &Truth) {
        for id in self.connections.keys() {
            let connection = self
                .connections
                .get_mut(id)
                .expect("its key was just listed");
            let answer = connection.person.settle();
            connection.person.lobby_due &= self.now.mono_ms < connection.named_ms + LOBBY_AFTER_MS;
            if !connection.person.holding {
                connection.lenient = false;
            }
            let connection = self.connections.get(id).expect("its key was just listed");
            let Some(user) = connection.user.filter(|_| !connection.closed) else {
                continue;
            };
            if let Some(client) = &connection.client {
                let heard = self.referee.check_heard(user, false);
                let right = client.check(user, &self.truth, self.is_answered_later(connection));
                heard
                    .and(right)
                    .unwrap_or_else(|fault| self.fail(Some(id), &fault));
                let entered = step.entered.iter().filter(|(hearer, _)| *hearer == id);
                for (_, channel) in entered.filter(|_| step.renamed.is_none()) {
                    let entry = self.check_entry(user, channel, before);
                    entry.unwrap_or_else(|fault| self.fail(Some(id), &fault));
                }
                continue;
            }
            let outcome = self.check_picture(user, &connection.person);
            outcome.unwrap_or_else(|fault| self.fail(Some(id), &fault));
            if let Some(answer) = answer {
                self.check_answer(user, &answer)
                    .unwrap_or_else(|fault| self.fail(Some(id), &fault));
            }
            let heard = step.heard.iter().filter(|(hearer, ..)| *hearer == id);
            for (_, told, _) in heard {
                let (Told::InChannel(channel) | Told::Made(channel)) = told else {
                    continue;
                };
                let entry = self.check_entry(user, channel, before);
                let earlier = if step.speaks {
                    Ok(())
                } else {
                    self.check_earlier(user, &connection.person, channel)
                };
                entry
                    .and(earlier)
                    .unwrap_or_else(|fault| self.fail(Some(id), &fault));
            }
        }
    }

    /// Whoever comes first is the operator, but in the channels of the configuration.
    fn check_entry(
        &self,
        user: UserId,
        channel: &ChannelName,
        before: &Truth,
    ) -> Result<(), String> {
        let entered = self.server.chat().find_channel(channel);
        let ranks = entered.and_then(|entered| entered.ranks(user));
        let chat = &self.settings.chat;
        let permanent = chat.lobby == *channel || chat.permanent.contains(channel);
        let first = before.members(channel).is_empty() && !permanent;
        if ranks.is_some_and(|ranks| ranks.has(Rank::Operator)) == first {
            return Ok(());
        }
        Err(format!(
            "comes into {channel} with {ranks:?}; first: {first}"
        ))
    }

    /// Whoever comes in reads what was said there lately.
    fn check_earlier(
        &self,
        user: UserId,
        person: &Person,
        channel: &ChannelName,
    ) -> Result<(), String> {
        let read = person.earlier.channel.as_ref() == Some(channel);
        let lines: &[String] = if read { &person.earlier.lines } else { &[] };
        let entered = self.server.chat().find_channel(channel);
        let ranks = entered.and_then(|entered| entered.ranks(user));
        let staff = ranks.is_some_and(|ranks| ranks.any());
        self.referee.check_earlier(user, channel, lines, staff)
    }

    fn check_picture(&self, user: UserId, person: &Person) -> Result<(), String> {
        let truth = &self.truth.users[&user];
        if person.nick.as_ref().map(|nick| nick.as_str()) != Some(truth.nick.as_str()) {
            return Err(format!("is {:?}, not {:?}", truth.nick, person.nick));
        }
        self.referee.check_heard(user, person.holding)?;
        let channels: BTreeSet<&ChannelName> = person.channels.iter().collect();
        if channels != truth.channels.iter().collect() {
            return Err(format!("is in {:?}, not {channels:?}", truth.channels));
        }
        match (&truth.away, &person.away) {
            (None, None) => {}
            (Some((words, _)), Some(told)) if told.starts_with(words) => {}
            other => return Err(format!("away: {other:?}")),
        }
        if person.holding {
            return Ok(());
        }
        for (channel, people) in &person.people {
            let members = self.truth.members(channel);
            let nicks: BTreeSet<_> = members
                .iter()
                .map(|id| self.truth.users[id].nick.clone())
                .collect();
            if *people != nicks {
                return Err(format!("{channel} has {nicks:?}, not {people:?}"));
            }
        }
        self.check_watched(person)
    }

    fn check_watched(&self, person: &Person) -> Result<(), String> {
        use super::person::Seen;
        for (nick, seen) in &person.watched {
            let user = self
                .truth
                .named(nick)
                .map(|id| self.truth.users[&id].away.is_some());
            let right = match (seen, user) {
                (Seen::Unsure, _) | (Seen::Absent, None) | (Seen::Here(None), Some(_)) => true,
                (Seen::Here(Some(away)), Some(is_away)) => *away == is_away,
                _ => false,
            };
            if !right {
                return Err(format!("{nick} is {seen:?} for it, but away is {user:?}"));
            }
        }
        Ok(())
    }

    /// A long answer that came in one piece is the truth.
    fn check_answer(&self, asker: UserId, answer: &Answer) -> Result<(), String> {
        let (Question::Who(channel) | Question::Board(channel)) = &answer.question;
        let board = matches!(answer.question, Question::Board(_));
        let found = |id: &UserId| self.truth.finds(asker, *id);
        let here = self.truth.users.iter().filter(|(id, _)| found(id));
        let here = here
            .map(|(_, user)| user)
            .filter(|user| channel.as_ref().is_none_or(|c| user.channels.contains(c)));
        let (away, available): (Vec<_>, Vec<_>) =
            here.partition(|user| board && user.away.is_some());
        let nicks = |users: &[&super::truth::User]| {
            users
                .iter()
                .map(|user| user.nick.clone())
                .collect::<BTreeSet<_>>()
        };
        let here: BTreeSet<_> = answer.available.union(&answer.away).collect();
        let right = nicks(&away) == answer.away
            && nicks(&available) == answer.available
            && !answer.absent.iter().any(|nick| here.contains(nick));
        right
            .then_some(())
            .ok_or_else(|| format!("{answer:?} is not so"))
    }

    fn check_audience(
        &self,
        step: &Step,
        before: &Truth,
        cause: Option<UserId>,
        attentive: &BTreeSet<UserId>,
    ) {
        let people: BTreeMap<UserId, &Person> = self
            .connections
            .iter()
            .filter_map(|(_, connection)| Some((connection.user?, &connection.person)))
            .collect();
        let user_of = |id: SessionId| self.connections.get(id)?.user;
        let heard = step
            .heard
            .iter()
            .filter_map(|(id, told, _)| Some((user_of(*id)?, told.clone())));
        let heard: Vec<(UserId, Told)> = heard.collect();
        let open = self
            .connections
            .iter()
            .filter(|(_, connection)| !connection.closed);
        let open: BTreeSet<UserId> = open.filter_map(|(_, connection)| connection.user).collect();
        let attentive = attentive.intersection(&open).copied().collect();
        let audience = Audience {
            before,
            after: &self.truth,
            people: &people,
            attentive: &attentive,
            heard: &heard,
            cause,
            renamed: step.renamed.as_ref(),
        };
        audience
            .check()
            .unwrap_or_else(|fault| self.fail(step.cause, &fault));
    }

    /// Whoever does something is called as they are called now, or were before they did it.
    fn check_sources(&self, step: &Step, before: &Truth) {
        if step.sources.is_empty() {
            return;
        }
        let users = before.users.values().chain(self.truth.users.values());
        let known: BTreeSet<String> = users.map(|user| user.identity.to_string()).collect();
        for (id, source) in &step.sources {
            if !known.contains(source) {
                self.fail(Some(*id), &format!("hears of {source}, who is not here"));
            }
        }
    }

    /// Nobody is told of a secret channel that is not theirs, unless they name it.
    fn check_secrets(&self, step: &Step, before: &Truth) {
        let typed = step.line.as_deref().unwrap_or("").to_lowercase();
        let asks = [
            "/announcements",
            "/watching",
            "invite",
            "announce list",
            "batch",
        ];
        let verb = talk::split(&typed).1;
        if step.going || asks.iter().any(|asks| verb.starts_with(asks)) {
            return;
        }
        for name in CHANNELS
            .iter()
            .filter_map(|name| ChannelName::parse(name).ok())
        {
            let secret = |truth: &Truth| {
                truth
                    .channels
                    .get(&name)
                    .is_some_and(|channel| channel.secret)
            };
            if name == self.settings.chat.lobby
                || !secret(before)
                || !secret(&self.truth)
                || typed.contains(name.folded())
            {
                continue;
            }
            for (id, told, line) in &step.heard {
                let Some(connection) = self.connections.get(*id) else {
                    continue;
                };
                let Some(user) = connection.user else {
                    continue;
                };
                let may_know = before.is_in(user, &name)
                    || self.truth.sees(user, &name)
                    || connection.person.holding;
                let answer = matches!(told, Told::Refused(_) | Told::Row(_) | Told::Other(_));
                let names = line
                    .to_lowercase()
                    .split(|c: char| " ,:?".contains(c))
                    .any(|word| word == name.folded());
                if answer && names && !may_know {
                    self.fail(Some(*id), &format!("learns of {name}: {line}"));
                }
            }
        }
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
