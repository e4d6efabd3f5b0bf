//! Whatever one does from whichever session, all of them agree on where one is, and with the chat;
//! also after it was saved and restored.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::session::Side;
use super::{SessionId, Stage};
use crate::protocol::Protocol;

const SEEDS: u64 = 40;
const DEEDS: usize = 150;

/// What is done by a session; `#?` is one of a few channels. The first words are of the plain
/// protocol, the others of IRC.
#[rustfmt::skip]
const DEEDS_OF_ANN: &[(&str, &str)] = &[
    ("/join #?", "JOIN #?"),
    ("/join #?", "JOIN #?"),
    ("/join #?", "JOIN #?,#?"),
    ("/leave #?", "PART #?"),
    ("/leave", "PART #?"),
    ("/rename #? #?", "RENAME #? #?"),
    ("/op #? bert", "MODE #? +o bert"),
    ("/nick anna", "NICK anna"),
    ("/nick ann", "NICK ann"),
    ("/away lunch", "AWAY :lunch"),
    ("/back", "AWAY"),
    ("/msg bert hi", "PRIVMSG bert :hi"),
    ("/msg #? hi", "PRIVMSG #? :hi"),
    ("hello", "PRIVMSG #? :hello"),
    ("/hold", "JOIN 0"),
    ("/go", "PING x"),
];

/// What bert does, whom ann may have made an operator.
const DEEDS_OF_BERT: &[&str] = &[
    "/join #?",
    "/leave #?",
    "/kick #? ann",
    "/kick #? anna",
    "/rename #? #?",
    "/mode #? +i",
    "/msg ann hi",
];

const CHANNELS: &[&str] = &["#a", "#b", "#c", "#lobby"];

/// The same chance for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        // Numerical Recipes' generator: its upper bits are good enough to choose by.
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        let upper = usize::try_from(self.0 >> 33).expect("31 bits fit");
        upper % limit
    }

    fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }

    /// The words with a channel for each `#?`.
    fn spelled(&mut self, words: &str) -> String {
        let mut pieces = words.split("#?");
        let mut line = pieces.next().unwrap_or("").to_owned();
        for piece in pieces {
            line += self.one_of(CHANNELS);
            line += piece;
        }
        line
    }
}

/// A person with several sessions, and what their clients make of what they hear.
struct Story {
    stage: Stage,
    chance: Chance,
    bert: SessionId,
    devices: Vec<SessionId>,
    clients: BTreeMap<SessionId, Picture>,
}

/// Who a client believes to be, and where.
#[derive(Debug, Default)]
struct Picture {
    nick: String,
    channels: BTreeSet<String>,
    /// Of which it has not heard yet who is there.
    unnamed: BTreeSet<String>,
}

impl Picture {
    fn hear(&mut self, line: &str) {
        let mut words = line.trim_start_matches(':').split(' ');
        let (source, verb) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let params: Vec<&str> = words.map(|word| word.trim_start_matches(':')).collect();
        let own = source == self.nick;
        match (verb, params.as_slice()) {
            ("001", [nick, ..]) => self.nick = (*nick).to_owned(),
            ("NICK", [nick]) if own => self.nick = (*nick).to_owned(),
            ("JOIN", [channel]) if own => {
                let news = self.channels.insert((*channel).to_owned());
                assert!(news, "{channel} was joined already");
                self.unnamed.insert((*channel).to_owned());
            }
            ("PART", [channel, ..]) if own => self.leave(channel),
            ("KICK", [channel, nick, ..]) if *nick == self.nick => self.leave(channel),
            ("RENAME", [before, channel, ..]) => {
                self.leave(before);
                self.channels.insert((*channel).to_owned());
            }
            ("353", [_, _, channel, ..]) => {
                assert!(self.channels.contains(*channel), "names of {channel}");
            }
            ("366", [_, channel, ..]) => drop(self.unnamed.remove(*channel)),
            _ => {}
        }
    }

    fn leave(&mut self, channel: &str) {
        assert!(self.channels.remove(channel), "{channel} was left already");
    }
}

impl Story {
    fn new(seed: u64) -> Self {
        let mut stage = Stage::new();
        let desk = stage.owner("ann");
        let bert = stage.guest("bert");
        Self {
            stage,
            chance: Chance(seed),
            bert,
            devices: vec![desk],
            clients: BTreeMap::new(),
        }
    }

    fn go_on(&mut self) {
        match self.chance.below(12) {
            0 if self.chance.below(2) == 0 => self.stage.restore(),
            0 => self.comes(Protocol::Plain),
            1 => self.comes(Protocol::Irc),
            2 => self.guest_logs_in(),
            3 if self.devices.len() > 1 => self.goes(),
            4..6 => {
                let deed = self.chance.one_of(DEEDS_OF_BERT);
                let line = self.chance.spelled(deed);
                self.stage.says(self.bert, &[&line]);
            }
            _ => {
                let device = self.chance.one_of(&self.devices);
                let (plain, irc) = self.chance.one_of(DEEDS_OF_ANN);
                let is_client = self.clients.contains_key(&device);
                let line = self.chance.spelled(if is_client { irc } else { plain });
                self.stage.says(device, &[&line]);
            }
        }
    }

    fn comes(&mut self, protocol: Protocol) {
        let id = self.stage.connect(protocol);
        if protocol == Protocol::Irc {
            let caps = self.chance.one_of(&["", "draft/channel-rename"]);
            let negotiation = format!("CAP REQ :{caps}");
            self.stage.says(id, &[&negotiation, "NICK x"]);
        }
        self.try_to_share(id, protocol);
    }

    fn guest_logs_in(&mut self) {
        let id = self.stage.client("guest", "");
        let line = self.chance.spelled("JOIN #?,#?");
        self.stage.says(id, &[&line]);
        self.try_to_share(id, Protocol::Irc);
    }

    fn try_to_share(&mut self, id: SessionId, protocol: Protocol) {
        if self.stage.shares(id, "ann").is_err() {
            return self.stage.says(id, &[self.bye(protocol)]);
        }
        self.devices.push(id);
        if protocol == Protocol::Irc {
            self.clients.insert(id, Picture::default());
        }
    }

    fn bye(&self, protocol: Protocol) -> &'static str {
        match protocol {
            Protocol::Plain => "/quit",
            Protocol::Irc => "QUIT",
        }
    }

    /// A session leaves, or is made to.
    fn goes(&mut self) {
        let place = self.chance.below(self.devices.len());
        let id = self.devices.remove(place);
        let protocol = match self.clients.remove(&id) {
            Some(_) => Protocol::Irc,
            None => Protocol::Plain,
        };
        self.stage.says(id, &[self.bye(protocol)]);
    }

    fn check(&mut self) {
        let server = &self.stage.server;
        let user = server.user_of(self.devices[0]).expect("ann is here");
        assert_eq!(server.seats_of(user), self.devices);
        let channels = server.channels_of(user);
        let truth: BTreeSet<String> = channels.iter().map(|name| name.to_string()).collect();
        let nick = server.nick_of(user).expect("ann is here").to_string();
        for id in self.devices.clone() {
            let heard = self.stage.heard(id);
            if let Some(picture) = self.clients.get_mut(&id) {
                heard.iter().for_each(|line| picture.hear(line));
                assert_eq!((&picture.nick, &picture.channels), (&nick, &truth));
                assert_eq!(picture.unnamed, BTreeSet::new());
            } else if let Some(Side::Plain(plain)) = self.side(id) {
                let screen = &plain.screen;
                let agrees = channels.iter().filter(|name| screen.is_in(name)).count();
                assert_eq!((agrees, screen.places()), (truth.len(), truth.len()));
                let current = screen.current();
                assert!(current.is_none_or(|name| truth.contains(name.as_str())));
            }
        }
    }

    fn side(&self, id: SessionId) -> Option<&Side> {
        Some(&self.stage.server.sessions.get(id)?.side)
    }
}

#[test]
fn all_sessions_of_a_person_agree_with_the_chat() {
    for seed in 0..SEEDS {
        let mut story = Story::new(seed);
        for _ in 0..DEEDS {
            story.go_on();
            story.check();
        }
    }
}
