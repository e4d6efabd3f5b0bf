//! What the chat says, to IRC sessions.

use bytes::Bytes;

use super::super::fanout::Copies;
use super::super::session::LongAnswer;
use super::super::{Cause, LISTING_BYTES, Output, Server, SessionId};
use crate::chat::UserId;
use crate::chat::mode::ModeChange;
use crate::chat::name::ChannelName;
use crate::chat::time::Now;
use crate::chat::user::Identity;
use crate::chat::vocabulary::{Command, Happening, Listing, Refusal, Reply, Row};
use crate::protocol::irc::capabilities::Cap;
use crate::protocol::irc::events;
use crate::protocol::irc::refusals;
use crate::protocol::irc::replies::{self, listing, names_sign};
use crate::protocol::irc::rows::{Form, Rows};
use crate::protocol::irc::writer::{Line, Reader};
use crate::protocol::modes::RANKS;

impl Server {
    pub(in crate::server) fn deliver_irc(
        &mut self,
        id: SessionId,
        user: UserId,
        copies: &mut Copies<'_>,
        caused: bool,
    ) {
        let what = &copies.event.what;
        let echoes = self.caps(id).echoes();
        let silent = caused && events::is_echo(what) && !echoes && !events::is_to_oneself(what);
        if silent {
            return;
        }
        let bytes = self.irc_copy(id, copies);
        if caused && events::is_to_oneself(what) {
            // The line itself, which has no label; its echo may have one.
            self.outputs.push(Output::Send(id, bytes.clone()));
        }
        let is_echo = caused && events::is_echo(what);
        if !bytes.is_empty() && (echoes || !is_echo) {
            self.send_bytes(id, bytes);
        }
        self.stand_in(id, user, what);
    }

    /// The messages of an event for one session: the same bytes for all alike.
    fn irc_copy(&self, id: SessionId, copies: &mut Copies<'_>) -> Bytes {
        let what = &copies.event.what;
        let caps = self.caps(id).both(events::relevant(what));
        let personal = events::is_personal(what) || self.is_put_out_with_others(id, what);
        let known = copies.messages.iter().find(|(known, _)| *known == caps);
        if let (Some((_, bytes)), false) = (known, personal) {
            return bytes.clone();
        }
        let mut out = String::with_capacity(128);
        let reader = Reader {
            caps,
            ..self.reader(id)
        };
        events::write(copies.event, &reader, &mut out);
        let bytes = Bytes::from(out);
        if !personal {
            copies.messages.push((caps, bytes.clone()));
        }
        bytes
    }

    /// Who is put out of a channel together with others hears of themselves only.
    fn is_put_out_with_others(&self, id: SessionId, what: &Happening) -> bool {
        let Happening::Kicked { who, channel, .. } = what else {
            return false;
        };
        let found = self.chat.find_channel(channel);
        let member = self
            .user_of(id)
            .and_then(|user| found.and_then(|found| found.ranks(user)));
        who.len() > 1 && member.is_none()
    }

    /// Tells those who have not asked for a kind of news by what they know: leaving and coming.
    fn stand_in(&mut self, id: SessionId, user: UserId, what: &Happening) {
        match what {
            Happening::ChannelRenamed {
                before,
                channel,
                why,
                ..
            } if !self.has(id, Cap::ChannelRename) && before != channel => {
                self.leave_and_join(id, user, before, channel, why.as_deref());
            }
            Happening::HostChanged { before, who }
                if !self.has(id, Cap::Chghost)
                    && self.user_of(id) != self.chat.find_nick(&who.nick) =>
            {
                self.go_and_come(id, user, before, who);
            }
            _ => {}
        }
    }

    fn leave_and_join(
        &mut self,
        id: SessionId,
        user: UserId,
        before: &ChannelName,
        channel: &ChannelName,
        why: Option<&str>,
    ) {
        let Some(person) = self.chat.find_user(user) else {
            return;
        };
        let Some(found) = self.chat.find_channel(channel) else {
            return;
        };
        if found.ranks(user).is_none() {
            return;
        }
        let identity = person.identity().clone();
        let topic = found.topic().cloned();
        self.write_to(id, |_, reader, out| {
            let part = Line::new(out, "", &identity, "PART").param(before);
            part.text(why.unwrap_or("renamed"));
            drop(Line::new(out, "", &identity, "JOIN").param(channel));
            if let Some(topic) = &topic {
                replies::write_topic(channel, topic, reader, out);
            }
        });
        if self.caps(id).implicit_names() {
            self.write_names_at_once(id, channel);
        }
    }

    /// All names of a channel at once: it is not the session itself that asked for them.
    fn write_names_at_once(&mut self, id: SessionId, channel: &ChannelName) {
        let (Some(form), Some(found)) = (self.names_form(channel), self.chat.find_channel(channel))
        else {
            return;
        };
        let members: Vec<UserId> = found.members().collect();
        let mut out = String::new();
        let clock = self.clock_of_server();
        let mut rows = Rows::new(self.reader(id), &form, clock);
        for user in members {
            let identity = self
                .chat
                .find_user(user)
                .map(|user| user.identity().clone());
            if let (Some(identity), Some(ranks)) = (identity, found.ranks(user)) {
                let row = Row::Name { identity, ranks };
                rows.row(&row, &mut out);
            }
        }
        rows.end(&mut out);
        self.send(id, out);
    }

    fn go_and_come(&mut self, id: SessionId, user: UserId, before: &Identity, who: &Identity) {
        let Some(other) = self.chat.find_nick(&who.nick) else {
            return;
        };
        let mut out = String::new();
        Line::new(&mut out, "", before, "QUIT").text("Changing host");
        let shared = self
            .chat
            .find_user(other)
            .map(|user| user.channels().to_vec());
        for channel in shared.unwrap_or_default() {
            let name = self.chat.channel_name(channel).cloned();
            let found = name.and_then(|name| self.chat.find_channel(&name));
            let Some(found) = found.filter(|found| found.ranks(user).is_some()) else {
                continue;
            };
            drop(Line::new(&mut out, "", who, "JOIN").param(found.name()));
            let ranks = found.ranks(other).unwrap_or_default();
            let letters = RANKS.iter().filter(|(_, _, rank, _)| ranks.has(*rank));
            let changes: Vec<ModeChange> = letters
                .map(|(_, _, rank, _)| ModeChange::Rank(*rank, who.nick.clone(), true))
                .collect();
            if !changes.is_empty() {
                self.write_standing(found.name(), changes, &mut out);
            }
        }
        let away = self.chat.find_user(other).and_then(|user| user.away());
        if let Some(away) = away.filter(|_| self.has(id, Cap::AwayNotify)) {
            Line::new(&mut out, "", who, "AWAY").text(away.typed());
        }
        self.send(id, out);
    }

    /// What somebody is in a channel, as the server tells it.
    fn write_standing(&self, channel: &ChannelName, changes: Vec<ModeChange>, out: &mut String) {
        let letters = events::signed(changes.iter().map(|change| match change {
            ModeChange::Rank(rank, ..) => (crate::protocol::modes::rank_letter(*rank), true),
            _ => ('?', true),
        }));
        let line = Line::new(out, "", &self.settings.name, "MODE");
        let line = line.param(channel).param(letters);
        let names = changes.iter().filter_map(|change| match change {
            ModeChange::Rank(_, nick, _) => Some(nick),
            _ => None,
        });
        drop(names.fold(line, |line, nick| line.param(nick)));
    }

    pub(in crate::server) fn deliver_irc_reply(&mut self, now: Now, reply: Reply, cause: Cause) {
        let id = cause.session;
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let Some(identity) = user.map(|user| user.identity().clone()) else {
            return;
        };
        self.write_to(id, |server, reader, out| {
            let clock = server.clock(now, id);
            replies::write(&reply, cause.verb, reader, &identity, &clock, out);
        });
        if let Reply::Joined { channel, .. } = &reply
            && self.caps(id).implicit_names()
        {
            let command = Command::Names {
                channel: channel.clone(),
            };
            self.irc_command(now, id, "NAMES", command);
        }
        if let Some(long) = listing(&reply).cloned() {
            self.begin_irc_listing(now, id, &reply, long);
        }
    }

    fn begin_irc_listing(&mut self, now: Now, id: SessionId, reply: &Reply, listing: Listing) {
        let channel = match reply {
            Reply::Listing { channel, .. } => channel.clone(),
            _ => None,
        };
        let form = match &listing {
            Listing::Names { .. } => channel.and_then(|channel| self.names_form(&channel)),
            Listing::Who { .. } => self.asked.form.take().map(|form| Form::Who {
                channel: channel.map(|channel| channel.to_string()),
                form,
            }),
            Listing::Channels { .. } => Some(Form::Channels),
            Listing::Board { .. } | Listing::RollCall { .. } => Some(Form::Sentences),
        };
        let form = form.unwrap_or(Form::Sentences);
        self.write_to(id, |server, reader, out| {
            Rows::new(*reader, &form, server.clock(now, id)).begin(out);
        });
        let answer = LongAnswer {
            listing,
            form: Some(form),
        };
        self.begin_listing(now, id, answer);
    }

    fn names_form(&self, channel: &ChannelName) -> Option<Form> {
        let found = self.chat.find_channel(channel)?;
        Some(Form::Names {
            channel: found.name().to_string(),
            sign: names_sign(found.modes()),
        })
    }

    /// As many rows as are written at once, and whether that was all.
    pub(in crate::server) fn irc_rows(
        &self,
        now: Now,
        id: SessionId,
        user: UserId,
        form: &Form,
        listing: &mut Listing,
    ) -> (String, bool) {
        let mut out = String::new();
        let mut rows = Rows::new(self.reader(id), form, self.clock(now, id));
        while out.len() < LISTING_BYTES {
            match self.chat.next_row(now, user, listing) {
                Some(row) => rows.row(&row, &mut out),
                None => {
                    rows.end(&mut out);
                    return (out, true);
                }
            }
        }
        rows.pause(&mut out);
        (out, false)
    }

    pub(in crate::server) fn deliver_irc_refusal(&mut self, refusal: &Refusal, cause: Cause) {
        let id = cause.session;
        if matches!(refusal, Refusal::NotAway) {
            return self.write_to(id, |_, reader, out| replies::write_back(reader, out));
        }
        let meant = self.meant(refusal, id);
        let complaint = refusals::refusal(refusal, cause.verb, &self.asked.context, meant);
        self.complain_about(id, cause.verb, &complaint);
    }
}
