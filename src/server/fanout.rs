//! What the chat says, to the sessions that hear it: each line is written once for all readers
//! alike.

use bytes::Bytes;

use crate::chat::outbox::Outbox;
use crate::chat::time::{Now, Zone};
use crate::chat::vocabulary::{Event, Happening, Listing, Output as Said, Place, Refusal, Reply};
use crate::chat::{Chat, UserId};
use crate::protocol::irc::capabilities::Caps;
use crate::protocol::plain::events::{self, Wire};
use crate::protocol::plain::screen::Screen;
use crate::protocol::plain::{refusals, replies};
use crate::protocol::stamp::{Clock, Times};
use crate::suggest::nearest;

use super::session::{LongAnswer, Session, Side, Wait};
use super::{Cause, LISTING_BYTES, Output, Server, SessionId};

/// How many names are compared with a mistyped one.
const NAMES_COMPARED_MAX: usize = 1_000;

impl Server {
    /// Turns all that the chat has said into lines for those who hear it.
    pub(super) fn deliver(&mut self, now: Now, cause: Option<Cause>) {
        let mut outbox = self.chat.take_outbox();
        for output in outbox.take_outputs() {
            match (output, cause) {
                (Said::Event(event), _) => self.deliver_event(&event, &outbox, cause),
                (Said::Reply(reply), Some(cause)) => self.deliver_reply(now, reply, cause),
                (Said::Refusal(refusal), Some(cause)) => self.deliver_refusal(now, &refusal, cause),
                (Said::Ended(user, why), _) => self.end_sessions(now, user, &why, cause),
                (Said::Reply(_) | Said::Refusal(_), None) => {}
            }
        }
        self.chat.return_outbox(outbox);
    }

    fn deliver_event(&mut self, event: &Event, outbox: &Outbox, cause: Option<Cause>) {
        let zone = self.settings.chat.zone.clone();
        let mut copies = Copies::new(event, &zone);
        let audience = event.audience;
        for (span, hearers) in [
            (audience.all, Hearers::All),
            (audience.tracking, Hearers::Irc),
            (audience.watching, Hearers::Plain),
        ] {
            for user in outbox.users(span) {
                for seat in self.seats.get(*user).cloned().unwrap_or_default() {
                    self.deliver_copy(seat, *user, hearers, &mut copies, cause);
                }
            }
        }
        self.tell_monitors(event);
    }

    fn deliver_copy(
        &mut self,
        id: SessionId,
        user: UserId,
        hearers: Hearers,
        copies: &mut Copies<'_>,
        cause: Option<Cause>,
    ) {
        let Some(session) = self.sessions.get(id).filter(|session| !session.closing) else {
            return;
        };
        let caused = cause.is_some_and(|cause| cause.session == id);
        match (&session.side, hearers) {
            (Side::Plain(_), Hearers::All | Hearers::Plain)
                if !(caused && events::silent_to_cause(&copies.event.what)) =>
            {
                self.deliver_plain(id, user, copies, caused);
            }
            (Side::Irc(_), Hearers::All | Hearers::Irc) => {
                self.deliver_irc(id, user, copies, caused);
            }
            _ => {}
        }
    }

    fn deliver_plain(
        &mut self,
        id: SessionId,
        user: UserId,
        copies: &mut Copies<'_>,
        caused: bool,
    ) {
        let session = self.sessions.get_mut(id);
        let Some(screen) = session.and_then(|session| session.screen()) else {
            return;
        };
        let own = copies.is_by(user);
        let put_out = note(screen, &copies.event.what, user, own, &self.chat);
        let held = !caused && !put_out && events::can_wait(&copies.event.what);
        let wire = Wire {
            times: screen.times,
            own,
        };
        if copies.stamped && wire.times == Times::Short && screen.day != copies.day {
            screen.day = copies.day;
            let date = copies.date_line();
            show(&mut self.outputs, id, screen, date, held);
        }
        let line = copies.copy(wire);
        show(&mut self.outputs, id, screen, line, held);
        if let (true, Happening::Kicked { who, channel, .. }) = (put_out, &copies.event.what)
            && who.len() > events::PUT_OUT_NAMED
        {
            let line = Bytes::from(replies::put_out(channel));
            self.outputs.push(Output::Send(id, line));
        }
    }

    fn deliver_reply(&mut self, now: Now, reply: Reply, cause: Cause) {
        let id = cause.session;
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        let Some(screen) = session.screen() else {
            return self.deliver_irc_reply(now, reply, cause);
        };
        let clock = Clock::new(&self.settings.chat.zone, now.wall_ms, screen.times);
        if let Reply::Sent {
            to: Place::Channel(_),
            away: None,
            ..
        } = &reply
            && cause.quiet
        {
            return;
        }
        let before = screen.current().cloned();
        match &reply {
            Reply::Joined { channel, .. } | Reply::ThereAlready { channel } => {
                screen.turn_to(channel);
            }
            Reply::Left { channel } => screen.leave(channel),
            _ => {}
        }
        let mut lines = replies::render(&reply, &mut screen.day, &clock);
        if matches!(&reply, Reply::Left { .. }) && before.as_ref() != screen.current() {
            lines.push_str(&replies::current(screen.current()));
        }
        if !lines.is_empty() {
            self.outputs.push(Output::Send(id, Bytes::from(lines)));
        }
        if let Reply::Listing { listing, .. }
        | Reply::Board { listing, .. }
        | Reply::RollCall { listing, .. } = reply
        {
            let answer = LongAnswer {
                listing,
                form: None,
            };
            self.begin_listing(now, id, answer);
        }
    }

    /// Begins a long answer.
    pub(super) fn begin_listing(&mut self, now: Now, id: SessionId, answer: LongAnswer) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = Some(Box::new(Wait::Reader(answer)));
            self.continue_listing(now, id);
        }
    }

    fn deliver_refusal(&mut self, now: Now, refusal: &Refusal, cause: Cause) {
        if self.plain(cause.session).is_none() {
            return self.deliver_irc_refusal(refusal, cause);
        }
        let meant = self.meant(refusal, cause.session);
        let clock = self.clock(now, cause.session);
        let sentence = refusals::refusal(refusal, meant, &clock);
        self.refuse(cause.session, &sentence);
    }

    /// The name that was likely meant, of those that the asker may know of.
    pub(super) fn meant(&self, refusal: &Refusal, asker: SessionId) -> Option<&str> {
        match refusal {
            Refusal::NobodyNamed { nick } => {
                let nicks = self.chat.nicks().take(NAMES_COMPARED_MAX);
                nearest(nick.as_str(), nicks.map(|nick| nick.as_str()))
            }
            Refusal::NoSuchChannel { channel } => {
                let seen = self.chat.channels_seen_by(self.user_of(asker)?);
                let seen = seen.take(NAMES_COMPARED_MAX);
                nearest(channel.as_str(), seen.map(|name| name.as_str()))
            }
            _ => None,
        }
    }

    fn end_sessions(&mut self, now: Now, user: UserId, why: &str, cause: Option<Cause>) {
        for id in self.seats.take(user).unwrap_or_default() {
            if cause.is_none_or(|cause| cause.session != id) {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.user = None;
                }
                self.close(now, id, why);
            }
        }
    }

    /// Writes more of a long answer, and waits for it to be read before it writes the rest.
    pub(super) fn continue_listing(&mut self, now: Now, id: SessionId) {
        let Some(user) = self.user_of(id) else { return };
        let session = self.sessions.get_mut(id);
        let Some(mut answer) = session.and_then(Session::take_answer) else {
            return;
        };
        let (lines, ended) = match answer.form.clone() {
            None => self.plain_rows(now, id, user, &mut answer.listing),
            Some(form) => self.irc_rows(now, id, user, &form, &mut answer.listing),
        };
        if !lines.is_empty() {
            self.send(id, lines);
        }
        if ended {
            return;
        }
        self.outputs.push(Output::AwaitDrain(id));
        if let Some(session) = self.sessions.get_mut(id) {
            session.wait = Some(Box::new(Wait::Reader(answer)));
        }
    }

    /// As many rows as are written at once, and whether that was all.
    fn plain_rows(
        &self,
        now: Now,
        id: SessionId,
        user: UserId,
        listing: &mut Listing,
    ) -> (String, bool) {
        let mut lines = String::new();
        let clock = self.clock(now, id);
        while lines.len() < LISTING_BYTES {
            match self.chat.next_row(now, user, listing) {
                Some(row) => lines.push_str(&replies::row(&row, &clock)),
                None => return (lines, true),
            }
        }
        (lines, false)
    }
}

/// What an event means for where a session speaks and whom it answers. Says whether its user was
/// put out of a channel.
fn note(screen: &mut Screen, what: &Happening, user: UserId, own: bool, chat: &Chat) -> bool {
    match what {
        Happening::Said(said) if !own && matches!(said.place, Place::Person(_)) => {
            screen.heard_from(said.author);
            false
        }
        Happening::Kicked { channel, .. } => {
            let there = chat
                .find_channel(channel)
                .and_then(|channel| channel.ranks(user));
            let put_out = there.is_none() && screen.is_in(channel);
            if put_out {
                screen.put_out(channel);
            }
            put_out
        }
        Happening::ChannelRenamed {
            before, channel, ..
        } => {
            screen.renamed(before, channel);
            false
        }
        _ => false,
    }
}

/// Shows a line, or keeps it back for a session that holds the lines of others.
fn show(
    outputs: &mut Vec<Output>,
    id: SessionId,
    screen: &mut Screen,
    line: Bytes,
    of_others: bool,
) {
    if !of_others || !screen.holds() {
        return outputs.push(Output::Send(id, line));
    }
    if !screen.keep_back(&line) {
        let (lines, _) = screen.go().unwrap_or_default();
        outputs.push(Output::Send(id, Bytes::from(lines)));
        let told = replies::held_no_longer();
        outputs.push(Output::Send(id, Bytes::from(told)));
    }
}

/// Which sessions of somebody hear an event.
#[derive(Clone, Copy)]
enum Hearers {
    All,
    /// Those that keep a picture of who is where.
    Irc,
    /// Those that keep none.
    Plain,
}

/// One event as bytes: written once for all readers alike.
pub(super) struct Copies<'a> {
    pub(super) event: &'a Event,
    zone: &'a Zone,
    /// Its line begins with a time.
    stamped: bool,
    /// The local day of the event.
    day: u32,
    written: Vec<(Wire, Bytes)>,
    /// As IRC messages, by the capabilities of those who read them.
    pub(super) messages: Vec<(Caps, Bytes)>,
}

impl<'a> Copies<'a> {
    fn new(event: &'a Event, zone: &'a Zone) -> Self {
        let stamped = events::is_stamped(&event.what);
        Self {
            event,
            zone,
            stamped,
            day: if stamped {
                zone.civil(event.at_ms).day_number
            } else {
                0
            },
            written: Vec::new(),
            messages: Vec::new(),
        }
    }

    fn is_by(&self, user: UserId) -> bool {
        matches!(&self.event.what, Happening::Said(said) if said.author == user)
    }

    fn clock(&self, times: Times) -> Clock<'a> {
        Clock::new(self.zone, self.event.at_ms, times)
    }

    fn date_line(&self) -> Bytes {
        Bytes::from(self.clock(Times::Short).date_line(self.event.at_ms))
    }

    fn copy(&mut self, wire: Wire) -> Bytes {
        if let Some((_, bytes)) = self.written.iter().find(|(other, _)| *other == wire) {
            return bytes.clone();
        }
        let line = events::render(self.event, wire.own, &self.clock(wire.times));
        let bytes = Bytes::from(line);
        self.written.push((wire, bytes.clone()));
        bytes
    }
}
