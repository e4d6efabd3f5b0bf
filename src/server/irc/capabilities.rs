//! Capability negotiation (IRCv3): what a client asks to have.

use super::super::{Server, SessionId};
use super::accounts::rules;
use super::client::Client;
use crate::chat::time::Now;
use crate::protocol::irc::capabilities::{
    CAPABILITIES, Cap, Caps, Offer, VERSION_WITH_VALUES, requested,
};
use crate::protocol::irc::numerics::ERR_INVALIDCAPCMD;
use crate::protocol::irc::refusals::Complaint;
use crate::server::settings::Settings;

impl Server {
    pub(super) fn negotiate(&mut self, now: Now, id: SessionId, subcommand: &str, rest: &str) {
        match subcommand.to_ascii_uppercase().as_str() {
            "LS" => {
                self.suspend_registration(id);
                let version = self.note_version(id, rest);
                let offered = offer(&self.settings).listed(version);
                self.list_capabilities(id, "LS", offered, version);
            }
            "LIST" => {
                let names = self.caps(id).names().map(str::to_owned).collect();
                let version = self.client(id).map_or(0, Client::version);
                self.list_capabilities(id, "LIST", names, version);
            }
            "REQ" => {
                self.suspend_registration(id);
                self.request_capabilities(id, rest);
            }
            "END" => self.end_negotiation(now, id),
            _ => {
                let text = "Invalid CAP command: there are LS, LIST, REQ and END";
                self.complain(
                    id,
                    &Complaint::about(ERR_INVALIDCAPCMD, &[subcommand], text),
                );
            }
        }
    }

    /// The settings are others: whoever wants to know is told what is offered no more, and what is
    /// now. What is offered no more, nobody has.
    pub(in crate::server) fn tell_offer(&mut self, before: Offer) {
        let offer = offer(&self.settings);
        if offer == before {
            return;
        }
        let gone = CAPABILITIES
            .iter()
            .filter(|(_, cap)| before.has(*cap) && !offer.has(*cap));
        let gone: Vec<&str> = gone.map(|(name, _)| *name).collect();
        let known = before.listed(VERSION_WITH_VALUES);
        let come = offer.listed(VERSION_WITH_VALUES).into_iter();
        let come: Vec<String> = come.filter(|cap| !known.contains(cap)).collect();
        let news = [("DEL", gone.join(" ")), ("NEW", come.join(" "))];
        for id in self.sessions.keys() {
            let Some(client) = self.client_mut(id) else {
                continue;
            };
            let told = client.caps.has(Cap::CapNotify);
            client.caps = client.caps.both(Caps::all(|cap| offer.has(cap)));
            for (verb, caps) in &news {
                if told && !caps.is_empty() {
                    self.write_to(id, |_, reader, out| {
                        let line = reader.line(out, "CAP").param(reader.nick).param(verb);
                        line.text(caps);
                    });
                }
            }
        }
    }

    fn suspend_registration(&mut self, id: SessionId) {
        let client = self.client_mut(id);
        if let Some(registration) = client.and_then(|client| client.registration.as_mut()) {
            registration.negotiating = true;
        }
    }

    fn end_negotiation(&mut self, now: Now, id: SessionId) {
        let client = self.client_mut(id);
        if let Some(registration) = client.and_then(|client| client.registration.as_mut()) {
            registration.negotiating = false;
            self.try_to_register(now, id);
        }
    }

    /// From version 302 on, a client is told of changes, whether it asks for that or not. The answer
    /// is in the version that is named now.
    fn note_version(&mut self, id: SessionId, typed: &str) -> u32 {
        let version = typed.split(' ').next().and_then(|word| word.parse().ok());
        let version = version.unwrap_or(0);
        if let Some(client) = self.client_mut(id)
            && version >= VERSION_WITH_VALUES
        {
            client.knows_values = true;
            client.caps.set(Cap::CapNotify, true);
        }
        version
    }

    /// In as many lines as it takes, if the client knows of such; else what fits into one.
    fn list_capabilities(&mut self, id: SessionId, verb: &str, names: Vec<String>, version: u32) {
        const BYTES_PER_LINE: usize = 380;
        let several = version >= VERSION_WITH_VALUES;
        let room = self.room_for_capabilities(id, verb);
        let names = names.iter().map(String::as_str);
        let mut lines = in_lines(names, if several { BYTES_PER_LINE } else { room });
        if !several {
            lines.truncate(1);
        }
        self.write_to(id, |_, reader, out| {
            let last = lines.len() - 1;
            for (place, text) in lines.iter().enumerate() {
                let line = reader.line(out, "CAP").param(reader.nick).param(verb);
                let line = if place < last { line.param("*") } else { line };
                line.text(text);
            }
        });
    }

    fn request_capabilities(&mut self, id: SessionId, list: &str) {
        let offer = offer(&self.settings);
        let knew = self.caps(id).metadata();
        let Some(client) = self.client_mut(id) else {
            return;
        };
        let caps = requested(list, client.caps, client.version(), offer);
        if let Some(caps) = caps {
            client.caps = caps;
        }
        let verb = if caps.is_some() { "ACK" } else { "NAK" };
        let room = self.room_for_capabilities(id, verb);
        let lines = match list.trim_end() {
            short if short.len() <= room => vec![short.to_owned()],
            long => in_lines(long.split(' '), room),
        };
        self.write_to(id, |_, reader, out| {
            for text in &lines {
                let line = reader.line(out, "CAP").param(reader.nick).param(verb);
                line.text(text);
            }
        });
        match (knew, self.caps(id).metadata()) {
            (false, true) => self.tell_own_metadata(id),
            (true, false) => self.end_subscriptions(id),
            _ => {}
        }
    }

    /// How many bytes of capabilities fit into a line.
    fn room_for_capabilities(&self, id: SessionId, verb: &str) -> usize {
        let mut out = String::new();
        let reader = self.reader(id);
        let line = reader.line(&mut out, "CAP").param(reader.nick).param(verb);
        line.room().saturating_sub(" :".len())
    }

    /// The older way to ask for two of them.
    pub(super) fn switch_on(&mut self, id: SessionId, words: &[String]) {
        let Some(client) = self.client_mut(id) else {
            return;
        };
        for word in words {
            match word.to_ascii_uppercase().as_str() {
                "NAMESX" => client.caps.set(Cap::MultiPrefix, true),
                "UHNAMES" => client.caps.set(Cap::UserhostInNames, true),
                _ => {}
            }
        }
    }
}

/// What is offered by these settings.
pub(in crate::server) fn offer(settings: &Settings) -> Offer {
    Offer {
        accounts: settings.chat.remembers,
        history: settings.chat.remembers,
        registration: rules(settings),
    }
}

/// Words in as many texts as it takes, none of them longer than `room`: at least one.
fn in_lines<'a>(words: impl Iterator<Item = &'a str>, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is always one");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
