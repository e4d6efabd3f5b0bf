//! What happens before anybody asks: ann makes the channels, says things in them with bob and gus,
//! and the readers come, go, are banned and so on as each of them has it.

use std::path::{Path, PathBuf};

use hallway::protocol::Protocol;
use jiff::Timestamp;

use crate::oracle::{Owns, Place, Reader, Room, Said, Speaker, TIMES, Then};
use crate::staging::Stage;
use crate::staging::hearing::Item;
use crate::staging::memory::Memory;
use crate::staging::script::Script;

/// When it begins, in Unix milliseconds: on a Monday morning, 09:14.
const BEGINS_MS: u64 = 1_795_425_240_000;

/// How much later the second half is.
const NEXT_DAY_MS: u64 = 26 * 60 * 60 * 1_000;

const CONFIG: &str = "pace = \"off\"\n[announcements]\nevery = \"1s\"\nburst = 100\n";

/// A word that everything said has.
pub(crate) const COMMON: &str = "tulip";

/// With what somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// netcat.
    Terminal,
    /// An IRC client that asks for what it wants.
    Asking,
    /// One that is shown the history in batches.
    Batches,
    /// One that is shown it as lines.
    Lines,
}

/// What the reader is called with each.
#[rustfmt::skip]
pub(crate) const PROGRAMS: [(Program, &str, &str); 4] = [
    (Program::Terminal, "terminal", ""),
    (Program::Asking,   "asking",   "batch server-time message-tags draft/chathistory soju.im/search"),
    (Program::Batches,  "batches",  "batch server-time"),
    (Program::Lines,    "lines",    ""),
];

const ANNS_CAPS: &str = "server-time message-tags echo-message draft/message-redaction";

const fn room(name: &'static str, closing: &'static str, opening: &'static str) -> Room {
    Room {
        name,
        closing,
        opening,
        ends_open: false,
        at: [true, true],
        lasts: true,
    }
}

const fn open(room: Room) -> Room {
    Room {
        ends_open: true,
        ..room
    }
}

const fn only(at: [bool; 2], lasts: bool, room: Room) -> Room {
    Room { at, lasts, ..room }
}

/// The channels, in the order of their making.
#[rustfmt::skip]
pub(crate) static ROOMS: [Room; 12] = [
    open(room("#open", "", "")),
    room("#secret", "+s", "-s"),
    room("#private", "+p", "-p"),
    room("#invited", "+i", "-i"),
    room("#keyed", "+k key", "-k key"),
    room("#owners", "+R", "-R"),
    open(room("#opened", "+s", "-s")),
    open(room("#calls", "", "")),
    only([true, false], false, open(room("#past", "+s", "-s"))),
    only([false, true], false, open(room("#gone", "+s", "-s"))),
    only([true, false], false, open(room("#again", "+s", "-s"))),
    only([false, true], true, open(room("#again", "", ""))),
];

/// The story so far.
pub(crate) struct Story {
    pub(crate) reader: &'static Reader,
    pub(crate) said: Vec<Line>,
    stage: Memory,
    /// What time it is, in Unix milliseconds.
    at_ms: u64,
    /// Where the store is.
    pub(crate) folder: PathBuf,
}

/// Something that was said, as ann has heard it.
pub(crate) struct Line {
    pub(crate) said: Said,
    /// Its id; nothing if ann is not told it.
    pub(crate) id: String,
    /// When it was said.
    pub(crate) time: String,
}

impl Story {
    /// Tells the story of a reader.
    pub(crate) fn tell(number: usize, reader: &'static Reader) -> Self {
        let file = format!("rights-{number}");
        let setting = match reader.guests_read_all {
            true => "guest-history = \"all\"\n",
            false => "",
        };
        let script = Script {
            path: PathBuf::from(format!("{file}.txt")),
            config: format!("{setting}{CONFIG}"),
            motd: String::new(),
            begins_ms: BEGINS_MS,
            in_memory_only: true,
            remembers: true,
            steps: Vec::new(),
        };
        let stage = Memory::new(&script).expect("it opens");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{file}-0-memory-data"));
        let said = Vec::new();
        let mut story = Self {
            reader,
            said,
            stage,
            at_ms: BEGINS_MS,
            folder,
        };
        story.gather();
        for then in TIMES {
            story.go_on_with(then);
        }
        story.come_to_now();
        story
    }

    /// What somebody hears of a line that they type.
    pub(crate) fn does(&mut self, who: &str, line: &str) -> Vec<String> {
        self.hear(who);
        let typed = format!("{line}\n");
        self.stage
            .send(who, typed.as_bytes())
            .expect("they are here");
        self.hear(who)
    }

    fn hear(&mut self, who: &str) -> Vec<String> {
        let heard = self.stage.take(who).into_iter();
        let line = |item| match item {
            Item::Line(line) => Some(line),
            _ => None,
        };
        heard.filter_map(line).collect()
    }

    /// The same, and they must hear this.
    #[track_caller]
    fn must(&mut self, who: &str, line: &str, hears: &str) -> Vec<String> {
        let heard = self.does(who, line);
        let does = heard.iter().any(|line| line.contains(hears));
        assert!(does, "{}: {who}> {line}: {heard:#?}", self.reader.called);
        heard
    }

    fn wait(&mut self, ms: u64) {
        self.stage.wait(ms).expect("time passes");
        self.at_ms += ms;
    }

    fn gather(&mut self) {
        self.connect("ann", Protocol::Irc, ANNS_CAPS);
        for name in ["bob", "gus"] {
            self.connect(name, Protocol::Plain, "");
        }
        self.must("ann", "NICKSERV REGISTER secret", "is yours");
        self.must("bob", "/register secret", "is yours");
        for (program, name, caps) in PROGRAMS {
            let protocol = match program {
                Program::Terminal => Protocol::Plain,
                _ => Protocol::Irc,
            };
            self.connect(name, protocol, caps);
            if matches!(
                self.reader.account,
                Owns::FromTheBeginning | Owns::UntilAsking
            ) {
                self.register(program, name);
            }
        }
        self.wait(2_000);
    }

    fn connect(&mut self, name: &'static str, protocol: Protocol, caps: &str) {
        self.stage.connect(name, protocol).expect("there is room");
        match protocol {
            Protocol::Plain => drop(self.must(name, name, "* Hello, ")),
            Protocol::Irc => {
                if !caps.is_empty() {
                    self.must(name, &format!("CAP REQ :{caps}"), " ACK ");
                    self.does(name, "CAP END");
                }
                self.does(name, &format!("NICK {name}"));
                self.must(name, &format!("USER {name} 0 * :{name}"), " 001 ");
            }
        }
    }

    fn register(&mut self, program: Program, name: &str) {
        match program {
            Program::Terminal => self.must(name, "/register secret", "is yours"),
            _ => self.must(name, "NICKSERV REGISTER secret", "is yours"),
        };
    }

    /// Comes into a channel; what they hear of it.
    pub(crate) fn enter(&mut self, program: Program, name: &str, room: &str) -> Vec<String> {
        self.does(
            name,
            &spelled(program, "join", "JOIN", &format!("{room} key")),
        )
    }

    pub(crate) fn leave(&mut self, program: Program, name: &str, room: &str) {
        self.does(name, &spelled(program, "leave", "PART", room));
    }

    /// Lets the reader in, whatever the modes say.
    pub(crate) fn invite(&mut self, name: &str, room: &str) {
        // Who has logged out is called something else.
        let another = if self.reader.account == Owns::UntilAsking {
            "2"
        } else {
            ""
        };
        self.must("ann", &format!("INVITE {name}{another} {room}"), " 341 ");
    }

    fn go_on_with(&mut self, then: Then) {
        for room in ROOMS.iter().filter(|room| room.at[then as usize]) {
            self.open_up(room, then);
        }
        if then == Then::Today && self.reader.account == Owns::FromToday {
            for (program, name, _) in PROGRAMS {
                self.register(program, name);
            }
        }
        for room in ROOMS.iter().filter(|room| room.at[then as usize]) {
            self.talk_in(room, then);
        }
        for (_, name, _) in PROGRAMS {
            self.talk_in_private(name, then);
        }
        for room in ROOMS.iter().filter(|room| room.at[then as usize]) {
            let next = ROOMS
                .iter()
                .any(|other| other.name == room.name && other.at != room.at);
            if !room.lasts || next && then == Then::DayBefore {
                self.abandon(room);
            }
        }
        if then == Then::DayBefore {
            self.wait(NEXT_DAY_MS);
        }
    }

    /// Everybody who is to be in a channel comes, and who is not goes.
    fn open_up(&mut self, room: &Room, then: Then) {
        let name = room.name;
        let first = then == Then::DayBefore || !room.at[0];
        if first {
            self.must("ann", &format!("JOIN {name}"), " 366 ");
            self.must("bob", &format!("/join {name}"), "* You are in ");
            self.must("gus", &format!("/join {name}"), "* You are in ");
            if name == "#calls" {
                self.must("ann", "MODE #calls +u", " MODE #calls ");
            }
        } else if !room.opening.is_empty() {
            self.must("ann", &format!("MODE {name} {}", room.opening), " MODE ");
        }
        let (was, is) = (
            !first && self.reader.there[0],
            self.reader.there[then as usize],
        );
        for (program, reader, _) in PROGRAMS {
            match (was, is) {
                (false, true) => drop(self.enter(program, reader, name)),
                (true, false) => self.leave(program, reader, name),
                _ => {}
            }
            if is && !was && self.reader.runs_channels {
                self.must("ann", &format!("MODE {name} +o {reader}"), " MODE ");
            }
        }
    }

    fn talk_in(&mut self, room: &'static Room, then: Then) {
        let name = room.name;
        let place = Place::In(room);
        self.ann_says(place, then, false, None, |word| {
            format!("PRIVMSG {name} :{word}")
        });
        match name {
            "#open" => self.talk_in_the_open(place, then),
            "#calls" => self.call_for_help(place, then),
            _ => {}
        }
        if !room.closing.is_empty() {
            self.must("ann", &format!("MODE {name} {}", room.closing), " MODE ");
            self.ann_says(place, then, true, None, |word| {
                format!("PRIVMSG {name} :{word}")
            });
            let word = self.word();
            self.said_at(
                Speaker::Bob,
                place,
                then,
                true,
                None,
                &word,
                "bob",
                &format!("/msg {name} {word}"),
            );
        }
    }

    /// Everything that can be said, and by whomever.
    fn talk_in_the_open(&mut self, place: Place, then: Then) {
        let mut others = |by, who: &str, kept_out, line: &str| {
            let word = self.word();
            let line = line.replace("WORD", &word);
            self.said_at(by, place, then, false, kept_out, &word, who, &line);
        };
        match then {
            Then::DayBefore => {
                others(Speaker::Bob, "bob", None, "/msg #open WORD");
                others(Speaker::Gus, "gus", None, "/msg #open WORD");
            }
            Then::Today => {
                others(Speaker::Bob, "bob", None, "/notice #open WORD");
                others(Speaker::Gus, "gus", None, "/notice #open WORD");
                others(Speaker::Ann, "ann", None, "ANNOUNCE #open :WORD");
                let staff = Some("only for the operators");
                others(Speaker::Ann, "ann", staff, "PRIVMSG @#open :WORD");
                others(Speaker::Bob, "bob", Some("taken back"), "/msg #open WORD");
                self.must("bob", "/redact #open bob", "");
            }
        }
    }

    /// Where those without a voice speak to those with one.
    fn call_for_help(&mut self, place: Place, then: Then) {
        let staff = Some("only for the staff of a help desk");
        for (by, who, line) in [
            (Speaker::Gus, "gus", "/msg #calls WORD"),
            (Speaker::Bob, "bob", "/announce #calls WORD"),
        ] {
            let word = self.word();
            let line = line.replace("WORD", &word);
            self.said_at(by, place, then, false, staff, &word, who, &line);
        }
    }

    fn talk_in_private(&mut self, name: &'static str, then: Then) {
        if then == Then::DayBefore {
            return;
        }
        let guest = matches!(self.reader.account, Owns::Nothing);
        let kept_out = guest.then_some("a guest's");
        self.ann_says(Place::With(name), then, true, kept_out, |word| {
            format!("PRIVMSG {name} :{word}")
        });
        let word = self.word();
        let place = Place::With(name);
        let line = match name {
            "terminal" => format!("/msg ann {word}"),
            _ => format!("PRIVMSG ann :{word}"),
        };
        self.said_at(
            Speaker::Reader,
            place,
            then,
            true,
            kept_out,
            &word,
            name,
            &line,
        );
        // What is said to others.
        if name == "terminal" {
            self.ann_says(Place::With("bob"), then, true, None, |word| {
                format!("PRIVMSG bob :{word}")
            });
        }
    }

    /// A channel ends with the last who leaves it.
    fn abandon(&mut self, room: &Room) {
        for (program, name, _) in PROGRAMS {
            self.leave(program, name, room.name);
        }
        self.must("bob", &format!("/leave {}", room.name), "* You have left ");
        self.must("gus", &format!("/leave {}", room.name), "* You have left ");
        self.must("ann", &format!("PART {}", room.name), " PART ");
    }

    fn come_to_now(&mut self) {
        for room in ROOMS.iter().filter(|room| room.lasts) {
            let name = room.name;
            if room.ends_open && !room.closing.is_empty() {
                self.must("ann", &format!("MODE {name} {}", room.opening), " MODE ");
            }
            for (_, reader, _) in PROGRAMS.iter().filter(|_| self.reader.banned) {
                self.must("ann", &format!("MODE {name} +b {reader}!*@*"), " MODE ");
                self.does("ann", &format!("KICK {name} {reader} :out"));
            }
        }
        for (program, name, _) in PROGRAMS {
            if self.reader.account == Owns::UntilAsking {
                match program {
                    Program::Terminal => self.must(name, "/logout", "logged out"),
                    _ => self.must(name, "NICKSERV LOGOUT", " 901 "),
                };
            }
            if self.reader.runs_server {
                self.stage.make_operator(name).expect("they are here");
            }
            for speaker in ["ann", "gus"].iter().filter(|_| self.reader.blocks) {
                match program {
                    Program::Terminal => {
                        self.must(name, &format!("/block {speaker}"), "* You hear")
                    }
                    _ => self.must(name, &format!("SILENCE +{speaker}"), " SILENCE "),
                };
            }
        }
    }

    fn word(&self) -> String {
        format!("{COMMON} x{:03}", self.said.len())
    }

    fn ann_says(
        &mut self,
        place: Place,
        then: Then,
        closed: bool,
        kept_out: Option<&'static str>,
        line: impl FnOnce(&str) -> String,
    ) {
        let word = self.word();
        let line = line(&word);
        self.said_at(
            Speaker::Ann,
            place,
            then,
            closed,
            kept_out,
            &word,
            "ann",
            &line,
        );
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "it is one row of the table of what is said"
    )]
    fn said_at(
        &mut self,
        by: Speaker,
        place: Place,
        then: Then,
        closed: bool,
        kept_out: Option<&'static str>,
        word: &str,
        who: &str,
        line: &str,
    ) {
        self.wait(1_000);
        self.hear("ann");
        let mut heard = self.does(who, line);
        if who != "ann" {
            heard = self.hear("ann");
        }
        let told = heard.iter().find(|line| line.contains(word));
        let announced = line.contains("NNOUNCE");
        assert!(told.is_some() || announced, "{who}> {line}: {heard:#?}");
        let tags = told.and_then(|line| line.strip_prefix('@')?.split(' ').next());
        let mut tags = tags.unwrap_or("").split(';');
        let id = tags.find_map(|tag| tag.strip_prefix("msgid="));
        self.said.push(Line {
            id: id.unwrap_or("").to_owned(),
            time: spelled_moment(self.at_ms),
            said: Said {
                word: format!("x{:03}", self.said.len()),
                place,
                then,
                by,
                closed,
                kept_out,
            },
        });
    }
}

/// The same command on either protocol.
pub(crate) fn spelled(program: Program, plain: &str, irc: &str, about: &str) -> String {
    match program {
        Program::Terminal => format!("/{plain} {about}"),
        _ => format!("{irc} {about}"),
    }
}

fn spelled_moment(at_ms: u64) -> String {
    let at_ms = i64::try_from(at_ms).expect("it is not that late");
    let moment = Timestamp::from_millisecond(at_ms).expect("it is not that late");
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
