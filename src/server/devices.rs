//! One person, several devices: sessions that are logged in to one account share its user.
//!
//! What is said or done from one of them reaches the others as it reaches everybody
//! (`server/fanout.rs`); what only the asker is told, but concerns the person, is told to the others
//! here.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::session::{Progress, Side, Todo};
use super::{Cause, Server, SessionId};
use crate::chat::UserId;
use crate::chat::account::Account;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::time::Now;
use crate::chat::vocabulary::{Happening, MessageId, Reply};
use crate::protocol::Protocol;
use crate::protocol::entry::NoEntry;
use crate::protocol::plain::refusals::{self, Mistake};
use crate::protocol::plain::replies::{self, SessionRow};

/// How many sessions one person can have.
pub const SESSIONS_PER_USER_MAX: usize = 10;

/// The number of a person's only session.
const FIRST: u32 = 1;

/// Why a session ends that its person has signed out.
const SIGNED_OUT: &str = "signed out from another session";

/// One of several sessions of a person, as they tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Device {
    /// What its person calls it, as long as it is there.
    number: u32,
    address: IpAddr,
    since_ms: u64,
}

/// Why a session cannot be signed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSession {
    /// It is the one that asks.
    Own,
    /// There is none of that number.
    Unknown,
}

/// Coming to others.
impl Server {
    /// Whose user a session is to share that has proved to be of an account's owner; `None`: nobody
    /// else is logged in to it.
    ///
    /// # Errors
    /// They have as many sessions as one can have, or the session's own user is shared with sessions
    /// that have proved nothing.
    pub(super) fn others_to_share(
        &self,
        id: SessionId,
        account: &Arc<Account>,
    ) -> Result<Option<UserId>, NoEntry> {
        let user = self.user_of(id);
        self.check_alone(user, Some(account))?;
        let owner = self.chat.owner_here(account.id);
        let others = owner.filter(|owner| user != Some(*owner));
        let max = SESSIONS_PER_USER_MAX;
        match others {
            Some(owner) if self.seats_of(owner).len() >= max => {
                Err(NoEntry::TooManySessions { max })
            }
            others => Ok(others),
        }
    }

    /// Refuses to make another account's, or a guest, of somebody who has other sessions too.
    pub(super) fn check_alone(
        &self,
        user: Option<UserId>,
        account: Option<&Arc<Account>>,
    ) -> Result<(), NoEntry> {
        let shared = user.filter(|user| self.seats_of(*user).len() > 1);
        let other = shared.filter(|user| self.chat.account_of(*user) != account);
        match other.and_then(|user| self.chat.find_user(user)) {
            Some(user) => Err(NoEntry::SharedAlready {
                nick: user.nick().clone(),
            }),
            None => Ok(()),
        }
    }

    /// Makes a session another one of somebody who is here, whether it was somebody before or not.
    pub(super) fn share(&mut self, now: Now, id: SessionId, owner: UserId) {
        match self.user_of(id) {
            None => self.come_as_device(now, id, owner),
            Some(guest) => self.move_over(now, id, guest, owner),
        }
    }

    /// The sessions of a user.
    pub(super) fn seats_of(&self, user: UserId) -> &[SessionId] {
        self.seats.get(user).map_or(&[], |seats| seats)
    }

    fn come_as_device(&mut self, now: Now, id: SessionId, owner: UserId) {
        let address = self.address_of(id);
        self.take_seat(now, id, owner, address);
        let since = self.chat.reconnect(now, owner);
        match self.plain(id) {
            Some(_) => self.greet_screen(now, id, owner, since),
            None => self.greet_client(now, id, owner, since),
        }
        self.welcome_back(now, owner, since);
    }

    /// Whoever has stayed hears what waits for them.
    fn welcome_back(&mut self, now: Now, owner: UserId, since: Option<MessageId>) {
        if since.is_some() {
            self.give_office(now, owner);
            self.deliver(now, None);
        }
    }

    /// A session has been somebody else, who is no more if it was their only one.
    fn move_over(&mut self, now: Now, id: SessionId, guest: UserId, owner: UserId) {
        let Some(person) = self.chat.find_user(guest) else {
            return;
        };
        let was = person.identity().clone();
        let places = self.channels_of(guest);
        if let Some(session) = self.sessions.get_mut(id) {
            // What is told of the guest's going is not for it.
            session.user = None;
        }
        self.seats.take(guest);
        let nick = self.nick_of(owner);
        let why = nick.map_or_else(String::new, |nick| format!("logged in as {nick}"));
        self.chat.depart(now, guest, &why, false);
        self.deliver(now, None);
        self.take_seat(now, id, owner, Some(was.address));
        let since = self.chat.reconnect(now, owner);
        match self.plain(id) {
            Some(_) => self.turn_screen(now, id, owner, since),
            None => self.turn_client(now, id, owner, (&was, &places), since),
        }
        self.welcome_back(now, owner, since);
    }

    fn take_seat(&mut self, now: Now, id: SessionId, owner: UserId, address: Option<IpAddr>) {
        self.number_first(owner);
        let numbers = self.seats_of(owner).iter();
        let numbers = numbers.filter_map(|seat| self.devices.get(seat));
        let last = numbers.map(|device| device.number).max();
        let person = self.chat.find_user(owner);
        let person = person.expect("only people who are here are shared");
        let device = Device {
            number: last.map_or(FIRST, |last| last + 1),
            address: address.unwrap_or(person.identity().address),
            since_ms: now.wall_ms,
        };
        self.devices.insert(id, device);
        match self.seats.get_mut(owner) {
            Some(seats) => seats.push(id),
            None => self.seats.put(owner, smallvec::smallvec![id]),
        }
        if let Some(session) = self.sessions.get_mut(id) {
            session.user = Some(owner);
        }
        self.is_known(id);
    }

    /// A person's only session is what the person is known for: nothing is kept of it besides until
    /// there is another.
    fn number_first(&mut self, user: UserId) {
        let [only] = *self.seats_of(user) else {
            return;
        };
        if let (false, Some(device)) = (self.devices.contains_key(&only), self.first(user)) {
            self.devices.insert(only, device);
        }
    }

    fn first(&self, user: UserId) -> Option<Device> {
        self.chat.find_user(user).map(|person| Device {
            number: FIRST,
            address: person.identity().address,
            since_ms: person.since_ms(),
        })
    }

    pub(super) fn channels_of(&self, user: UserId) -> Vec<ChannelName> {
        let channels = self.chat.find_user(user).map(|user| user.channels());
        let channels = channels.unwrap_or_default().iter();
        let names = channels.filter_map(|channel| self.chat.channel_name(*channel));
        names.cloned().collect()
    }

    fn nick_of(&self, user: UserId) -> Option<&Nick> {
        self.chat.find_user(user).map(|user| user.nick())
    }
}

/// At a terminal.
impl Server {
    fn greet_screen(&mut self, now: Now, id: SessionId, owner: UserId, since: Option<MessageId>) {
        let today = self.settings.chat.zone.civil(now.wall_ms).day_number;
        if let Some(plain) = self.plain(id) {
            plain.screen.day = today;
        }
        let announcements = self.chat.announcements_to_mention(now, owner);
        if let Some(nick) = self.nick_of(owner) {
            self.send(id, replies::hello(nick.as_str(), announcements));
        }
        self.turn_screen(now, id, owner, since);
        let shows = self.settings.chat.remembers && since.is_none();
        if let Some(plain) = self.plain(id).filter(|_| shows)
            && let Some(channel) = plain.screen.current().cloned()
        {
            plain.todo.push_back(Todo::ShowEarlier(channel, None));
        }
    }

    /// The session is where its person is. It speaks where it did, else in the lobby, else where
    /// the person went last.
    fn turn_screen(&mut self, now: Now, id: SessionId, owner: UserId, since: Option<MessageId>) {
        let channels = self.channels_of(owner);
        let lobby = self.settings.chat.lobby.clone();
        let Some(plain) = self.plain(id) else {
            return;
        };
        // Whoever is somewhere need not be taken into the lobby.
        plain.progress = Progress::Here {
            in_lobby: !channels.is_empty(),
        };
        let current = plain.screen.current().cloned();
        plain.screen.be_in(channels.clone());
        let preferred = current.into_iter().chain([lobby]);
        let preferred = preferred.into_iter().find(|name| channels.contains(name));
        if let Some(channel) = preferred {
            plain.screen.turn_to(&channel);
        }
        let current = plain.screen.current().cloned();
        let Some(person) = self.chat.find_user(owner) else {
            return;
        };
        let sessions = self.seats_of(owner).len();
        let mut told = replies::several_sessions(person.nick(), sessions, &channels, current);
        if let Some(away) = person.away().cloned() {
            let clock = self.clock(now, id);
            told += &replies::render(&Reply::Away { away }, &mut 0, &clock);
        }
        self.send(id, told);
        if let Some(plain) = self.plain(id).filter(|_| since.is_some()) {
            let missed = channels.into_iter();
            let missed = missed.map(|channel| Todo::ShowEarlier(channel, since));
            plain.todo.extend(missed);
        }
    }
}

/// What one does from a device.
impl Server {
    /// Whose own coming into a channel, or leaving it, an event is, if other sessions of theirs are
    /// to follow.
    pub(super) fn traveller(&self, what: &Happening) -> Option<UserId> {
        let (Happening::Joined { who, .. } | Happening::Left { who, .. }) = what else {
            return None;
        };
        let user = self.chat.find_nick(&who.nick)?;
        (self.seats_of(user).len() > 1).then_some(user)
    }

    /// Tells the other sessions of a person what holds for all of them from now on.
    pub(super) fn tell_other_devices(&mut self, now: Now, reply: &Reply, cause: Cause) {
        if !reply.is_of_person() {
            return;
        }
        for id in self.others_of(cause.session) {
            let cause = Cause {
                session: id,
                quiet: false,
                verb: "",
            };
            self.deliver_reply(now, reply.clone(), cause);
        }
    }

    /// The other sessions of a session's person.
    pub(super) fn others_of(&self, id: SessionId) -> Vec<SessionId> {
        let seats = self.user_of(id).map(|user| self.seats_of(user));
        let seats = seats.unwrap_or_default().iter().copied();
        seats.filter(|seat| *seat != id).collect()
    }
}

/// Seeing them and ending them.
impl Server {
    /// The sessions of a session's person, by number.
    pub(super) fn session_rows(&self, id: SessionId) -> Vec<SessionRow> {
        let Some(user) = self.user_of(id) else {
            return Vec::new();
        };
        let seats = self.seats_of(user).iter();
        let mut rows: Vec<SessionRow> = seats
            .filter_map(|seat| {
                let device = self.devices.get(seat).cloned();
                let device = device.or_else(|| self.first(user))?;
                let protocol = match self.sessions.get(*seat)?.side {
                    Side::Plain(_) => Protocol::Plain,
                    Side::Irc(_) => Protocol::Irc,
                };
                Some(SessionRow {
                    number: device.number,
                    protocol,
                    address: device.address,
                    since_ms: device.since_ms,
                    own: *seat == id,
                })
            })
            .collect();
        rows.sort_by_key(|row| row.number);
        rows
    }

    /// Ends another session of a session's person.
    ///
    /// # Errors
    /// There is none of that number, or it is this one.
    pub(super) fn sign_out(
        &mut self,
        now: Now,
        id: SessionId,
        number: u32,
    ) -> Result<(), NoSession> {
        let is_meant = |seat: &SessionId| {
            let device = self.devices.get(seat);
            device.map_or(FIRST, |device| device.number) == number
        };
        let Some(other) = self.others_of(id).into_iter().find(is_meant) else {
            let rows = self.session_rows(id);
            return Err(match rows.iter().any(|row| row.number == number) {
                true => NoSession::Own,
                false => NoSession::Unknown,
            });
        };
        if self.plain(other).is_some() {
            self.let_go(other);
            self.send(other, replies::signed_out_here());
        }
        self.close(now, other, SIGNED_OUT);
        Ok(())
    }

    pub(super) fn list_sessions(&mut self, now: Now, id: SessionId) {
        let rows = self.session_rows(id);
        let told = replies::sessions(&rows, &self.clock(now, id));
        self.send(id, told);
    }

    pub(super) fn ask_to_sign_out(&mut self, now: Now, id: SessionId, number: u32) {
        match self.sign_out(now, id, number) {
            Ok(()) => self.send(id, replies::signed_out(number)),
            Err(NoSession::Own) => self.refuse(id, &refusals::mistake(&Mistake::ThisSession)),
            Err(NoSession::Unknown) => {
                self.refuse(id, &refusals::mistake(&Mistake::NoSuchSession { number }));
            }
        }
    }
}

#[cfg(test)]
mod tests;
