//! MONITOR (IRCv3): a session hears who of those it names comes and goes, and with
//! `extended-monitor` what else they do.

use super::super::{Server, SessionId};
use super::client::Client;
use crate::chat::UserId;
use crate::chat::name::Nick;
use crate::chat::vocabulary::{Described, Event, Happening, MetadataKey, Place};
use crate::protocol::irc::commands::Monitoring;
use crate::protocol::irc::events;
use crate::protocol::irc::isupport::MONITORED_MAX;
use crate::protocol::irc::numerics::*;

/// How many bytes of names one line of an answer has.
const NAMES_BYTES_PER_LINE: usize = 350;

impl Server {
    pub(super) fn monitor(&mut self, id: SessionId, monitoring: Monitoring) {
        match monitoring {
            Monitoring::Add(typed) => self.add_monitored(id, typed),
            Monitoring::Remove(typed) => {
                for nick in typed.iter().filter_map(|nick| Nick::parse(nick).ok()) {
                    self.end_monitoring(id, &nick);
                }
            }
            Monitoring::Clear => self.forget_monitored(id),
            Monitoring::List => {
                let monitored = self.monitored(id);
                let names = monitored.iter().map(Nick::to_string).collect();
                self.send_names(id, RPL_MONLIST, names);
                self.send_numeric(id, RPL_ENDOFMONLIST, "End of MONITOR list");
            }
            Monitoring::Status => self.tell_status(id, &self.monitored(id)),
        }
        if let Some(client) = self.client_mut(id) {
            client.tidy();
        }
    }

    fn monitored(&self, id: SessionId) -> Vec<Nick> {
        self.client(id).map_or(&[][..], Client::monitored).to_vec()
    }

    /// Names that cannot be are of nobody who could come; beyond the limit, the rest is named.
    fn add_monitored(&mut self, id: SessionId, typed: Vec<String>) {
        let mut added = Vec::new();
        let mut left_over = Vec::new();
        for nick in typed.iter().filter_map(|nick| Nick::parse(nick).ok()) {
            let monitored = self.client(id).map_or(&[][..], Client::monitored);
            let known = monitored.contains(&nick);
            if !known && monitored.len() >= MONITORED_MAX {
                left_over.push(nick.to_string());
                continue;
            }
            if !known {
                self.begin_monitoring(id, nick.clone());
            }
            added.push(nick);
        }
        self.tell_status(id, &added);
        for names in in_lines(left_over) {
            self.write_to(id, |_, reader, out| {
                let line = reader.numeric(out, ERR_MONLISTFULL).param(MONITORED_MAX);
                line.param(names).text("Monitor list is full.");
            });
        }
    }

    fn begin_monitoring(&mut self, id: SessionId, nick: Nick) {
        if let Some(client) = self.client_mut(id) {
            client.aside().monitored.push(nick.clone());
        }
        self.monitors.entry(nick).or_default().push(id);
    }

    fn end_monitoring(&mut self, id: SessionId, nick: &Nick) {
        if let Some(client) = self.client_mut(id) {
            client.aside().monitored.retain(|other| other != nick);
        }
        if let Some(sessions) = self.monitors.get_mut(nick) {
            sessions.retain(|session| *session != id);
            if sessions.is_empty() {
                self.monitors.remove(nick);
            }
        }
    }

    pub(super) fn forget_monitored(&mut self, id: SessionId) {
        for nick in self.monitored(id) {
            self.end_monitoring(id, &nick);
        }
    }

    fn tell_status(&mut self, id: SessionId, nicks: &[Nick]) {
        let (mut online, mut offline) = (Vec::new(), Vec::new());
        for nick in nicks {
            let user = self.chat.find_nick(nick);
            match user.and_then(|user| self.chat.find_user(user)) {
                Some(user) => online.push(user.identity().to_string()),
                None => offline.push(nick.to_string()),
            }
        }
        self.send_names(id, RPL_MONONLINE, online);
        self.send_names(id, RPL_MONOFFLINE, offline);
        for nick in nicks.iter().rev() {
            if self.chat.is_taken(nick) {
                self.plan_sync(id, Described::Person(nick.clone()));
            }
        }
    }

    /// Names with commas between them, in as many lines as it takes.
    fn send_names(&mut self, id: SessionId, numeric: &str, names: Vec<String>) {
        for names in in_lines(names) {
            self.send_numeric(id, numeric, &names);
        }
    }

    /// Tells those who monitor somebody what has happened to them.
    pub(in crate::server) fn tell_monitors(&mut self, event: &Event) {
        if self.monitors.is_empty() {
            return;
        }
        match &event.what {
            Happening::Arrived { who } => self.tell_online(&who.nick, &who.to_string()),
            Happening::Departed { who, .. } => self.tell_offline(&who.nick),
            Happening::Renamed { who, nick } if who.nick != *nick => self.tell_offline(&who.nick),
            Happening::WentAway { who, .. }
            | Happening::CameBack { who }
            | Happening::Introduced { who }
            | Happening::AccountChanged { who } => self.tell_more(event, &who.nick.clone()),
            Happening::Described {
                of: Place::Person(who),
                key,
                ..
            } => self.tell_key(event, &who.nick, key),
            Happening::HostChanged { who, .. } => self.tell_more(event, &who.nick.clone()),
            _ => {}
        }
    }

    /// Those who monitor somebody and are here: who is put off the server may have monitored
    /// themselves.
    fn monitors_of(&self, nick: &Nick) -> Vec<SessionId> {
        let here = |id: &SessionId| {
            let user = self.user_of(*id);
            user.is_some_and(|user| self.chat.find_user(user).is_some())
        };
        let sessions = self.monitors.get(nick).into_iter().flatten();
        sessions.copied().filter(here).collect()
    }

    fn tell_online(&mut self, nick: &Nick, mask: &str) {
        for id in self.monitors_of(nick) {
            self.send_numeric(id, RPL_MONONLINE, mask);
            self.sync_at_once(id, nick);
        }
    }

    fn tell_offline(&mut self, nick: &Nick) {
        for id in self.monitors_of(nick) {
            self.send_numeric(id, RPL_MONOFFLINE, nick.as_str());
        }
    }

    /// Each is told once: not those who hear of it for they share a channel.
    fn tell_more(&mut self, event: &Event, nick: &Nick) {
        let Some(user) = self.chat.find_nick(nick) else {
            return;
        };
        for id in self.monitors_of(nick) {
            if self.caps(id).monitors_more() && !self.hears_of(id, user) {
                self.write_to(id, |_, reader, out| events::write(event, reader, out));
            }
        }
    }

    /// Whoever is subscribed to a key hears of it.
    fn tell_key(&mut self, event: &Event, nick: &Nick, key: &MetadataKey) {
        let Some(user) = self.chat.find_nick(nick) else {
            return;
        };
        for id in self.monitors_of(nick) {
            if self.hears_of_key(id, key) && !self.hears_of(id, user) {
                self.write_to(id, |_, reader, out| events::write(event, reader, out));
            }
        }
    }

    fn hears_of(&self, id: SessionId, user: UserId) -> bool {
        let own = self.user_of(id);
        own.is_some_and(|own| own == user || self.chat.share_channel(own, user))
    }
}

/// Names with commas between them, as many as fit into each line.
fn in_lines(names: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.len() + name.len() <= NAMES_BYTES_PER_LINE => {
                line.push(',');
                line.push_str(&name);
            }
            _ => lines.push(name),
        }
    }
    lines
}
