//! What comes into the heads of people on IRC.

use hallway::chat::mode::Rank;
use hallway::chat::name::{ChannelName, Nick};
use hallway::protocol::irc::capabilities::{CAPABILITIES, Cap, Offer};

use super::client::Client;
use crate::prng::Rng;
use crate::saying::{Intent, Manner, To};
use crate::whims::{AWAYS, BUSY, CHANNELS, KEYS, MASKS, NICKS, RARE, REASONS, TEXTS};

/// Somebody about to type, and what they may know.
pub struct Whim<'a> {
    pub rng: &'a mut Rng,
    pub client: &'a Client,
    /// Who is here, in order.
    pub names: &'a [String],
    pub token: &'a mut u64,
    pub announcements: u32,
}

/// Lines, and what the last of them means if it says something.
pub type Typed = (Vec<String>, Option<(u64, Intent)>);

type Make = fn(&mut Whim<'_>) -> Typed;

/// What people do on IRC, and how often.
#[rustfmt::skip]
static WHIMS: &[(usize, Make)] = &[
    (70, |w| w.say()),
    (14, |w| w.say_in_lines()),
    (8, |w| w.signal()),
    (4, |w| w.announce()),
    (30, |w| { let name = w.channel(); w.plain(format!("JOIN {name}")) }),
    (4, |w| { let (name, key) = (w.channel(), w.one_of(KEYS)); w.plain(format!("JOIN {name} {key}")) }),
    (4, |w| { let (one, other) = (w.channel(), w.channel()); w.plain(format!("JOIN {one},{other}")) }),
    (1, |w| w.plain("JOIN 0".to_owned())),
    (7, |w| { let (name, why) = (w.mine(), w.one_of(REASONS)); w.plain(format!("PART {name} :{why}")) }),
    (2, |w| { let name = w.channel(); w.plain(format!("PART {name}")) }),
    (8, |w| { let nick = w.one_of(NICKS).trim_end_matches('*'); w.plain(format!("NICK {nick}")) }),
    (2, |w| { let nick = w.name(); w.plain(format!("NICK {nick}")) }),
    (7, |w| { let (name, nick, why) = (w.mine(), w.name(), w.one_of(REASONS)); w.plain(format!("KICK {name} {nick} :{why}")) }),
    (26, |w| w.change_modes()),
    (14, |w| w.change_ranks()),
    (14, |w| w.change_lists()),
    (5, |w| { let name = w.mine(); w.plain(format!("MODE {name}")) }),
    (2, |w| { let (name, list) = (w.mine(), w.one_of(&["b", "e", "I"])); w.plain(format!("MODE {name} +{list}")) }),
    (3, |w| { let change = w.one_of(&["", "+i", "-i", "+w-B", "+B", "-o"]); let nick = w.own(); w.plain(format!("MODE {nick} {change}").trim_end().to_owned()) }),
    (6, |w| { let (name, text) = (w.mine(), w.one_of(TEXTS)); w.plain(format!("TOPIC {name} :{text}")) }),
    (2, |w| { let name = w.channel(); w.plain(format!("TOPIC {name}")) }),
    (16, |w| { let (nick, name) = (w.name(), w.mine()); w.plain(format!("INVITE {nick} {name}")) }),
    (1, |w| w.plain("INVITE".to_owned())),
    (14, |w| { let name = w.channel(); w.plain(format!("KNOCK {name}")) }),
    (6, |w| { let (name, new) = (w.mine(), w.channel()); w.plain(format!("RENAME {name} {new} :better")) }),
    (5, |w| { let (name, new) = (w.mine(), w.one_of(RARE)); w.plain(format!("RENAME {name} {new}")) }),
    (10, |w| { let words = w.one_of(AWAYS); w.plain(format!("AWAY :{words}")) }),
    (5, |w| w.plain("AWAY".to_owned())),
    (1, |w| w.plain("AWAY *".to_owned())),
    (3, |w| { let text = w.one_of(TEXTS); w.plain(format!("SETNAME :{text}")) }),
    (12, |w| { let (one, other) = (w.some_name(), w.some_name()); w.plain(format!("MONITOR + {one},{other}")) }),
    (3, |w| { let nick = w.some_name(); w.plain(format!("MONITOR - {nick}")) }),
    (1, |w| w.plain("MONITOR C".to_owned())),
    (2, |w| { let what = w.one_of(&["S", "L"]); w.plain(format!("MONITOR {what}")) }),
    (8, |w| { let nick = w.name(); w.plain(format!("SILENCE +{nick}")) }),
    (4, |w| { let nick = w.name(); w.plain(format!("SILENCE -{nick}")) }),
    (3, |w| { let (sign, mask) = (w.one_of(&["+", "+", "-"]), w.one_of(MASKS)); w.plain(format!("SILENCE {sign}{mask}")) }),
    (1, |w| w.plain("SILENCE".to_owned())),
    (10, |w| { let name = w.mine(); w.plain(format!("NAMES {name}")) }),
    (2, |w| { let name = w.channel(); w.plain(format!("NAMES {name}")) }),
    (10, |w| { let name = w.mine(); w.plain(format!("WHO {name}")) }),
    (4, |w| { let name = w.mine(); w.plain(format!("WHO {name} %tcnf,7")) }),
    (2, |w| { let nick = w.name(); w.plain(format!("WHO {nick}")) }),
    (1, |w| w.plain("WHO *".to_owned())),
    (3, |w| { let nick = w.name(); w.plain(format!("WHOIS {nick}")) }),
    (1, |w| { let nick = w.some_name(); w.plain(format!("WHOWAS {nick}")) }),
    (3, |w| { let what = w.one_of(&["", " >1", " *o*", " C<60"]); w.plain(format!("LIST{what}")) }),
    (2, |w| { let name = w.channel(); w.plain(format!("BOARD {name}")) }),
    (4, |w| { let number = w.number(); w.plain(format!("ANNOUNCE ACK {number}")) }),
    (2, |w| { let number = w.number(); w.plain(format!("ANNOUNCE ROLLCALL {number}")) }),
    (6, |w| { let number = w.number(); w.plain(format!("ANNOUNCE WITHDRAW {number}")) }),
    (1, |w| w.plain("ANNOUNCE LIST".to_owned())),
    (9, |w| w.redact()),
    (12, |w| w.ask_for_capabilities()),
    (1, |w| w.plain("CAP LIST".to_owned())),
    (1, |w| w.plain("CAP LS 302".to_owned())),
    (1, |w| w.plain("PROTOCTL NAMESX".to_owned())),
    (5, |w| { let number = w.rng.below(999); w.plain(format!("PING {number}")) }),
    (5, |w| { let query = w.one_of(QUERIES); w.plain(query.to_owned()) }),
    (2, |w| { let nick = w.name(); w.plain(format!("USERHOST {nick}")) }),
    (4, |w| { let nick = w.name(); w.plain(format!("KILL {nick} :out")) }),
    (3, |w| w.plain("WALLOPS :hear, hear".to_owned())),
    (4, |w| w.plain("OPER ann secret".to_owned())),
    (1, |w| w.plain("OPER ann wrong".to_owned())),
    (1, |w| { let why = w.one_of(REASONS); w.plain(format!("QUIT :{why}")) }),
];

const QUERIES: &[&str] = &[
    "VERSION",
    "LUSERS",
    "MOTD",
    "ISUPPORT",
    "HELP",
    "HELP JOIN",
    "TIME",
    "INFO",
    "STATS u",
    "ADMIN",
    "LINKS",
    "TRACE",
    "USERS",
    "NONSENSE",
    "PRIVMSG",
    "NAMES",
    "ISON ann bob",
    "BATCH +x nonsense",
];

impl Whim<'_> {
    /// What somebody types next.
    pub fn next(&mut self) -> Typed {
        if self.client.nick.is_none() {
            return self.introduce();
        }
        let unknown = self
            .client
            .rooms
            .iter()
            .find(|(_, room)| room.members.is_none());
        if let Some((name, _)) = unknown
            && self.rng.percent(40)
        {
            let verb = self.one_of(&["NAMES", "WHO"]);
            return self.plain(format!("{verb} {name}"));
        }
        if self.client.rooms.is_empty() && self.rng.percent(40) {
            let name = self.channel();
            return self.plain(format!("JOIN {name}"));
        }
        let make = self.rng.weigh(WHIMS);
        make(self)
    }

    /// From nothing to a name, or a part of the way.
    fn introduce(&mut self) -> Typed {
        let nick = match self.rng.below(3) {
            0 => format!("person{}", self.rng.below(60)),
            _ => self.one_of(NICKS).trim_end_matches('*').to_owned(),
        };
        let claim = format!("NICK {nick}");
        let user = "USER somebody 0 * :Some Body".to_owned();
        let mut lines = Vec::new();
        if self.rng.percent(70) {
            let version = self.one_of(&["", " 302"]);
            lines.push(format!("CAP LS{version}"));
        }
        if self.rng.percent(85) {
            let wanted = self.wanted();
            lines.push(format!("CAP REQ :{wanted}"));
        }
        if self.rng.percent(10) {
            lines.push("AWAY :not yet".to_owned());
        }
        lines.extend(match self.rng.below(8) {
            0 => vec![claim],
            1 => vec![user],
            2 => vec!["TOPIC #ops".to_owned()],
            _ => vec![claim, user, "CAP END".to_owned()],
        });
        if lines.last().is_some_and(|last| last == "CAP END") && self.rng.percent(75) {
            lines.push("JOIN #lobby".to_owned());
        }
        (lines, None)
    }

    fn wanted(&mut self) -> String {
        let chance = *self.rng.pick(&[20, 55, 85, 100]);
        let mut wanted = Vec::new();
        for (name, _) in offered() {
            let implicit = name.ends_with("no-implicit-names") && !self.rng.percent(20);
            if self.rng.percent(chance) && !implicit {
                wanted.push(name);
            }
        }
        wanted.join(" ")
    }

    fn ask_for_capabilities(&mut self) -> Typed {
        let offered: Vec<_> = offered().collect();
        let (name, cap) = *self.rng.pick(&offered);
        let sign = if self.client.caps.has(cap) { "-" } else { "" };
        self.plain(format!("CAP REQ :{sign}{name}"))
    }

    /// Lines that say nothing, with a label sometimes.
    fn plain(&mut self, line: String) -> Typed {
        let tag = self.label();
        (vec![tagged(&tag, &line)], None)
    }

    fn label(&mut self) -> Vec<String> {
        if !self.client.caps.labels() || !self.rng.percent(35) {
            return Vec::new();
        }
        *self.token += 1;
        vec![format!("label=L{}", self.token)]
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
        let names: Vec<&ChannelName> = self.client.rooms.keys().collect();
        match names.len() {
            0 => self.channel(),
            count => names[self.rng.below(count)].to_string(),
        }
    }

    fn own(&self) -> String {
        self.client
            .nick
            .as_ref()
            .map_or_else(|| "*".to_owned(), Nick::to_string)
    }

    fn name(&mut self) -> String {
        if self.names.is_empty() || self.rng.percent(5) {
            return self.some_name();
        }
        self.rng.pick(self.names).clone()
    }

    /// Of somebody who may be here or not.
    fn some_name(&mut self) -> String {
        self.one_of(NICKS).trim_end_matches('*').to_owned()
    }

    fn number(&mut self) -> usize {
        self.rng.below(self.announcements as usize + 2)
    }

    fn change_modes(&mut self) -> Typed {
        let name = self.mine();
        let key = self.one_of(KEYS);
        let members = self
            .client
            .rooms
            .values()
            .filter_map(|room| room.members.as_ref());
        let limit = members.map(|members| members.len()).max().unwrap_or(3) + self.rng.below(2);
        let change = match self.rng.below(18) {
            0 | 1 => "+s".to_owned(),
            2 => "-s".to_owned(),
            3 => "+i".to_owned(),
            4 => "-i".to_owned(),
            5 => "+m".to_owned(),
            6 => "-m".to_owned(),
            7 => "+u".to_owned(),
            8 => "-u+t".to_owned(),
            9 => format!("+k {key}"),
            10 => "-kl *".to_owned(),
            11 => format!("+l {limit}"),
            12 => format!("+n-t+kl {key} {limit}"),
            13 => "+CP".to_owned(),
            14 => "-CP+p".to_owned(),
            15 => "+x-p".to_owned(),
            16 => "+i".to_owned(),
            _ => "-imnstu".to_owned(),
        };
        self.plain(format!("MODE {name} {change}"))
    }

    fn change_ranks(&mut self) -> Typed {
        let (name, one, other) = (self.mine(), self.name(), self.name());
        let change = self.one_of(&["+o", "-o", "+h", "-h", "+v", "-v", "+v"]);
        match self.rng.below(4) {
            0 => self.plain(format!("MODE {name} +v-o+h {one} {other} {one}")),
            1 => self.plain(format!("MODE {name} +vv {one} {other}")),
            _ => self.plain(format!("MODE {name} {change} {one}")),
        }
    }

    fn change_lists(&mut self) -> Typed {
        let (name, nick) = (self.mine(), self.name());
        let change = self.one_of(&["+b", "-b", "+b", "+e", "-e", "+I", "-I"]);
        let mute = if change.ends_with('b') && self.rng.percent(30) {
            "m:"
        } else {
            ""
        };
        let mask = match self.rng.below(6) {
            0 => "c*!*@*".to_owned(),
            1 => "*".to_owned(),
            _ => nick,
        };
        self.plain(format!("MODE {name} {change} {mute}{mask}"))
    }

    fn redact(&mut self) -> Typed {
        match self.client.ids.len() {
            0 => self.plain("REDACT #ops 0-0-0".to_owned()),
            count => {
                let (target, id) = self.client.ids[self.rng.below(count)].clone();
                self.plain(format!("REDACT {target} {id} :typo"))
            }
        }
    }

    /// Where something goes, as it is typed and as it is meant.
    fn target(&mut self) -> (String, To) {
        match self.rng.below(10) {
            0..3 => {
                let nick = self.name();
                let to = To::Person(Nick::parse(&nick).expect("only names are made up"));
                (nick, to)
            }
            3 => {
                let name = self.mine();
                let ranks = [
                    ("@", Rank::Operator),
                    ("%", Rank::HalfOperator),
                    ("+", Rank::Voice),
                ];
                let (sign, rank) = *self.rng.pick(&ranks);
                (format!("{sign}{name}"), To::Ranked(named(&name), rank))
            }
            4 => {
                let name = self.channel();
                let to = To::Channel(named(&name));
                (name, to)
            }
            _ => {
                let name = self.mine();
                let to = To::Channel(named(&name));
                (name, to)
            }
        }
    }

    fn text(&mut self) -> String {
        *self.token += 1;
        let text = self.one_of(TEXTS);
        let mut text = format!("tok{:06} {text}", self.token);
        if self.rng.percent(5) {
            text.push_str(&" and so on".repeat(24));
        }
        text
    }

    fn attached(&mut self) -> Vec<(String, String)> {
        if !self.client.caps.has(Cap::MessageTags) || !self.rng.percent(20) {
            return Vec::new();
        }
        vec![("+draft/reply".to_owned(), format!("r{}", self.token))]
    }

    fn typed(&mut self, before: Vec<String>, line: String, intent: Intent) -> Typed {
        let mut lines = before;
        lines.push(line.clone());
        (lines, Some((*self.token, Intent { line, ..intent })))
    }

    fn say(&mut self) -> Typed {
        let text = self.text();
        let token = *self.token;
        let (mut typed, to) = self.target();
        let mut all = vec![to];
        if self.rng.percent(8) {
            let (other, to) = self.target();
            // What one says to oneself comes at once, and not in the order of an answer with a label.
            if typed != self.own() && other != self.own() && all[0] != to {
                typed = format!("{typed},{other}");
                all.push(to);
            }
        }
        let (verb, manner, whole) = match self.rng.below(14) {
            0 => (
                "PRIVMSG",
                Manner::Action,
                format!("\u{1}ACTION {text}\u{1}"),
            ),
            1 => ("NOTICE", Manner::Notice, text.clone()),
            2 => ("PRIVMSG", Manner::Request, format!("\u{1}{text}\u{1}")),
            3 => ("NOTICE", Manner::Answer, format!("\u{1}{text}\u{1}")),
            _ => ("PRIVMSG", Manner::Speech, text.clone()),
        };
        let attached = self.attached();
        let mut tags = self.label();
        *self.token = token;
        tags.extend(attached.iter().map(|(key, value)| format!("{key}={value}")));
        let line = tagged(&tags, &format!("{verb} {typed} :{whole}"));
        let intent = intent(all, manner, text, attached);
        let next = self.typed(Vec::new(), line, intent);
        *self.token += 1;
        next
    }

    /// Only tags: that one types.
    fn signal(&mut self) -> Typed {
        if !self.client.caps.has(Cap::MessageTags) {
            return self.plain("TAGMSG #ops".to_owned());
        }
        *self.token += 1;
        let (typed, to) = self.target();
        let attached = vec![("+example/mark".to_owned(), format!("tok{:06}", self.token))];
        let line = format!("@+example/mark=tok{:06} TAGMSG {typed}", self.token);
        let intent = intent(vec![to], Manner::Signal, String::new(), attached);
        self.typed(Vec::new(), line, intent)
    }

    fn announce(&mut self) -> Typed {
        let text = self.text();
        let (line, to) = match self.rng.below(3) {
            0 => {
                let name = self.channel();
                (
                    format!("ANNOUNCE {name} :{text}"),
                    To::EveryoneIn(named(&name)),
                )
            }
            1 => (format!("PRIVMSG $* :{text}"), To::Everyone),
            _ => (format!("ANNOUNCE :{text}"), To::Everyone),
        };
        let intent = intent(vec![to], Manner::Speech, text, Vec::new());
        self.typed(Vec::new(), line, intent)
    }

    /// A message of several lines (draft/multiline), some of which go on.
    fn say_in_lines(&mut self) -> Typed {
        if !self.client.caps.multiline() {
            return self.say();
        }
        let label = self.label();
        let mut text = self.text();
        let token = format!("tok{:06}", self.token);
        let (typed, to) = self.target();
        let notice = self.rng.percent(20);
        let verb = if notice { "NOTICE" } else { "PRIVMSG" };
        let attached = self.attached();
        let mut tags = label;
        tags.extend(attached.iter().map(|(key, value)| format!("{key}={value}")));
        let open = format!("BATCH +{token} draft/multiline {typed}");
        let mut lines = vec![
            tagged(&tags, &open),
            format!("@batch={token} {verb} {typed} :{text}"),
        ];
        for _ in 0..self.rng.below(4) {
            let more = match self.rng.below(5) {
                0 => String::new(),
                1 => "many words ".repeat(30),
                _ => self.one_of(TEXTS).to_owned(),
            };
            let concat = !more.is_empty() && self.rng.percent(35);
            let tag = if concat {
                ";draft/multiline-concat"
            } else {
                "\n"
            };
            text.push_str(tag.trim_start_matches(";draft/multiline-concat"));
            text.push_str(&more);
            let tag = tag.trim_end();
            lines.push(format!("@batch={token}{tag} {verb} {typed} :{more}"));
        }
        let manner = if notice {
            Manner::Notice
        } else {
            Manner::Speech
        };
        let intent = intent(vec![to], manner, text, attached);
        self.typed(lines, format!("BATCH -{token}"), intent)
    }
}

fn intent(to: Vec<To>, manner: Manner, text: String, attached: Vec<(String, String)>) -> Intent {
    Intent {
        line: String::new(),
        to,
        manner,
        text,
        attached,
        irc: true,
    }
}

fn tagged(tags: &[String], line: &str) -> String {
    match tags {
        [] => line.to_owned(),
        tags => format!("@{} {line}", tags.join(";")),
    }
}

fn named(name: &str) -> ChannelName {
    ChannelName::parse(name).expect("only names are made up")
}

/// What nobody meant: noise, half a command, a command with noise in it.
pub fn noise(rng: &mut Rng) -> Vec<u8> {
    const PIECES: &[&[u8]] = &[
        b"JOIN",
        b"#",
        b" ",
        b":",
        b"MODE #x +",
        b"\xff",
        b"WHO ,",
        b"NAMES #x,",
        b"KICK",
        b"@ ",
        b"CAP REQ :nonsense",
        b"SILENCE +",
        b"MODE #ops +bbb",
        b"\x01",
        b"USER a",
        b"TOPIC #ops",
        b"CAP",
        b"MONITOR + :",
        b"#ops",
        b"\0",
        b"ERROR :x",
        b"PONG x",
        b"MODE ann +q",
    ];
    let mut bytes = Vec::new();
    for _ in 0..1 + rng.below(4) {
        match rng.below(5) {
            0 => bytes.push(rng.below(256) as u8),
            _ => bytes.extend(*rng.pick(PIECES)),
        }
    }
    if rng.percent(8) {
        let excess = rng.below(3);
        bytes = vec![b'Y'; hallway::protocol::irc::framing::MESSAGE_BYTES_MAX + excess];
    }
    bytes.extend(b"\r\n");
    bytes
}

/// What is offered without a store.
fn offered() -> impl Iterator<Item = (&'static str, Cap)> {
    let known = CAPABILITIES.iter().copied();
    known.filter(|(_, cap)| Offer::default().has(*cap))
}
