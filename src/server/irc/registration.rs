//! From a connection to a person: NICK and USER, in any order, and the greeting.

use super::super::accounts::Way;
use super::super::registration::Arrival;
use super::super::{Server, SessionId};
use super::client::Registration;
use crate::chat::name::Nick;
use crate::chat::time::Now;
use crate::chat::vocabulary::{Command, Refusal};
use crate::protocol::irc::args::cut;
use crate::protocol::irc::events::write_visible_host;
use crate::protocol::irc::isupport::USERNAME_BYTES_MAX;
use crate::protocol::irc::numerics::*;
use crate::protocol::irc::refusals::{Complaint, context, refusal};
use crate::protocol::irc::writer::Reader;

/// What stands in front of a user name that nobody has checked with the machine it is of.
const UNCHECKED: char = '~';

/// What can stand in a user name besides letters and digits: nothing that separates or ends a mask,
/// or one mask from the next in a list (`MONITOR`, `USERHOST`).
const MARKS: &str = "-._[]\\^{}|`~";

/// About as long as a greeting is without a message of the day.
const GREETING_BYTES: usize = 2_048;

/// What a person's user name is who gave one that cannot be one.
const USERNAME: &str = "user";

impl Server {
    pub(super) fn take_nick(&mut self, now: Now, id: SessionId, typed: &str) {
        let nick = match Nick::parse(typed) {
            Ok(nick) => nick,
            Err(_) => {
                let text = "Erroneous nickname: letters and digits of any language, no blank, no digit in front, at most 32 bytes";
                let complaint = Complaint::about(ERR_ERRONEUSNICKNAME, &[typed], text);
                return self.complain(id, &complaint);
            }
        };
        if self.user_of(id).is_some() {
            let command = Command::Rename { nick };
            self.asked.context = context(&command);
            return self.irc_command(now, id, "NICK", command);
        }
        // Whose name it is may still log in, and then takes it back.
        let is_owned = self.chat.find_account(&nick).is_some();
        if self.chat.is_held_by_another(&nick, None) && !is_owned {
            let taken = Refusal::NameTaken { nick };
            return self.complain(id, &refusal(&taken, "NICK", &[], None));
        }
        if let Some(registration) = self.registration(id) {
            registration.nick = Some(nick);
            self.try_to_register(now, id);
        }
    }

    fn registration(&mut self, id: SessionId) -> Option<&mut Registration> {
        self.client_mut(id)?.registration.as_deref_mut()
    }

    /// A user name that is too long is cut; what cannot stand in one is left out.
    pub(super) fn take_user(&mut self, now: Now, id: SessionId, typed: &str, realname: String) {
        let usable = |c: &char| c.is_ascii_alphanumeric() || MARKS.contains(*c);
        let usable: String = typed.chars().filter(usable).collect();
        let usable = if usable.is_empty() { USERNAME } else { &usable };
        let username = cut(&format!("{UNCHECKED}{usable}"), USERNAME_BYTES_MAX);
        match self.registration(id) {
            Some(registration) => {
                registration.user = Some((username, realname));
                self.try_to_register(now, id);
            }
            None => self.complain(id, &already_registered()),
        }
    }

    pub(super) fn take_password(&mut self, now: Now, id: SessionId, typed: &str) {
        match self.registration(id) {
            Some(_) => self.log_in_by_pass(now, id, typed),
            None => self.complain(id, &already_registered()),
        }
    }

    /// Whoever is away from the beginning says so before anybody hears of them.
    pub(super) fn note_away(&mut self, id: SessionId, words: Option<String>) {
        let Some(registration) = self.registration(id) else {
            return;
        };
        let away = words.is_some();
        registration.away = words;
        let (numeric, text) = match away {
            true => (RPL_NOWAWAY, "You have been marked as being away"),
            false => (RPL_UNAWAY, "You are no longer marked as being away"),
        };
        self.send_numeric(id, numeric, text);
    }

    /// Makes a session somebody's once all that is needed has been said.
    pub(super) fn try_to_register(&mut self, now: Now, id: SessionId) {
        let Some(registration) = self.registration(id) else {
            return;
        };
        let (Some(nick), Some((username, realname)), false) = (
            registration.nick.clone(),
            registration.user.clone(),
            registration.negotiating,
        ) else {
            return;
        };
        let away = registration.away.clone();
        let account = registration.account.take();
        let mut account = account.filter(|account| self.chat.is_there(account));
        self.abort_sasl(id);
        if let Some(known) = &account {
            match self.others_to_share(id, known) {
                Ok(Some(owner)) => return self.share(now, id, owner),
                Ok(None) => self.make_way(now, id, known),
                Err(why) => {
                    self.refuse_client_entry(id, Way::Pass, &why);
                    account = None;
                }
            }
        }
        let arrival = Arrival {
            nick,
            username: &username,
            realname: &realname,
            account: account.clone(),
        };
        match self.admit(now, id, arrival) {
            Ok(_) => self.greet(now, id, away),
            Err(refused) => {
                if let Some(registration) = self.registration(id) {
                    registration.account = account;
                    registration.nick = None;
                }
                self.complain(id, &refusal(&refused, "NICK", &[], None));
            }
        }
    }

    pub(super) fn greet(&mut self, now: Now, id: SessionId, away: Option<String>) {
        let client = self.client_mut(id);
        let registration = client.and_then(|client| client.registration.take());
        let said = registration.map_or_else(Vec::new, |registration| registration.metadata);
        if let Some(user) = self.user_of(id) {
            self.chat.describe_at_first(now, user, said);
        }
        let batch = self.isupport_batch(id);
        self.write_to(id, |server, reader, out| {
            out.reserve(GREETING_BYTES);
            server.write_greeting(id, batch.as_deref(), reader, out);
        });
        self.tell_own_metadata(id);
        self.write_to(id, |server, reader, out| {
            server.write_news(now, id, reader, out);
        });
        if let Some(user) = self.user_of(id) {
            self.give_office(now, user);
        }
        self.deliver(now, None);
        if let Some(words) = away {
            self.irc_command(now, id, "", Command::Away { words });
        }
    }

    fn write_greeting(
        &self,
        id: SessionId,
        batch: Option<&str>,
        reader: &Reader<'_>,
        out: &mut String,
    ) {
        let network = &self.settings.network;
        let welcome = format_args!("Welcome to {network}, {}", reader.nick);
        reader.numeric(out, RPL_WELCOME).text(welcome);
        self.about.write(reader, out);
        self.write_isupport(batch, reader, out);
        self.write_lusers(reader, out);
        let user = self.user_of(id);
        if let Some(user) = user.and_then(|user| self.chat.find_user(user)) {
            write_visible_host(user.identity().host(), reader, out);
        }
    }

    fn write_news(&self, now: Now, id: SessionId, reader: &Reader<'_>, out: &mut String) {
        self.write_motd(reader, out);
        let user = self.user_of(id);
        let in_force = user.map_or(0, |user| self.chat.announcements_to_mention(now, user));
        match in_force {
            0 => {}
            1 => reader.notice(out, "1 announcement is in force: ANNOUNCE LIST shows it."),
            count => reader.notice(
                out,
                format_args!("{count} announcements are in force: ANNOUNCE LIST lists them."),
            ),
        }
    }
}

fn already_registered() -> Complaint {
    Complaint::new(ERR_ALREADYREGISTERED, "You may not reregister")
}
