//! Whatever anybody sends, an IRC client is only ever sent well-formed messages: by the grammar, no
//! longer than they may be, with no tag and no command that it has not asked for, and every batch that
//! is begun ends.
//!
//! Bytes go through `Framer` and `Server` as the event loop hands them on, without sockets.

use std::collections::BTreeSet;

use hallway::arena::Arena;
use hallway::chat;
use hallway::chat::account::AccountId;
use hallway::chat::pace::Pace;
use hallway::chat::time::Now;

use hallway::protocol::Protocol;
use hallway::protocol::heard;
use hallway::protocol::irc::capabilities::{CAPABILITIES, Cap, Caps, Offer, lookup, requested};
use hallway::protocol::irc::commands::commands;
use hallway::protocol::irc::framing::Framer;
use hallway::protocol::irc::numerics::NUMERICS;
use hallway::protocol::plain::terminal::Terminal;
use hallway::server::settings::{Operator, Settings};
use hallway::server::{Heard, Output, Server, SessionId};
use hallway::store::vocabulary::{Answer, Deed, Trouble};
use hallway::verifier::ITERATIONS_MIN;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::Config;

/// What the server is called.
const SERVER: &str = "chat.office";

/// Where clients sit; the first is an operator of the server. At the last seat is a terminal.
const NICKS: [&str; 4] = ["ann", "bob", "Ćarol", "dave"];

/// The seat without an IRC client.
const TERMINAL: usize = NICKS.len() - 1;

/// Shortly before midnight.
const EVENING_MS: u64 = 1_795_477_000_000;

/// A line without its end and its tags has at most so many bytes (RFC 2812, section 2.3).
const LINE_BYTES_MAX: usize = 510;

/// Tags, with the `@` and the space, have at most so many bytes (IRCv3 message tags).
const TAGS_BYTES_MAX: usize = 8_191;

/// A message has at most so many parameters (RFC 2812, section 2.3.1).
const PARAMS_MAX: usize = 15;

/// A message as a client reads it.
#[derive(Debug)]
struct Message<'a> {
    tags: Vec<(&'a str, Option<&'a str>)>,
    source: Option<&'a str>,
    verb: &'a str,
    params: Vec<&'a str>,
}

impl<'a> Message<'a> {
    /// Reads a line without its end.
    ///
    /// # Errors
    /// What is wrong with it, by the grammar.
    fn parse(line: &'a str) -> Result<Self, &'static str> {
        if line.contains(['\r', '\n', '\0']) {
            return Err("CR, LF or NUL in a line");
        }
        let (tags, rest) = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').ok_or("nothing behind the tags")?,
            None => ("", line),
        };
        if line.len() - rest.len() > TAGS_BYTES_MAX || rest.len() > LINE_BYTES_MAX {
            return Err("too long");
        }
        let (source, rest) = match rest.strip_prefix(':') {
            Some(sourced) => {
                let (source, rest) = sourced.split_once(' ').ok_or("only a source")?;
                (Some(source), rest)
            }
            None => (None, rest),
        };
        let (verb, rest) = match rest.split_once(' ') {
            Some((verb, rest)) => (verb, Some(rest)),
            None => (rest, None),
        };
        Ok(Self {
            tags: if line.starts_with('@') {
                tags_of(tags)?
            } else {
                Vec::new()
            },
            source,
            verb,
            params: rest.map_or(Ok(Vec::new()), params_of)?,
        })
    }

    fn tag(&self, key: &str) -> Option<&'a str> {
        let tag = self.tags.iter().find(|(known, _)| *known == key);
        tag.and_then(|(_, value)| *value)
    }

    /// Whether the words are what they may be.
    fn check(&self) -> Result<(), &'static str> {
        let letters = self.verb.bytes().all(|byte| byte.is_ascii_uppercase());
        let numeric = NUMERICS.iter().any(|(_, code)| *code == self.verb);
        if self.verb.is_empty() || !letters && !numeric {
            return Err("no command");
        }
        if self.params.len() > PARAMS_MAX {
            return Err("too many parameters");
        }
        if numeric && self.params.is_empty() {
            return Err("a numeric for nobody");
        }
        let refuses = numeric && self.verb.starts_with(['4', '5']) || self.verb == "FAIL";
        if refuses && !self.params.last().is_some_and(|text| text.contains(' ')) {
            return Err("no word of what is wrong");
        }
        match self.source {
            None if self.verb == "ERROR" => Ok(()),
            Some(source) if source == SERVER || is_mask(source) => Ok(()),
            _ => Err("from nobody"),
        }
    }
}

/// `nick!user@host`.
fn is_mask(source: &str) -> bool {
    let parts = source.split_once('!').zip(source.split_once('@'));
    parts.is_some_and(|((nick, _), (left, host))| {
        let user = left
            .strip_prefix(nick)
            .and_then(|user| user.strip_prefix('!'));
        let plain = |word: &str| !word.is_empty() && !word.contains(['!', '@', ' ']);
        plain(nick) && plain(host) && user.is_some_and(plain)
    })
}

fn tags_of(tags: &str) -> Result<Vec<(&str, Option<&str>)>, &'static str> {
    let mut read: Vec<(&str, Option<&str>)> = Vec::new();
    for tag in tags.split(';') {
        let (key, value) = match tag.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (tag, None),
        };
        let name = key.strip_prefix('+').unwrap_or(key);
        let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/');
        if name.is_empty() || !name.chars().all(usable) {
            return Err("no key of a tag");
        }
        if read.iter().any(|(known, _)| *known == key) {
            return Err("a tag twice");
        }
        let from_client = |(key, _): &(&str, _)| key.starts_with('+');
        if !key.starts_with('+') && read.iter().any(from_client) {
            return Err("a tag of the server's behind a client's");
        }
        read.push((key, value));
    }
    Ok(read)
}

fn params_of(mut rest: &str) -> Result<Vec<&str>, &'static str> {
    let mut params = Vec::new();
    loop {
        if let Some(last) = rest.strip_prefix(':') {
            params.push(last);
            return Ok(params);
        }
        let (param, behind) = match rest.split_once(' ') {
            Some((param, behind)) => (param, Some(behind)),
            None => (rest, None),
        };
        if param.is_empty() {
            return Err("an empty parameter in the middle");
        }
        params.push(param);
        match behind {
            Some(behind) => rest = behind,
            None => return Ok(params),
        }
    }
}

/// What a client knows of its connection.
#[derive(Debug, Default)]
struct Reader {
    caps: Caps,
    /// Batches that have been begun and have not ended.
    open: BTreeSet<String>,
    /// The labels of all answers, in order.
    labels: Vec<String>,
}

impl Reader {
    /// Reads what was sent at once.
    ///
    /// # Errors
    /// The line that is wrong, and why.
    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        if bytes.is_empty() {
            return Ok(());
        }
        let text = str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let lines = text.strip_suffix("\r\n").ok_or("no end")?;
        for line in lines.split("\r\n") {
            let wrong = |why: &str| format!("{why}: {line:?} for {self:?}");
            let message = Message::parse(line).map_err(wrong)?;
            message.check().map_err(wrong)?;
            self.take(&message)
                .map_err(|why| format!("{why}: {line:?} for {self:?}"))?;
        }
        Ok(())
    }

    fn take(&mut self, message: &Message<'_>) -> Result<(), &'static str> {
        let before = self.caps;
        let is_ack = message.verb == "CAP" && message.params.get(1) == Some(&"ACK");
        if let (true, Some(list)) = (is_ack, message.params.get(2)) {
            self.caps = requested(list, self.caps, 0, Offer::ALL).ok_or("an unknown capability")?;
        }
        // A request to have less is answered as if nothing had changed yet.
        let caps = before.either(self.caps);
        for (key, _) in &message.tags {
            if !may_have_tag(caps, key) {
                return Err("a tag that was not asked for");
            }
        }
        if !may_hear(caps, message) {
            return Err("a command that was not asked for");
        }
        self.labels.extend(message.tag("label").map(str::to_owned));
        let inside = message.tag("batch");
        if inside.is_some_and(|batch| !self.open.contains(batch)) {
            return Err("in no batch");
        }
        if message.verb == "BATCH" {
            self.take_batch(message)?;
        }
        Ok(())
    }

    fn take_batch(&mut self, message: &Message<'_>) -> Result<(), &'static str> {
        let reference = message.params.first().copied().unwrap_or("");
        let usable = |name: &str| {
            let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !name.is_empty() && name.bytes().all(letters)
        };
        match (reference.strip_prefix('+'), reference.strip_prefix('-')) {
            (Some(name), _) if usable(name) && message.params.len() > 1 => {
                let new = self.open.insert(name.to_owned());
                if new { Ok(()) } else { Err("begun twice") }
            }
            (_, Some(name)) if self.open.remove(name) => Ok(()),
            _ => Err("no batch"),
        }
    }
}

fn may_have_tag(caps: Caps, key: &str) -> bool {
    match key {
        "time" => caps.has(Cap::ServerTime),
        "label" => caps.labels(),
        "account" => caps.has(Cap::AccountTag),
        "batch" => caps.has(Cap::Batch),
        "draft/multiline-concat" => caps.multiline(),
        _ => caps.has(Cap::MessageTags),
    }
}

fn may_hear(caps: Caps, message: &Message<'_>) -> bool {
    const SPECIFIED: [&str; 10] = [
        "MARKREAD",
        "CHATHISTORY",
        "SEARCH",
        "BATCH",
        "REDACT",
        "REGISTER",
        "RENAME",
        "SETNAME",
        "METADATA",
        "VERIFY",
    ];
    match message.verb {
        "ACCOUNT" => caps.has(Cap::AccountNotify),
        "ACK" => caps.labels(),
        "AWAY" => caps.has(Cap::AwayNotify),
        "BATCH" => caps.has(Cap::Batch),
        "CHGHOST" => caps.has(Cap::Chghost),
        "METADATA" => caps.has(Cap::Metadata2),
        "REDACT" => caps.has(Cap::MessageRedaction),
        "RENAME" => caps.has(Cap::ChannelRename),
        "SETNAME" => caps.has(Cap::Setname),
        "TAGMSG" => caps.has(Cap::MessageTags),
        "FAIL" => {
            let specified = message
                .params
                .first()
                .is_some_and(|verb| SPECIFIED.contains(verb));
            let utf8 = message.params.get(1) == Some(&"INVALID_UTF8");
            specified || utf8 || caps.has(Cap::StandardReplies)
        }
        _ => true,
    }
}

/// The hearing side of a connection.
enum ServerEar {
    Irc(Framer),
    Plain(Terminal),
}

/// One connection, as the event loop has it.
struct Line {
    ear: ServerEar,
    reader: Reader,
    /// What cannot be heard yet.
    rest: Vec<u8>,
    ended: bool,
    awaits_drain: bool,
    closing: bool,
    /// A page has been sent: it was not to a client.
    browser: bool,
}

/// The server, the connections, and what a loop without sockets does for them.
struct Building {
    server: Server,
    lines: Arena<SessionId, Line>,
    seats: [Option<SessionId>; NICKS.len()],
    now: Now,
    /// How much has been kept.
    kept: u64,
    /// Which commands have been sent to clients.
    told: BTreeSet<String>,
}

fn settings() -> Settings {
    const VERIFIER: &str = "SCRAM-SHA-256$4096:pcGHT6roXBQ15cr7/owaMA==$Xwdjc2T5eQ0X/nRXLSlKyeCjsd9r/Ic+ETPHyo2Y5ow=:Tshx4jTVNDvgiczt6dvSmfsgCtQKnFVlwevNE91cgpE=";
    let announcing = Pace {
        burst: 1_000,
        every_us: 1,
    };
    Settings {
        name: SERVER.into(),
        iterations: ITERATIONS_MIN,
        pace: None,
        operators: vec![Operator {
            name: "root".to_owned(),
            verifier: std::sync::Arc::new(VERIFIER.parse().expect("a verifier")),
            host: Some("staff.office".to_owned()),
        }],
        chat: chat::settings::Settings {
            announcing,
            remembers: true,
            ..chat::settings::Settings::default()
        },
        ..Settings::default()
    }
}

impl Building {
    /// Everybody is there, the clients with these capabilities.
    fn new(caps: &[Vec<&str>; TERMINAL]) -> Self {
        let now = Now {
            mono_ms: 0,
            wall_ms: EVENING_MS,
        };
        let mut building = Self {
            server: Server::new(now, settings()),
            lines: Arena::default(),
            seats: [None; NICKS.len()],
            now,
            kept: 0,
            told: BTreeSet::new(),
        };
        for (seat, caps) in caps.iter().enumerate() {
            let nick = NICKS[seat];
            // All of them do not fit into one line.
            let asked = caps.iter().map(|cap| format!("CAP REQ :{cap}\r\n"));
            let asked: String = asked.collect();
            let lines = format!(
                "CAP LS 302\r\n{asked}NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\nCAP END\r\nJOIN #a\r\n"
            );
            building.hear(seat, lines.as_bytes());
        }
        building.hear(
            TERMINAL,
            format!("{}\n/join #a\n", NICKS[TERMINAL]).as_bytes(),
        );
        let operator = building.sit_down(0);
        building.server.set_operator(operator, true);
        building
    }

    /// The connection at a seat; a new one if there is none.
    fn sit_down(&mut self, seat: usize) -> SessionId {
        if let Some(id) = self.seats[seat].filter(|id| self.lines.get(*id).is_some()) {
            return id;
        }
        let (protocol, ear) = match seat {
            TERMINAL => (Protocol::Plain, ServerEar::Plain(Terminal::default())),
            _ => (Protocol::Irc, ServerEar::Irc(Framer::default())),
        };
        let id = self.lines.insert(Line {
            ear,
            reader: Reader::default(),
            rest: Vec::new(),
            ended: false,
            awaits_drain: false,
            closing: false,
            browser: false,
        });
        let peer = "127.0.0.1:40000".parse().expect("an address");
        self.server.open(self.now, id, protocol, peer);
        self.seats[seat] = Some(id);
        self.carry_out();
        id
    }

    fn hear(&mut self, seat: usize, bytes: &[u8]) {
        let id = self.sit_down(seat);
        self.listen_to(id, bytes);
    }

    fn listen_to(&mut self, id: SessionId, bytes: &[u8]) {
        let Some(line) = self.lines.get_mut(id) else {
            return;
        };
        let mut whole = std::mem::take(&mut line.rest);
        whole.extend_from_slice(bytes);
        let mut left = &whole[..];
        while self.server.is_ready(self.now, id) {
            let Some(line) = self.lines.get_mut(id) else {
                return;
            };
            let heard = match &mut line.ear {
                ServerEar::Irc(framer) => framer.hear(&mut left),
                ServerEar::Plain(terminal) => terminal.hear(&mut left),
            };
            let Some(heard) = heard else {
                break;
            };
            self.pass_on(id, &heard);
        }
        let rest = left.to_vec();
        if let Some(line) = self.lines.get_mut(id) {
            line.rest = rest;
        }
        self.hear_end(id);
    }

    fn hear_end(&mut self, id: SessionId) {
        let ready = self.server.is_ready(self.now, id);
        let line = self.lines.get_mut(id);
        let Some(line) = line.filter(|line| ready && line.ended && line.rest.is_empty()) else {
            return;
        };
        let heard = match &mut line.ear {
            ServerEar::Irc(framer) => framer.finish(),
            ServerEar::Plain(terminal) => terminal.finish(),
        };
        if let Some(heard) = heard {
            self.pass_on(id, &heard);
        }
        if self.server.is_ready(self.now, id) {
            self.server.end_of_input(self.now, id);
            self.carry_out();
        }
    }

    fn pass_on(&mut self, id: SessionId, heard: &heard::Heard<'_>) {
        let heard = match heard {
            heard::Heard::Line(typed) => Heard::Line(&typed.text),
            heard::Heard::TooLong => Heard::TooLong,
            heard::Heard::NotUtf8(text) => Heard::NotUtf8(text),
            heard::Heard::HttpRequest => Heard::HttpRequest,
            heard::Heard::TlsHello => Heard::TlsHello,
            heard::Heard::Answer(_) => return,
        };
        if let Some(line) = self.lines.get_mut(id) {
            line.browser |= heard == Heard::HttpRequest;
        }
        self.server.hear(self.now, id, &heard);
        self.carry_out();
    }

    /// Does what the server wants done, until there is nothing more.
    fn carry_out(&mut self) {
        loop {
            let outputs: Vec<Output> = self.server.drain_outputs().collect();
            if outputs.is_empty() {
                return;
            }
            let mut ready = Vec::new();
            for output in outputs {
                self.carry_out_one(output, &mut ready);
            }
            for id in self.lines.keys() {
                self.go_on(id, ready.contains(&id));
            }
        }
    }

    fn carry_out_one(&mut self, output: Output, ready: &mut Vec<SessionId>) {
        match output {
            Output::Send(id, bytes) => self.read(id, &bytes),
            Output::Resume(id) => ready.push(id),
            Output::Hide(..) => {}
            Output::AwaitDrain(id) => {
                if let Some(line) = self.lines.get_mut(id) {
                    line.awaits_drain = true;
                }
            }
            Output::Close(id, _) => {
                if let Some(line) = self.lines.get_mut(id) {
                    line.closing = true;
                }
            }
            Output::Verify(check) => self.server.checked(self.now, check.run()),
            Output::Granted(..) => unreachable!("nobody runs it from the shell"),
            Output::Keep(order) => self.keep(order.ticket, &order.deed),
            Output::Ask(question) => {
                let ticket = question.ticket;
                let outcome = Err(Trouble::TooSlow);
                self.server
                    .stored(self.now, Answer::Found { ticket, outcome });
            }
            Output::Reload => self.server.configure(self.now, settings()),
        }
    }

    /// Whoever waits for it is answered; accounts have numbers.
    fn keep(&mut self, ticket: Option<u64>, deed: &Deed) {
        self.kept += 1;
        let number = matches!(deed, Deed::AddAccount { .. }).then_some(AccountId(self.kept));
        if let Some(ticket) = ticket {
            let outcome = Ok(number);
            self.server
                .stored(self.now, Answer::Done { ticket, outcome });
        }
    }

    fn read(&mut self, id: SessionId, bytes: &[u8]) {
        let line = self.lines.get_mut(id).expect("only to those who are there");
        match &line.ear {
            _ if line.browser => {}
            ServerEar::Plain(_) => assert_is_readable(bytes),
            ServerEar::Irc(_) => {
                line.reader
                    .read(bytes)
                    .unwrap_or_else(|why| panic!("{why}"));
                self.told.extend(verbs(bytes));
            }
        }
    }

    fn go_on(&mut self, id: SessionId, ready: bool) {
        let Some(line) = self.lines.get_mut(id) else {
            return;
        };
        if line.closing {
            assert!(line.reader.open.is_empty(), "begun only: {:?}", line.reader);
            return self.lose(id, "closed");
        }
        if std::mem::take(&mut line.awaits_drain) {
            self.server.drained(self.now, id);
        }
        if ready {
            self.listen_to(id, &[]);
        }
    }

    fn lose(&mut self, id: SessionId, why: &str) {
        self.lines.remove(id);
        self.server.lost(self.now, id, why);
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Bytes { seat, bytes, cut } => {
                for piece in bytes.chunks(*cut) {
                    self.hear(*seat, piece);
                }
            }
            Step::End { seat } => {
                let id = self.sit_down(*seat);
                if let Some(line) = self.lines.get_mut(id) {
                    line.ended = true;
                }
                self.hear_end(id);
            }
            Step::Lost { seat } => {
                let id = self.sit_down(*seat);
                self.lose(id, "connection lost");
                self.carry_out();
            }
            Step::Pass { ms } => {
                self.now.mono_ms += ms;
                self.now.wall_ms += ms;
                self.server.tick(self.now);
                self.carry_out();
            }
        }
    }

    /// All has been written: what was begun has ended.
    fn assert_at_rest(&self) {
        let readers = self.lines.iter().map(|(_, line)| &line.reader);
        for reader in readers {
            assert!(reader.open.is_empty(), "begun only: {reader:?}");
        }
    }

    fn close_down(mut self) {
        self.assert_at_rest();
        self.server.goodbye();
        self.carry_out();
    }
}

/// A person reads whole lines, none of which says nothing (tests/printable.rs has the rest).
fn assert_is_readable(bytes: &[u8]) {
    let text = str::from_utf8(bytes).expect("UTF-8");
    let control = |c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t');
    assert!(!text.chars().any(control), "{text:?}");
    let lines: Vec<&str> = text.split("\r\n").collect();
    let said_nothing = |line: &str| {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        let speaks = |word: &str| word.ends_with(':') || word.starts_with('-');
        matches!(words[..], [_, _, speaker, ""] if speaks(speaker))
    };
    assert!(!lines.iter().any(|line| said_nothing(line)), "{text:?}");
}

fn verbs(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split_terminator("\r\n");
    let verbs = lines.filter_map(|line| Message::parse(line).ok().map(|m| m.verb.to_owned()));
    verbs.collect()
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody sends bytes, in pieces of so many.
    Bytes {
        seat: usize,
        bytes: Vec<u8>,
        cut: usize,
    },
    /// Somebody half-closes.
    End { seat: usize },
    /// A connection breaks off.
    Lost { seat: usize },
    /// Time goes by.
    Pass { ms: u64 },
}

/// What belongs to the grammar, and what belongs nowhere.
const NASTY: [&[u8]; 36] = [
    b":",
    b"::",
    b" :",
    b" : ",
    b"  ",
    b"@",
    b";",
    b"=",
    b"!",
    b",",
    b",,",
    b"\\",
    b"*",
    b"?",
    b"%",
    b"+",
    b"-",
    b"\x00",
    b"\x01",
    b"\x01ACTION \x01",
    b"\x01DCC SEND x\x01",
    b"\x02",
    b"\x0304",
    b"\x07\x1b[2J",
    b"\t",
    b"\x7f",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"caf\xe9",
    b"\xc3",
    b"\xff\xfd\x06",
    "👍".as_bytes(),
    "\u{202e}".as_bytes(),
    &[b'x'; 300],
    &[b'#'; 60],
    &[
        0xc3, 0xa4, 0xc3, 0xa4, 0xc3, 0xa4, 0xc3, 0xa4, 0xc3, 0xa4, 0xc3, 0xa4, 0xc3, 0xa4, 0xc3,
        0xa4,
    ],
];

const WORDS: [&str; 40] = [
    "ann",
    "bob",
    "Ćarol",
    "dave",
    "zoe",
    "abcdefghijklmnopqrstuvwxyzabcdef",
    "#a",
    "#b",
    "@#a",
    "+#a",
    "#lobby",
    "#kaffee\u{fc}",
    "#ccccccccccccccccccccccccccccccccccccccccccccccccc",
    "$*",
    "$*.office",
    "chat.office",
    "0",
    "1",
    "ACK",
    "LIST",
    "LS",
    "REQ",
    "END",
    "302",
    "+1",
    "-1",
    "draft/multiline",
    "+o",
    "+v",
    "-o",
    "+sik",
    "+b",
    "+B",
    "+iw",
    "*!*@*",
    "bob!*@*",
    "%tcuihsnfdlaor,7",
    "until 13:00",
    "root",
    "secret",
];

fn word() -> impl Strategy<Value = Vec<u8>> {
    let caps: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    prop_oneof![
        8 => select(WORDS.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        4 => select(NASTY.to_vec()).prop_map(<[u8]>::to_vec),
        1 => select(caps).prop_map(|cap| cap.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
    ]
}

/// Words, with spaces between them or without.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let joint = select(vec![&b" "[..], b" ", b" :", b"", b","]);
    prop::collection::vec((word(), joint), 0..6).prop_map(|words| {
        let pieces = words
            .into_iter()
            .flat_map(|(word, joint)| [word, joint.to_vec()]);
        pieces.collect::<Vec<_>>().concat()
    })
}

/// The front of a message: tags, perhaps.
fn front() -> impl Strategy<Value = Vec<u8>> {
    const TAGS: [&str; 12] = [
        "@label=1 ",
        "@label=a\\sb;+typing=active ",
        "@batch=1 ",
        "@batch=1;draft/multiline-concat ",
        "@+a=b;+c;+d=\\: ",
        "@time=x;msgid=y;bot;account=z ",
        "@+a=👍 ",
        "@ ",
        "@;; ",
        "@+a;+a=\\ ",
        ":ann!x@y ",
        "",
    ];
    prop_oneof![
        3 => Just(Vec::new()),
        3 => select(TAGS.to_vec()).prop_map(|tags| tags.as_bytes().to_vec()),
        1 => word().prop_map(|word| [b"@+x=", &word[..], b" "].concat()),
    ]
}

fn verb() -> impl Strategy<Value = Vec<u8>> {
    let named: Vec<&str> = commands()
        .map(|spec| spec.name)
        .filter(|name| *name != "QUIT")
        .collect();
    const LINES: [&str; 10] = [
        "PRIVMSG #a :",
        "NOTICE #a,bob :",
        "BATCH +1 draft/multiline #a",
        "BATCH -1",
        "CAP REQ :",
        "CAP REQ :-",
        "OPER root secret",
        "KICK #a bob :",
        "JOIN #a,#b ",
        "MODE #a ",
    ];
    prop_oneof![
        6 => select(named).prop_map(|name| format!("{name} ").into_bytes()),
        4 => select(LINES.to_vec()).prop_map(|line| line.as_bytes().to_vec()),
        1 => Just(b"QUIT :".to_vec()),
        1 => text(),
    ]
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let end = select(vec![&b"\r\n"[..], b"\r\n", b"\n", b"\r", b""]);
    (front(), verb(), text(), end)
        .prop_map(|(front, verb, text, end)| [&front[..], &verb, &text, end].concat())
}

/// A line of a terminal.
fn typed() -> impl Strategy<Value = Vec<u8>> {
    const STARTS: [&str; 14] = [
        "",
        "/msg bob ",
        "/me ",
        "/join #a ",
        "/topic #a ",
        "/nick ",
        "/away ",
        "/announce ",
        "/redact ",
        "/kick bob ",
        "/mode +",
        "/invite bob #a",
        "/oper root secret",
        "/wallops ",
    ];
    (select(STARTS.to_vec()), text(), 1_usize..30)
        .prop_map(|(start, text, times)| [start.as_bytes(), &text.repeat(times), b"\n"].concat())
}

fn step() -> impl Strategy<Value = Step> {
    let lines = prop::collection::vec(line(), 1..6).prop_map(|lines| lines.concat());
    prop_oneof![
        16 => (0..TERMINAL, lines, 1_usize..400)
            .prop_map(|(seat, bytes, cut)| Step::Bytes { seat, bytes, cut }),
        3 => typed().prop_map(|bytes| Step::Bytes { seat: TERMINAL, cut: bytes.len(), bytes }),
        1 => (0..NICKS.len()).prop_map(|seat| Step::End { seat }),
        1 => (0..NICKS.len()).prop_map(|seat| Step::Lost { seat }),
        2 => select(vec![0_u64, 150, 1_000, 60_000, 3_600_000]).prop_map(|ms| Step::Pass { ms }),
    ]
}

/// A message that can have a label: on one line, of a command that does not end the connection and
/// is answered by itself.
fn labelled() -> impl Strategy<Value = Vec<u8>> {
    let named: Vec<&str> = commands()
        .map(|spec| spec.name)
        .filter(|name| !matches!(*name, "QUIT" | "CAP" | "BATCH"))
        .collect();
    (select(named), text()).prop_map(|(name, text)| {
        let text = text.into_iter().filter(|byte| !b"\r\n".contains(byte));
        [format!("{name} ").as_bytes(), &text.collect::<Vec<u8>>()].concat()
    })
}

/// Any of the capabilities, for each client.
fn caps() -> impl Strategy<Value = [Vec<&'static str>; TERMINAL]> {
    let names: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    let any = move || subsequence(names.clone(), 0..=names.len());
    [any(), any(), any()]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 300, ..Config::default() })]

    #[test]
    fn only_wellformed_messages_leave_for_a_client(
        caps in caps(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut building = Building::new(&caps);
        for step in &steps {
            building.take(step);
            building.assert_at_rest();
        }
        building.close_down();
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 200, ..Config::default() })]

    #[test]
    fn every_label_is_answered_once(
        caps in caps(),
        lines in prop::collection::vec(labelled(), 1..40),
    ) {
        let [mut first, second, third] = caps;
        first.extend(["batch", "labeled-response"]);
        let mut building = Building::new(&[first, second, third]);
        let id = building.sit_down(0);
        for (label, line) in lines.iter().enumerate() {
            building.hear(0, &[format!("@label={label} ").as_bytes(), line, b"\r\n"].concat());
        }
        let answered = building.lines.get(id).map(|line| &line.reader.labels);
        let sent: Vec<String> = (0..lines.len()).map(|label| label.to_string()).collect();
        prop_assert_eq!(answered, Some(&sent));
        building.close_down();
    }
}

/// Every command with everything nasty behind it, from an operator with every capability in front of
/// everybody: nothing of it is refused unseen, so that the property above is not true of silence.
#[test]
fn every_command_survives_everything_nasty() {
    let all: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    let mut building = Building::new(&[all.clone(), all, Vec::new()]);
    building.hear(1, "MONITOR + ann,dave\r\nMODE bob +w\r\n".as_bytes());
    for spec in commands().filter(|spec| spec.name != "QUIT") {
        for nasty in NASTY {
            for place in [
                "", "#a ", "#a :", "bob ", "bob :", "#a bob ", "bob #a ", "bob #b ", "+o bob ",
                "1 ",
            ] {
                for tags in ["", "@label=1;+a=b "] {
                    let command = format!("{tags}{} {place}", spec.name);
                    let line = [command.as_bytes(), b"x", nasty, b"y\r\n"].concat();
                    building.hear(0, &line);
                }
            }
        }
        building.assert_at_rest();
        building.hear(
            0,
            b"BATCH -1\r\nNONSENSE\r\nJOIN #a,#b\r\nNICK ann\r\nMODE #a -b *!*@*\r\n",
        );
        building.hear(1, b"JOIN #a\r\nAWAY :out\r\nAWAY\r\nSETNAME x\r\n");
        building.hear(TERMINAL, b"/join #a\nhello\n");
    }
    for verb in [
        "PRIVMSG", "NOTICE", "TAGMSG", "BATCH", "ACK", "FAIL", "AWAY", "SETNAME", "NICK", "JOIN",
        "PART", "TOPIC", "MODE", "KICK", "INVITE", "WALLOPS", "401", "403", "421", "461", "730",
    ] {
        assert!(building.told.contains(verb), "nobody was told {verb}");
    }
    building.close_down();
}

#[test]
fn the_oracle_knows_what_is_wrong() {
    let has = |caps: &[Cap]| Reader {
        caps: Caps::of(caps),
        ..Reader::default()
    };
    let tagging = || has(&[Cap::MessageTags, Cap::Batch, Cap::LabeledResponse]);
    for text in [
        ":s 001 n :no end",
        ":chat.office 001 n :a\n",
        ":chat.office 001 n :a\r\n\r\n",
        ":chat.office 001 n :a\rb\r\n",
        ":chat.office 001 n :a\0b\r\n",
        ":chat.office\r\n",
        ":chat.office \r\n",
        "001 n :a\r\n",
        ":other.office 001 n :a\r\n",
        ":a!b 001 n :a\r\n",
        ":a!b@ PRIVMSG n :a\r\n",
        ":chat.office privmsg n :a\r\n",
        ":chat.office 999 n :a\r\n",
        ":chat.office 001\r\n",
        ":chat.office 001 n  :a\r\n",
        ":chat.office 001 n \r\n",
        ":chat.office 005 n 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15\r\n",
        ":chat.office 401 n bob\r\n",
        "@a=b\r\n",
        "@ :chat.office PONG a\r\n",
        "@a;a=b :chat.office PONG a\r\n",
        "@+a;b :chat.office PONG a\r\n",
        "@ü :chat.office PONG a\r\n",
        "@time=1 :chat.office PONG a\r\n",
        "@batch=1 :chat.office PONG a\r\n",
        ":a!b@c SETNAME :x\r\n",
        ":chat.office FAIL ANNOUNCE X :x\r\n",
        ":chat.office BATCH +1\r\n",
        ":chat.office BATCH -1\r\n",
        ":chat.office BATCH +1 x\r\n:chat.office BATCH +1 x\r\n",
    ] {
        assert!(tagging().read(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(tagging().read(b":chat.office 001 n :caf\xe9\r\n").is_err());
    let long = format!(":chat.office 001 n :{}\r\n", "x".repeat(490));
    assert!(tagging().read(long.as_bytes()).is_ok());
    let long = format!(":chat.office 001 n :{}\r\n", "x".repeat(491));
    assert!(tagging().read(long.as_bytes()).is_err());
    for text in [
        ":chat.office 001 n :a b\r\nERROR :a\r\n",
        ":a!b@c PRIVMSG n a:b\r\n",
        ":chat.office 005 n 1 2 3 4 5 6 7 8 9 10 11 12 13 :14\r\n",
        "@label=1;+a=b;+c :chat.office ACK\r\n",
        "@label=1 :chat.office BATCH +1 x\r\n@batch=1 :chat.office PONG a\r\n:chat.office BATCH -1\r\n",
        ":chat.office CAP n ACK :setname\r\n:a!b@c SETNAME :x\r\n",
        "@label=1 :chat.office CAP n ACK :-batch\r\n",
    ] {
        assert_eq!(tagging().read(text.as_bytes()), Ok(()), "{text:?}");
    }
    assert!(lookup("batch").is_some());
}
