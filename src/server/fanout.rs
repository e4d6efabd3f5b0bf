//! What the chat says, to the sessions that hear it: each line is written once for all readers
//! alike.

use bytes::Bytes;
use smallvec::SmallVec;

use crate::chat::name::ChannelName;
use crate::chat::outbox::Outbox;
use crate::chat::time::{Now, Zone};
use crate::chat::vocabulary::{Event, Happening, Listing, Output as Said, Place, Refusal, Reply};
use crate::chat::{Chat, UserId};
use crate::protocol::plain::events::{self, Wire};
use crate::protocol::plain::screen::{Partner, Screen};
use crate::protocol::plain::{refusals, replies};
use crate::protocol::stamp::{Clock, Times};
use crate::suggest::nearest;

use super::irc::fanout::Messages;
use super::session::{LongAnswer, Session, Side, Todo, Wait};
use super::{Cause, LISTING_BYTES, Output, Server, SessionId};

/// How many names are compared with a mistyped one.
const NAMES_COMPARED_MAX: usize = 1_000;

impl Server {
    /// Turns all that the chat has said into lines for those who hear it.
    pub(super) fn deliver(&mut self, now: Now, cause: Option<Cause>) {
        let mut outbox = self.chat.take_outbox();
        let mut outputs = outbox.take_outputs();
        for output in outputs.drain(..) {
            match (output, cause) {
                (Said::Event(event), _) => self.deliver_event(&event, &outbox, cause),
                (Said::Record(record), _) => self.keep_record(*record),
                (Said::Reply(mut reply), Some(cause)) => {
                    let kept = self.heed_keep(&mut reply);
                    let joined = joined(&reply).cloned();
                    self.tell_other_devices(now, &reply, cause);
                    self.deliver_reply(now, reply, cause);
                    kept.iter().for_each(|told| self.tell(cause.session, told));
                    if let Some(channel) = joined {
                        self.show_missed(now, cause.session, Some(&channel));
                    }
                }
                (Said::Refusal(refusal), Some(cause)) => self.deliver_refusal(now, &refusal, cause),
                (Said::Letter(letter), Some(cause)) => self.keep_letter(now, *letter, cause),
                (Said::Promise(record, promise), Some(cause)) => {
                    self.keep_promise(now, *record, promise, cause);
                }
                (Said::Promise(record, _), None) => self.keep_record(*record),
                (Said::Came(account), _) => self.bring_what_waits(now, account),
                (Said::Ended(user, why), _) => self.end_sessions(now, user, &why, cause),
                (Said::Reply(_) | Said::Refusal(_) | Said::Letter(_), None) => {}
            }
        }
        outbox.return_outputs(outputs);
        self.chat.return_outbox(outbox);
    }

    fn deliver_event(&mut self, event: &Event, outbox: &Outbox, cause: Option<Cause>) {
        let zone = self.settings.chat.zone.clone();
        let traveller = self.traveller(&event.what);
        let mut copies = Copies::new(event, &zone, traveller);
        let cause = cause.map(|cause| cause.session);
        let audience = event.audience;
        for (span, hearers) in [
            (audience.all, Hearers::All),
            (audience.tracking, Hearers::Irc),
            (audience.watching, Hearers::Plain),
        ] {
            for &user in outbox.users(span) {
                let mut place = 0;
                while let Some(id) = self.seat(user, place) {
                    let caused = cause == Some(id);
                    self.deliver_copy(Hearer { id, user, caused }, hearers, &mut copies);
                    place += 1;
                }
            }
        }
        if let Some(traveller) = traveller {
            self.show_channel(traveller, event, cause);
        }
        self.tell_monitors(event);
    }

    /// The sessions of a user, by number.
    #[inline]
    pub(super) fn seat(&self, user: UserId, place: usize) -> Option<SessionId> {
        self.seats.get(user)?.get(place).copied()
    }

    /// What is done here is done for each who hears a line: one look at the session.
    fn deliver_copy(&mut self, hearer: Hearer, hearers: Hearers, copies: &mut Copies<'_>) {
        let event = copies.event;
        let session = self.sessions.get_mut(hearer.id);
        let Some(session) = session.filter(|session| !session.closing) else {
            return;
        };
        match (&mut session.side, hearers) {
            (Side::Plain(plain), Hearers::All | Hearers::Plain)
                if !(hearer.caused && events::silent_to_cause(&event.what)) =>
            {
                let own = copies.traveller == Some(hearer.user);
                let put_out = match own {
                    true => follow(&mut plain.screen, &event.what),
                    false => note(&mut plain.screen, event, hearer.user, &self.chat),
                };
                let lines = copies.lines();
                lines.show(hearer, put_out, &mut plain.screen, &mut self.outputs);
            }
            (Side::Irc(client), Hearers::All | Hearers::Irc) => {
                let caps = client.caps;
                self.deliver_irc(hearer, caps, event, copies.messages());
            }
            _ => {}
        }
    }

    pub(super) fn deliver_reply(&mut self, now: Now, reply: Reply, cause: Cause) {
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
        if let Reply::Joined { channel, .. } = &reply
            && self.settings.chat.remembers
            && let Some(plain) = session.plain()
        {
            plain
                .todo
                .push_back(Todo::ShowEarlier(channel.clone(), None));
        }
        let Some(screen) = session.screen() else {
            return;
        };
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

    pub(super) fn deliver_refusal(&mut self, now: Now, refusal: &Refusal, cause: Cause) {
        if self.plain(cause.session).is_none() {
            return self.deliver_irc_refusal(refusal, cause);
        }
        if let Refusal::NobodyWas { nick } = refusal
            && self.settings.chat.remembers
        {
            return self.ask_last_seen(now, cause.session, nick);
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

/// The channel that a reply says the asker is in from now on.
fn joined(reply: &Reply) -> Option<&ChannelName> {
    match reply {
        Reply::Joined { channel, .. } => Some(channel),
        _ => None,
    }
}

/// What an event means for where a session speaks and whom it answers. Says whether its user was
/// put out of a channel.
fn note(screen: &mut Screen, event: &Event, user: UserId, chat: &Chat) -> bool {
    match &event.what {
        Happening::Said(said) => {
            if said.author != user && matches!(said.place, Place::Person(_)) {
                screen.heard_from(Partner::Here(said.author));
            }
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

/// What one's own coming into a channel, or leaving it, from another session means for where a session
/// speaks. Says whether it is out of a channel by it.
fn follow(screen: &mut Screen, what: &Happening) -> bool {
    match what {
        Happening::Joined { channel, .. } => screen.follow(channel),
        Happening::Left { channel, .. } => screen.put_out(channel),
        _ => {}
    }
    matches!(what, Happening::Left { .. })
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

/// A session that hears an event.
#[derive(Clone, Copy)]
pub(super) struct Hearer {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    /// The event is of its doing.
    pub(super) caused: bool,
}

/// One event as bytes: written once for all readers alike, and nothing of a protocol that nobody
/// reads.
struct Copies<'a> {
    event: &'a Event,
    zone: &'a Zone,
    /// Who does it from one of several sessions.
    traveller: Option<UserId>,
    lines: Option<Lines<'a>>,
    messages: Option<Messages>,
}

impl<'a> Copies<'a> {
    fn new(event: &'a Event, zone: &'a Zone, traveller: Option<UserId>) -> Self {
        Self {
            event,
            zone,
            traveller,
            lines: None,
            messages: None,
        }
    }

    fn lines(&mut self) -> &mut Lines<'a> {
        let (event, zone, traveller) = (self.event, self.zone, self.traveller);
        self.lines
            .get_or_insert_with(|| Lines::new(event, zone, traveller))
    }

    fn messages(&mut self) -> &mut Messages {
        let event = self.event;
        self.messages.get_or_insert_with(|| Messages::of(event))
    }
}

/// One event as lines of the plain protocol.
struct Lines<'a> {
    event: &'a Event,
    zone: &'a Zone,
    /// Who does it from one of several sessions.
    traveller: Option<UserId>,
    /// The local day of the event, if its line begins with a time.
    day: Option<u32>,
    /// It may wait while the lines of others are held back.
    can_wait: bool,
    written: SmallVec<[(Wire, Bytes); 1]>,
}

impl<'a> Lines<'a> {
    fn new(event: &'a Event, zone: &'a Zone, traveller: Option<UserId>) -> Self {
        let stamped = events::is_stamped(&event.what);
        Self {
            event,
            zone,
            traveller,
            day: stamped.then(|| zone.civil(event.at_ms).day_number),
            can_wait: events::can_wait(&event.what),
            written: SmallVec::new(),
        }
    }

    /// Shows it to one session. `put_out`: by it, its user was put out of a channel.
    fn show(
        &mut self,
        hearer: Hearer,
        put_out: bool,
        screen: &mut Screen,
        outputs: &mut Vec<Output>,
    ) {
        let Hearer { id, user, caused } = hearer;
        // Where one is, is told in the order of going, and that one is put out cannot wait.
        let travels = self.traveller == Some(user);
        let held = !caused && !put_out && !travels && self.can_wait;
        let wire = Wire {
            times: screen.times,
            own: self.is_by(user),
        };
        if let Some(day) = self.day.filter(|day| *day != screen.day)
            && wire.times == Times::Short
        {
            screen.day = day;
            show(outputs, id, screen, self.date_line(), held);
        }
        show(outputs, id, screen, self.copy(wire), held);
        if let (true, Happening::Kicked { who, channel, .. }) = (put_out, &self.event.what)
            && who.len() > events::PUT_OUT_NAMED
        {
            let line = Bytes::from(replies::put_out(channel));
            outputs.push(Output::Send(id, line));
        }
    }

    fn is_by(&self, user: UserId) -> bool {
        match &self.event.what {
            Happening::Said(said) => said.author == user,
            _ => self.traveller == Some(user),
        }
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
