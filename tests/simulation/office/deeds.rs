//! What people do, and what happens to them.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hallway::chat::limits::TOPIC_BYTES_MAX;
use hallway::check::{Checked, Outcome};
use hallway::protocol::Protocol;
use hallway::protocol::irc::framing::Framer;
use hallway::protocol::plain::screen::HOLD_BYTES_MAX;
use hallway::protocol::plain::terminal::{LINE_BYTES_MAX, Terminal};
use hallway::server::{LISTING_BYTES, SessionId};

use crate::irc::client::Client;
use crate::irc::whims as irc_whims;
use crate::person::Person;
use crate::whims;
use crate::whims::Whim;

use super::{Connection, Office, settings};

impl Office {
    pub(super) fn deed(&mut self) {
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

    /// Where there is no pace, somebody holds the lines of others, and somebody says more than fits.
    pub(super) fn shout(&mut self) {
        let mut keys = self.plain_keys().into_iter();
        let (Some(one), Some(other), true) = (keys.next(), keys.next(), self.kind.pace.is_none())
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
    pub(super) fn build(&mut self) {
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

    pub(super) fn plain_keys(&self) -> Vec<SessionId> {
        let named = |c: &Connection| c.user.is_some() && !c.closed && !c.ended;
        let plain = self.connections.iter();
        let plain = plain.filter(|(_, c)| c.client.is_none() && named(c));
        plain.map(|(id, _)| id).collect()
    }

    /// In a small office somebody makes a channel that others do not get into, for one reason after
    /// the other.
    pub(super) fn guard(&mut self) {
        let named = |connection: &Connection| connection.user.is_some() && !connection.closed;
        let keys = self.connections.iter().filter(|(_, c)| named(c));
        let keys: Vec<SessionId> = keys.map(|(id, _)| id).collect();
        let (Some((keeper, others)), None) = (keys.split_first(), self.kind.pace) else {
            return;
        };
        self.asks(*keeper, "join #gate");
        for change in ["+i", "-i+l 1", "-l+k 42", "-k+bI * *!*@*"] {
            self.asks(*keeper, &format!("mode #gate {change}"));
            for other in others {
                self.asks(*other, "join #gate");
                self.asks(*other, "knock #gate");
            }
        }
    }

    /// Somebody asks for something, as their protocol has it.
    fn asks(&mut self, id: SessionId, command: &str) {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        let line = match self.connection(id).client {
            Some(_) => format!("{} {rest}", verb.to_ascii_uppercase()),
            None => format!("/{command}"),
        };
        self.type_lines(id, &[&line]);
    }

    /// Somebody types just these lines.
    pub(super) fn type_lines(&mut self, id: SessionId, lines: &[&str]) {
        for line in lines {
            self.send(id, format!("{line}\n").as_bytes());
        }
        self.hear();
    }

    pub(super) fn open(&mut self) {
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

    pub(super) fn lose(&mut self, id: SessionId) {
        self.note(format!("{id} is lost"));
        let user = self.connection(id).user;
        self.connections.remove(id);
        self.step_of(Some(id), user, None, |server, now| {
            server.lost(now, id, "connection lost")
        });
    }

    pub(super) fn half_close(&mut self, id: SessionId) {
        self.note(format!("{id} sends no more"));
        let connection = self.connection(id);
        connection.ended = true;
        self.be_hungry(id);
    }

    pub(super) fn paste(&mut self, id: SessionId) {
        for _ in 0..2 + self.chance.below(12) {
            self.type_line(id);
        }
    }

    pub(super) fn type_line(&mut self, id: SessionId) {
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
            // What comes behind that would be typed without knowing the answer.
            let (one, other) = connection.sent.as_slices();
            let asks = |bytes: &[u8]| bytes.windows(7).any(|word| word == b"CAP REQ");
            if asks(&[one, other].concat()) {
                return;
            }
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

    pub(super) fn make_noise(&mut self, id: SessionId) {
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

    pub(super) fn visit_by_mistake(&mut self, id: SessionId) {
        let bytes: &[u8] = match self.chance.below(3) {
            0 => b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            1 => b"\x16\x03\x01\x02\x00",
            _ => b"CAP LS 302\r\nNICK ann\r\n",
        };
        self.send(id, bytes);
        if self.connection(id).client.is_some() {
            // What comes next is to be read as it was meant.
            self.send(id, b"\r\n");
        }
    }

    pub(super) fn send(&mut self, id: SessionId, bytes: &[u8]) {
        let connection = self.connection(id);
        if connection.ended || connection.closed {
            return;
        }
        connection.sent.extend(bytes);
        self.be_hungry(id);
    }

    pub(super) fn pass_some_time(&mut self) {
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
    pub(super) fn pass(&mut self, ms: u64) {
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
    pub(super) fn set_the_clock(&mut self) {
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
    pub(super) fn reconfigure(&mut self) {
        self.settings = settings(&self.kind, self.chance.percent(50));
        self.note("reconfigured".to_owned());
        let settings = self.settings.clone();
        self.step(None, None, |server, now| server.configure(now, settings));
    }

    /// Whoever runs the building makes somebody an operator, or no longer.
    pub(super) fn appoint(&mut self, id: SessionId) {
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
    pub(super) fn drain(&mut self) {
        for id in self.connections.keys() {
            if self.connection(id).await_drain && self.chance.percent(70) {
                self.connection(id).await_drain = false;
                self.note(format!("{id} has read all"));
                self.step(Some(id), None, |server, now| server.drained(now, id));
            }
        }
    }

    /// A password takes its time, and may take too long.
    pub(super) fn look_into_passwords(&mut self) {
        while !self.checks.is_empty() && self.chance.percent(60) {
            let (id, ticket, holds) = self.checks.remove(0);
            let connection = self.connections.get_mut(id);
            let cause = connection.map(|connection| {
                connection.verifying_until_ms = 0;
                id
            });
            self.note(format!("the password of {id} is right: {holds}"));
            self.step(cause, None, |server, now| {
                let outcome = Outcome::Holds(holds);
                server.checked(now, Checked { ticket, outcome });
            });
        }
    }

    /// Those who are closed go at last.
    pub(super) fn bury(&mut self) {
        for id in self.connections.keys() {
            if self.connection(id).closed && self.chance.percent(30) {
                self.lose(id);
            }
        }
    }
}
