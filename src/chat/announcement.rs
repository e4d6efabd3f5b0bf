//! Announcements: numbered, to everyone or a channel. `attention.rs` has who has seen them.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::attention::{Ear, Hearers};
use super::channel::Channel;
use super::mode::Flag;
use super::name::{ChannelName, Nick};
use super::retelling::nobody;
use super::time::Now;
use super::user::Identity;
use super::vocabulary::{
    Announcement, AnnouncementInfo, Attention, Audience, ConversationId, ForAbsent, Happening,
    KeptAnnouncement, Output, Promise, Record, Refusal, Reply, Synced,
};
use super::words;
use super::{ChannelId, Chat, UserId};

/// How many announcements are in force at once: the oldest goes for the next.
pub const ANNOUNCEMENTS_MAX: usize = 50;

/// How long an announcement is in force that says nothing of it.
pub const ANNOUNCEMENT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// An announcement in force.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InForce {
    pub(super) what: Announcement,
    pub(super) author: Ear,
    /// It outlives the server, and is shown to those who come.
    pub(super) kept: bool,
    /// Those who were there, those who have seen it since, and those who were there lately.
    pub(super) hearers: Hearers,
}

impl InForce {
    /// One of the time before.
    fn of(kept: KeptAnnouncement) -> Self {
        let KeptAnnouncement {
            announcement,
            hearers,
        } = kept;
        let author = announcement.from.account.as_ref();
        Self {
            author: author.map_or(Ear::Guest(nobody()), |account| Ear::Owner(account.id)),
            kept: true,
            hearers: Hearers::of(hearers),
            what: announcement,
        }
    }

    pub(super) fn is_in_force(&self, now: Now) -> bool {
        self.what.until_ms > now.wall_ms
    }

    pub(super) fn is_kept_for_everyone(&self) -> bool {
        self.kept && self.what.channel.is_none()
    }

    fn info(&self, guest: bool, (acknowledged, people): (usize, usize)) -> AnnouncementInfo {
        let channel = self.what.channel.as_ref();
        AnnouncementInfo {
            number: self.what.number,
            at_ms: self.what.at_ms,
            from: self.what.from.nick.clone(),
            guest,
            channel: channel.map(|(_, name)| name.clone()),
            text: self.what.text.clone(),
            until_ms: self.what.until_ms,
            acknowledged,
            people,
        }
    }
}

/// Announcements of the time before, of which as many are in force as can be.
pub(super) fn taken_up(now: Now, kept: Vec<KeptAnnouncement>) -> VecDeque<InForce> {
    let all = kept.into_iter().map(InForce::of);
    let mut in_force: VecDeque<InForce> = all.filter(|posted| posted.is_in_force(now)).collect();
    let too_many = in_force.len().saturating_sub(ANNOUNCEMENTS_MAX);
    in_force.drain(..too_many);
    in_force
}

/// By which name it is counted what somebody announces: whoever has an account may call themselves
/// something else each time.
fn constant_name(who: &Identity) -> &Nick {
    let account = who.account.as_ref();
    account.map_or(&who.nick, |account| &account.name)
}

impl Chat {
    pub(super) fn announce(
        &mut self,
        now: Now,
        who: UserId,
        channel: Option<&ChannelName>,
        text: &str,
    ) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::NothingToSay);
        }
        self.may_announce(who)?;
        let official = self.user(who).is_operator();
        let place = channel.map(|name| self.seen(who, name)).transpose()?;
        place.map_or(Ok(()), |id| self.may_speak(who, id))?;
        if !official {
            self.charge_announcement(now, who)?;
        }
        let (_, until) = words::split_until(text);
        let until_ms = until.map(|until| until.moment(now, &self.settings.zone));
        self.last_announcement += 1;
        let what = Announcement {
            number: self.last_announcement,
            id: self.next_message_id(now),
            at_ms: now.wall_ms,
            until_ms: until_ms.unwrap_or(now.wall_ms + ANNOUNCEMENT_MS),
            from: self.user(who).identity.clone(),
            official,
            channel: place.map(|id| self.conversation_named(id)),
            text: Arc::from(text.trim()),
        };
        let author = self.ear(who);
        let registered = matches!(author, Ear::Owner(_));
        let mut posted = InForce {
            what,
            author,
            kept: self.settings.remembers && (registered || official),
            hearers: self.present_hearers(who, place),
        };
        let people = posted.hearers.len();
        self.send_announcement(now, who, &posted, place);
        let closed = place.is_some_and(|id| !self.reaches_absent(who, id));
        if let Some(id) = place.filter(|_| posted.kept) {
            self.await_absent(now, who, id, &mut posted);
        }
        let promise = Promise::Announced {
            number: posted.what.number,
            people,
            until_ms,
            closed,
        };
        self.answer_announcer(&posted, promise);
        self.announcements.push_back(posted);
        self.make_room_for_announcements(now);
        Ok(())
    }

    fn conversation_named(&self, id: ChannelId) -> (ConversationId, ChannelName) {
        let channel = self.channel(id);
        (channel.conversation, channel.name.clone())
    }

    /// Whether what somebody announces in a channel is for those too who are not in it now, but were
    /// lately: what is said in a closed channel is for those who are in it then.
    fn reaches_absent(&self, who: UserId, id: ChannelId) -> bool {
        self.is_open(id) && !self.is_for_staff(who, id)
    }

    /// Everybody here for whom it is but its author: those who block the author too, so that the
    /// author is told nothing of it. Nothing reaches those who stay without being connected.
    fn present_hearers(&self, who: UserId, place: Option<ChannelId>) -> Hearers {
        let users = match place {
            Some(id) => self.listeners(who, id),
            None => self.users.keys(),
        };
        let mut hearers = Hearers::default();
        let others = users.into_iter().filter(|user| *user != who);
        for user in others.filter(|user| !self.is_staying(*user)) {
            hearers.note(self.ear(user), self.user(user).nick(), Attention::Seen);
        }
        hearers
    }

    /// Those for whom what is announced in a channel is too, and who see it when they come: whoever
    /// stays in it without being connected, and those who were in it lately, unless it is closed.
    fn await_absent(&mut self, now: Now, who: UserId, id: ChannelId, posted: &mut InForce) {
        let listeners = self.listeners(who, id).into_iter();
        let staying = listeners.filter(|user| self.is_staying(*user));
        let staying = staying.filter_map(|user| self.account_of(user));
        let mut awaited: Vec<AccountId> = staying.map(|account| account.id).collect();
        if self.reaches_absent(who, id) {
            awaited.extend(self.channel(id).gone_lately(now));
        }
        let others = awaited.into_iter();
        let others = others.filter(|account| posted.author != Ear::Owner(*account));
        posted.hearers.await_owners(others);
    }

    /// What is kept is promised only once it is safe.
    fn answer_announcer(&mut self, posted: &InForce, promise: Promise) {
        if !posted.kept {
            self.record(Record::Numbered(posted.what.number));
            let absent = match self.settings.remembers {
                true => ForAbsent::OfGuest,
                false => ForAbsent::Nothing,
            };
            return self.tell_announced(promise, absent);
        }
        let record = Record::Announced(Box::new(KeptAnnouncement {
            announcement: posted.what.clone(),
            hearers: posted.hearers.owners().collect(),
        }));
        self.outbox.push(Output::Promise(Box::new(record), promise));
    }

    fn tell_announced(&mut self, promise: Promise, absent: ForAbsent) {
        if let Promise::Announced {
            number,
            people,
            until_ms,
            ..
        } = promise
        {
            self.reply(Reply::Announced {
                number,
                people,
                until_ms,
                absent,
            });
        }
    }

    /// Tells somebody what has become of what they were promised.
    pub fn fulfil(&mut self, now: Now, who: UserId, promise: Promise, kept: Synced) {
        if self.users.get(who).is_none() {
            return;
        }
        match promise {
            Promise::Announced { closed, .. } => {
                let absent = match (closed, kept) {
                    (true, Synced::Yes) => ForAbsent::Closed,
                    _ => ForAbsent::Kept(kept),
                };
                self.tell_announced(promise, absent);
            }
            Promise::Acknowledged(number) => {
                if let Err(refusal) = self.tell_acknowledged(now, who, number, kept) {
                    self.outbox.push(Output::Refusal(refusal));
                }
            }
        }
    }

    /// An announcement could not be kept: it is for those who have heard it.
    pub fn lose_announcement(&mut self, number: u32) {
        let mut all = self.announcements.iter_mut();
        if let Some(posted) = all.find(|posted| posted.what.number == number) {
            posted.kept = false;
            posted.hearers.give_up_missing();
        }
    }

    /// Where there are too many, the oldest goes of whoever has most in force.
    fn make_room_for_announcements(&mut self, now: Now) {
        self.forget_past_announcements(now);
        if self.announcements.len() <= ANNOUNCEMENTS_MAX {
            return;
        }
        let by = |posted: &InForce| constant_name(&posted.what.from).clone();
        let in_force = |place: usize| {
            let author = by(&self.announcements[place]);
            let all = self.announcements.iter();
            all.filter(|other| by(other) == author).count()
        };
        let most = (0..self.announcements.len())
            .rev()
            .max_by_key(|place| in_force(*place));
        if let Some(place) = most {
            self.end_announcement(place);
        }
    }

    /// An announcement is in force no longer.
    fn end_announcement(&mut self, place: usize) -> Option<InForce> {
        let posted = self.announcements.remove(place)?;
        if posted.kept {
            let number = posted.what.number;
            self.record(Record::Withdrawn { number });
        }
        Some(posted)
    }

    /// What an account has announced is forgotten with all else that its owner said.
    pub fn forget_announcements_of(&mut self, account: AccountId) {
        let author = Ear::Owner(account);
        self.announcements.retain(|posted| posted.author != author);
    }

    /// Announcements in a channel follow its name.
    pub(super) fn follow_channel(&mut self, conversation: ConversationId, name: &ChannelName) {
        for posted in &mut self.announcements {
            if let Some((known, named)) = &mut posted.what.channel
                && *known == conversation
            {
                *named = name.clone();
            }
        }
    }

    fn charge_announcement(&mut self, now: Now, who: UserId) -> Result<(), Refusal> {
        let pace = self.settings.announcing;
        let name = constant_name(&self.user(who).identity).clone();
        self.announced
            .retain(|_, bucket| !bucket.is_full(now.mono_ms));
        let bucket = self.announced.entry(name).or_default();
        bucket
            .take(now.mono_ms, pace)
            .map_err(|ready_ms| Refusal::AnnouncedRecently {
                next_ms: now.wall_ms + (ready_ms - now.mono_ms),
            })
    }

    /// Whether somebody hears nothing of whoever announced this.
    pub(super) fn hides_announcement(&self, who: UserId, posted: &InForce) -> bool {
        let author = self.ear_here(posted.author);
        !posted.what.official
            && match author {
                Some(author) => self.hides(who, author),
                None => self.blocks_identity(who, nobody(), &posted.what.from),
            }
    }

    /// Its author and those who have seen it, as far as they are here, but for `but` and those who
    /// hear nothing of the author.
    fn reached_by(&mut self, posted: &InForce, but: UserId) -> Audience {
        let concerned = self.hearers_here(&posted.hearers).into_iter();
        let concerned = concerned.chain(self.ear_here(posted.author));
        let reached = concerned.filter(|user| *user != but);
        let reached: Vec<UserId> = reached
            .filter(|user| !self.hides_announcement(*user, posted))
            .collect();
        self.outbox.only(reached)
    }

    fn send_announcement(
        &mut self,
        now: Now,
        who: UserId,
        posted: &InForce,
        place: Option<ChannelId>,
    ) {
        let audience = self.reached_by(posted, who);
        if let Some(id) = place.filter(|id| !self.is_for_staff(who, *id)) {
            self.record_announced(id, &posted.what);
        }
        let channel = posted.what.channel.as_ref();
        let what = self.as_happening(&posted.what, channel.map(|(_, name)| name.clone()));
        self.event(now, audience, what);
    }

    /// An announcement as its hearers have it, those in a channel as told in that.
    pub(super) fn as_happening(
        &self,
        what: &Announcement,
        channel: Option<ChannelName>,
    ) -> Happening {
        Happening::Announced {
            number: what.number,
            id: what.id,
            from: what.from.clone(),
            guest: self.is_guest(&what.from),
            channel,
            text: what.text.clone(),
        }
    }

    fn forget_past_announcements(&mut self, now: Now) {
        self.announcements.retain(|posted| posted.is_in_force(now));
    }

    /// Where an announcement stands that is in force and that the asker may know of.
    pub(super) fn announcement(
        &mut self,
        now: Now,
        who: UserId,
        number: u32,
    ) -> Result<usize, Refusal> {
        self.forget_past_announcements(now);
        let place = self
            .announcements
            .iter()
            .position(|posted| posted.what.number == number && self.may_see(who, posted));
        place.ok_or(Refusal::NoSuchAnnouncement { number })
    }

    /// Whoever is kept out of a channel sees no more of it than they have seen.
    pub(super) fn may_see(&self, who: UserId, posted: &InForce) -> bool {
        if posted.what.channel.is_none() {
            return true;
        }
        let ear = self.ear(who);
        let heard = match posted.hearers.attention(ear) {
            Some(Attention::Missed) => !self.is_barred_from(who, posted),
            attention => attention.is_some(),
        };
        heard
            || posted.author == ear
            || self.user(who).is_operator()
            || self.is_told_inside(who, posted)
    }

    /// Whether somebody is in the channel that an announcement is for; at a help desk, of its staff.
    fn is_told_inside(&self, who: UserId, posted: &InForce) -> bool {
        let channel = self.channel_of(posted).map(|id| self.channel(id));
        let told = |channel: &Channel| {
            let ranks = channel.ranks(who);
            ranks.is_some_and(|ranks| ranks.any() || !channel.has(Flag::HelpDesk))
        };
        channel.is_some_and(told)
    }

    pub(super) fn is_in(&self, who: UserId, conversation: ConversationId) -> bool {
        let mut channels = self.user(who).channels.iter();
        channels.any(|id| self.channel(*id).conversation == conversation)
    }

    fn is_barred_from(&self, who: UserId, posted: &InForce) -> bool {
        let id = self.channel_of(posted);
        id.is_some_and(|id| self.is_barred(who, id, self.channel(id)))
    }

    /// The channel that an announcement is for, if it is there.
    fn channel_of(&self, posted: &InForce) -> Option<ChannelId> {
        let (conversation, name) = posted.what.channel.as_ref()?;
        let id = self.channel_names.get(name).copied()?;
        (self.channel(id).conversation == *conversation).then_some(id)
    }

    pub(super) fn announcements(&mut self, now: Now, who: UserId) -> Result<(), Refusal> {
        self.forget_past_announcements(now);
        let lately = self.accounts_of_late(now);
        let seen = self.announcements.iter();
        let seen = seen.filter(|posted| !self.hides_announcement(who, posted));
        let seen = seen.filter(|posted| self.may_see(who, posted));
        let announcements = seen.map(|posted| {
            let guest = self.is_guest(&posted.what.from);
            posted.info(guest, self.tally(posted, &lately))
        });
        let announcements = announcements.collect();
        self.reply(Reply::Announcements { announcements });
        Ok(())
    }

    /// The author of an announcement, and those who run its channel or the server.
    pub(super) fn owns_announcement(&self, who: UserId, place: usize) -> Result<(), Refusal> {
        let posted = &self.announcements[place];
        let runs = self.channel_of(posted).is_some_and(|id| self.runs(who, id));
        if posted.author == self.ear(who) || runs || self.user(who).is_operator() {
            return Ok(());
        }
        Err(Refusal::NotYourAnnouncement {
            number: posted.what.number,
        })
    }

    pub(super) fn withdraw(&mut self, now: Now, who: UserId, number: u32) -> Result<(), Refusal> {
        let place = self.announcement(now, who, number)?;
        self.owns_announcement(who, place)?;
        let posted = self.end_announcement(place);
        let posted = posted.expect("its place was just found");
        let audience = self.reached_by(&posted, who);
        let by = self.user(who).identity.clone();
        self.event(now, audience, Happening::Withdrawn { number, by });
        self.reply(Reply::Withdrawn { number });
        Ok(())
    }
}
