//! A client that keeps its own picture of the office, made of nothing but what it typed and what
//! it was sent. It is strict: hearing twice of one thing, or of what it has nothing to do with, is
//! a fault as much as not hearing of it.

use std::collections::{BTreeMap, BTreeSet};

use hallway::chat::name::{ChannelName, Nick};
use hallway::chat::watch::CROWD_MIN;

use super::lines::Told;

/// The channel into which everybody is taken.
const LOBBY: &str = "#lobby";

/// What a long answer is the answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Who is in a channel, or here.
    Who(Option<ChannelName>),
    Board(Option<ChannelName>),
}

/// A long answer, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub question: Question,
    /// How many rows it will have.
    pub rows: Option<usize>,
    pub available: BTreeSet<Nick>,
    pub away: BTreeSet<Nick>,
    /// Who left lately, on a board.
    pub absent: BTreeSet<Nick>,
}

/// The lines between `* Earlier in #c:` and `* Now:`, without their stamps.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    pub channel: Option<ChannelName>,
    pub lines: Vec<String>,
    /// It has not ended yet.
    pub open: bool,
}

/// What it knows of somebody whom it watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing for certain.
    Unsure,
    Absent,
    /// Whether they are away, if it knows.
    Here(Option<bool>),
}

/// What one client knows.
#[derive(Debug, Default)]
pub struct Person {
    pub nick: Option<Nick>,
    /// Where it is, the current channel last.
    pub channels: Vec<ChannelName>,
    /// It was put out of the channel it spoke in.
    pub adrift: bool,
    /// It has not been taken into the lobby yet.
    pub lobby_due: bool,
    /// Who else is where, for the channels of which it can know.
    pub people: BTreeMap<ChannelName, BTreeSet<Nick>>,
    /// In how it says that it is away.
    pub away: Option<String>,
    /// Whom it watches.
    pub watched: BTreeMap<Nick, Seen>,
    pub watched_channels: BTreeSet<ChannelName>,
    pub holding: bool,
    /// It did things while it held the lines of others, so that those are out of order for it.
    touched: bool,
    /// It is reading those lines now.
    catching_up: bool,
    /// The day it was last told; `None`: it does not know.
    pub day: Option<u32>,
    /// The day it was last told before it held the lines of others.
    day_held: Option<u32>,
    pub answer: Option<Answer>,
    pub earlier: Earlier,
    /// It typed `/join`, and has not been answered.
    joining: bool,
    leaving: bool,
    /// What it typed names the lobby.
    names_lobby: bool,
    /// It has asked whether somebody is here.
    seeking: bool,
}

/// Commands that change nothing of a picture, so that it survives them while lines are held back.
const HARMLESS: &[&str] = &[
    "/msg",
    "/me",
    "/notice",
    "/announce",
    "/hold",
    "/go",
    "/ping",
    "/help",
    "/ack",
    "/list",
];

impl Person {
    /// Whether the lines of others come in another order than that in which things happened.
    pub fn is_fuzzy(&self) -> bool {
        self.catching_up || self.holding && self.touched
    }

    /// Where bare text goes, as far as it knows.
    pub fn current(&self) -> Option<&ChannelName> {
        self.channels.last().filter(|_| !self.adrift)
    }

    /// The server hears a line of it.
    pub fn types(&mut self, line: &str) {
        let word = line.split(' ').next().unwrap_or("");
        let command = word.to_ascii_lowercase();
        let bare = !line.starts_with('/') || line.starts_with("//");
        let harmless = !self.lobby_due && (bare || HARMLESS.contains(&command.as_str()));
        self.touched = self.holding && (self.touched || !harmless);
        if command == "/go" && self.holding {
            self.hold_no_more();
        }
        self.joining = command == "/join";
        self.leaving = command == "/leave";
        self.seeking = command == "/seen";
        self.names_lobby = line.to_ascii_lowercase().contains(LOBBY);
        self.earlier = Earlier::default();
        self.answer = self.question(&command, line).map(|question| Answer {
            question,
            rows: None,
            available: BTreeSet::new(),
            away: BTreeSet::new(),
            absent: BTreeSet::new(),
        });
    }

    /// A channel is called something else: it goes on to be where it was, and to watch what it
    /// watched and may know of.
    pub fn follow(&mut self, before: &ChannelName, new: &ChannelName, sees: bool) {
        self.touched |= self.holding;
        let own = self.channels.iter_mut().filter(|name| *name == before);
        own.for_each(|name| *name = new.clone());
        if let Some(people) = self.people.remove(before) {
            self.people.insert(new.clone(), people);
        }
        if sees && self.watched_channels.remove(before) {
            self.watched_channels.insert(new.clone());
        }
    }

    fn hold_no_more(&mut self) {
        self.holding = false;
        // Announcements do not wait, and may have told a later day than that of what did.
        self.day = self.day.filter(|_| self.day == self.day_held);
        if std::mem::take(&mut self.touched) {
            self.catching_up = true;
            self.people.clear();
            let seen = self.watched.values_mut();
            seen.for_each(|seen| *seen = Seen::Unsure);
            self.day = None;
        }
    }

    fn question(&self, command: &str, line: &str) -> Option<Question> {
        let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
        let channel = match rest {
            "" => None,
            name => Some(ChannelName::parse(name).ok()),
        };
        match (command, channel) {
            ("/who", None) => Some(Question::Who(None)),
            ("/who", Some(Some(channel))) => Some(Question::Who(Some(channel))),
            ("/board", None) => Some(Question::Board(None)),
            ("/board", Some(Some(channel))) => Some(Question::Board(Some(channel))),
            _ => None,
        }
    }

    fn is_me(&self, nick: &Nick) -> bool {
        self.nick.as_ref() == Some(nick)
    }

    /// It is sent a line.
    ///
    /// # Errors
    /// The line does not fit what it was sent before.
    pub fn hear(&mut self, told: &Told, line: &str) -> Result<(), String> {
        if self.earlier.open {
            return self.hear_earlier(told, line);
        }
        if self.is_fuzzy() && self.is_of_others(told) {
            return Ok(());
        }
        self.learn(told)
    }

    /// Whether a line tells what somebody else did, and may have waited.
    fn is_of_others(&self, told: &Told) -> bool {
        match told {
            Told::PutOut(nicks, _) => !nicks.iter().any(|nick| self.is_me(nick)),
            Told::Renamed(nick, _) => self.catching_up || !self.is_me(nick),
            Told::Date(_) => self.catching_up,
            told => matches!(
                told,
                Told::Joined(..)
                    | Told::Left(..)
                    | Told::Gone(_)
                    | Told::Here(_)
                    | Told::WentAway(_)
                    | Told::CameBack(_)
            ),
        }
    }

    fn hear_earlier(&mut self, told: &Told, line: &str) -> Result<(), String> {
        match told {
            Told::Now => self.earlier.open = false,
            Told::Said(said) => self.earlier.lines.push(said.rest.clone()),
            Told::Date(day) => self.day = Some(*day),
            _ => return Err(format!("{line:?} stands among what was said earlier")),
        }
        Ok(())
    }

    fn learn(&mut self, told: &Told) -> Result<(), String> {
        match told {
            Told::Hello(nick) => {
                self.nick = Some(nick.clone());
                self.lobby_due = true;
            }
            Told::Date(day) => self.day = Some(*day),
            Told::EarlierIn(channel) => {
                self.earlier = Earlier {
                    channel: Some(channel.clone()),
                    lines: Vec::new(),
                    open: true,
                };
            }
            Told::Now => return Err("now, but nothing was earlier".to_owned()),
            Told::InChannel(channel) => self.enter(channel, false),
            Told::Made(channel) => self.enter(channel, true),
            Told::SpeakIn(channel) => return self.turn_to(channel),
            Told::Nowhere => return self.be_nowhere(),
            Told::HaveLeft(channel) => self.leave(channel),
            Told::Joined(nick, channel) => return self.see_join(nick, channel),
            Told::Left(nick, channel) => return self.see_leave(nick, channel),
            Told::PutOut(nicks, channel) => {
                return nicks
                    .iter()
                    .try_for_each(|nick| self.see_kick(nick, channel));
            }
            Told::ManyPutOut(_, channel) => drop(self.people.remove(channel)),
            Told::YouAreOut(channel) => return self.see_out(channel),
            Told::Gone(nick) | Told::PutOff(nick) => {
                return self.see_gone(nick, matches!(told, Told::PutOff(_)));
            }
            Told::Renamed(nick, new) => return self.see_rename(nick, new),
            Told::Refused(why) if why.contains(LOBBY) && !self.names_lobby => {
                // It was to be taken there first, and is not.
                self.lobby_due = false;
            }
            Told::Here(_) if self.seeking => {}
            Told::Here(nick) => {
                return self.see_watched(nick, None, |before| before == Seen::Absent);
            }
            Told::WentAway(nick) => return self.see_availability(nick, true),
            Told::CameBack(nick) => return self.see_availability(nick, false),
            Told::YouAreAway(words) => self.be(Some(words.clone())),
            Told::Available => self.be(None),
            Told::AwayIsOver => {
                let was_away = self.away.is_some();
                self.be(None);
                was_away.then_some(()).ok_or("it was not away")?;
            }
            Told::WatchChannel(channel) => {
                self.watched_channels.insert(channel.clone());
            }
            Told::WatchPerson(nick, state) => {
                let seen = state.map_or(Seen::Absent, |away| Seen::Here(Some(away)));
                self.watched.insert(nick.clone(), seen);
            }
            Told::WatchNoMore(what) => self.watch_no_more(what),
            Told::Holding => {
                self.holding = true;
                self.day_held = self.day;
            }
            Told::HeldTooMuch => self.hold_no_more(),
            Told::Heads(rows) => self.expect_rows(*rows),
            Told::Board(_, available, away) => self.expect_rows(available + away),
            Told::Row(row) => return self.read_row(row),
            _ => {}
        }
        self.forget_crowds();
        Ok(())
    }

    fn enter(&mut self, channel: &ChannelName, made: bool) {
        let (asked, adrift) = (self.joining, self.adrift);
        let before = self.current().cloned();
        self.people.remove(channel);
        if made {
            let alone = BTreeSet::from_iter(self.nick.clone());
            self.people.insert(channel.clone(), alone);
        }
        self.speak_in(channel);
        if asked {
            return;
        }
        // It was taken into the lobby, and goes on to speak where it spoke.
        self.lobby_due = false;
        self.touched |= self.holding;
        self.adrift = adrift;
        if let Some(before) = before {
            self.speak_in(&before);
        }
    }

    fn speak_in(&mut self, channel: &ChannelName) {
        self.channels.retain(|other| other != channel);
        self.channels.push(channel.clone());
        self.adrift = false;
    }

    fn turn_to(&mut self, channel: &ChannelName) -> Result<(), String> {
        if self.leaving && self.current() != Some(channel) {
            return Err(format!("it falls back to {:?}", self.current()));
        }
        let known = self.channels.contains(channel);
        self.speak_in(channel);
        known
            .then_some(())
            .ok_or_else(|| format!("it speaks in {channel} without being there"))
    }

    fn be_nowhere(&self) -> Result<(), String> {
        match self.current() {
            Some(current) => Err(format!("it should speak in {current}")),
            None => Ok(()),
        }
    }

    fn leave(&mut self, channel: &ChannelName) {
        self.channels.retain(|other| other != channel);
        self.people.remove(channel);
    }

    fn see_join(&mut self, nick: &Nick, channel: &ChannelName) -> Result<(), String> {
        if self.is_me(nick) {
            return Err("it hears of its own coming".to_owned());
        }
        self.check_concern(channel)?;
        if let Some(people) = self.people.get_mut(channel)
            && !people.insert(nick.clone())
        {
            return Err(format!("{nick} joins {channel} twice"));
        }
        self.forget_crowds();
        Ok(())
    }

    fn see_leave(&mut self, nick: &Nick, channel: &ChannelName) -> Result<(), String> {
        if self.is_me(nick) {
            return Err("it hears of its own leaving".to_owned());
        }
        self.check_concern(channel)?;
        self.take_out(nick, channel)
    }

    fn take_out(&mut self, nick: &Nick, channel: &ChannelName) -> Result<(), String> {
        let people = self.people.get_mut(channel);
        let there = people.is_none_or(|people| people.remove(nick));
        there
            .then_some(())
            .ok_or_else(|| format!("{nick} leaves {channel} without being there"))
    }

    /// Whoever runs the server may do that from outside, and is told of it.
    fn see_kick(&mut self, nick: &Nick, channel: &ChannelName) -> Result<(), String> {
        if !self.is_me(nick) {
            return self.take_out(nick, channel);
        }
        self.see_out(channel)
    }

    fn see_out(&mut self, channel: &ChannelName) -> Result<(), String> {
        if !self.channels.contains(channel) {
            return Err(format!("it is put out of {channel} without being there"));
        }
        // That is told at once, before what was held back.
        self.touched |= self.holding;
        self.adrift |= self.current() == Some(channel);
        self.leave(channel);
        Ok(())
    }

    fn check_concern(&self, channel: &ChannelName) -> Result<(), String> {
        let concerned = self.channels.contains(channel) || self.watched_channels.contains(channel);
        concerned
            .then_some(())
            .ok_or_else(|| format!("what happens in {channel} is not for it"))
    }

    /// Whether it may know that somebody is here: by watching, or because they may be in a channel.
    fn may_know(&self, nick: &Nick) -> bool {
        let unknown = |channel| self.people.get(channel).is_none_or(|p| p.contains(nick));
        self.watched.contains_key(nick)
            || !self.watched_channels.is_empty()
            || self.channels.iter().any(unknown)
    }

    fn see_gone(&mut self, nick: &Nick, asked: bool) -> Result<(), String> {
        if !asked && !self.may_know(nick) {
            return Err(format!("that {nick} goes is not for it"));
        }
        let known = self
            .people
            .values_mut()
            .filter_map(|people| people.take(nick))
            .count();
        match self.watched.get_mut(nick) {
            Some(Seen::Absent) => Err(format!("{nick} goes without being here")),
            Some(state) => {
                *state = Seen::Absent;
                Ok(())
            }
            None if asked || known > 0 || self.people.len() < self.channels.len() => Ok(()),
            None if !self.watched_channels.is_empty() => Ok(()),
            None => Err(format!("{nick} goes twice")),
        }
    }

    fn see_rename(&mut self, nick: &Nick, new: &Nick) -> Result<(), String> {
        if self.is_me(nick) {
            self.nick = Some(new.clone());
            if self.holding {
                return Ok(());
            }
        } else if !self.may_know(nick) {
            return Err(format!("that {nick} is called {new} is not for it"));
        }
        for people in self.people.values_mut() {
            if people.take(nick).is_some() && !people.insert(new.clone()) {
                return Err(format!("{new} is somebody else"));
            }
        }
        let before = self
            .watched
            .get_mut(nick)
            .map(|seen| std::mem::replace(seen, Seen::Absent));
        if let Some(seen) = self.watched.get_mut(new) {
            *seen = before.unwrap_or(Seen::Here(None));
        }
        Ok(())
    }

    fn see_availability(&mut self, nick: &Nick, away: bool) -> Result<(), String> {
        if self.watched.contains_key(nick) {
            return self.see_watched(nick, Some(away), |before| before != Seen::Absent);
        }
        let watches = !self.watched_channels.is_empty();
        watches
            .then_some(())
            .ok_or_else(|| format!("whether {nick} is away is not for it"))
    }

    fn see_watched(
        &mut self,
        nick: &Nick,
        away: Option<bool>,
        fits: impl Fn(Seen) -> bool,
    ) -> Result<(), String> {
        let seen = self
            .watched
            .get_mut(nick)
            .ok_or(format!("it does not watch {nick}"))?;
        let before = std::mem::replace(seen, Seen::Here(away));
        let fits = before == Seen::Unsure || fits(before);
        fits.then_some(())
            .ok_or_else(|| format!("{nick} was {before:?} for it before"))
    }

    /// It is away, or not; it may watch itself, and is told of that but once.
    fn be(&mut self, away: Option<String>) {
        self.away = away;
        let own = self
            .nick
            .as_ref()
            .and_then(|nick| self.watched.get_mut(nick));
        if let Some(seen) = own {
            *seen = Seen::Here(Some(self.away.is_some()));
        }
    }

    fn watch_no_more(&mut self, what: &str) {
        if let Ok(channel) = ChannelName::parse(what) {
            self.watched_channels.remove(&channel);
        } else if let Ok(nick) = Nick::parse(what) {
            self.watched.remove(&nick);
        }
        self.forget_crowds();
    }

    /// Of the comings and goings in a crowd it hears only if it asked to.
    fn forget_crowds(&mut self) {
        let watched = &self.watched_channels;
        self.people
            .retain(|channel, people| people.len() < CROWD_MIN || watched.contains(channel));
    }

    fn expect_rows(&mut self, rows: usize) {
        if let Some(answer) = &mut self.answer {
            answer.rows = Some(rows);
        }
    }

    fn read_row(&mut self, row: &str) -> Result<(), String> {
        let Some(answer) = &mut self.answer else {
            return Ok(());
        };
        match answer.question {
            Question::Who(_) => {
                let end = row.find([' ', ',']).unwrap_or(row.len());
                let nick =
                    Nick::parse(&row[..end]).map_err(|fault| format!("{fault:?} in {row}"))?;
                answer.available.insert(nick);
            }
            Question::Board(_) => {
                let (state, list) = [
                    ("available ", &mut answer.available),
                    ("away ", &mut answer.away),
                    ("not here ", &mut answer.absent),
                ]
                .into_iter()
                .find(|(state, _)| row.starts_with(state))
                .ok_or_else(|| format!("{row:?} says nothing"))?;
                let nick = row[state.len()..].split_ascii_whitespace().next();
                let nick = Nick::parse(nick.unwrap_or(""));
                list.insert(nick.map_err(|fault| format!("{fault:?} in {row}"))?);
            }
        }
        Ok(())
    }

    /// At the end of a step: takes a complete answer, which also completes the picture.
    pub fn settle(&mut self) -> Option<Answer> {
        (self.joining, self.leaving, self.catching_up) = (false, false, false);
        self.seeking = false;
        let complete = self
            .answer
            .as_ref()
            .is_some_and(|answer| answer.rows == Some(answer.available.len() + answer.away.len()));
        let answer = self.answer.take_if(|_| complete)?;
        if let Question::Who(Some(channel)) = &answer.question
            && self.channels.contains(channel)
            && !self.is_fuzzy()
            && !self.holding
        {
            self.people
                .insert(channel.clone(), answer.available.clone());
            self.forget_crowds();
        }
        Some(answer)
    }
}
