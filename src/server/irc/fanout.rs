//! What the chat says, to IRC sessions.

use bytes::Bytes;
use smallvec::SmallVec;

use super::super::fanout::Hearer;
use super::super::session::LongAnswer;
use super::super::{Cause, LISTING_BYTES, Output, Server, SessionId};
use super::stand_ins::is_stood_in;
use crate::chat::UserId;
use crate::chat::name::{ChannelName, Nick};
use crate::chat::time::Now;
use crate::chat::vocabulary::{Command, Described, Event, Happening, Listing, Refusal, Reply};
use crate::protocol::irc::capabilities::Caps;
use crate::protocol::irc::events;
use crate::protocol::irc::metadata::METADATA;
use crate::protocol::irc::refusals;
use crate::protocol::irc::replies::{self, listing, names_sign};
use crate::protocol::irc::rows::{Form, Rows};
use crate::protocol::irc::writer::Reader;

/// How many bytes are made room for: a line with its source, without tags.
const MESSAGE_BYTES_USUAL: usize = 160;

/// One event as IRC messages, and what of it is the same whoever reads it.
pub(in crate::server) struct Messages {
    /// The capabilities that change its bytes.
    relevant: Caps,
    /// Each reader has messages of their own.
    personal: bool,
    /// To who has not asked for it, something else stands in for it.
    stood_in: bool,
    /// By the capabilities of those who read them.
    written: SmallVec<[(Caps, Bytes); 1]>,
}

impl Messages {
    pub(in crate::server) fn of(event: &Event) -> Self {
        Self {
            relevant: events::relevant(&event.what),
            personal: events::is_personal(&event.what),
            stood_in: is_stood_in(&event.what),
            written: SmallVec::new(),
        }
    }
}

impl Server {
    /// `caps`: those of who hears it.
    pub(in crate::server) fn deliver_irc(
        &mut self,
        hearer: Hearer,
        caps: Caps,
        event: &Event,
        messages: &mut Messages,
    ) {
        let is_echo = hearer.caused && events::is_echo(&event.what);
        let to_oneself = is_echo && events::is_to_oneself(&event.what);
        let told = !is_echo || caps.echoes();
        if !told && !to_oneself {
            return;
        }
        let bytes = self.irc_copy(hearer.id, caps, event, messages);
        if to_oneself {
            // The line itself, which has no label; its echo may have one.
            self.outputs.push(Output::Send(hearer.id, bytes.clone()));
        }
        if told && !bytes.is_empty() {
            self.send_bytes(hearer.id, bytes);
        }
        if messages.stood_in {
            self.stand_in(hearer.id, hearer.user, event);
        }
    }

    /// The messages of an event for one session: the same bytes for all alike.
    fn irc_copy(&self, id: SessionId, caps: Caps, event: &Event, messages: &mut Messages) -> Bytes {
        let caps = caps.both(messages.relevant);
        let personal = messages.personal || self.is_put_out_with_others(id, &event.what);
        let known = messages.written.iter().find(|(known, _)| *known == caps);
        if let (Some((_, bytes)), false) = (known, personal) {
            return bytes.clone();
        }
        if let Happening::Described { key, .. } = &event.what
            && !self.hears_of_key(id, key)
        {
            return Bytes::new();
        }
        let mut out = String::with_capacity(MESSAGE_BYTES_USUAL);
        let reader = Reader {
            caps,
            ..self.reader(id)
        };
        events::write(event, &reader, &mut out);
        let bytes = Bytes::from(out);
        if !personal {
            messages.written.push((caps, bytes.clone()));
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

    pub(in crate::server) fn deliver_irc_reply(&mut self, now: Now, reply: Reply, cause: Cause) {
        if replies::is_silent(&reply) {
            return;
        }
        let id = cause.session;
        if self.tell_metadata(id, &reply) {
            return;
        }
        let user = self.user_of(id).and_then(|user| self.chat.find_user(user));
        let Some(identity) = user.map(|user| user.identity().clone()) else {
            return;
        };
        self.write_to(id, |server, reader, out| {
            let clock = server.clock(now, id);
            replies::write(&reply, cause.verb, reader, &identity, &clock, out);
        });
        if let Reply::Joined { channel, .. } = &reply {
            self.tell_read_marker(id, channel);
            self.plan_sync(id, Described::Channel(channel.clone()));
            self.plan_earlier(id, channel);
        }
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

    pub(super) fn names_form(&self, channel: &ChannelName) -> Option<Form> {
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
        if cause.verb == METADATA {
            return self.refuse_metadata(id, refusal);
        }
        let meant = self.meant(refusal, id);
        let is_server = |nick: &Nick| nick.as_str().eq_ignore_ascii_case(&self.settings.name);
        let complaint = match refusal {
            Refusal::NobodyNamed { nick } if cause.verb == "KILL" && is_server(nick) => {
                refusals::is_server()
            }
            _ => refusals::refusal(refusal, cause.verb, &self.asked.context, meant),
        };
        self.complain_about(id, cause.verb, &complaint);
    }
}
