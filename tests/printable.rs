//! Whatever anybody sends, a person is only ever sent whole lines of printable characters and TAB,
//! each in one of the shapes that `protocol.md` promises.
//!
//! Bytes go through `Terminal` and `Server` as the event loop hands them on, without sockets.

use hallway::arena::Arena;
use hallway::chat;
use hallway::chat::pace::Pace;
use hallway::chat::time::Now;
use hallway::protocol::Protocol;
use hallway::protocol::heard;
use hallway::protocol::plain::commands::commands;
use hallway::protocol::plain::telnet::{IAC, PRESENT};
use hallway::protocol::plain::terminal::Terminal;
use hallway::server::settings::Settings;
use hallway::server::{Heard, Output, Server, SessionId};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

/// People in the building; the first is an operator of the server.
const NICKS: [&str; 4] = ["ann", "bob", "Ćarol", "dave"];

/// Shortly before midnight, so that a step is often into another day.
const EVENING_MS: u64 = 1_795_477_000_000;

/// One connection, as the event loop has it.
#[derive(Default)]
struct Line {
    terminal: Terminal,
    /// What cannot be heard yet.
    rest: Vec<u8>,
    ended: bool,
    awaits_drain: bool,
    closing: bool,
    /// A page has been sent: it was not to a person.
    browser: bool,
}

/// The server, the connections, and what a loop without sockets does for them.
struct Building {
    server: Server,
    lines: Arena<SessionId, Line>,
    seats: [Option<SessionId>; NICKS.len()],
    now: Now,
    told: Vec<String>,
}

impl Building {
    fn new() -> Self {
        let statuses = [("lunch", "At lunch"), ("phone", "On the phone")];
        let settings = Settings {
            pace: None,
            statuses: statuses
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into(),
            chat: chat::settings::Settings {
                announcing: Pace {
                    burst: 1_000,
                    every_us: 1,
                },
                ..chat::settings::Settings::default()
            },
            ..Settings::default()
        };
        let now = Now {
            mono_ms: 0,
            wall_ms: EVENING_MS,
        };
        let mut building = Self {
            server: Server::new(now, settings),
            lines: Arena::default(),
            seats: [None; NICKS.len()],
            now,
            told: Vec::new(),
        };
        for (seat, nick) in NICKS.iter().enumerate() {
            building.hear(seat, format!("{nick}\n/join #a\n").as_bytes());
        }
        let operator = building.sit_down(0);
        building.server.set_operator(operator, true);
        building
    }

    /// The connection at a seat; a new one if there is none.
    fn sit_down(&mut self, seat: usize) -> SessionId {
        if let Some(id) = self.seats[seat].filter(|id| self.lines.get(*id).is_some()) {
            return id;
        }
        let id = self.lines.insert(Line::default());
        let peer = "127.0.0.1:40000".parse().expect("an address");
        self.server.open(self.now, id, Protocol::Plain, peer);
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
            let Some(heard) = line.terminal.hear(&mut left) else {
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
        if let Some(heard) = line.terminal.finish() {
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
            heard::Heard::NotUtf8(text) => panic!("a terminal takes any bytes: {text}"),
            heard::Heard::HttpRequest => Heard::HttpRequest,
            heard::Heard::TlsHello => Heard::TlsHello,
            heard::Heard::Answer(answer) => return assert_is_answer(answer.as_bytes()),
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
            Output::Send(id, bytes) => {
                let line = self.lines.get(id).expect("only to those who are there");
                if line.browser {
                    return assert_is_page(&bytes);
                }
                let lines = whole_lines(&bytes).unwrap_or_else(|what| panic!("{what}"));
                self.told.extend(lines.into_iter().map(str::to_owned));
            }
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
            Output::Keep(_) | Output::Ask(_) => unreachable!("there is no store"),
            Output::Granted(..) => unreachable!("nobody wishes for anything"),
            Output::Reload => {}
        }
    }

    fn go_on(&mut self, id: SessionId, ready: bool) {
        let Some(line) = self.lines.get_mut(id) else {
            return;
        };
        if line.closing {
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

    fn pass(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.wall_ms += ms;
        self.server.tick(self.now);
        self.carry_out();
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
            Step::Pass { ms } => self.pass(*ms),
        }
    }
}

/// A negotiation's answer, or a line.
fn assert_is_answer(bytes: &[u8]) {
    match bytes {
        [first, _, _] => assert_eq!(*first, IAC),
        bytes => assert_eq!(bytes, PRESENT.as_bytes()),
    }
}

fn assert_is_page(bytes: &[u8]) {
    let text = str::from_utf8(bytes).expect("UTF-8");
    assert!(text.starts_with("HTTP/1."), "{text:?}");
    assert!(
        text.chars()
            .all(|c| is_printable(c) || matches!(c, '\r' | '\n')),
        "{text:?}"
    );
}

/// The lines of one output, which has nothing else in it (perhaps none, which the event loop passes
/// over); or what is wrong with it.
fn whole_lines(bytes: &[u8]) -> Result<Vec<&str>, String> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let text = str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let lines = text.strip_suffix("\r\n").ok_or("no end")?;
    let lines: Vec<&str> = lines.split("\r\n").collect();
    for line in &lines {
        if !without_flags(line).chars().all(is_printable) {
            return Err(format!("not printable: {line:?}"));
        }
        if !has_shape(line) {
            return Err(format!("no shape: {line:?}"));
        }
    }
    Ok(lines)
}

/// By the Unicode Standard: no controls (Cc), no line or paragraph separator (Zl, Zp), nothing that
/// turns the direction of writing (Bidi_Control), no noncharacters, no byte order mark, no tags.
fn is_printable(c: char) -> bool {
    let bidi = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let separator = matches!(c, '\u{2028}' | '\u{2029}');
    let code = u32::from(c);
    let noncharacter = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    let hidden = c == '\u{feff}' || (0xe_0000..=0xe_007f).contains(&code);
    c == '\t' || !(c.is_control() || bidi || separator || noncharacter || hidden)
}

/// The flags of England, Scotland, Wales are written with tags: the only ones that are let through.
fn without_flags(line: &str) -> String {
    let mut parts = line.split('\u{1f3f4}');
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let behind = part.split_once('\u{e007f}').map_or(part, |(tags, behind)| {
            let is_tag = |c: char| ('\u{e0030}'..='\u{e007a}').contains(&c);
            let is_flag = tags.chars().all(is_tag) && (3..=6).contains(&tags.chars().count());
            if is_flag { behind } else { part }
        });
        rest.push_str(behind);
    }
    rest
}

/// Whether the line can be taken apart as `protocol.md` says.
fn has_shape(line: &str) -> bool {
    if let Some(sentence) = line.strip_prefix("* ").or(line.strip_prefix("*! ")) {
        return !sentence.is_empty();
    }
    let Some((stamp, rest)) = line.split_once(' ') else {
        return false;
    };
    is_stamp(stamp) && has_said_shape(rest)
}

/// `09:14`, or `2026-11-23T09:14:02+01:00`.
fn is_stamp(stamp: &str) -> bool {
    let like = |pattern: &str| {
        let fits = |(c, p): (char, char)| c == p || p == '0' && c.is_ascii_digit();
        stamp.len() == pattern.len() && stamp.chars().zip(pattern.chars()).all(fits)
    };
    like("00:00") || like("0000-00-00T00:00:00+00:00")
}

fn has_said_shape(rest: &str) -> bool {
    let Some((place, mut said)) = rest.split_once(' ') else {
        return false;
    };
    if let Some(number) = place.strip_prefix("!!!") {
        return number.parse::<u32>().is_ok_and(|n| n > 0) && is_speech(said);
    }
    if place == "private" && said.strip_prefix("to ").is_some_and(is_speech) {
        return true;
    }
    if place == "private"
        && let Some(to) = said.strip_prefix("to ")
        && let Some((nick, behind)) = to.split_once(' ')
        && is_nick(nick)
    {
        said = behind;
    }
    (place == "private" || place.starts_with('#')) && (is_speech(said) || is_action_or_notice(said))
}

/// `NAME: text`.
fn is_speech(said: &str) -> bool {
    said.split_once(": ")
        .is_some_and(|(nick, text)| is_nick(nick) && !text.is_empty())
}

/// `* NAME text`, `-NAME- text`.
fn is_action_or_notice(said: &str) -> bool {
    let Some((first, text)) = said.split_once(' ') else {
        return false;
    };
    let notice = first
        .strip_prefix('-')
        .and_then(|nick| nick.strip_suffix('-'));
    match first {
        "*" => text
            .split_once(' ')
            .is_some_and(|(nick, text)| is_nick(nick) && !text.is_empty()),
        _ => notice.is_some_and(is_nick) && !text.is_empty(),
    }
}

fn is_nick(nick: &str) -> bool {
    let forbidden = |c: char| "#&:,!@*?$+%~/<>\";".contains(c) || c.is_whitespace();
    !nick.is_empty() && !nick.contains(forbidden) && !nick.starts_with(|c: char| c.is_ascii_digit())
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

/// What nobody may find on their screen, and what belongs to the shapes.
const NASTY: [&[u8]; 47] = [
    b"\x1b[31;1m",
    b"\x1b[2J\x1b[H",
    b"\x1b]0;title\x07",
    b"\x1b]8;;http://evil\x1b\\",
    b"\x1bP1$r\x1b\\",
    b"\x1b",
    b"\x1bc",
    b"\x9b2J",
    b"\xc2\x9b2J",
    b"\xc2\x9d0;x\xc2\x9c",
    b"\x90q\x9c",
    b"\x07",
    b"\x08\x08\x08",
    b"\x7f",
    b"\x15",
    b"\x17",
    b"\x00",
    b"\t",
    b"\x0b\x0c",
    b"\x0e\x0f",
    b"\x02bold\x02",
    b"\x0304,12red",
    b"\x04ff0000",
    b"\xff\xf4",
    b"\xff\xfb\x1f",
    b"\xff\xfa\x18\x00x\xff\xf0",
    b"\xff\xf6",
    b"\xff\xff",
    b"\xff\xfd\x06",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa6",
    b"\xe2\x80\x8f",
    b"\xd8\x9c",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\xef\xbf\xbe",
    b"\xf3\xa0\x81\xa1",
    b"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xb3\xf3\xa0\x81\xbf",
    b"\xf0\x9f\x8f\xb4",
    b"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
    b"caf\xe9",
    b"\xc3",
    b"* told ",
    b"*! refused ",
    b"09:14 #a ann: said",
    b"!!!1 ann: fire ",
    b": ",
];

const WORDS: [&str; 26] = [
    "ann",
    "bob",
    "Ćarol",
    "dave",
    "#a",
    "#b",
    "#lobby",
    "#kaffee\u{fc}",
    "1",
    "2",
    "until",
    "13:00",
    "for",
    "45m",
    "+o",
    "-t",
    "+k",
    "+mnst",
    "+l",
    "+b",
    "*!*@*",
    "bob!*@*",
    "-",
    "iso",
    "short",
    "hello",
];

fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => select(WORDS.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        3 => select(NASTY.to_vec()).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
    ]
}

/// Words, with spaces between them or without.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let joint = select(vec![&b" "[..], b"", b"  "]);
    prop::collection::vec((word(), joint), 0..6).prop_map(|words| {
        let pieces = words
            .into_iter()
            .flat_map(|(word, joint)| [word, joint.to_vec()]);
        pieces.collect::<Vec<_>>().concat()
    })
}

fn start() -> impl Strategy<Value = String> {
    let mut starts: Vec<String> = commands().map(|spec| format!("/{} ", spec.name)).collect();
    starts.extend(
        [
            "/lunch ",
            "/phone ",
            "/msg #a ",
            "/msg bob ",
            "/topic #a ",
            "/nick ",
        ]
        .map(String::from),
    );
    starts.extend(["/announce ", "/away ", "/me ", "/quit "].map(String::from));
    starts.retain(|start| !start.starts_with("/quit"));
    prop_oneof![
        6 => select(starts),
        3 => Just(String::new()),
        1 => Just("/quit ".to_owned()),
        1 => Just("/".to_owned()),
    ]
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let end = select(vec![&b"\n"[..], b"\r\n", b"\r", b"\r\0", b""]);
    (start(), text(), end).prop_map(|(start, text, end)| [start.as_bytes(), &text, end].concat())
}

fn step() -> impl Strategy<Value = Step> {
    let seat = || 0..NICKS.len();
    let bytes = prop::collection::vec(line(), 1..4).prop_map(|lines| lines.concat());
    prop_oneof![
        16 => (seat(), bytes, 1_usize..40)
            .prop_map(|(seat, bytes, cut)| Step::Bytes { seat, bytes, cut }),
        1 => seat().prop_map(|seat| Step::End { seat }),
        1 => seat().prop_map(|seat| Step::Lost { seat }),
        2 => select(vec![0_u64, 150, 1_000, 60_000, 3_600_000]).prop_map(|ms| Step::Pass { ms }),
    ]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 300, ..Config::default() })]

    #[test]
    fn only_whole_printable_lines_leave_for_a_person(steps in prop::collection::vec(step(), 1..40)) {
        let mut building = Building::new();
        for step in &steps {
            building.take(step);
        }
        building.server.goodbye();
        building.carry_out();
    }
}

/// Every command with everything nasty behind it, from an operator in front of everybody: nothing
/// of it is refused unseen, so that the property above is not true of silence.
#[test]
fn every_command_survives_everything_nasty() {
    let mut building = Building::new();
    building.hear(1, b"/watch ann\r\n");
    for spec in commands().filter(|spec| spec.name != "quit") {
        for nasty in NASTY {
            for place in ["", "#a ", "bob ", "bob #a ", "#b ", "1 "] {
                let command = format!("/{} {place}", spec.name);
                let line = [command.as_bytes(), b"x", nasty, b"y\r\n"].concat();
                building.hear(0, &line);
            }
        }
        building.hear(0, b"/go\r\n/join #a\r\n/nick ann\r\n");
        building.hear(1, b"/join #a\r\n");
    }
    let heard = |part: &str| {
        building
            .told
            .iter()
            .filter(|line| line.contains(part))
            .count()
    };
    for part in [
        " #a ann: x",
        " private ann: x",
        " #a * ann x",
        " #a -ann- x",
        "!!!1 ann: x",
        "*! ",
        "set the topic of #a: x",
        "is away: x",
        "is now called",
        "was put out of #a",
    ] {
        assert!(heard(part) > 0, "nobody heard {part:?}");
    }
}

#[test]
fn the_oracle_knows_what_is_wrong() {
    for text in [
        "* no end",
        "* a\n",
        "* a\r\n\r\n",
        "\r\n",
        "* a\rb\r\n",
        "* \u{1b}[m\r\n",
        "* \u{9b}\r\n",
        "* \u{202e}\r\n",
        "* \u{2028}\r\n",
        "* \u{e0061}\r\n",
        "* \u{1f3f4}\u{e0061}\u{e007f}\r\n",
        "* \u{7f}\r\n",
        "*\r\n",
        "hello\r\n",
        "09:14 #a ann hello\r\n",
        "09:14 #a an:n: x\r\n",
        "9:14 #a ann: x\r\n",
        "09:14 !!!0 ann: x\r\n",
        "09:14 !!!1 * ann x\r\n",
        "09:14 ann: x\r\n",
        "09:14 #a -ann x\r\n",
    ] {
        assert!(whole_lines(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(whole_lines(b"* caf\xe9\r\n").is_err());
    for text in [
        "* told\r\n*! refused\r\n",
        "09:14 #a ann: x\r\n",
        "09:14 private to ann * bob x\r\n",
        "09:14 private to: x\r\n",
        "09:14 private to ann: x\r\n",
        "2026-11-23T09:14:02+01:00 !!!7 ann: x\ty\r\n",
        "09:14 private -a-b- x\r\n",
        "* \u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e007f}\r\n",
    ] {
        assert!(whole_lines(text.as_bytes()).is_ok(), "{text:?}");
    }
}
