//! What a session makes of what it hears: who and where it is, and what it has read of which sort.

use std::collections::{BTreeMap, BTreeSet};

use hallway::protocol::Protocol;

/// A word that was said, as it was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// In a channel, as it was said.
    Live,
    /// In private: as it was said, or as a letter.
    Private,
    /// Of what was said earlier, which somebody asked for or is shown on coming in.
    Earlier,
}

/// One session's picture.
#[derive(Debug)]
pub struct Ear {
    protocol: Protocol,
    unfinished: String,
    /// What it is called; nothing until it is greeted.
    pub nick: Option<String>,
    /// Where it is; on IRC with whom.
    pub places: BTreeMap<String, BTreeSet<String>>,
    /// Of which it has not been told yet who is there.
    unnamed: BTreeSet<String>,
    /// Between the lines that stand around what was said earlier; on IRC the batches in hand.
    earlier: bool,
    batches: BTreeSet<String>,
    /// The words that it has heard since somebody looked.
    pub words: Vec<(u64, How)>,
    /// The fences that were answered since.
    pub fences: Vec<u64>,
}

impl Ear {
    pub fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            unfinished: String::new(),
            nick: None,
            places: BTreeMap::new(),
            unnamed: BTreeSet::new(),
            earlier: false,
            batches: BTreeSet::new(),
            words: Vec::new(),
            fences: Vec::new(),
        }
    }

    /// Whether it has been told who is wherever it is.
    pub fn is_complete(&self) -> bool {
        self.unnamed.is_empty()
    }

    /// Takes bytes in; the lines that they end.
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<String> {
        self.unfinished += str::from_utf8(bytes).expect("only text is sent");
        let mut lines = Vec::new();
        while let Some((line, rest)) = self.unfinished.split_once("\r\n") {
            let line = line.to_owned();
            self.unfinished = rest.to_owned();
            match self.protocol {
                Protocol::Plain => self.hear_plain(&line),
                Protocol::Irc => self.hear_irc(&line),
            }
            lines.push(line);
        }
        lines
    }

    fn hear_plain(&mut self, line: &str) {
        let Some(told) = line.strip_prefix("* ") else {
            return self.hear_said(line);
        };
        if let Some(token) = told.strip_prefix("Pong: f") {
            self.fences.push(token.parse().expect("it was a number"));
        } else if told.starts_with("Earlier ") || told == "Found:" {
            self.earlier = true;
        } else if told == "Now:" {
            self.earlier = false;
        } else if let Some(rest) = told.strip_prefix("Hello, ") {
            self.nick = rest.split('.').next().map(str::to_owned);
        } else if let Some((nick, rest)) = several_sessions(told) {
            self.nick = Some(nick.to_owned());
            self.places = channels_in(rest)
                .map(|name| (name, BTreeSet::new()))
                .collect();
        } else if let Some((before, after)) = told.split_once(" is now called ") {
            if self.nick.as_deref() == Some(before) {
                self.nick = Some(after.trim_end_matches('.').to_owned());
            }
        } else if let Some(came) = came_into(told) {
            self.places.insert(came, BTreeSet::new());
        } else if let Some(left) = gone_from(told) {
            self.places.remove(&left);
        }
    }

    fn hear_said(&mut self, line: &str) {
        let Some(word) = word(line) else { return };
        let private = line.contains(" private ");
        let how = match (self.earlier, private) {
            (true, _) => How::Earlier,
            (false, true) => How::Private,
            (false, false) => How::Live,
        };
        self.words.push((word, how));
    }

    fn hear_irc(&mut self, line: &str) {
        let (tags, rest) = match line.strip_prefix('@').and_then(|line| line.split_once(' ')) {
            Some((tags, rest)) => (tags, rest),
            None => ("", line),
        };
        let (rest, last) = match rest.split_once(" :") {
            Some((rest, last)) => (rest, Some(last)),
            None => (rest, None),
        };
        let mut words = rest.trim_start_matches(':').split(' ');
        let source = words.next().unwrap_or("");
        let who = source.split('!').next().unwrap_or("").to_owned();
        let verb = words.next().unwrap_or("");
        let params: Vec<&str> = words.chain(last).collect();
        let batch = tags.split(';').find_map(|tag| tag.strip_prefix("batch="));
        let of_history = batch.is_some_and(|batch| self.batches.contains(batch));
        if let Some(reference) = params.first().filter(|_| verb == "BATCH") {
            match reference.split_at(1) {
                ("+", name) => drop(self.batches.insert(name.to_owned())),
                (_, name) => drop(self.batches.remove(name)),
            }
        } else if matches!(verb, "PRIVMSG" | "NOTICE") {
            self.hear_message(&params, of_history);
        } else if !of_history {
            self.follow(&who, verb, &params);
        }
    }

    fn hear_message(&mut self, params: &[&str], of_history: bool) {
        let [target, text] = params else { return };
        let Some(word) = word(text) else { return };
        let stamped = text.starts_with('[');
        let how = match target.starts_with('#') {
            _ if of_history => How::Earlier,
            true if stamped => How::Earlier,
            true => How::Live,
            false => How::Private,
        };
        self.words.push((word, how));
    }

    fn follow(&mut self, who: &str, verb: &str, params: &[&str]) {
        let own = self.nick.as_deref() == Some(who);
        match (verb, params) {
            ("001", [nick, ..]) => self.nick = Some((*nick).to_owned()),
            ("PONG", [_, token]) => {
                let token = token.strip_prefix('f').expect("it was asked for");
                self.fences.push(token.parse().expect("it was a number"));
            }
            ("JOIN", [channel, ..]) if own => {
                let names = BTreeSet::from([who.to_owned()]);
                let news = self.places.insert((*channel).to_owned(), names);
                assert!(news.is_none(), "{channel} was joined already");
                self.unnamed.insert((*channel).to_owned());
            }
            ("JOIN", [channel, ..]) => {
                let news = self.room(channel).insert(who.to_owned());
                assert!(news, "{who} was in {channel} already");
            }
            ("PART", [channel, ..]) if own => {
                self.unnamed.remove(*channel);
                let left = self.places.remove(*channel);
                assert!(left.is_some(), "{channel} was left already");
            }
            ("PART", [channel, ..]) => {
                let was = self.room(channel).remove(who);
                let unnamed = self.unnamed.contains(*channel);
                assert!(was || unnamed, "{who} was not in {channel}");
            }
            ("QUIT", _) => {
                for names in self.places.values_mut() {
                    names.remove(who);
                }
            }
            ("NICK", [nick]) => {
                if own {
                    self.nick = Some((*nick).to_owned());
                }
                for names in self.places.values_mut() {
                    if names.remove(who) {
                        names.insert((*nick).to_owned());
                    }
                }
            }
            ("353", [_, _, channel, names]) => {
                let names = names
                    .split(' ')
                    .map(|name| name.trim_start_matches(['@', '%', '+']));
                let names: Vec<String> = names.map(str::to_owned).collect();
                self.room(channel).extend(names);
            }
            ("366", [_, channel, ..]) => drop(self.unnamed.remove(*channel)),
            _ => {}
        }
    }

    fn room(&mut self, channel: &str) -> &mut BTreeSet<String> {
        let found = self.places.get_mut(channel);
        found.unwrap_or_else(|| panic!("it is not in {channel}"))
    }
}

/// The number of a word such as `tok12.`.
fn word(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("tok")?;
    rest.split('.').next()?.parse().ok()
}

/// `You are NAME in 2 sessions, ...`
fn several_sessions(told: &str) -> Option<(&str, &str)> {
    let rest = told.strip_prefix("You are ")?;
    let (nick, rest) = rest.split_once(" in ")?;
    rest.contains(" sessions, ").then_some((nick, rest))
}

fn channels_in(text: &str) -> impl Iterator<Item = String> {
    let words = text.split([' ', ',', '.', ':']);
    let mut found: Vec<String> = words
        .filter(|word| word.starts_with('#'))
        .map(str::to_owned)
        .collect();
    // In no channel: the sentence says how to join one.
    if text.contains("no channel") {
        found.clear();
    }
    found.into_iter()
}

fn came_into(told: &str) -> Option<String> {
    let fronts = [
        "You are in ",
        "You have made ",
        "Your other session has joined ",
    ];
    let rest = fronts.iter().find_map(|front| told.strip_prefix(front))?;
    channels_in(rest).next()
}

fn gone_from(told: &str) -> Option<String> {
    let fronts = ["You have left ", "Your other session has left "];
    let rest = fronts.iter().find_map(|front| told.strip_prefix(front))?;
    channels_in(rest).next()
}
