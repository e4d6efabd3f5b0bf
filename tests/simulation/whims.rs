//! What comes into people's heads.

use hallway::chat::name::{ChannelName, Nick};

use super::person::Person;
use super::prng::Rng;
use super::saying::{Intent, Manner, To};
use hallway::chat::mode::Rank;

/// Somebody about to type, and what they may know.
pub struct Whim<'a> {
    pub rng: &'a mut Rng,
    pub person: &'a Person,
    /// Who is here, in order.
    pub names: &'a [String],
    pub token: &'a mut u64,
    pub announcements: u32,
}

/// A line, and what it means if it says something.
pub type Typed = (String, Option<(u64, Intent)>);

type Make = fn(&mut Whim<'_>) -> Typed;

pub const NICKS: &[&str] = &[
    "ann", "bob", "carol", "dave", "Ann", "BOB", "josé", "JOSÉ", "李", "аnn", "eve-2", "[x]",
    "{x}", "cron*", "cron*", "user*", "müller", "Ωmega", "you'll", "a.b", "zed_",
];

const BAD_NICKS: &[&str] = &[
    "1st",
    "-x",
    "#no",
    "b@d",
    "a:b",
    "",
    "\u{200b}x",
    "abcdefghijklmnopqrstuvwxyz0123456",
];

pub const CHANNELS: &[&str] = &[
    "#lobby",
    "#desk",
    "#ops",
    "#Ops",
    "#vault",
    "#kaffee",
    "#kaffeeküche",
    "#KAFFEEKÜCHE",
    "#v1.2.",
    "#x",
    "#2nd-floor",
    "#c++",
];

/// Names that are free as a rule.
pub const RARE: &[&str] = &["#moved", "#here", "#OPS", "#Vault"];

pub const BUSY: &[&str] = &["#ops", "#vault"];

pub const KEYS: &[&str] = &["sesame", "42"];

pub const REASONS: &[&str] = &[
    "bye",
    "lunch (long)",
    "see #elsewhere",
    "\u{1b}[31mred",
    "it is over.",
];

pub const TEXTS: &[&str] = &[
    "morning all",
    "the queue is 300",
    "ünïcödé 李 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "tab\there",
    "\u{1b}[2Jgone",
    "\u{3}4,5red\u{3} plain",
    "rtl \u{202e}evil\u{202c}",
    "bell \u{7}",
    "trailing   ",
    "* Now:",
    "09:15 #elsewhere bob: no",
    "*! no",
    "\u{9b}31mred",
];

const OWN_MODES: &[&str] = &["", "+B", "-B", "+i", "-i", "+w", "-w"];

pub const MASKS: &[&str] = &["c*", "*!*@*.nowhere", "person1?", "?ob", "ann!*@*"];

pub const AWAYS: &[&str] = &[
    "",
    "At lunch until 13:00",
    "busy",
    "meeting for 45m",
    "til 1",
    "\u{1b}[31mgone",
    "back in 2 minutes",
    "training until 09:30",
    "for 1 minute",
    "very, very busy until tomorrow",
];

/// What people do in a chat, and how often.
#[rustfmt::skip]
static WHIMS: &[(usize, Make)] = &[
    (60, |w| w.say(To::Current, "")),
    (14, |w| w.say_to_channel("/msg")),
    (3, |w| w.say_to_channel("/notice")),
    (20, |w| w.say_to_person("/msg")),
    (3, |w| w.say_to_person("/notice")),
    (16, |w| w.say(To::Answer, "/reply ")),
    (6, |w| w.say(To::Current, "/me ")),
    (3, |w| w.say(To::Everyone, "/announce ")),
    (3, |w| { let name = w.channel(); w.say(To::EveryoneIn(named(&name)), &format!("/announce {name} ")) }),
    (30, |w| { let name = w.channel(); w.plain(format!("/join {name}")) }),
    (4, |w| { let (name, key) = (w.channel(), w.one_of(KEYS)); w.plain(format!("/join {name} {key}")) }),
    (5, |w| w.plain("/leave".to_owned())),
    (8, |w| { let (name, why) = (w.channel(), w.one_of(REASONS)); w.plain(format!("/leave {name} {why}")) }),
    (8, |w| { let nick = w.one_of(NICKS); w.plain(format!("/nick {}", nick.trim_end_matches('*'))) }),
    (2, |w| { let nick = w.name(); w.plain(format!("/nick {nick}")) }),
    (4, |w| { let (name, nick) = (w.channel(), w.name()); w.plain(format!("/kick {name} {nick} out")) }),
    (5, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/kick {name} {nick}")) }),
    (3, |w| w.about_a_mask("/ban")),
    (3, |w| w.about_a_mask("/unban")),
    (3, |w| w.about_a_mask("/mute")),
    (2, |w| w.about_a_mask("/unmute")),
    (5, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/op {name} {nick}")) }),
    (2, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/op {name} -{nick}")) }),
    (3, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/voice {name} {nick}")) }),
    (2, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/voice {name} -{nick}")) }),
    (24, |w| w.change_modes()),
    (2, |w| { let name = w.channel(); w.plain(format!("/mode {name}")) }),
    (2, |w| { let name = w.mine(); w.plain(format!("/keep {name}")) }),
    (1, |w| { let name = w.mine(); w.plain(format!("/mode {name} +P")) }),
    (6, |w| { let (name, new) = (w.mine(), w.channel()); w.plain(format!("/rename {name} {new}")) }),
    (6, |w| { let (name, new) = (w.mine(), w.one_of(RARE)); w.plain(format!("/rename {name} {new}")) }),
    (1, |w| { let (name, new) = (w.channel(), w.channel()); w.plain(format!("/rename {name} {new} moved")) }),
    (3, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/halfop {name} {nick}")) }),
    (1, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/halfop {name} -{nick}")) }),
    (7, |w| w.about_a_list()),
    (5, |w| w.say_to_rank()),
    (2, |w| { let text = w.one_of(TEXTS); w.plain(format!("/realname {text}")) }),
    (2, |w| { let change = w.one_of(OWN_MODES); w.plain(format!("/self {change}")) }),
    (2, |w| { let nick = w.name(); w.plain(format!("/seen {nick}")) }),
    (2, |w| { let nick = w.name(); w.plain(format!("/retract {nick}")) }),
    (1, |w| w.plain("/invitations".to_owned())),
    (2, |w| w.plain("/oper ann secret".to_owned())),
    (1, |w| w.plain("/oper ann wrong".to_owned())),
    (1, |w| w.plain("/self -o".to_owned())),
    (1, |w| w.plain("/rehash".to_owned())),
    (1, |w| w.plain("/about".to_owned())),
    (1, |w| w.plain("/motd".to_owned())),
    (2, |w| { let mask = w.one_of(MASKS); w.plain(format!("/block {mask}")) }),
    (2, |w| { let mask = w.one_of(MASKS); w.plain(format!("/unblock {mask}")) }),
    (2, |w| { let name = w.mine(); w.plain(format!("/keep {name} off")) }),
    (4, |w| { let (name, text) = (w.mine(), w.one_of(TEXTS)); w.plain(format!("/topic {name} {text}")) }),
    (2, |w| { let name = w.channel(); w.plain(format!("/topic {name}")) }),
    (16, |w| { let (nick, name) = (w.name(), w.mine()); w.plain(format!("/invite {nick} {name}")) }),
    (16, |w| { let name = w.channel(); w.plain(format!("/knock {name}")) }),
    (3, |w| { let (name, nick) = (w.mine(), w.name()); w.plain(format!("/redact {name} {nick}")) }),
    (10, |w| { let words = w.one_of(AWAYS); w.plain(format!("/away {words}")) }),
    (3, |w| w.plain("/lunch til 1".to_owned())),
    (5, |w| w.plain("/back".to_owned())),
    (8, |w| { let nick = w.one_of(NICKS); w.plain(format!("/watch {}", nick.trim_end_matches('*'))) }),
    (10, |w| { let name = w.channel(); w.plain(format!("/watch {name}")) }),
    (3, |w| { let nick = w.one_of(NICKS); w.plain(format!("/unwatch {nick}")) }),
    (2, |w| { let name = w.channel(); w.plain(format!("/unwatch {name}")) }),
    (1, |w| w.plain("/watching".to_owned())),
    (8, |w| { let nick = w.name(); w.plain(format!("/block {nick}")) }),
    (3, |w| { let nick = w.name(); w.plain(format!("/unblock {nick}")) }),
    (1, |w| w.plain("/blocked".to_owned())),
    (1, |w| w.plain("/announcements".to_owned())),
    (4, |w| { let n = w.number(); w.plain(format!("/ack {n}")) }),
    (2, |w| { let n = w.number(); w.plain(format!("/rollcall {n}")) }),
    (8, |w| { let n = w.number(); w.plain(format!("/withdraw {n}")) }),
    (6, |w| w.plain("/hold".to_owned())),
    (2, |w| w.plain("/go".to_owned())),
    (1, |w| w.plain("/times iso".to_owned())),
    (1, |w| w.plain("/times short".to_owned())),
    (2, |w| w.plain("/ping now".to_owned())),
    (1, |w| w.plain("/help".to_owned())),
    (1, |w| w.plain("/help mode".to_owned())),
    (2, |w| w.plain("/who".to_owned())),
    (4, |w| { let name = w.channel(); w.plain(format!("/who {name}")) }),
    (3, |w| { let name = w.channel(); w.plain(format!("/board {name}")) }),
    (2, |w| w.plain("/board".to_owned())),
    (2, |w| { let nick = w.name(); w.plain(format!("/whois {nick}")) }),
    (2, |w| w.plain("/list".to_owned())),
    (1, |w| w.plain("/quit".to_owned())),
    (1, |w| { let why = w.one_of(REASONS); w.plain(format!("/quit {why}")) }),
    (6, |w| { let nick = w.name(); w.plain(format!("/kill {nick} out")) }),
    (1, |w| w.plain(String::new())),
    (1, |w| w.plain("/jion #ops".to_owned())),
    (1, |w| w.plain("/join #vaul".to_owned())),
];

fn named(name: &str) -> ChannelName {
    ChannelName::parse(name).expect("only names are made up")
}

impl Whim<'_> {
    /// What somebody types next.
    pub fn next(&mut self) -> Typed {
        let person = self.person;
        if person.nick.is_none() {
            return self.introduce();
        }
        if person.holding && self.rng.percent(12) {
            return self.plain("/go".to_owned());
        }
        if person.holding && self.rng.percent(70) {
            return self.say_something();
        }
        let unknown = |name: &&ChannelName| !person.people.contains_key(*name);
        if let Some(name) = person.channels.iter().find(unknown)
            && self.rng.percent(40)
        {
            return self.plain(format!("/who {name}"));
        }
        let make = self.rng.weigh(WHIMS);
        make(self)
    }

    /// Things that change nothing of a picture.
    fn say_something(&mut self) -> Typed {
        let make = self.rng.weigh(&WHIMS[..7]);
        make(self)
    }

    fn introduce(&mut self) -> Typed {
        let line = match self.rng.below(20) {
            0 => self.one_of(BAD_NICKS),
            1 => "/help",
            2 => "/msg bob hello",
            3..8 => {
                let number = self.rng.below(60);
                return self.plain(format!("person{number}"));
            }
            _ => self.one_of(NICKS),
        };
        self.plain(line.to_owned())
    }

    fn plain(&mut self, line: String) -> Typed {
        (line, None)
    }

    fn one_of(&mut self, things: &[&'static str]) -> &'static str {
        things[self.rng.below(things.len())]
    }

    /// Most of what happens is in few channels, so that rules meet.
    fn channel(&mut self) -> String {
        let busy = self.rng.percent(55);
        self.one_of(if busy { BUSY } else { CHANNELS }).to_owned()
    }

    /// A channel that it is in, as a rule.
    fn mine(&mut self) -> String {
        match self.person.channels.len() {
            0 => self.channel(),
            count => self.person.channels[self.rng.below(count)].to_string(),
        }
    }

    fn name(&mut self) -> String {
        if self.names.is_empty() || self.rng.percent(5) {
            return self.one_of(NICKS).trim_end_matches('*').to_owned();
        }
        self.rng.pick(self.names).clone()
    }

    fn number(&mut self) -> u32 {
        let below = self.announcements as usize + 2;
        (self.rng.below(below)) as u32
    }

    fn about_a_mask(&mut self, command: &str) -> Typed {
        let (name, nick) = (self.mine(), self.name());
        let mask = match self.rng.below(6) {
            0 => "c*!*@*".to_owned(),
            1 => "*".to_owned(),
            2 => "?o?".to_owned(),
            _ => nick,
        };
        self.plain(format!("{command} {name} {mask}"))
    }

    /// Exceptions from bans, and invitations for good.
    fn about_a_list(&mut self) -> Typed {
        let (name, nick) = (self.mine(), self.name());
        let change = self.one_of(&["+e", "-e", "+I", "-I", "+b", "-b"]);
        let mask = if self.rng.percent(30) {
            "*".to_owned()
        } else {
            nick
        };
        self.plain(format!("/mode {name} {change} {mask}"))
    }

    fn say_to_rank(&mut self) -> Typed {
        let name = self.mine();
        let ranks = [
            ('@', Rank::Operator),
            ('@', Rank::Operator),
            ('%', Rank::HalfOperator),
            ('+', Rank::Voice),
        ];
        let (sign, rank) = *self.rng.pick(&ranks);
        self.say(
            To::Ranked(named(&name), rank),
            &format!("/msg {sign}{name} "),
        )
    }

    fn change_modes(&mut self) -> Typed {
        let name = self.mine();
        let key = self.one_of(KEYS);
        let crew = self.person.people.get(&named(&name)).map_or(3, |p| p.len());
        let limit = crew + self.rng.below(2);
        let change = match self.rng.below(17) {
            0 | 13 | 14 => "+s".to_owned(),
            1 => "-s".to_owned(),
            2 => "+i".to_owned(),
            3 => "-i".to_owned(),
            4 => "+m".to_owned(),
            5 => "-m".to_owned(),
            6 => "+u".to_owned(),
            7 => "-u+t".to_owned(),
            8 => format!("+k {key}"),
            9 => "-kl".to_owned(),
            10 => format!("+l {limit}"),
            11 => format!("+n-t+kl {key} {limit}"),
            12 => "-C+p".to_owned(),
            15 => "+C-p".to_owned(),
            16 => "+i".to_owned(),
            _ => "-imnstu".to_owned(),
        };
        self.plain(format!("/mode {name} {change}"))
    }

    fn say_to_channel(&mut self, command: &str) -> Typed {
        let name = self.channel();
        self.say(To::Channel(named(&name)), &format!("{command} {name} "))
    }

    fn say_to_person(&mut self, command: &str) -> Typed {
        let name = self.name();
        let nick = Nick::parse(&name).expect("only names are made up");
        self.say(To::Person(nick), &format!("{command} {name} "))
    }

    fn say(&mut self, to: To, command: &str) -> Typed {
        *self.token += 1;
        let text = self.one_of(TEXTS);
        let mut text = format!("tok{:06} {text}", self.token);
        if self.rng.percent(2) {
            let room =
                hallway::protocol::plain::terminal::LINE_BYTES_MAX - command.len() - text.len();
            text.push_str(&"x".repeat(room));
        }
        let slash = command.is_empty() && self.rng.percent(3);
        let line = if slash {
            format!("//{text}")
        } else {
            format!("{command}{text}")
        };
        if slash {
            text.insert(0, '/');
        }
        let manner = match command.split(' ').next() {
            Some("/me") => Manner::Action,
            Some("/notice") => Manner::Notice,
            _ => Manner::Speech,
        };
        let intent = Intent {
            line: line.clone(),
            to: vec![to],
            manner,
            text,
            attached: Vec::new(),
            irc: false,
        };
        (line, Some((*self.token, intent)))
    }
}

/// What nobody meant: noise, half a command, a command with noise in it.
pub fn noise(rng: &mut Rng) -> Vec<u8> {
    const PIECES: &[&str] = &[
        "/",
        "/join",
        "/JOIN #y",
        "/mode +",
        "#",
        " ",
        "/hold",
        "/leave",
        "/who #",
        "ann",
        "\u{8}",
        "\u{15}",
        "\u{17}",
        "🏴",
        "\u{1b}]0;title\u{7}",
        "/msg bob",
        "/topic",
        "/announce",
        "x",
        "\0",
        "/nick \u{202e}",
        "  ",
        "/kick * ",
        "/back",
        "/op -",
        "/away x until",
        "NICK ann",
        "/help /x",
    ];
    let mut bytes = Vec::new();
    for _ in 0..1 + rng.below(5) {
        match rng.below(4) {
            0 => bytes.push(rng.below(256) as u8),
            1 => bytes.extend([255, 250 + rng.below(6) as u8, rng.below(40) as u8]),
            _ => bytes.extend(rng.pick(PIECES).bytes()),
        }
    }
    if rng.percent(8) {
        let excess = rng.below(3);
        bytes = vec![b'y'; hallway::protocol::plain::terminal::LINE_BYTES_MAX + excess];
    }
    bytes
}
