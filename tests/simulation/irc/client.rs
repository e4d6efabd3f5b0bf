//! An IRC client that keeps its own picture of the office, made of nothing but what it was sent.

use std::collections::BTreeMap;

use hallway::chat::UserId;
use hallway::chat::name::{ChannelName, Nick};
use hallway::protocol::irc::capabilities::{Cap, Caps, lookup};
use hallway::protocol::modes::rank_of_sign;

use super::room::{Room, Standing, changes, standing};
use super::talk::{Talk, Uttered, split};
use super::wire::Line;
use crate::truth::Truth;

/// How many ids of what it has read a client keeps.
const IDS_MAX: usize = 8;

/// What one IRC client knows.
#[derive(Debug, Default)]
pub struct Client {
    pub caps: Caps,
    /// Once it is registered.
    pub nick: Option<Nick>,
    pub rooms: BTreeMap<ChannelName, Room>,
    /// It was told that it is away.
    away: bool,
    /// Whether others are away, where that is known.
    others: BTreeMap<Nick, bool>,
    /// Whom it monitors, and whether they are here.
    monitored: BTreeMap<Nick, bool>,
    /// What it wants to hear of operators of the server.
    wallops: bool,
    /// It has just been told that it is an operator of the server, or no longer.
    pub operates: Option<bool>,
    pub talk: Talk,
    /// Ids of what was said lately, and where.
    pub ids: Vec<(String, String)>,
    /// The rows of `WHO` that have come, of which channel.
    rows: BTreeMap<Nick, (Standing, bool)>,
    /// The last line was the end of the connection.
    pub ended: bool,
}

impl Client {
    /// A line of it is heard.
    ///
    /// # Errors
    /// What it typed before has not been answered.
    pub fn types(&mut self, line: &str) -> Result<(), String> {
        self.talk.types(line, self.caps)?;
        self.rows.clear();
        let (_, rest) = split(line);
        let mut words = rest.split(' ');
        match (words.next(), words.next()) {
            (Some("CAP"), Some("LS")) if rest.ends_with("302") => {
                self.caps.set(Cap::CapNotify, true)
            }
            (Some("PROTOCTL"), Some("NAMESX")) if self.nick.is_some() => {
                self.caps.set(Cap::MultiPrefix, true);
            }
            (Some("MONITOR"), Some("-")) => {
                let named = words.next().unwrap_or("").split(',');
                for nick in named.filter_map(|nick| Nick::parse(nick).ok()) {
                    self.monitored.remove(&nick);
                }
            }
            (Some("MONITOR"), Some("C")) => self.monitored.clear(),
            _ => {}
        }
        self.forget_strangers();
        Ok(())
    }

    /// It is sent a line. Gives what was said by it. `caused`: it comes of what it typed.
    ///
    /// # Errors
    /// The line does not fit what it was sent before, or what it has asked for.
    pub fn hear(&mut self, line: &Line, caused: bool) -> Result<Option<Uttered>, String> {
        if self.ended {
            return Err("after the end".to_owned());
        }
        line.check_tags(self.caps)?;
        let own = self
            .nick
            .as_ref()
            .is_some_and(|nick| nick.as_str() == line.nick());
        let to_itself = own && [0, 2].iter().any(|place| line.param(*place) == line.nick());
        let uttered = self.talk.hear(line, self.caps, to_itself)?;
        if line.is_numeric() {
            self.hear_numeric(line)?;
        } else {
            self.hear_command(line, caused)?;
        }
        self.forget_strangers();
        Ok(uttered)
    }

    fn is_me(&self, nick: &Nick) -> bool {
        self.nick.as_ref() == Some(nick)
    }

    fn hear_command(&mut self, line: &Line, caused: bool) -> Result<(), String> {
        let who = || Nick::parse(line.nick()).map_err(|_| format!("{} is nobody", line.source));
        let room = |place: usize| {
            ChannelName::parse(line.param(place)).map_err(|_| "that is no channel".to_owned())
        };
        let asked = |cap| match self.caps.has(cap) {
            true => Ok(()),
            false => Err("that was not asked for".to_owned()),
        };
        match line.verb.as_str() {
            "ERROR" => self.ended = true,
            "CAP" => self.hear_caps(line)?,
            "JOIN" => self.see_join(&who()?, room(0)?)?,
            "PART" => self.see_leave(&who()?, &room(0)?)?,
            "KICK" => {
                let nick = Nick::parse(line.param(1)).map_err(|_| "nobody is kicked")?;
                match self.rooms.contains_key(&room(0)?) {
                    false if caused => {}
                    _ => self.see_leave(&nick, &room(0)?)?,
                }
            }
            "QUIT" => self.see_quit(&who()?)?,
            "NICK" => self.see_rename(&who()?, line.param(0))?,
            "MODE" => self.see_modes(line, caused)?,
            "TOPIC" => self.room(&room(0)?)?.topic = line.param(1).to_owned(),
            "RENAME" => {
                asked(Cap::ChannelRename)?;
                self.see_channel_renamed(&room(0)?, room(1)?, caused)?;
            }
            "INVITE" => {
                let me = self
                    .nick
                    .as_ref()
                    .is_some_and(|nick| nick.as_str() == line.param(0));
                if !me {
                    asked(Cap::InviteNotify)?;
                    self.room(&room(1)?)?;
                }
            }
            "AWAY" => {
                asked(Cap::AwayNotify)?;
                self.check_concern(&who()?)?;
                self.others.insert(who()?, !line.params.is_empty());
            }
            "SETNAME" => {
                asked(Cap::Setname)?;
                self.check_concern(&who()?)?;
            }
            "CHGHOST" => {
                asked(Cap::Chghost)?;
                self.check_concern(&who()?)?;
            }
            "REDACT" => asked(Cap::MessageRedaction)?,
            "WALLOPS" if !self.wallops && !caused => {
                return Err("wallops are not wanted".to_owned());
            }
            "PRIVMSG" | "NOTICE" => self.note_id(line),
            "TAGMSG" => asked(Cap::MessageTags)?,
            "KILL" => {
                let me = self
                    .nick
                    .as_ref()
                    .is_some_and(|nick| nick.as_str() == line.param(0));
                me.then_some(())
                    .ok_or("somebody else is put off the server")?;
            }
            "BATCH" | "PONG" | "SILENCE" | "FAIL" | "WALLOPS" | "ACK" => {}
            verb => return Err(format!("{verb} means nothing")),
        }
        Ok(())
    }

    fn note_id(&mut self, line: &Line) {
        if let Some(id) = line.tag("msgid").filter(|_| line.source.contains('!')) {
            self.ids.push((line.param(0).to_owned(), id.to_owned()));
            if self.ids.len() > IDS_MAX {
                self.ids.remove(0);
            }
        }
    }

    fn hear_caps(&mut self, line: &Line) -> Result<(), String> {
        if line.param(1) != "ACK" {
            return Ok(());
        }
        for word in line.param(2).split(' ').filter(|word| !word.is_empty()) {
            let name = word.strip_prefix('-').unwrap_or(word);
            let cap = lookup(name).ok_or_else(|| format!("{name} is no capability"))?;
            self.caps.set(cap, name == word);
        }
        if !self.caps.has(Cap::AwayNotify) {
            self.others.clear();
        }
        Ok(())
    }

    fn room(&mut self, name: &ChannelName) -> Result<&mut Room, String> {
        let room = self.rooms.get_mut(name);
        room.ok_or_else(|| format!("what happens in {name} is not for it"))
    }

    fn shares(&self, nick: &Nick) -> bool {
        self.rooms.values().any(|room| room.may_have(nick))
    }

    fn monitors_more(&self, nick: &Nick) -> bool {
        self.caps.monitors_more() && self.monitored.contains_key(nick)
    }

    fn check_concern(&self, nick: &Nick) -> Result<(), String> {
        let concerned = self.is_me(nick) || self.shares(nick) || self.monitors_more(nick);
        concerned
            .then_some(())
            .ok_or_else(|| format!("what {nick} does is not for it"))
    }

    /// It hears no more whether those are away with whom it has nothing to do.
    fn forget_strangers(&mut self) {
        let mut others = std::mem::take(&mut self.others);
        others.retain(|nick, _| {
            let member = |room: &Room| room.members.as_ref().is_some_and(|m| m.contains_key(nick));
            self.rooms.values().any(member) || self.monitors_more(nick)
        });
        self.others = others;
    }

    fn see_join(&mut self, nick: &Nick, name: ChannelName) -> Result<(), String> {
        if self.is_me(nick) {
            return match self.rooms.insert(name, Room::default()) {
                None => Ok(()),
                Some(_) => Err("it joins twice".to_owned()),
            };
        }
        if self.caps.has(Cap::AwayNotify) {
            self.others.insert(nick.clone(), false);
        }
        self.room(&name)?.enter(nick)
    }

    fn see_leave(&mut self, nick: &Nick, name: &ChannelName) -> Result<(), String> {
        self.room(name)?.leave(nick)?;
        if self.is_me(nick) {
            self.rooms.remove(name);
        }
        Ok(())
    }

    fn see_quit(&mut self, nick: &Nick) -> Result<(), String> {
        if self.is_me(nick) || !self.shares(nick) {
            return Err(format!("that {nick} goes is not for it"));
        }
        let rooms = self.rooms.values_mut().filter(|room| room.may_have(nick));
        for room in rooms {
            room.leave(nick)?;
        }
        self.others.remove(nick);
        Ok(())
    }

    fn see_rename(&mut self, nick: &Nick, new: &str) -> Result<(), String> {
        let new = Nick::parse(new).map_err(|_| format!("{new} is no name"))?;
        if self.is_me(nick) {
            self.nick = Some(new.clone());
        } else if !self.shares(nick) {
            return Err(format!("that {nick} is called {new} is not for it"));
        }
        self.rooms
            .values_mut()
            .for_each(|room| room.rename(nick, &new));
        if let Some(away) = self.others.remove(nick) {
            self.others.insert(new, away);
        }
        Ok(())
    }

    fn see_modes(&mut self, line: &Line, caused: bool) -> Result<(), String> {
        let Ok(name) = ChannelName::parse(line.param(0)) else {
            let own = self
                .nick
                .as_ref()
                .is_some_and(|nick| nick.as_str() == line.param(0));
            let mut on = false;
            for letter in line.param(1).chars() {
                match letter {
                    '+' | '-' => on = letter == '+',
                    'w' => self.wallops = on,
                    'o' => self.operates = Some(on),
                    _ => {}
                }
            }
            return own
                .then_some(())
                .ok_or_else(|| "modes of somebody else".to_owned());
        };
        let changes = changes(line.param(1), &line.params[2..])?;
        let Some(room) = self.rooms.get_mut(&name) else {
            return caused
                .then_some(())
                .ok_or_else(|| format!("what happens in {name} is not for it"));
        };
        let mut changes = changes.into_iter();
        changes.try_for_each(|(letter, on, value)| room.change(letter, on, value))
    }

    fn see_channel_renamed(
        &mut self,
        before: &ChannelName,
        new: ChannelName,
        caused: bool,
    ) -> Result<(), String> {
        match self.rooms.remove(before) {
            Some(room) => drop(self.rooms.insert(new, room)),
            None if caused => {}
            None => return Err(format!("what happens in {before} is not for it")),
        }
        Ok(())
    }

    fn hear_numeric(&mut self, line: &Line) -> Result<(), String> {
        if line.verb == "001" {
            let nick = Nick::parse(line.param(0));
            self.nick = Some(nick.map_err(|_| "it is greeted as nobody")?);
        }
        let addressed = |nick: &Nick| nick.as_str() == line.param(0);
        if !self.nick.as_ref().is_none_or(addressed) {
            return Err("is addressed to somebody else".to_owned());
        }
        let room = ChannelName::parse(line.param(1)).ok();
        let room = room.and_then(|name| self.rooms.get_mut(&name));
        match (line.verb.as_str(), room) {
            ("305", _) => self.away = false,
            ("306", _) => self.away = true,
            ("324", Some(room)) => {
                room.modes = Some(BTreeMap::new());
                let changes = changes(line.param(2), &line.params[3..])?;
                let mut changes = changes.into_iter();
                changes.try_for_each(|(letter, on, value)| room.change(letter, on, value))?;
            }
            ("331", Some(room)) => room.topic.clear(),
            ("332", Some(room)) => line.param(2).clone_into(&mut room.topic),
            ("353", _) => self.hear_names(line)?,
            ("366", Some(room)) => room.end_list()?,
            ("352", _) => self.hear_row(line.param(1), line.param(5), line.param(6))?,
            ("354", _) => self.hear_row(line.param(2), line.param(3), line.param(4))?,
            ("315", _) => self.end_rows(line.param(1))?,
            ("730", _) => self.see_monitored(line.param(1), true)?,
            ("731", _) => self.see_monitored(line.param(1), false)?,
            _ => {}
        }
        Ok(())
    }

    fn hear_names(&mut self, line: &Line) -> Result<(), String> {
        let name = ChannelName::parse(line.param(2)).map_err(|_| "that is no channel")?;
        let (all, full) = (
            self.caps.has(Cap::MultiPrefix),
            self.caps.has(Cap::UserhostInNames),
        );
        let Some(room) = self.rooms.get_mut(&name) else {
            return Ok(());
        };
        for word in line.param(3).split(' ') {
            let nick = word.trim_start_matches(|c| rank_of_sign(c).is_some());
            let signs = &word[..word.len() - nick.len()];
            let (nick, host) = nick.split_once('!').unwrap_or((nick, ""));
            if host.is_empty() == full {
                return Err(format!("{word} has a host where there is none, or none"));
            }
            let nick = Nick::parse(nick).map_err(|_| format!("{nick} is no name"))?;
            room.list(nick, standing(signs, all))?;
        }
        Ok(())
    }

    fn hear_row(&mut self, _place: &str, nick: &str, flags: &str) -> Result<(), String> {
        let nick = Nick::parse(nick).map_err(|_| format!("{nick} is no name"))?;
        let away = match flags.chars().next() {
            Some('G') => true,
            Some('H') => false,
            _ => return Err(format!("{flags} says nothing")),
        };
        let signs: String = flags.chars().filter(|c| "@%+".contains(*c)).collect();
        let standing = standing(&signs, self.caps.has(Cap::MultiPrefix));
        let known = self.others.get(&nick).is_some_and(|known| *known != away);
        if known || self.rows.insert(nick.clone(), (standing, away)).is_some() {
            return Err(format!(
                "{nick} stands there twice, or was not away: {away}"
            ));
        }
        Ok(())
    }

    /// All rows have come: of a channel in which it is, they must be like its picture.
    fn end_rows(&mut self, mask: &str) -> Result<(), String> {
        let rows = std::mem::take(&mut self.rows);
        let room = ChannelName::parse(mask).ok();
        if self.caps.has(Cap::AwayNotify) {
            let others = rows.iter().filter(|(nick, _)| !self.is_me(nick));
            let others: Vec<_> = others
                .map(|(nick, (_, away))| (nick.clone(), *away))
                .collect();
            self.others.extend(others);
        }
        let Some(room) = room.and_then(|name| self.rooms.get_mut(&name)) else {
            return Ok(());
        };
        for (nick, (standing, _)) in rows {
            room.list(nick, standing)?;
        }
        room.end_list()
    }

    fn see_monitored(&mut self, names: &str, here: bool) -> Result<(), String> {
        for word in names.split(',') {
            let nick = word.split('!').next().unwrap_or(word);
            let nick = Nick::parse(nick).map_err(|_| format!("{nick} is no name"))?;
            if word.contains('!') != here {
                return Err(format!("{word} is said to be here: {here}"));
            }
            if !here {
                self.others.remove(&nick);
            }
            self.monitored.insert(nick, here);
        }
        Ok(())
    }

    /// At the end of a step: its picture is the truth.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, user: UserId, truth: &Truth, waits: bool) -> Result<(), String> {
        self.talk.check_done(waits)?;
        let own = &truth.users[&user];
        if self.nick.as_ref().map(Nick::as_str) != Some(own.nick.as_str()) {
            return Err(format!("is {:?}, not {:?}", own.nick, self.nick));
        }
        if !self.rooms.keys().eq(own.channels.iter()) {
            return Err(format!(
                "is in {:?}, not {:?}",
                own.channels,
                self.rooms.keys()
            ));
        }
        if self.away != own.away.is_some() {
            return Err(format!("away: {:?}, not {}", own.away, self.away));
        }
        for (name, room) in &self.rooms {
            room.check(name.as_str(), truth, &truth.channels[name])?;
        }
        for (nick, away) in &self.others {
            let there = truth.named(nick).map(|id| truth.users[&id].away.is_some());
            if there != Some(*away) {
                return Err(format!("{nick} is away: {there:?}, not {away}"));
            }
        }
        for (nick, here) in &self.monitored {
            if truth.named(nick).is_some() != *here {
                return Err(format!("{nick} is not here: {here}"));
            }
        }
        Ok(())
    }
}
