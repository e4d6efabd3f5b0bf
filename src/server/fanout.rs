//! What the chat says, to the sessions that hear it: each line is written once for all readers
//! alike.

use bytes::Bytes;

use crate::chat::outbox::Outbox;
use crate::chat::time::{Now, Zone};
use crate::chat::vocabulary::{Event, Happening, Output as Said, Place, Refusal, Reply};
use crate::chat::{Chat, UserId};
use crate::protocol::plain::events::{self, Wire};
use crate::protocol::plain::screen::{Screen, Times};
use crate::protocol::plain::stamp::Clock;
use crate::protocol::plain::{refusals, replies};
use crate::suggest::nearest;

use super::session::Progress;
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
                (Said::Ended(user), _) => self.end_sessions(now, user, cause),
                (Said::Reply(_) | Said::Refusal(_), None) => {}
            }
        }
        self.chat.return_outbox(outbox);
    }

    fn deliver_event(&mut self, event: &Event, outbox: &Outbox, cause: Option<Cause>) {
        let zone = self.settings.chat.zone.clone();
        let mut copies = Copies::new(event, &zone);
        let silent = cause.filter(|_| events::silent_to_cause(&event.what));
        for span in [event.audience.all, event.audience.watching] {
            for user in outbox.users(span) {
                for seat in self.seats.get(*user).cloned().unwrap_or_default() {
                    if silent.is_none_or(|cause| cause.session != seat) {
                        self.deliver_copy(seat, *user, &mut copies, cause);
                    }
                }
            }
        }
    }

    fn deliver_copy(
        &mut self,
        id: SessionId,
        user: UserId,
        copies: &mut Copies<'_>,
        cause: Option<Cause>,
    ) {
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        if session.progress == Progress::Closing {
            return;
        }
        let own = copies.is_by(user);
        let others = cause.is_none_or(|cause| cause.session != id);
        let put_out = note(
            &mut session.screen,
            &copies.event.what,
            user,
            own,
            &self.chat,
        );
        let held = others && !put_out && events::can_wait(&copies.event.what);
        let wire = Wire {
            times: session.screen.times,
            own,
        };
        if copies.stamped && wire.times == Times::Short && session.screen.day != copies.day {
            session.screen.day = copies.day;
            let date = copies.date_line();
            show(&mut self.outputs, id, &mut session.screen, date, held);
        }
        let line = copies.copy(wire);
        show(&mut self.outputs, id, &mut session.screen, line, held);
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
        let clock = Clock::new(&self.settings.chat.zone, now.wall_ms, session.screen.times);
        if let Reply::Sent {
            to: Place::Channel(_),
            away: None,
            ..
        } = &reply
            && cause.quiet
        {
            return;
        }
        let before = session.screen.current().cloned();
        match &reply {
            Reply::Joined { channel, .. } | Reply::ThereAlready { channel } => {
                session.screen.turn_to(channel);
            }
            Reply::Left { channel } => session.screen.leave(channel),
            _ => {}
        }
        let mut lines = replies::render(&reply, &mut session.screen.day, &clock);
        if matches!(&reply, Reply::Left { .. }) && before.as_ref() != session.screen.current() {
            lines.push_str(&replies::current(session.screen.current()));
        }
        self.outputs.push(Output::Send(id, Bytes::from(lines)));
        if let Reply::Listing { listing, .. }
        | Reply::Board { listing, .. }
        | Reply::RollCall { listing, .. } = reply
        {
            session.listing = Some(Box::new(listing));
            self.continue_listing(now, id);
        }
    }

    fn deliver_refusal(&mut self, now: Now, refusal: &Refusal, cause: Cause) {
        let meant = self.meant(refusal, cause.session);
        let clock = self.clock(now, cause.session);
        let sentence = refusals::refusal(refusal, meant, &clock);
        self.refuse(cause.session, &sentence);
    }

    /// The name that was likely meant, of those that the asker may know of.
    fn meant(&self, refusal: &Refusal, asker: SessionId) -> Option<&str> {
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

    fn end_sessions(&mut self, now: Now, user: UserId, cause: Option<Cause>) {
        for id in self.seats.take(user).unwrap_or_default() {
            if cause.is_none_or(|cause| cause.session != id) {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.user = None;
                }
                self.close(now, id, "put off the server");
            }
        }
    }

    /// Writes more of a long answer, and waits for it to be read before it writes the rest.
    pub(super) fn continue_listing(&mut self, now: Now, id: SessionId) {
        let Some(user) = self.user_of(id) else { return };
        let Some(mut listing) = self
            .sessions
            .get_mut(id)
            .and_then(|session| session.listing.take())
        else {
            return;
        };
        let mut lines = String::new();
        let clock = self.clock(now, id);
        while lines.len() < LISTING_BYTES {
            match self.chat.next_row(now, user, &mut listing) {
                Some(row) => lines.push_str(&replies::row(&row, &clock)),
                None => {
                    if !lines.is_empty() {
                        self.send(id, lines);
                    }
                    self.outputs.push(Output::Resume(id));
                    return;
                }
            }
        }
        self.send(id, lines);
        self.outputs.push(Output::AwaitDrain(id));
        if let Some(session) = self.sessions.get_mut(id) {
            session.listing = Some(listing);
        }
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

/// One event as bytes: written once for all readers alike.
struct Copies<'a> {
    event: &'a Event,
    zone: &'a Zone,
    /// Its line begins with a time.
    stamped: bool,
    /// The local day of the event.
    day: u32,
    written: Vec<(Wire, Bytes)>,
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
