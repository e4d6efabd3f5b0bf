//! A client that shares its person with other sessions: it is told where the person is, as if it had
//! gone there itself.

use std::sync::Arc;

use super::super::devices::NoSession;
use super::super::{Server, SessionId};
use crate::chat::UserId;
use crate::chat::name::ChannelName;
use crate::chat::time::Now;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Audience, Described, Event, Happening, MessageId, Reply};
use crate::protocol::irc::commands::Request;
use crate::protocol::irc::events;
use crate::protocol::irc::metadata::METADATA;
use crate::protocol::irc::refusals;
use crate::protocol::irc::replies;
use crate::protocol::plain::replies::session_sentences;

/// Why a client leaves the channels of the guest that it was.
const LOGGED_IN: &str = "logged in";

impl Server {
    /// A client comes as another session of somebody who is here.
    pub(in crate::server) fn greet_client(
        &mut self,
        now: Now,
        id: SessionId,
        owner: UserId,
        since: Option<MessageId>,
    ) {
        let client = self.client(id);
        let registration = client.and_then(|client| client.registration.as_ref());
        let said_away = registration.is_some_and(|registration| registration.away.is_some());
        self.greet(now, id, None);
        self.tell_person(id, owner, said_away);
        self.tell_places(now, id, owner, since);
    }

    /// A client that was a guest, in these channels, is another session of somebody who is here.
    pub(in crate::server) fn turn_client(
        &mut self,
        now: Now,
        id: SessionId,
        owner: UserId,
        (was, places): (&Arc<Identity>, &[ChannelName]),
        since: Option<MessageId>,
    ) {
        let Some(person) = self.chat.find_user(owner) else {
            return;
        };
        let who = person.identity().clone();
        let left = places.iter().map(|channel| Happening::Left {
            who: was.clone(),
            channel: channel.clone(),
            why: Some(LOGGED_IN.to_owned()),
        });
        let renamed = Happening::Renamed {
            who: was.clone(),
            nick: who.nick.clone(),
        };
        let moved = Happening::HostChanged {
            before: Arc::new(was.with_nick(who.nick.clone())),
            who: who.clone(),
        };
        let moved = (was.origin() != who.origin()).then_some(moved);
        let belongs = Happening::AccountChanged { who };
        let told = left.chain([renamed]).chain(moved).chain([belongs]);
        let told: Vec<Happening> = told.collect();
        self.tell_client(now, id, told);
        self.tell_person(id, owner, false);
        self.tell_places(now, id, owner, since);
    }

    fn tell_client(&mut self, now: Now, id: SessionId, told: Vec<Happening>) {
        self.write_to(id, |_, reader, out| {
            for what in told {
                let event = Event {
                    at_ms: now.wall_ms,
                    audience: Audience::default(),
                    what,
                };
                events::write(&event, reader, out);
            }
        });
    }

    /// What the person is besides, and whether they are away, whatever the client has said before it
    /// was theirs.
    fn tell_person(&mut self, id: SessionId, owner: UserId, said_away: bool) {
        let Some(person) = self.chat.find_user(owner) else {
            return;
        };
        let (flags, away) = (person.flags(), person.away().cloned());
        let identity = person.identity().clone();
        let flags = flags.any().then_some(Reply::OwnModes { flags });
        let away = match away {
            Some(away) => Some(Reply::Away { away }),
            None => said_away.then_some(Reply::Back),
        };
        self.write_to(id, |server, reader, out| {
            let clock = server.clock_of_server();
            for reply in flags.iter().chain(&away) {
                replies::write(reply, "", reader, &identity, &clock, out);
            }
        });
    }

    /// Where the person is. Who is there, and what was said, is told one channel after the other, as
    /// it is read.
    fn tell_places(&mut self, now: Now, id: SessionId, owner: UserId, since: Option<MessageId>) {
        let Some(person) = self.chat.find_user(owner) else {
            return;
        };
        let (who, away) = (person.identity().clone(), person.away().cloned());
        for channel in self.channels_of(owner) {
            let joined = Happening::Joined {
                who: who.clone(),
                channel: channel.clone(),
                away: away.clone(),
            };
            self.tell_client(now, id, vec![joined]);
            self.tell_topic(id, &channel);
            self.tell_read_marker(id, &channel);
            self.put_off_contents(id, channel, since);
        }
    }

    fn tell_topic(&mut self, id: SessionId, channel: &ChannelName) {
        let found = self.chat.find_channel(channel);
        if let Some(topic) = found.and_then(|found| found.topic().cloned()) {
            self.write_to(id, |_, reader, out| {
                replies::write_topic(channel, &topic, reader, out);
            });
        }
    }

    fn put_off_contents(&mut self, id: SessionId, channel: ChannelName, since: Option<MessageId>) {
        let names = self.caps(id).implicit_names().then(|| {
            let channel = channel.clone();
            ("NAMES", Request::NamesHere(channel))
        });
        let earlier = self.is_shown_earlier(id);
        let earlier = earlier.then(|| ("JOIN", Request::Earlier(channel.clone(), since)));
        let told = self.caps(id).metadata() && !self.subscriptions(id).is_empty();
        let sync = Request::SyncMetadata(Described::Channel(channel));
        let sync = told.then_some((METADATA, sync));
        if let Some(client) = self.client_mut(id) {
            let put_off = names.into_iter().chain(earlier).chain(sync);
            let put_off = put_off.map(|(verb, request)| (verb.to_owned(), Ok(request)));
            client.aside().todo.extend(put_off);
        }
    }

    pub(super) fn tell_sessions(&mut self, now: Now, id: SessionId) {
        let rows = self.session_rows(id);
        let sentences = session_sentences(&rows, &self.clock(now, id));
        self.write_to(id, |_, reader, out| {
            for sentence in sentences {
                reader.notice(out, sentence);
            }
        });
    }

    pub(super) fn sign_out_by_client(&mut self, now: Now, id: SessionId, number: u32) {
        match self.sign_out(now, id, number) {
            Ok(()) => {
                let told = format!("Session {number} is signed out.");
                self.write_to(id, |_, reader, out| reader.notice(out, told));
            }
            Err(NoSession::Own) => self.complain(id, &refusals::own_session()),
            Err(NoSession::Unknown) => self.complain(id, &refusals::no_session(number)),
        }
    }

    /// Somebody has come into a channel from one of their sessions: their other clients see
    /// themselves come, and expect to be told what it is and who is there.
    pub(in crate::server) fn show_channel(
        &mut self,
        traveller: UserId,
        event: &Event,
        cause: Option<SessionId>,
    ) {
        let Happening::Joined { channel, .. } = &event.what else {
            return;
        };
        let seats = self.seats_of(traveller).to_vec();
        for id in seats.into_iter().filter(|seat| cause != Some(*seat)) {
            if self.client(id).is_none() {
                continue;
            }
            self.tell_topic(id, channel);
            self.tell_read_marker(id, channel);
            if self.caps(id).implicit_names() {
                self.write_names_at_once(id, channel);
            }
            self.postpone_sync(id, channel);
        }
    }
}
